using Aura.Promotions;
using Aura.Promotions.AbTests;
using Aura.Statistics;

namespace Aura.Tests.Promotions.AbTests;

/// <summary>What counts say, without a database.</summary>
public sealed class AbResultsTests
{
    private static readonly DateTime Start = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    internal static AbTest Running(AbTestTerms? terms = null)
    {
        terms ??= new("Test", Currency.Usd, 30, [50, 50]);
        var test = AbTest.Create(terms, [.. terms.Shares.Select((_, arm) => Promotion.Create(Offers.Percent(10 + arm), PromotionSource.AbTest))], Start);
        test.Start(Start);
        return test;
    }

    /// <param name="counts">Exposures, orders, discount and revenue of each arm; each order is of another unit.</param>
    private static AbResults Of(AbTest test, params (long Impressions, long Conversions, decimal Discount, decimal Revenue)[] counts) =>
        AbResults.Of(test, [.. test.Arms.Zip(counts, (arm, c) => new ArmFigures(arm, test.Shares[arm.Position], c.Impressions, c.Conversions, c.Conversions, c.Conversions,
            Money.Of(c.Discount, Currency.Usd), Money.Of(c.Revenue, Currency.Usd), c.Conversions == 0 ? 0 : c.Revenue * c.Revenue / c.Conversions))]);

    [Fact]
    public void The_figures_of_the_document_are_its_figures()
    {
        var results = Of(Running(), (5000, 250, 2500, 25000), (4800, 280, 4200, 28000));

        var (control, variant) = (results.Arms[0], results.Arms[1]);
        Assert.Equal((5.00m, 100m, 900.0m), (control.ConversionRate, control.AverageOrderValue, control.ReturnOnDiscount));
        Assert.Equal((5.83m, 100m, 566.7m), (variant.ConversionRate, variant.AverageOrderValue, variant.ReturnOnDiscount));
        var comparison = results.Verdict!.Comparisons[0];
        Assert.Equal((16.67, 93.2), (Math.Round(comparison.Improvement!.Value, 2), Math.Round(comparison.ConfidenceLevel, 1)));
        Assert.False(comparison.Significant); // the document's 96.5 is one-sided, and of rounded rates
        Assert.Null(results.Verdict.Winner);
    }

    [Fact]
    public void Without_exposures_orders_or_discounts_there_is_no_ratio()
    {
        var results = Of(Running(), (0, 0, 0, 0), (0, 0, 0, 0));

        Assert.All(results.Arms, arm => Assert.Equal((null, null, null), (arm.ConversionRate, arm.AverageOrderValue, arm.ReturnOnDiscount)));
        Assert.Equal((NoWinner.InsufficientSample, null), (results.Verdict!.WhyNoWinner, results.RequiredSampleSize));
    }

    [Fact]
    public void More_who_bought_than_who_saw_it_is_no_verdict() =>
        Assert.Null(Of(Running(), (10, 11, 0, 100), (10, 1, 0, 100)).Verdict);

    [Fact]
    public void A_clear_difference_wins_and_below_the_minimum_it_does_not()
    {
        Assert.Equal("variant_1", Of(Running(), (20000, 1000, 10, 1000), (20000, 1300, 10, 1000)).Verdict!.Winner?.VariantId);
        Assert.Equal(NoWinner.InsufficientSample, Of(Running(), (900, 45, 10, 1000), (900, 200, 10, 1000)).Verdict!.WhyNoWinner);
    }

    [Fact]
    public void Uneven_arms_have_no_winner() =>
        Assert.Equal(NoWinner.SampleRatioMismatch, Of(Running(), (20000, 1000, 10, 1000), (22000, 1430, 10, 1000)).Verdict!.WhyNoWinner);

