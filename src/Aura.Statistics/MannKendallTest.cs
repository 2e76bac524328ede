namespace Aura.Statistics;

/// <summary>Whether a series rises or falls, whatever its shape and outliers: Kendall's S over all pairs in time, and Sen's slope.</summary>
/// <remarks>H. B. Mann, Econometrica 13 (1945); M. G. Kendall, "Rank Correlation Methods"; P. K. Sen, JASA 63 (1968). Values should not depend on
/// one another: of a series with a weekly rhythm take weekly sums.</remarks>
/// <param name="S">Pairs that rise less pairs that fall.</param>
/// <param name="Z">S, brought one towards zero (for continuity), by its standard deviation, ties accounted for.</param>
/// <param name="PValue">Two-sided, by the normal approximation: rough below ten values; below five it finds no trend at the level of 0.05.</param>
/// <param name="Slope">Median of the slopes of all pairs, in units of the values per step.</param>
public sealed record MannKendallTest(long S, double Z, double PValue, double Slope)
{
    /// <param name="values">At equal steps of time. The work grows with the square of their number.</param>
    /// <exception cref="ArgumentException">A value is not a finite number.</exception>
    public static MannKendallTest Of(IReadOnlyList<double> values)
    {
        if (!values.All(double.IsFinite))
            throw new ArgumentException("Finite numbers are expected.", nameof(values));

        var pairs = (from later in Enumerable.Range(0, values.Count) from earlier in Enumerable.Range(0, later) select (earlier, later)).ToArray();
        if (pairs.Length == 0)
            return new(0, 0, 1, 0);

        var s = pairs.Sum(pair => (long)values[pair.later].CompareTo(values[pair.earlier]));
        var variance = Spread(values.Count) - values.GroupBy(value => value).Sum(ties => Spread(ties.Count()));
        var z = s == 0 ? 0 : (s - Math.Sign(s)) / Math.Sqrt(variance);
        double[] slopes = [.. pairs.Select(pair => (values[pair.later] - values[pair.earlier]) / (pair.later - pair.earlier)).Order()];
        return new(s, z, 2 * Distributions.NormalTail(Math.Abs(z)), (slopes[(slopes.Length - 1) / 2] + slopes[slopes.Length / 2]) / 2);
    }

    /// <summary>The direction, where it is significant at the level of <paramref name="alpha"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is not between 0 and 1.</exception>
    public Trend Direction(double alpha = 0.05) => (PValue < Probability.Check(alpha), S > 0) switch
    {
        (false, _) => Trend.Stable,
        (true, true) => Trend.Increasing,
        (true, false) => Trend.Decreasing,
    };

    private static double Spread(double n) => n * (n - 1) * (2 * n + 5) / 18;
}

/// <summary>The direction of a series; stable where none is significant.</summary>
public enum Trend
{
    Stable,
    Increasing,
    Decreasing,
}
