namespace Aura.Statistics.Forecasting;

/// <summary>A way to continue a series. Its paths hold for each value what it foretells, having seen it, of the values after it; the parameters are those of the whole series.</summary>
internal sealed record ForecastMethod(string Name, Func<double[], int, int, double[]?[]> Paths)
{
    /// <summary>The value of a season ago; without a season the last value.</summary>
    public static readonly ForecastMethod SeasonalNaive = new("seasonal_naive", (values, period, horizon) =>
        [.. values.Select((_, at) => at < period - 1 ? null : Enumerable.Range(0, horizon).Select(step => values[at - period + 1 + step % period]).ToArray())]);

    private static readonly ForecastMethod Theta = new("theta", ThetaMethod.Paths);

    private static readonly ForecastMethod[] Plain =
    [
        Smoothed("exponential_smoothing", SlopeKind.None, SeasonKind.None), Smoothed("holt", SlopeKind.Full, SeasonKind.None), Smoothed("damped_holt", SlopeKind.Damped, SeasonKind.None), Theta,
    ];

    private static readonly ForecastMethod[] Additive =
    [
        Smoothed("exponential_smoothing_additive", SlopeKind.None, SeasonKind.Additive), Smoothed("holt_winters_additive", SlopeKind.Full, SeasonKind.Additive),
        Smoothed("damped_holt_winters_additive", SlopeKind.Damped, SeasonKind.Additive), Theta,
    ];

    private static readonly ForecastMethod[] Multiplicative =
        [Smoothed("holt_winters_multiplicative", SlopeKind.Full, SeasonKind.Multiplicative), Smoothed("damped_holt_winters_multiplicative", SlopeKind.Damped, SeasonKind.Multiplicative)];

    /// <summary>The naive first, and all others with their mean last.</summary>
    /// <param name="positive">All values are above zero: seasons may be factors.</param>
    public static (ForecastMethod Naive, ForecastMethod[] Others) Candidates(bool seasonal, bool positive) =>
        (SeasonalNaive, (seasonal, positive) switch { (false, _) => Plain, (true, false) => Additive, _ => [.. Additive, .. Multiplicative] });

    /// <summary>Of all paths their mean.</summary>
    public static double[]?[] Mean(IReadOnlyList<double[]?[]> paths) => [.. Enumerable.Range(0, paths[0].Length).Select(at =>
        paths.Select(path => path[at]).ToArray() is var rows && rows.Any(row => row is null) ? null : rows[0]!.Select((_, step) => rows.Average(row => row![step])).ToArray())]; // none is null

    private static ForecastMethod Smoothed(string name, SlopeKind slope, SeasonKind season) =>
        new(name, (values, period, horizon) => ExponentialSmoothing.Fit(values, period, slope, season).Paths(horizon));
}
