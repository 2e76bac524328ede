using Aura.Statistics;
using FsCheck;
using FsCheck.Fluent;

namespace Aura.Tests.Statistics;

public sealed class VerdictTests
{
    private static readonly TestPlan Rates = new(SuccessMetric.ConversionRate);

    private static readonly TestPlan OneLook = Rates with { Sequential = false };

    [Fact]
    public void The_sample_of_the_promotion_interface_is_an_improvement_of_16_6_percent_without_a_winner()
    {
        var verdict = Verdict.Of(OneLook, Arm(34, 5000, 250), [Arm(33, 4800, 280)], horizonReached: true);
        var comparison = verdict.Comparisons[0];
        Assert.Equal(16.6, comparison.Improvement!.Value, 0.1); // 5.8333… / 5 − 1 = 16.67; the document cuts off
        Assert.Equal(93.17, comparison.ConfidenceLevel, 0.005);
        Near.Exact(0.06825702652101642, comparison.PValue); // statsmodels 0.13.5
        Near.Exact(0.06825702652101642, comparison.AdjustedPValue);
        Near.Exact(0.9658069033847142, comparison.ChanceToBeatControl!.Value); // SciPy 1.10.1
        Assert.Equal((false, NoWinner.NotSignificant), (verdict.Significant, verdict.WhyNoWinner));
        Assert.True(comparison.DifferenceInterval!.Value.Contains(0));
        Assert.True(comparison.ImprovementInterval!.Value.Contains(0));

        // At 90 percent it would be one.
        var bolder = Verdict.Of(OneLook with { ConfidenceLevel = 90 }, Arm(34, 5000, 250), [Arm(33, 4800, 280)], horizonReached: true);
        Assert.Equal("variant", bolder.Winner!.VariantId);
        Assert.Null(bolder.WhyNoWinner);
    }

    [Fact]
    public void What_a_choice_of_more_revenue_may_lose_is_the_unit_normal_loss() // of tables: L(1) = 0.08332, L(-1) = 1.08332
    {
        // Means 0 and 1, with a standard error of their difference of 1.
        Arm low = new("low", 50, 5001, 100, 0, 12_502_500), high = new("high", 50, 5001, 100, 5001, 12_507_501);
        var plan = Rates with { Metric = SuccessMetric.RevenuePerUser };
        Assert.Equal(0.0833155, Verdict.Of(plan, low, [high], false).Comparisons[0].ExpectedLoss!.Value, 1e-6);
        Assert.Equal(1.0833155, Verdict.Of(plan, high, [low], false).Comparisons[0].ExpectedLoss!.Value, 1e-6);
        Assert.Null(Verdict.Of(plan, new("none", 50, 10, 0), [high], false).Comparisons[0].ExpectedLoss);
    }

    [Fact]
    public void A_test_of_one_look_has_no_winner_before_its_end()
    {
        var early = Verdict.Of(OneLook, Arm(50, 5000, 250), [Arm(50, 5000, 500)], horizonReached: false);
        Assert.Equal((null, NoWinner.BeforeHorizon, false), (early.Winner, early.WhyNoWinner, early.Significant));
        Assert.Equal(early.Comparisons[0].SequentialPValue, early.Comparisons[0].AdjustedPValue);

        var end = Verdict.Of(OneLook, Arm(50, 5000, 250), [Arm(50, 5000, 500)], horizonReached: true);
        Assert.Equal("variant", end.Winner!.VariantId);
        Assert.Equal(end.Comparisons[0].PValue, end.Comparisons[0].AdjustedPValue);
    }

    [Fact]
    public void A_sequential_test_may_be_won_at_any_time_but_by_more()
    {
        Assert.Equal("variant", Verdict.Of(Rates, Arm(50, 5000, 250), [Arm(50, 5000, 350)], horizonReached: false).Winner!.VariantId);

        var close = (Arm(50, 5000, 250), Arm(50, 5000, 300)); // p of one look: 0.028
        Assert.NotNull(Verdict.Of(OneLook, close.Item1, [close.Item2], horizonReached: true).Winner);
        foreach (var ended in new[] { false, true })
        {
            var verdict = Verdict.Of(Rates, close.Item1, [close.Item2], ended);
            Assert.Equal((NoWinner.NotSignificant, false), (verdict.WhyNoWinner, verdict.FixedHorizon));
            Assert.True(verdict.Comparisons[0].DifferenceInterval!.Value.Contains(0));
        }
    }

