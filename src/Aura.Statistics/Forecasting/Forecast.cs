namespace Aura.Statistics.Forecasting;

/// <summary>What is foretold of a step, or of a sum of steps, in the unit of the series.</summary>
public readonly record struct Foretold(double Mean, Interval Within80, Interval Within95);

/// <summary>What was, or would have been, said of a value one step before it came.</summary>
public readonly record struct PastStep(int Index, double Forecast, double Actual);

/// <summary>How often what came was within an interval that had been drawn before, over a backtest. A fraction, and of how many values.</summary>
public readonly record struct Coverage(double Within80, double Within95, int Values);

/// <summary>A series continued by that of several methods which would have continued it best in the past: seasonal naive, exponential smoothing with a full
/// or damped slope and an additive or multiplicative season, Theta, and the mean of these. The winner has the least scaled error (MASE) from a rolling origin.</summary>
/// <remarks>Intervals are the errors of the winner within the series, stretched until they held in the backtest (normalized conformal prediction: H. Papadopoulos,
/// A. Gammerman, V. Vovk, 2008). Their coverage is counted honestly: at each origin with the stretch that had been learnt from values known by then.</remarks>
public sealed class Forecast
{
    /// <summary>Shorter series are not continued.</summary>
    public const int LeastValues = 8;

    private readonly double[] _values;
    private readonly double[]?[] _paths;
    private readonly double _stretch80, _stretch95;

    private Forecast(double[] values, int period, int horizon, bool seasonal)
    {
        Backtest backtest = new(values, period, horizon, seasonal);
        (_values, Seasonal, Horizon) = (values, seasonal, horizon);
        Errors = backtest.Methods.ToDictionary(name => name, backtest.Mase);
        Method = Errors.MinBy(error => error.Value).Key;
        var misses = backtest.Of(Method);
        _paths = Backtest.AllPaths(values, seasonal ? period : 1, horizon, seasonal)[Method];
        (_stretch80, _stretch95) = (Stretch(misses, 0.8), Stretch(misses, 0.95));
        PercentError = 100 * misses.Sum(miss => Math.Abs(miss.Actual - miss.Forecast)) / Math.Max(misses.Sum(miss => Math.Abs(miss.Actual)), double.Epsilon);
        Coverage = Count(misses);
        OneStep = [.. misses.Where(miss => miss.Step == 1).OrderBy(miss => miss.Origin).Select(miss => new PastStep(miss.Origin, miss.Forecast, miss.Actual))];
    }

    /// <summary>The winner's name, such as holt_winters_additive.</summary>
    public string Method { get; }

    /// <summary>Of each method, by its name, the mean absolute scaled error of the backtest: below one it was better than a naive step within the series.</summary>
    public IReadOnlyDictionary<string, double> Errors { get; }

    /// <summary>Whether a season was looked for: it takes two of them, and a horizon to be tested on.</summary>
    public bool Seasonal { get; }

    public int Horizon { get; }

    /// <summary>wMAPE: what the winner missed over the backtest, in percent of what came. Zero or more, and above 100 where it knows nothing.</summary>
    public double PercentError { get; }

    /// <summary>Of the intervals of single steps.</summary>
    public Coverage Coverage { get; }

    /// <param name="values">At equal steps of time, the latest last.</param>
    /// <param name="period">Steps of a season, such as 12 of months; 1 for none.</param>
    /// <param name="horizon">Steps to foretell, one or more.</param>
    /// <returns>Null where the series is shorter than <see cref="LeastValues"/>.</returns>
    /// <exception cref="ArgumentException">A value is not a finite number, or an argument below one.</exception>
    public static Forecast? Of(IReadOnlyList<double> values, int period, int horizon)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(period);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(horizon);
        if (!values.All(double.IsFinite))
            throw new ArgumentException("Finite numbers are expected.", nameof(values));
        return values.Count < LeastValues ? null : new([.. values], period, horizon, period > 1 && values.Count >= 2 * period + Math.Min(horizon, period));
    }

    /// <summary>What the winner would have said of each value of the backtest one step before, by its index in the series, oldest first.</summary>
    public IReadOnlyList<PastStep> OneStep { get; }

    /// <summary>A step beyond the series, from 1 to the horizon.</summary>
    public Foretold Step(int step) => Sum(step, step);

    /// <summary>The sum of the steps from one to another, with an interval of its own: errors of neighbours go together.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The steps are not from 1 to the horizon.</exception>
    public Foretold Sum(int from, int to)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        return Weighted([.. Enumerable.Range(1, to).Select(step => step < from ? 0.0 : 1.0)]);
    }

    /// <summary>The sum of parts of steps, as a month is of weeks.</summary>
    /// <param name="weights">Of the first step, the second, and so on; the horizon at most.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more weights than steps.</exception>
    public Foretold Weighted(IReadOnlyList<double> weights)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weights.Count, Horizon, nameof(weights));
        var mean = weights.Select((weight, step) => weight * _paths[^1]![step]).Sum(); // the last value has been seen
        var spread = Backtest.Spread(_values, _paths, weights) ?? Wandering(weights);
        return new(mean, Interval.Around(mean, _stretch80 * spread), Interval.Around(mean, _stretch95 * spread));
    }

    /// <summary>The error where the series is too short to show it: as if each step's stayed in all later ones, the most that it can do.</summary>
    private double Wandering(IReadOnlyList<double> weights) =>
        (Backtest.Spread(_values, _paths, [1]) ?? 0) * Math.Sqrt(Enumerable.Range(0, weights.Count).Sum(step => Math.Pow(weights.Skip(step).Sum(), 2)));

    /// <summary>How many usual errors hold the share of the misses. Those of one origin go together, so that the correction for their number is that for the number
    /// of origins; and while these are few it is not below the normal one.</summary>
    private static double Stretch(IReadOnlyCollection<Backtest.Miss> misses, double share)
    {
        double[] sizes = [.. misses.Select(miss => miss.Spread > 0 ? Math.Abs(miss.Actual - miss.Forecast) / miss.Spread : 0).Order()];
        var (origins, normal) = (misses.Select(miss => miss.Origin).Distinct().Count(), Distributions.NormalCritical((1 - share) / 2));
        if (origins == 0)
            return normal;
        var corrected = share * (1 + 1.0 / origins);
        var size = sizes[(int)Math.Ceiling(sizes.Length * Math.Min(1, corrected)) - 1];
        if (corrected > 1)
            size *= normal / Distributions.NormalCritical(0.1); // so few cannot say: wider than all of them, as the normal is wider than its 80 %
        return origins < 10 ? Math.Max(normal, size) : size;
    }

    private static Coverage Count(List<Backtest.Miss> misses)
    {
        var (within80, within95, count) = (0, 0, 0);
        foreach (var origin in misses.GroupBy(miss => miss.Origin))
        {
            Backtest.Miss[] known = [.. misses.Where(miss => miss.Origin + miss.Step <= origin.Key)];
            var (stretch80, stretch95) = (Stretch(known, 0.8), Stretch(known, 0.95));
            foreach (var miss in origin)
            {
                var error = Math.Abs(miss.Actual - miss.Forecast);
                (within80, within95, count) = (within80 + (error <= stretch80 * miss.Spread ? 1 : 0), within95 + (error <= stretch95 * miss.Spread ? 1 : 0), count + 1);
            }
        }

        return count == 0 ? default : new((double)within80 / count, (double)within95 / count, count);
    }
}
