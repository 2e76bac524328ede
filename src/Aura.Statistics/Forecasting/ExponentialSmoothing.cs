using MathNet.Numerics.LinearAlgebra;

namespace Aura.Statistics.Forecasting;

internal enum SlopeKind
{
    None,
    Full,
    Damped,
}

internal enum SeasonKind
{
    None,
    Additive,
    Multiplicative,
}

/// <summary>How fast a smoothing forgets: level, slope and season, each 0 to 1, and what is left of a slope one step on.</summary>
internal readonly record struct Smoothing(double Alpha, double Beta = 0, double Gamma = 0, double Phi = 1);

/// <summary>Exponential smoothing by Holt and Winters: ℓₜ = α(yₜ ⊖ sₜ₋ₘ) + (1 − α)(ℓₜ₋₁ + φbₜ₋₁), bₜ = β(ℓₜ − ℓₜ₋₁) + (1 − β)φbₜ₋₁,
/// sₜ = γ(yₜ ⊖ ℓₜ) + (1 − γ)sₜ₋ₘ; forecasts are ℓ + (φ + φ² + …)b ⊕ s.</summary>
/// <remarks>P. R. Winters, "Forecasting Sales by Exponentially Weighted Moving Averages", Management Science 6 (1960); damped by E. S. Gardner, E. McKenzie,
/// Management Science 31 (1985). The parameters minimize the squared errors of one step. With an additive season these are linear in the state at the start,
/// which is found exactly for given parameters (the maximum likelihood of ETS(A,·,·) in R. J. Hyndman et al., "Forecasting with Exponential Smoothing", 2008);
/// with factors the state after the first season comes from two seasons' decomposition, as in HoltWinters() of R.</remarks>
internal sealed class ExponentialSmoothing
{
    private readonly SlopeKind _slope;
    private readonly SeasonKind _season;
    private readonly double[] _values;
    private readonly int _period, _first;

    private ExponentialSmoothing(double[] values, int period, SlopeKind slope, SeasonKind season)
    {
        (_values, _slope, _season, _period) = (values, slope, season, season == SeasonKind.None ? 1 : period);
        _first = season == SeasonKind.Multiplicative ? period : 0;
    }

    public Smoothing Parameters { get; private set; }

    /// <summary>Level, slope, and the season from the place of the first value on.</summary>
    public double[] Start { get; private set; } = [];

    /// <summary>Of one step ahead, over the values.</summary>
    public double SquaredErrors { get; private set; }

    public double MeanSquaredError => SquaredErrors / (_values.Length - _first);

    /// <param name="values">Two seasons at least where there is a season; above zero for factors.</param>
    public static ExponentialSmoothing Fit(double[] values, int period, SlopeKind slope, SeasonKind season)
    {
        ExponentialSmoothing fitted = new(values, period, slope, season);
        var size = 1 + (slope == SlopeKind.None ? 0 : 1) + (season == SeasonKind.None ? 0 : 1) + (slope == SlopeKind.Damped ? 1 : 0);
        double[][] starts = [[-0.5, -2, -1, 1], [1, -3, -3, 2]];
        var best = starts.Select(start => Simplex.Minimize(point => fitted.Loss(point), start[..size], 1, 1e-7, 400)).MinBy(found => found.Value).Point;
        return fitted.Take(fitted.Unpack(best));
    }

    /// <param name="start">As <see cref="Start"/>; found where it is not given.</param>
    public static ExponentialSmoothing With(double[] values, int period, SlopeKind slope, SeasonKind season, Smoothing parameters, double[]? start = null) =>
        new ExponentialSmoothing(values, period, slope, season).Take(parameters, start);

    /// <summary>For each value what is foretold, having seen it, of the <paramref name="horizon"/> values after it; nothing where the smoothing had not begun.</summary>
    public double[]?[] Paths(int horizon)
    {
        var paths = new double[]?[_values.Length];
        Run(Parameters, Start, _values, null, (at, level, slope, season) =>
        {
            var (path, sum, damping) = (new double[horizon], 0.0, 1.0);
            for (var step = 0; step < horizon; step++)
            {
                sum += damping *= Parameters.Phi;
                path[step] = Plus(level + sum * slope, season.Length == 0 ? 0 : season[(at + 1 + step) % _period]);
            }

            paths[at] = path;
        });
        return paths;
    }

    private ExponentialSmoothing Take(Smoothing parameters, double[]? start = null)
    {
        Parameters = parameters;
        Start = start ?? StartFor(parameters);
        var errors = new double[_values.Length];
        Run(parameters, Start, _values, errors);
        SquaredErrors = errors.Sum(error => error * error);
        return this;
    }