    [Fact]
    public void Below_the_minimum_of_any_arm_nothing_is_decided()
    {
        Arm[] variants = [Arm(30, 1500, 300), Arm(30, 1450, 80)];
        var verdict = Verdict.Of(Rates with { MinimumSampleSize = 1451 }, Arm(30, 1500, 75), variants, horizonReached: true);
        Assert.Equal((null, NoWinner.InsufficientSample, false), (verdict.Winner, verdict.WhyNoWinner, verdict.Significant));
        Assert.True(verdict.Comparisons[0].AdjustedPValue < 1e-6);
        Assert.NotNull(Verdict.Of(Rates with { MinimumSampleSize = 1450 }, Arm(30, 1500, 75), variants, horizonReached: true).Winner);
    }

    [Fact]
    public void Shares_that_were_not_kept_stop_everything()
    {
        var verdict = Verdict.Of(Rates, Arm(50, 5000, 250), [Arm(50, 5500, 800)], horizonReached: true);
        Assert.Equal((null, NoWinner.SampleRatioMismatch, false), (verdict.Winner, verdict.WhyNoWinner, verdict.Significant));
        Assert.True(verdict.SampleRatio.Mismatch);
    }

    [Fact]
    public void The_best_of_several_better_variants_wins()
    {
        var verdict = Verdict.Of(Rates, Arm(25, 5000, 250), [Arm(25, 5000, 400, "a"), Arm(25, 5000, 450, "b"), Arm(25, 5000, 255, "c")], horizonReached: true);
        Assert.Equal("b", verdict.Winner!.VariantId);
        Assert.Equal([true, true, false], verdict.Comparisons.Select(comparison => comparison.Significant));
    }

    [Fact]
    public void Where_variants_are_only_worse_the_control_is_best()
    {
        var verdict = Verdict.Of(Rates, Arm(50, 5000, 400), [Arm(50, 5000, 250)], horizonReached: true);
        Assert.Equal((null, NoWinner.ControlBest, true), (verdict.Winner, verdict.WhyNoWinner, verdict.Significant));
        Assert.True(verdict.Comparisons[0].ImprovementInterval!.Value.Upper < 0);
    }

    [Fact]
    public void Several_variants_need_more_evidence_each()
    {
        // 250 against 300 of 5000 has p = 0.028: enough alone, not twice
        var alone = Verdict.Of(OneLook, Arm(50, 5000, 250), [Arm(50, 5000, 300)], horizonReached: true);
        var amongTwo = Verdict.Of(OneLook, Arm(34, 5000, 250), [Arm(33, 5000, 300), Arm(33, 5000, 252)], horizonReached: true);
        Assert.True(alone.Significant);
        Assert.False(amongTwo.Significant);
        Near.Exact(2 * alone.Comparisons[0].PValue, amongTwo.Comparisons[0].AdjustedPValue);
        Assert.Equal(alone.Comparisons[0].ConfidenceLevel, amongTwo.Comparisons[0].ConfidenceLevel);
        Assert.True(amongTwo.Comparisons[0].DifferenceInterval!.Value.Contains(0));
        Assert.False(alone.Comparisons[0].DifferenceInterval!.Value.Contains(0));
    }

    [Fact]
    public void Units_that_are_all_alike_prove_nothing()
    {
        var nobody = Verdict.Of(OneLook, Arm(50, 5000, 0), [Arm(50, 5000, 400)], horizonReached: true);
        Assert.Equal((null, NoWinner.ZeroVariance, false), (nobody.Winner, nobody.WhyNoWinner, nobody.Significant));
        Assert.Null(nobody.Comparisons[0].Improvement);
        Assert.Null(nobody.Comparisons[0].DifferenceInterval);
        Near.Exact(1, nobody.Comparisons[0].ChanceToBeatControl!.Value);

        var nothingYet = Verdict.Of(OneLook with { MinimumSampleSize = 1 }, Arm(50, 0, 0), [Arm(50, 0, 0)], horizonReached: false);
        Assert.Equal(NoWinner.InsufficientSample, nothingYet.WhyNoWinner);
        Near.Exact(0.5, nothingYet.Comparisons[0].ChanceToBeatControl!.Value);
    }

    [Fact]
    public void One_variant_of_which_nothing_is_known_does_not_keep_another_from_winning()
    {
        var verdict = Verdict.Of(Rates, Arm(34, 5000, 250), [Arm(33, 5000, 0, "silent"), Arm(33, 5000, 450, "good")], horizonReached: true);
        Assert.Equal("good", verdict.Winner!.VariantId);
        Assert.False(verdict.Comparisons[0].Significant);
    }

