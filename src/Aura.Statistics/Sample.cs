namespace Aura.Statistics;

/// <summary>What a test of means needs to know of a sample: its size, mean and variance. An empty sample has mean and variance zero.</summary>
/// <param name="N">Number of units, zero or more.</param>
/// <param name="Mean">In the unit of what was measured.</param>
/// <param name="Variance">In the square of that unit, zero or more: of one unit, not of the mean.</param>
public readonly record struct Sample(long N, double Mean, double Variance)
{
    /// <summary>Of units that each did or did not: mean p = successes/n and variance p(1 − p).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Successes are not between 0 and <paramref name="n"/>.</exception>
    public static Sample OfProportion(long successes, long n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, n);
        var p = n == 0 ? 0 : (double)successes / n;
        return new(n, p, p * (1 - p));
    }

    /// <summary>Of amounts, from what SQL can add up: variance (Σx² − (Σx)²/n) / (n − 1), and zero for fewer than two units.</summary>
    /// <remarks>The subtraction is done in decimal: in binary it loses its digits where the variance is small beside the mean, and would find
    /// a variance in equal amounts.</remarks>
    /// <param name="sum">Σx over all units, those with zero included.</param>
    /// <param name="sumOfSquares">Σx² over the same units, in the square of the same unit.</param>
    /// <exception cref="ArgumentOutOfRangeException">No units but amounts, or squares that no <paramref name="n"/> amounts of that sum have.</exception>
    public static Sample OfSums(long n, decimal sum, decimal sumOfSquares)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        if (n == 0 && (sum, sumOfSquares) != (0, 0))
            throw new ArgumentOutOfRangeException(nameof(sum), sum, "No unit has an amount.");
        if (n == 0)
            return default;

        var mean = sum / n;
        var deviations = sumOfSquares - sum * mean;
        if (deviations < -1e-12m * sumOfSquares || sumOfSquares < 0)
            throw new ArgumentOutOfRangeException(nameof(sumOfSquares), sumOfSquares, "No amounts have this sum and this sum of squares.");

        return new(n, (double)mean, n < 2 ? 0 : (double)Math.Max(0, deviations) / (n - 1));
    }

    /// <summary>Variance of the mean: variance/n.</summary>
    public double VarianceOfMean => Variance / N;

    /// <summary>Standard error of the difference of the means of two independent samples, without pooling.</summary>
    public static double StandardError(Sample a, Sample b) => Math.Sqrt(a.VarianceOfMean + b.VarianceOfMean);
}
