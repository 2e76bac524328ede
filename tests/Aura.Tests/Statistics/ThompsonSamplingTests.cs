using Aura.Statistics;

namespace Aura.Tests.Statistics;

public sealed class ThompsonSamplingTests
{
    [Fact]
    public void An_offer_is_tried_as_often_as_it_is_likely_to_be_the_best()
    {
        BetaPosterior[] rates = [BetaPosterior.After(50, 1000), BetaPosterior.After(60, 1000)];
        Assert.Equal(rates[1].ChanceToBeat(rates[0]), ThompsonSampling.Weights(rates, 0)[1], 1e-9);
    }

    [Fact]
    public void A_floor_is_added_and_leaves_the_sum()
    {
        Assert.Equal([0.05 + 0.85 * 0.7, 0.05 + 0.85 * 0.3, 0.05], ThompsonSampling.Weights([0.7, 0.3, 0], 0.05), (one, other) => Math.Abs(one - other) < 1e-12);
        Assert.Equal([0.5, 0.5], ThompsonSampling.Weights([1.0, 0], 0.5));
        Assert.Throws<ArgumentException>(() => ThompsonSampling.Weights([1.0, 0], 0.6));
        Assert.Throws<ArgumentException>(() => ThompsonSampling.Weights([0.5, 0.4], 0.1));
    }

    [Fact]
    public void A_number_falls_on_the_offer_whose_share_holds_it()
    {
        double[] weights = [0.2, 0.5, 0.3];
        Assert.Equal([0, 0, 1, 1, 2, 2], new[] { 0, 0.19, 0.2, 0.69, 0.7, 0.999999 }.Select(drawn => ThompsonSampling.Choose(weights, drawn)));
        Assert.Throws<ArgumentOutOfRangeException>(() => ThompsonSampling.Choose(weights, 1));
    }

    [Fact]
    public void It_finds_the_better_offer_and_loses_less_than_an_even_split()
    {
        var (random, trials, wins) = (new Random(3), new int[2], new int[2]);
        for (var day = 0; day < 60; day++)
        {
            var weights = ThompsonSampling.Weights([BetaPosterior.After(wins[0], trials[0]), BetaPosterior.After(wins[1], trials[1])], 0.05);
            for (var customer = 0; customer < 100; customer++)
            {
                var offer = ThompsonSampling.Choose(weights, random.NextDouble());
                trials[offer]++;
                wins[offer] += random.NextDouble() < (offer == 0 ? 0.05 : 0.1) ? 1 : 0;
            }
        }

        Assert.True(trials[1] > 4500, $"{trials[1]} of 6000");
        Assert.InRange(trials[0], 250, 1500); // the floor goes on trying it
    }
}
