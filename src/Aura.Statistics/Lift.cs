namespace Aura.Statistics;

/// <summary>The relative difference of two means, variant/control − 1, as a fraction, with its standard error by the delta method:
/// se² = s²ᵥ/(nᵥ m²c) + s²c m²ᵥ/(nc m⁴c).</summary>
/// <remarks>A. Deng, U. Knoblich, J. Lu, "Applying the Delta Method in Metric Analytics", KDD 2018. It is good while the control's mean is
/// several standard errors away from zero.</remarks>
public readonly record struct Lift(double Estimate, double StandardError)
{
    /// <returns>Null when the control's mean is zero: there is nothing to be relative to.</returns>
    public static Lift? Of(Sample control, Sample variant) => control.Mean == 0
        ? null
        : new(variant.Mean / control.Mean - 1, Math.Sqrt(variant.VarianceOfMean / Math.Pow(control.Mean, 2) +
            control.VarianceOfMean * Math.Pow(variant.Mean, 2) / Math.Pow(control.Mean, 4)));

    /// <param name="critical">Half the width, in standard errors.</param>
    internal Interval Around(double critical) => Interval.Around(Estimate, critical * StandardError);
}
