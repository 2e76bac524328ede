namespace Aura.Statistics;

/// <summary>The pooled z test of two proportions: z = (pᵥ − pc) / √(p(1 − p)(1/nc + 1/nᵥ)) with p the proportion of both together.</summary>
/// <remarks>J. Fleiss, B. Levin, M. Paik, "Statistical Methods for Rates and Proportions", 3rd ed., ch. 3. For one look at a planned
/// sample size; with several looks use <see cref="ConfidenceSequence"/>. Good from about five successes and failures in each sample.</remarks>
public sealed record TwoProportionTest
{
    private TwoProportionTest(Sample control, Sample variant, double z) => (Control, Variant, Z) = (control, variant, z);

    public Sample Control { get; }

    public Sample Variant { get; }

    /// <summary>Above zero when the variant's proportion is higher. Zero when nobody or everybody succeeded: the proportions are equal.</summary>
    public double Z { get; }

    /// <summary>Probability of a difference at least as large, either way, if there is none.</summary>
    public double PTwoSided => 2 * Distributions.NormalTail(Math.Abs(Z));

    /// <summary>Probability of a variant at least that much better if there is no difference: the one-sided test of variant &gt; control.</summary>
    public double PGreater => Distributions.NormalTail(Z);

    /// <summary>The one-sided test of variant &lt; control.</summary>
    public double PLess => Distributions.NormalTail(-Z);

    /// <summary>pᵥ − pc.</summary>
    public double Difference => Variant.Mean - Control.Mean;

    /// <exception cref="ArgumentOutOfRangeException">A sample is empty, or has more successes than units.</exception>
    public static TwoProportionTest Of(long controlSuccesses, long controlN, long variantSuccesses, long variantN)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(controlN);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(variantN);
        var (control, variant) = (Sample.OfProportion(controlSuccesses, controlN), Sample.OfProportion(variantSuccesses, variantN));
        var pooled = Sample.OfProportion(controlSuccesses + variantSuccesses, controlN + variantN).Variance;
        return new(control, variant, pooled == 0 ? 0 : (variant.Mean - control.Mean) / Math.Sqrt(pooled * (1.0 / controlN + 1.0 / variantN)));
    }

    /// <summary>The unpooled (Wald) interval of the difference that covers it in 1 − <paramref name="alpha"/> of all tests.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is not between 0 and 1.</exception>
    public Interval DifferenceInterval(double alpha) => Interval.Around(Difference, Critical(alpha) * Sample.StandardError(Control, Variant));

    /// <summary>The interval of <see cref="Lift"/>, as a fraction.</summary>
    /// <returns>Null when the control has no success.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is not between 0 and 1.</exception>
    public Interval? LiftInterval(double alpha) => Lift.Of(Control, Variant)?.Around(Critical(alpha));

    internal static double Critical(double alpha) => Distributions.NormalCritical(Probability.Check(alpha) / 2);
}