    private double Loss(double[] point)
    {
        if (point.Any(value => Math.Abs(value) > 12))
            return double.PositiveInfinity;
        var (parameters, errors) = (Unpack(point), new double[_values.Length]);
        Run(parameters, StartFor(parameters), _values, errors);
        return Math.Log(errors.Sum(error => error * error) + double.Epsilon);
    }

    private Smoothing Unpack(double[] point)
    {
        var next = 1;
        var beta = _slope == SlopeKind.None ? 0 : Share(point[next++]);
        var gamma = _season == SeasonKind.None ? 0 : Share(point[next++]);
        return new(Share(point[0]), beta, gamma, _slope == SlopeKind.Damped ? 0.8 + 0.18 * Share(point[next]) : 1);

        static double Share(double value) => 1 / (1 + Math.Exp(-value));
    }

    private double[] StartFor(Smoothing parameters) => _season == SeasonKind.Multiplicative ? FromTwoSeasons() : LeastSquares(parameters);

    private double[] FromTwoSeasons()
    {
        if (Start.Length > 0)
            return Start;
        var decomposition = Decomposition.Of(_values.AsSpan(0, 2 * _period), _period, multiplicative: true);
        double[] trend = [.. decomposition.Trend.Where(double.IsFinite)];
        var (slope, level) = Line(trend);
        return Start = [level - slope, _slope == SlopeKind.None ? 0 : slope, .. decomposition.Season];
    }

    /// <summary>The slope of a line through the values by least squares, and its height at the first.</summary>
    internal static (double Slope, double First) Line(double[] values)
    {
        var (middle, mean) = ((values.Length - 1) / 2.0, values.Average());
        var (above, below) = (0.0, 0.0);
        for (var at = 0; at < values.Length; at++)
            (above, below) = (above + (at - middle) * (values[at] - mean), below + (at - middle) * (at - middle));
        var slope = below > 0 ? above / below : 0;
        return (slope, mean - slope * middle);
    }

    /// <summary>The errors are those of a start of zeros, and a column for each number of the start; the last place of a season makes its sum zero.</summary>
    private double[] LeastSquares(Smoothing parameters)
    {
        var (n, seasons) = (_values.Length, _season == SeasonKind.None ? 0 : _period);
        var size = 2 + seasons;
        double[] errors = new double[n], none = new double[n];
        Run(parameters, new double[size], _values, errors);

        List<(int Place, double[] Column)> columns = [];
        for (var place = 0; place < size - (seasons == 0 ? 0 : 1); place++)
        {
            if (place == 1 && _slope == SlopeKind.None)
                continue;
            var (start, column) = (new double[size], new double[n]);
            start[place] = 1;
            if (place > 1)
                start[^1] = -1;
            Run(parameters, start, none, column);
            columns.Add((place, column));
        }

        var solved = Matrix<double>.Build.DenseOfColumnArrays(columns.Select(column => column.Column));
        var right = Vector<double>.Build.Dense(errors);
        var gram = solved.TransposeThisAndMultiply(solved);
        for (var at = 0; at < gram.RowCount; at++)
            gram[at, at] += 1e-9 * (1 + gram[at, at]); // of columns that the parameters make alike, one is enough
        var states = gram.Cholesky().Solve(-solved.TransposeThisAndMultiply(right));

        var found = new double[size];
        for (var at = 0; at < columns.Count; at++)
            found[columns[at].Place] = states[at];
        if (seasons > 0)
            found[^1] = -found[2..^1].Sum();
        return found;
    }

    private void Run(Smoothing by, double[] start, double[] values, double[]? errors, Action<int, double, double, double[]>? seen = null)
    {
        var (level, slope, seasons) = (start[0], start[1], _season == SeasonKind.None ? [] : start[2..]);
        for (var at = _first; at < values.Length; at++)
        {
            var season = seasons.Length == 0 ? 0 : seasons[at % _period];
            var ahead = level + by.Phi * slope;
            if (errors is not null)
                errors[at] = values[at] - Plus(ahead, season);

            var before = level;
            level = by.Alpha * Less(values[at], season) + (1 - by.Alpha) * ahead;
            slope = by.Beta * (level - before) + (1 - by.Beta) * by.Phi * slope;
            if (seasons.Length > 0)
                seasons[at % _period] = by.Gamma * Less(values[at], level) + (1 - by.Gamma) * season;
            seen?.Invoke(at, level, slope, seasons);
        }
    }

    private double Plus(double value, double season) => _season == SeasonKind.Multiplicative ? value * season : value + season;

    private double Less(double value, double season) => _season == SeasonKind.Multiplicative ? value / season : value - season;
}
