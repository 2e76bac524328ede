using Aura.Server.Demo;

namespace Aura.Tests.Demo;

public sealed class DiceTests
{
    [Fact]
    public void The_same_seed_gives_the_same_numbers()
    {
        var (one, other) = (new Dice(7), new Dice(7));

        Assert.Equal(Enumerable.Range(0, 100).Select(_ => one.Below(1000)), Enumerable.Range(0, 100).Select(_ => other.Below(1000)));
    }

    [Fact]
    public void All_numbers_come_up_about_as_often()
    {
        var dice = new Dice(7);
        var counts = Enumerable.Range(0, 60_000).Select(_ => dice.Below(6)).CountBy(side => side).ToDictionary();

        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 9_500, 10_500));
    }

    [Fact]
    public void What_weighs_nothing_is_never_picked()
    {
        var dice = new Dice(7);

        Assert.DoesNotContain("never", Enumerable.Range(0, 1000).Select(_ => dice.Pick(["often", "never", "seldom"], word => word switch { "often" => 9, "never" => 0, _ => 1 })));
    }
}