    [Fact]
    public void A_test_of_one_look_is_decided_at_its_planned_end_and_not_before_nor_when_it_was_cut_short()
    {
        var test = Running(new("One look", Currency.Usd, 30, [50, 50]) { Sequential = false });
        var counts = ((20000L, 1000L, 10m, 1000m), (20000L, 1200L, 10m, 1000m));
        Assert.Equal(NoWinner.BeforeHorizon, Of(test, counts.Item1, counts.Item2).Verdict!.WhyNoWinner);
        test.End(null, false, Start.AddDays(30));
        Assert.Equal("variant_1", Of(test, counts.Item1, counts.Item2).Verdict!.Winner?.VariantId);

        var cut = Running(new("One look", Currency.Usd, 30, [50, 50]) { Sequential = false });
        cut.End("variant_1", false, Start.AddDays(29));
        Assert.Equal((NoWinner.BeforeHorizon, "variant_1"), (Of(cut, counts.Item1, counts.Item2).Verdict!.WhyNoWinner, cut.Winner));
    }

    [Fact]
    public void The_required_sample_is_that_of_the_textbook() => // R: power.prop.test(p1 = .05, p2 = .055, power = .8) gives 31234
        Assert.Equal(31234, Of(Running(), (5000, 250, 10, 1000), (5000, 250, 10, 1000)).RequiredSampleSize!.Value, 2.0);

    [Fact]
    public void Shares_match_the_arms_and_add_up_and_other_shares_begin_a_phase_with_another_salt()
    {
        Assert.Throws<Refused>(() => Running(new("Test", Currency.Usd, 30, [50, 49])));
        Assert.Throws<Refused>(() => Running(new("Test", Currency.Usd, 30, [100, 0])));
        var test = Running();
        var salt = test.Salt;
        test.Share([50, 50], Start.AddDays(1));
        Assert.Equal(salt, test.Salt);
        test.Share([90, 10], Start.AddDays(1));
        Assert.Equal((2, Start.AddDays(1)), (test.Phase, test.PhaseAt));
        Assert.NotEqual(salt, test.Salt);
        Assert.Throws<Refused>(() => test.Share([90, 5, 5], Start.AddDays(1)));
    }

    [Fact]
    public void A_test_goes_from_draft_to_active_to_ended_and_no_other_way()
    {
        var test = AbTest.Create(new("Test", Currency.Usd, 30, [50, 50]), [Promotion.Create(Offers.Percent(10)), Promotion.Create(Offers.Percent(20))], Start);
        Assert.Throws<Refused>(() => test.End(null, false, Start));
        Assert.Throws<Refused>(() => test.DemandRunning(Start));
        test.Start(Start);
        Assert.Throws<Refused>(() => test.Start(Start));
        Assert.Throws<Refused>(() => test.End("variant_2", false, Start));
        Assert.True(test.Runs(Start.AddDays(30).AddTicks(-1)));
        Assert.False(test.Runs(Start.AddDays(30)));
        test.End("control", true, Start.AddDays(3));
        Assert.Equal((AbTestStatus.Ended, false, "control", true), (test.Status, test.HorizonReached, test.Winner, test.WinnerKept));
        Assert.Throws<Refused>(() => test.End(null, false, Start));
    }

    [Theory]
    [InlineData(0.10, 0.10, 0)] // A/A
    [InlineData(0.10, 0.13, 90)]
    public void Of_a_hundred_simulated_tests_those_with_a_difference_find_it_and_those_without_do_not(double control, double variant, int least)
    {
        var random = new Random(5);
        var won = Enumerable.Range(0, 100).Count(_ =>
        {
            var test = Running();
            long[] exposed = [0, 0], bought = [0, 0];
            for (var unit = 0; unit < 20_000; unit++)
            {
                var arm = Bucket.Arm(Bucket.Of($"{test.Salt}{random.Next()}", $"customer:{unit}"), test.Shares);
                exposed[arm]++;
                bought[arm] += random.NextDouble() < (arm == 0 ? control : variant) ? 1 : 0;
            }

            return Of(test, (exposed[0], bought[0], 10, 1000), (exposed[1], bought[1], 10, 1000)).Verdict!.Winner is not null;
        });

        Assert.InRange(won, least, least == 0 ? 5 : 100);
    }
}
