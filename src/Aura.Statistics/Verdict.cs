namespace Aura.Statistics;

/// <summary>What a test of several arms has shown, and the winner, if there is one. A pure function of counts; nothing is rounded before
/// it is tested.</summary>
/// <param name="Comparisons">Each variant with the control, in the order given.</param>
/// <param name="FixedHorizon">The figures are those of the one look at the planned end; otherwise they are valid at any look.</param>
/// <param name="Winner">The best of the variants that are significantly better than the control.</param>
/// <param name="WhyNoWinner">Why there is none; null when there is one.</param>
public sealed record Verdict(
    IReadOnlyList<Comparison> Comparisons, SampleRatioTest SampleRatio, bool FixedHorizon, Comparison? Winner, NoWinner? WhyNoWinner)
{
    /// <summary>Whether any variant differs from the control, for better or worse.</summary>
    public bool Significant => Comparisons.Any(comparison => comparison.Significant);

    /// <param name="horizonReached">The test ran to the end that was planned when it started. Tests that end earlier, or still run, are judged
    /// by their <see cref="ConfidenceSequence"/> if the plan says so, and not at all if it does not.</param>
    /// <exception cref="ArgumentException">There is no variant, the plan is out of its ranges, or an arm has more conversions than exposures,
    /// negative counts, or impossible sums.</exception>
    public static Verdict Of(TestPlan plan, Arm control, IReadOnlyList<Arm> variants, bool horizonReached)
    {
        if (variants.Count == 0)
            throw new ArgumentException("A test compares the control with something.", nameof(variants));

        Arm[] arms = [control, .. variants];
        var ratio = SampleRatioTest.Of([.. arms.Select(arm => arm.Exposures)], [.. arms.Select(arm => arm.TrafficShare)]);
        NoWinner? open =
            ratio.Mismatch ? NoWinner.SampleRatioMismatch :
            arms.Any(arm => arm.Exposures < plan.MinimumSampleSize) ? NoWinner.InsufficientSample :
            !plan.Sequential && !horizonReached ? NoWinner.BeforeHorizon : null;

        var fixedHorizon = horizonReached && !plan.Sequential;
        var comparisons = Compare(plan, control, variants, fixedHorizon, decided: open is null);
        var better = comparisons.Where(comparison => comparison is { Significant: true, Difference: > 0 }).MaxBy(comparison => comparison.Difference);
        return new(comparisons, ratio, fixedHorizon, better, better is null ? open ?? WhyNone(comparisons) : null);
    }

    private static Comparison[] Compare(TestPlan plan, Arm control, IReadOnlyList<Arm> variants, bool fixedHorizon, bool decided)
    {
        Comparison[] raw = [.. variants.Select(variant => new Comparison(plan, control, variant, fixedHorizon, plan.Alpha / variants.Count))];
        var adjusted = HolmCorrection.Adjust([.. raw.Select(comparison => comparison.DecidingPValue)]);
        return [.. raw.Zip(adjusted, (comparison, p) => comparison with { AdjustedPValue = p, Significant = decided && comparison.Varies && p < plan.Alpha })];
    }

    private static NoWinner WhyNone(Comparison[] comparisons) =>
        comparisons.Any(comparison => comparison.Significant) ? NoWinner.ControlBest :
        comparisons.All(comparison => !comparison.Varies) ? NoWinner.ZeroVariance : NoWinner.NotSignificant;
}

/// <summary>Why a test has no winner. The first that applies.</summary>
public enum NoWinner
{
    /// <summary>Units did not reach the arms in the planned shares (<see cref="SampleRatioTest"/>): something is broken.</summary>
    SampleRatioMismatch,

    /// <summary>An arm has fewer exposures than the plan asks for.</summary>
    InsufficientSample,

    /// <summary>A test of a single look has not reached its planned end.</summary>
    BeforeHorizon,

    /// <summary>Variants differ from the control, but only for worse.</summary>
    ControlBest,

    /// <summary>In every comparison there is an arm in which all units are alike: nobody converted, say.</summary>
    ZeroVariance,

    /// <summary>No variant differs from the control by more than chance explains.</summary>
    NotSignificant,
}
