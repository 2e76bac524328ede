namespace Aura.Statistics.Forecasting;

/// <summary>The Theta method: half the slope of a line through the series, added to its simple exponential smoothing, the season taken out before and put back.</summary>
/// <remarks>V. Assimakopoulos, K. Nikolopoulos, International Journal of Forecasting 16 (2000), in the form of R. J. Hyndman, B. Billah, "Unmasking the Theta
/// method", ibid. 19 (2003): forecast ℓₙ + ½b(h − 1 + (1 − (1 − α)ⁿ)/α). A season is taken out where the autocorrelation at its length differs from none at
/// the level of 0.1.</remarks>
internal static class ThetaMethod
{
    public static double[]?[] Paths(double[] values, int period, int horizon)
    {
        var decomposition = period > 1 && values.Length >= 2 * period && IsSeasonal(values, period)
            ? Decomposition.Of(values, period, multiplicative: values.All(value => value > 0))
            : null;
        var adjusted = decomposition?.Adjusted(values) ?? values;
        var smoothing = ExponentialSmoothing.Fit(adjusted, 1, SlopeKind.None, SeasonKind.None);
        var (alpha, drift) = (smoothing.Parameters.Alpha, ExponentialSmoothing.Line(adjusted).Slope / 2);

        return [.. smoothing.Paths(1).Select((path, at) => path is null ? null : Enumerable.Range(0, horizon).Select(step =>
        {
            var ahead = path[0] + drift * (step + (1 - Math.Pow(1 - alpha, at + 1)) / alpha);
            return decomposition?.With(ahead, at + 1 + step) ?? ahead;
        }).ToArray())];
    }

    private static bool IsSeasonal(double[] values, int period)
    {
        var (mean, n) = (values.Average(), values.Length);
        var variance = values.Sum(value => (value - mean) * (value - mean));
        double[] correlations = [.. Enumerable.Range(1, period).Select(lag => Enumerable.Range(lag, n - lag).Sum(at => (values[at] - mean) * (values[at - lag] - mean)) / variance)];
        return Math.Abs(correlations[^1]) > 1.645 * Math.Sqrt((1 + 2 * correlations[..^1].Sum(value => value * value)) / n);
    }
}
