using Aura.Statistics;

namespace Aura.Tests.Statistics;

public sealed class OfferChoiceTests
{
    [Fact]
    public void A_discount_that_brings_no_more_buyers_is_not_worth_it() =>
        Assert.Equal(0, OfferChoice.Best([new(0, 1000, 300), new(10, 1000, 310)], 50));

    [Fact]
    public void A_discount_that_brings_many_more_is() =>
        Assert.Equal(1, OfferChoice.Best([new(0, 1000, 100), new(10, 1000, 300), new(20, 1000, 320)], 50));

    [Fact]
    public void Of_two_that_earn_the_same_the_cheaper_is_chosen() =>
        Assert.Equal(0, OfferChoice.Best([new(0, 198, 99), new(25, 198, 198 - 1)], 50)); // 1/2 of 50 against nearly 1 of 25

    [Fact]
    public void Nothing_is_sold_at_a_loss() =>
        Assert.Equal(0, OfferChoice.Best([new(0, 100, 1), new(60, 100, 100)], 50));

    [Fact]
    public void Larger_offers_are_not_taken_less_often()
    {
        var rates = OfferChoice.Rates([new(0, 98, 9), new(5, 98, 29), new(10, 98, 19), new(15, 98, 49)]);

        Assert.Equal([0.10, 0.25, 0.25, 0.50], rates.Select(rate => Math.Round(rate, 10)));
    }

    [Fact]
    public void With_nothing_known_the_cheap_offers_are_tried_more_and_each_is_tried()
    {
        var chances = OfferChoice.ChancesToEarnMost([new(0, 0, 0), new(10, 0, 0), new(40, 0, 0)], 50);

        Assert.Equal(1, chances.Sum(), 9);
        Assert.True(chances[0] > chances[1] && chances[1] > chances[2] && chances[2] > 0, string.Join(' ', chances));
        Assert.Equal(chances, OfferChoice.ChancesToEarnMost([new(0, 0, 0), new(10, 0, 0), new(40, 0, 0)], 50));
    }

    [Fact]
    public void With_much_known_the_best_one_is_nearly_certain() =>
        Assert.True(OfferChoice.ChancesToEarnMost([new(0, 2000, 200), new(10, 2000, 600)], 50)[1] > 0.99);

    [Fact]
    public void Costs_rise_and_no_more_are_taken_than_given()
    {
        Assert.Throws<ArgumentException>(() => OfferChoice.Rates([]));
        Assert.Throws<ArgumentException>(() => OfferChoice.Rates([new(5, 1, 1), new(5, 1, 1)]));
        Assert.Throws<ArgumentException>(() => OfferChoice.Best([new(0, 1, 2)], 5));
    }
}
