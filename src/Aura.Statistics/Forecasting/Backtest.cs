namespace Aura.Statistics.Forecasting;

/// <summary>What each method would have foretold at earlier ends of a series, against what came: the rolling origin of L. J. Tashman, "Out-of-sample tests of
/// forecasting accuracy", International Journal of Forecasting 16 (2000). Parameters are estimated anew at each origin.</summary>
internal sealed class Backtest
{
    /// <summary>No more origins than this, the last ones of the series: a fit has its price.</summary>
    private const int MostOrigins = 24;

    private readonly Dictionary<string, List<Miss>> _misses = [];

    /// <summary>One forecast of one value.</summary>
    /// <param name="Origin">How many values had been seen.</param>
    /// <param name="Step">Beyond them, from 1.</param>
    /// <param name="Spread">The usual error of so many steps in what had been seen.</param>
    /// <param name="Scale">The mean error of one naive step there.</param>
    internal readonly record struct Miss(int Origin, int Step, double Forecast, double Actual, double Spread, double Scale);

    public Backtest(double[] values, int period, int horizon, bool seasonal)
    {
        var least = Math.Max(Math.Max(seasonal ? 2 * period : 6, values.Length / 2), values.Length - MostOrigins);
        for (var origin = values.Length - 1; origin >= least; origin--)
        {
            var (seen, season) = (values[..origin], seasonal ? period : 1);
            var steps = Math.Min(horizon, values.Length - origin);
            var scale = Enumerable.Range(season, origin - season).Average(at => Math.Abs(seen[at] - seen[at - season]));
            foreach (var (name, paths) in AllPaths(seen, season, horizon, seasonal))
                for (var (step, spreads) = (1, Spreads(seen, paths, horizon)); step <= steps; step++)
                    Of(name).Add(new(origin, step, paths[^1]![step - 1], values[origin + step - 1], spreads[step - 1], scale)); // the last value has been seen by all
        }
    }

    public IEnumerable<string> Methods => _misses.Keys;

    public List<Miss> Of(string method) => _misses.TryGetValue(method, out var misses) ? misses : _misses[method] = [];

    /// <summary>Mean absolute scaled error: R. J. Hyndman, A. B. Koehler, "Another look at measures of forecast accuracy", International Journal of Forecasting 22 (2006).</summary>
    public double Mase(string method) => Of(method).Average(miss => Math.Abs(miss.Actual - miss.Forecast) / Math.Max(miss.Scale, double.Epsilon));

    public static Dictionary<string, double[]?[]> AllPaths(double[] values, int period, int horizon, bool seasonal)
    {
        var (naive, others) = ForecastMethod.Candidates(seasonal, values.All(value => value > 0));
        var paths = others.ToDictionary(method => method.Name, method => method.Paths(values, period, horizon));
        paths["mean"] = ForecastMethod.Mean([.. paths.Values]);
        paths[naive.Name] = naive.Paths(values, period, horizon);
        return paths;
    }

    /// <summary>The usual error of each step, made not to fall with it.</summary>
    private static double[] Spreads(double[] values, double[]?[] paths, int horizon)
    {
        var spreads = new double[horizon];
        for (var step = 0; step < horizon; step++)
            spreads[step] = Math.Max(step > 0 ? spreads[step - 1] : 0, Spread(values, paths, [.. Enumerable.Repeat(0.0, step), 1]) ?? 0);
        return spreads;
    }

    /// <summary>The root of the mean squared error of a sum of steps within the series, in the unit of the values.</summary>
    /// <returns>Null where the series has fewer than five of them.</returns>
    public static double? Spread(double[] values, double[]?[] paths, IReadOnlyList<double> weights)
    {
        var (squares, count) = (0.0, 0);
        for (var at = 0; at + weights.Count < values.Length; at++)
            if (paths[at] is { } path)
            {
                var error = 0.0;
                for (var step = 0; step < weights.Count; step++)
                    error += weights[step] * (values[at + 1 + step] - path[step]);
                (squares, count) = (squares + error * error, count + 1);
            }

        return count < 5 ? null : Math.Sqrt(squares / count);
    }
}
