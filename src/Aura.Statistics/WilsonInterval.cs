namespace Aura.Statistics;

/// <summary>Where a proportion lies: the values that a score test of the counts does not reject.</summary>
/// <remarks>E. B. Wilson, JASA 22 (1927); R. G. Newcombe, Statistics in Medicine 17 (1998), method 3. Good for small counts and proportions near
/// 0 and 1 too, and never outside of them.</remarks>
public static class WilsonInterval
{
    /// <returns>As fractions.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No units, successes that are not between 0 and <paramref name="n"/>, or alpha not between 0 and 1.</exception>
    public static Interval Of(long successes, long n, double alpha = 0.05)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        var p = Sample.OfProportion(successes, n).Mean;
        var z = TwoProportionTest.Critical(alpha);
        var (centre, half) = (p + z * z / (2 * n), z * Math.Sqrt(p * (1 - p) / n + z * z / (4.0 * n * n)));
        var scale = 1 + z * z / n;
        return new(Math.Max(0, (centre - half) / scale), Math.Min(1, (centre + half) / scale));
    }
}
