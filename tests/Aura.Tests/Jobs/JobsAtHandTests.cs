using Aura.Jobs;

namespace Aura.Tests.Jobs;

public sealed class JobsAtHandTests
{
    private readonly Watch watch = new();
    private readonly JobsAtHand hand;

    public JobsAtHandTests() => hand = new(4, 2, watch);

    [Fact]
    public void There_is_room_for_so_many_and_for_half_of_them_in_one_lane()
    {
        hand.Add(Task.Delay(-1), "a");
        hand.Add(Task.Delay(-1), "a");
        hand.Add(Task.Delay(-1), null);
        Assert.Equal(1, hand.Free);
        Assert.Equal(["a"], hand.Closed);
        Assert.Empty(hand.Slowed);
    }

    [Fact]
    public void Who_takes_longer_than_a_second_gives_their_place_to_others_and_gets_one_job_at_a_time_until_one_is_quick()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        hand.Add(first.Task, "a");
        hand.Add(second.Task, "b");
        hand.Add(Task.Delay(-1), null); // whoever has no lane waits for nobody else's server
        watch.Pass(1.5);
        hand.Tidy();
        Assert.Equal(3, hand.Free);
        Assert.Equal(["a", "b"], hand.Closed.Order());
        Assert.Empty(hand.Slowed);

        first.SetResult();
        hand.Tidy();
        Assert.Equal(["a"], hand.Slowed);

        hand.Add(Task.CompletedTask, "a");
        Assert.Empty(hand.Slowed);
        hand.Tidy();
        Assert.Equal(["b"], hand.Closed);
    }

    [Fact]
    public void When_very_many_are_slow_nothing_more_is_taken()
    {
        for (var index = 0; index < JobsAtHand.MostSlow; index++)
            hand.Add(Task.Delay(-1), $"lane {index}");
        watch.Pass(2);
        hand.Tidy();
        Assert.Equal(0, hand.Free);
        Assert.Empty(hand.Slowed);
    }

    private sealed class Watch : TimeProvider
    {
        private long now;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => now;

        public void Pass(double seconds) => now += (long)(seconds * TimestampFrequency);
    }
}