    [Fact]
    public void Revenue_per_user_counts_those_who_bought_nothing()
    {
        // Fewer orders of more: the conversion rate falls, the revenue per user rises.
        var control = Arm(50, 10_000, 500) with { Revenue = 500 * 40m, RevenueSquares = 500 * 40m * 40m };
        var variant = Arm(50, 10_000, 450) with { Revenue = 450 * 60m, RevenueSquares = 450 * 60m * 60m };
        var verdict = Verdict.Of(OneLook with { Metric = SuccessMetric.RevenuePerUser }, control, [variant], horizonReached: true);
        var comparison = verdict.Comparisons[0];

        Assert.Equal("variant", verdict.Winner!.VariantId);
        Near.Exact(0.7, comparison.Difference);
        Near.Exact(35, comparison.Improvement!.Value);

        // SciPy 1.10.1: ttest_ind_from_stats(2.7, 12.438869423997293, 10000, 2.0, 8.718233809670167, 10000, equal_var=False)
        Near.Exact(4.0872448285181385e-06, comparison.PValue);
        Assert.True(comparison.ChanceToBeatControl > 0.9999);

        Assert.True(Verdict.Of(OneLook, control, [variant], horizonReached: true).Comparisons[0].Improvement < 0);
        Assert.Equal("variant", Verdict.Of(Rates with { Metric = SuccessMetric.RevenuePerUser }, control, [variant], horizonReached: false).Winner!.VariantId);
    }

    [Fact]
    public void Revenue_that_does_not_vary_proves_nothing()
    {
        var verdict = Verdict.Of(OneLook with { Metric = SuccessMetric.RevenuePerUser }, Arm(50, 5000, 0),
            [Arm(50, 5000, 5000) with { Revenue = 5000 * 9.99m, RevenueSquares = 5000 * 9.99m * 9.99m }], horizonReached: true);
        Assert.Equal(NoWinner.ZeroVariance, verdict.WhyNoWinner);
        Assert.Null(verdict.Comparisons[0].ChanceToBeatControl);
    }

    [Fact]
    public void What_cannot_have_been_counted_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Verdict.Of(Rates, Arm(50, 5000, 1), [], horizonReached: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => Verdict.Of(Rates, Arm(50, 5000, 5001), [Arm(50, 5000, 1)], horizonReached: true));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rates with { ConfidenceLevel = 100 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Rates with { MinimumSampleSize = 0 });
    }

    [Fact]
    public void A_winner_is_always_better_and_there_is_one_or_a_reason() => Property.Holds(
        from sequential in Gen.Elements(true, false)
        from horizon in Gen.Elements(true, false)
        from minimum in Gen.Choose(1, 1000)
        from n in Gen.Choose(0, 3000)
        from counts in Gen.Choose(0, n).ArrayOf().Where(counts => counts.Length is > 1 and < 6)
        select (Plan: Rates with { Sequential = sequential, MinimumSampleSize = minimum }, horizon, n, counts),
        given =>
        {
            var arms = given.counts.Select((count, index) => Arm(20, given.n, count, $"{index}")).ToArray();
            var verdict = Verdict.Of(given.Plan, arms[0], arms[1..], given.horizon);
            Assert.NotEqual(verdict.Winner is null, verdict.WhyNoWinner is null);
            if (verdict.Winner is not { } winner)
                return;
            Assert.True(given.n >= given.Plan.MinimumSampleSize && (given.Plan.Sequential || given.horizon));
            Assert.True(winner is { Significant: true, Difference: > 0, AdjustedPValue: < 0.05, Improvement: > 0 });
            Assert.All(verdict.Comparisons, other => Assert.True(!other.Significant || other.Difference <= winner.Difference));
        });

    [Fact]
    public void An_interval_of_a_sequential_test_that_leaves_out_zero_is_significant() => Property.Holds(
        from n in Gen.Choose(1000, 20_000)
        from counts in Gen.Choose(1, 999).ArrayOf().Where(counts => counts.Length is > 1 and < 6)
        select (n, counts),
        given =>
        {
            var arms = given.counts.Select((count, index) => Arm(20, given.n, count, $"{index}")).ToArray();
            Assert.All(Verdict.Of(Rates, arms[0], arms[1..], horizonReached: false).Comparisons, comparison =>
                Assert.True(comparison.Significant || comparison.DifferenceInterval!.Value.Contains(0)));
        });

    private static Arm Arm(decimal share, long exposures, long conversions, string id = "variant") => new(id, share, exposures, conversions);
}
