namespace Aura.Statistics;

/// <summary>A variant beside the control, by the metric of the plan.</summary>
public sealed record Comparison
{
    private readonly TestPlan _plan;
    private readonly Arm _control, _variant;

    /// <param name="alpha">Of the intervals: that of the plan by the number of variants, so that all of them hold together.</param>
    internal Comparison(TestPlan plan, Arm control, Arm variant, bool fixedHorizon, double alpha)
    {
        (_plan, _control, _variant) = (plan, control, variant);
        var (c, v) = (control.Measure(plan.Metric), variant.Measure(plan.Metric));
        var lift = Lift.Of(c, v);
        (Difference, Improvement, Varies) = (v.Mean - c.Mean, 100 * lift?.Estimate, c.Variance > 0 && v.Variance > 0);
        if (!Varies)
            return;

        var (error, n) = (Sample.StandardError(c, v), c.N + v.N);
        var sequence = ConfidenceSequence.NarrowestAt(plan.NarrowestAt, plan.Alpha);
        (PValue, var critical) = AtHorizon(c, v, alpha);
        SequentialPValue = sequence.PValue(Difference, error, n);
        if (!fixedHorizon)
            critical = sequence.HalfWidth(1, n, alpha);
        DecidingPValue = fixedHorizon ? PValue : SequentialPValue;
        DifferenceInterval = Interval.Around(Difference, critical * error);
        ImprovementInterval = 100 * lift?.Around(critical);
    }

    public string VariantId => _variant.Id;

    /// <summary>Units differ from one another in both arms. Without, there is nothing to judge a difference by: p values are 1, intervals null.</summary>
    public bool Varies { get; }

    /// <summary>Of the metric, variant − control: of rates as a fraction, of revenue in its unit.</summary>
    public double Difference { get; }

    /// <summary>Where the difference lies, with the confidence level of the plan for all variants together.</summary>
    public Interval? DifferenceInterval { get; }

    /// <summary>The relative difference in percent. Null when the control's metric is zero.</summary>
    public double? Improvement { get; }

    /// <summary>Where the improvement lies, in percent, with the confidence level of the plan for all variants together (<see cref="Lift"/>).</summary>
    public Interval? ImprovementInterval { get; }

    /// <summary>Two-sided p value of a single look (<see cref="TwoProportionTest"/>, <see cref="WelchTest"/>). It decides at the planned end of a
    /// test that is not sequential; before, it is only what the counts would say if nobody had looked earlier.</summary>
    public double PValue { get; } = 1;

    /// <summary>100 (1 − <see cref="PValue"/>), in percent.</summary>
    public double ConfidenceLevel => 100 * (1 - PValue);

    /// <summary>The p value that is valid at any look (<see cref="ConfidenceSequence"/>).</summary>
    public double SequentialPValue { get; } = 1;

    /// <summary>The p value that decides, corrected for the number of variants (<see cref="HolmCorrection"/>).</summary>
    public double AdjustedPValue { get; internal init; } = 1;

    /// <summary>The adjusted p value is below alpha, units varied and reached the arms in their shares, every arm has the minimum of exposures, and
    /// the time to decide had come.</summary>
    public bool Significant { get; internal init; }

    /// <summary>How likely the variant is the better of the two, given the counts and no opinion beforehand. For rates <see cref="BetaPosterior"/>, for
    /// revenue the normal posterior of the difference. Worked out when asked for.</summary>
    /// <returns>Null for revenue that does not vary.</returns>
    public double? ChanceToBeatControl => _plan.Metric switch
    {
        SuccessMetric.ConversionRate =>
            BetaPosterior.After(_variant.Conversions, _variant.Exposures).ChanceToBeat(BetaPosterior.After(_control.Conversions, _control.Exposures)),
        _ => Varies ? Distributions.NormalTail(-Difference / Sample.StandardError(_control.Measure(_plan.Metric), _variant.Measure(_plan.Metric))) : null,
    };

    /// <summary>What choosing the variant loses on average where the control is better after all, in the unit of the metric: E max(control − variant, 0) over
    /// the same posteriors as <see cref="ChanceToBeatControl"/>; of a normal one σ φ(d/σ) − d Φ(−d/σ). Worked out when asked for.</summary>
    /// <returns>Null for revenue that does not vary.</returns>
    public double? ExpectedLoss
    {
        get
        {
            if (_plan.Metric == SuccessMetric.ConversionRate)
                return BetaPosterior.After(_variant.Conversions, _variant.Exposures).ExpectedLoss(BetaPosterior.After(_control.Conversions, _control.Exposures));
            if (!Varies)
                return null;
            var error = Sample.StandardError(_control.Measure(_plan.Metric), _variant.Measure(_plan.Metric));
            var z = Difference / error;
            return Math.Max(0, error * Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) - Difference * Distributions.NormalTail(z));
        }
    }

    internal double DecidingPValue { get; } = 1;

    private (double PValue, double Critical) AtHorizon(Sample control, Sample variant, double alpha)
    {
        if (_plan.Metric == SuccessMetric.ConversionRate)
            return (TwoProportionTest.Of(_control.Conversions, control.N, _variant.Conversions, variant.N).PTwoSided, TwoProportionTest.Critical(alpha));
        var test = WelchTest.Of(control, variant);
        return (test.PTwoSided, test.Critical(alpha));
    }
}
