namespace Aura.Statistics;

/// <summary>Welch's t test of two means with unequal variances: t = (mᵥ − mc)/√(s²c/nc + s²ᵥ/nᵥ), degrees of freedom by
/// Welch–Satterthwaite.</summary>
/// <remarks>B. L. Welch, Biometrika 34 (1947). For one look at a planned sample size, as <see cref="TwoProportionTest"/>. Amounts that
/// most units do not have (revenue) ask for some hundred units with one before the mean is as good as normal.</remarks>
public sealed record WelchTest
{
    private WelchTest(Sample control, Sample variant) => (Control, Variant) = (control, variant);

    public Sample Control { get; }

    public Sample Variant { get; }

    /// <summary>mᵥ − mc, in the unit of the samples.</summary>
    public double Difference => Variant.Mean - Control.Mean;

    /// <summary>Above zero when the variant's mean is higher.</summary>
    public double T => Difference / Sample.StandardError(Control, Variant);

    /// <summary>Of Student's distribution; not whole. A sample without variance adds none.</summary>
    public double DegreesOfFreedom => Math.Pow(Control.VarianceOfMean + Variant.VarianceOfMean, 2) / (Share(Control) + Share(Variant));

    /// <summary>Probability of a difference at least as large, either way, if there is none.</summary>
    public double PTwoSided => Distributions.StudentTails(T, DegreesOfFreedom);

    /// <summary>The one-sided test of variant &gt; control.</summary>
    public double PGreater => T > 0 ? PTwoSided / 2 : 1 - PTwoSided / 2;

    /// <exception cref="ArgumentException">A sample has fewer than two units, or none of the two varies: there is no error to measure by.</exception>
    public static WelchTest Of(Sample control, Sample variant)
    {
        if (control.N < 2 || variant.N < 2)
            throw new ArgumentException("Two units are the least that vary.");
        if (control.Variance + variant.Variance <= 0)
            throw new ArgumentException("At least one of the samples must vary.");
        return new(control, variant);
    }

    /// <summary>The interval of the difference that covers it in 1 − <paramref name="alpha"/> of all tests.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is not between 0 and 1.</exception>
    public Interval DifferenceInterval(double alpha) => Interval.Around(Difference, Critical(alpha) * Sample.StandardError(Control, Variant));

    /// <summary>The interval of <see cref="Lift"/>, as a fraction.</summary>
    /// <returns>Null when the control's mean is zero.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is not between 0 and 1.</exception>
    public Interval? LiftInterval(double alpha) => Lift.Of(Control, Variant)?.Around(Critical(alpha));

    internal double Critical(double alpha) => Distributions.StudentCritical(Probability.Check(alpha) / 2, DegreesOfFreedom);

    private static double Share(Sample sample) => Math.Pow(sample.VarianceOfMean, 2) / (sample.N - 1);
}
