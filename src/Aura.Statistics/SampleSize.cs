namespace Aura.Statistics;

/// <summary>How many units each arm needs for a difference of a given size to be found. For tests of a single look; one that may stop
/// early (<see cref="ConfidenceSequence"/>) needs more for the same power.</summary>
public static class SampleSize
{
    /// <summary>n = (z(1 − α/2) √(2p̄(1 − p̄)) + z(power) √(p₁(1 − p₁) + p₂(1 − p₂)))² / (p₂ − p₁)² with p₂ = p₁(1 + lift), p̄ their mean,
    /// rounded up.</summary>
    /// <remarks>Fleiss, Levin, Paik, "Statistical Methods for Rates and Proportions", 3rd ed., ch. 4, without continuity correction; the
    /// numbers are those of R's power.prop.test.</remarks>
    /// <param name="baseline">The control's rate, a fraction.</param>
    /// <param name="lift">The smallest relative difference worth finding: 0.1 for ten percent more. Not zero; may be negative.</param>
    /// <param name="alpha">Of the two-sided test.</param>
    /// <param name="power">The chance to find the difference where it is.</param>
    /// <param name="comparisons">Number of variants; alpha is divided by it.</param>
    /// <returns>Units per arm.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A rate, alpha or power is not between 0 and 1, the lift is zero, or comparisons are below 1.</exception>
    public static long OfRates(double baseline, double lift, double alpha = 0.05, double power = 0.8, int comparisons = 1)
    {
        var (p1, p2) = (Probability.Check(baseline), Probability.Check(baseline * (1 + lift)));
        var mean = (p1 + p2) / 2;
        var (zAlpha, zPower) = Quantiles(alpha, power, comparisons);
        return PerArm(zAlpha * Math.Sqrt(2 * mean * (1 - mean)) + zPower * Math.Sqrt(p1 * (1 - p1) + p2 * (1 - p2)), p2 - p1);
    }

    /// <summary>n = 2 (z(1 − α/2) + z(power))² σ² / δ², rounded up.</summary>
    /// <remarks>The normal approximation of S.-C. Chow, J. Shao, H. Wang, "Sample Size Calculations in Clinical Research", section 3.2. A t test of
    /// fewer than some fifty units needs one more.</remarks>
    /// <param name="standardDeviation">σ of a unit, in the unit of <paramref name="difference"/>. For revenue per exposed user the many zeros count.</param>
    /// <param name="difference">δ, the smallest absolute difference worth finding. Not zero.</param>
    /// <inheritdoc cref="OfRates"/>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is not above zero, the difference is zero, or another is out of its range.</exception>
    public static long OfMeans(double standardDeviation, double difference, double alpha = 0.05, double power = 0.8, int comparisons = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(standardDeviation);
        var (zAlpha, zPower) = Quantiles(alpha, power, comparisons);
        return PerArm((zAlpha + zPower) * Math.Sqrt(2) * standardDeviation, difference);
    }

    private static (double Alpha, double Power) Quantiles(double alpha, double power, int comparisons)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(comparisons);
        return (Distributions.NormalCritical(Probability.Check(alpha) / comparisons / 2), -Distributions.NormalCritical(Probability.Check(power)));
    }

    private static long PerArm(double spread, double difference) => difference == 0
        ? throw new ArgumentOutOfRangeException(nameof(difference), "No sample is large enough to find no difference.")
        : checked((long)Math.Ceiling(Math.Pow(spread / difference, 2)));
}
