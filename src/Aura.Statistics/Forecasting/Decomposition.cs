namespace Aura.Statistics.Forecasting;

/// <summary>A series as trend, season and rest by moving averages, the classical decomposition: M. G. Kendall, A. Stuart, "The Advanced Theory of Statistics"
/// 3 (1983), as decompose() of R does it.</summary>
/// <param name="Trend">No number in the first and the last half season.</param>
/// <param name="Season">Of each place in the season, from the first value on; with a sum of zero, or a mean of one where they are factors.</param>
internal sealed record Decomposition(double[] Trend, double[] Season, bool Multiplicative)
{
    /// <param name="values">Two seasons at least; above zero for factors.</param>
    public static Decomposition Of(ReadOnlySpan<double> values, int period, bool multiplicative)
    {
        var trend = new double[values.Length];
        Array.Fill(trend, double.NaN);
        var half = period / 2;
        for (var at = half; at < values.Length - half; at++)
        {
            var sum = 0.0;
            for (var near = at - half; near <= at + half; near++)
                sum += values[near] * (period % 2 == 0 && Math.Abs(near - at) == half ? 0.5 : 1);
            trend[at] = sum / period;
        }

        var (sums, counts) = (new double[period], new int[period]);
        for (var at = half; at < values.Length - half; at++)
        {
            sums[at % period] += multiplicative ? values[at] / trend[at] : values[at] - trend[at];
            counts[at % period]++;
        }

        double[] season = [.. sums.Zip(counts, (sum, count) => sum / Math.Max(1, count))];
        var mean = season.Average();
        return new(trend, [.. season.Select(value => multiplicative ? value / mean : value - mean)], multiplicative);
    }

    /// <summary>What remains of values without their season.</summary>
    public double[] Adjusted(ReadOnlySpan<double> values)
    {
        var adjusted = values.ToArray();
        for (var at = 0; at < adjusted.Length; at++)
            adjusted[at] = Multiplicative ? adjusted[at] / Season[at % Season.Length] : adjusted[at] - Season[at % Season.Length];
        return adjusted;
    }

    public double With(double adjusted, int at) => Multiplicative ? adjusted * Season[at % Season.Length] : adjusted + Season[at % Season.Length];
}
