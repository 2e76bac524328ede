namespace Aura.Statistics.Forecasting;

/// <summary>Where a series is heading of late: the slope of a line through it, its season taken out, in which the past counts half as much with every
/// half-life.</summary>
/// <remarks>The discounted least squares of R. G. Brown, "Smoothing, Forecasting and Prediction of Discrete Time Series" (1963); the error of the slope by H. White,
/// Econometrica 48 (1980), widened by √((1 + ρ)/(1 − ρ)) for the correlation ρ of neighbours.</remarks>
/// <param name="Slope">In units of the values per step.</param>
/// <param name="Within80">Where the slope lies, in 80 of 100 series.</param>
public readonly record struct LocalTrend(double Slope, Interval Within80)
{
    /// <summary>Its direction where the interval leaves out zero.</summary>
    public Trend Direction => Within80.Lower > 0 ? Trend.Increasing : Within80.Upper < 0 ? Trend.Decreasing : Trend.Stable;

    /// <param name="values">At equal steps of time, the latest last.</param>
    /// <param name="period">Of a season; it is taken out where the series has two of them.</param>
    /// <param name="halfLife">In steps, above zero.</param>
    /// <returns>A slope of zero that may be anything, for fewer than five values.</returns>
    public static LocalTrend Of(IReadOnlyList<double> values, int period, double halfLife)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(halfLife);
        if (values.Count < 5)
            return new(0, new(double.NegativeInfinity, double.PositiveInfinity));

        double[] series = [.. values];
        if (period > 1 && series.Length >= 2 * period)
            series = Decomposition.Of(series, period, multiplicative: false).Adjusted(series);
        double[] weights = [.. series.Select((_, at) => Math.Pow(0.5, (series.Length - 1 - at) / halfLife))];
        var total = weights.Sum();
        var (time, mean) = (weights.Select((weight, at) => weight * at).Sum() / total, weights.Select((weight, at) => weight * series[at]).Sum() / total);
        var below = weights.Select((weight, at) => weight * Math.Pow(at - time, 2)).Sum();
        var slope = weights.Select((weight, at) => weight * (at - time) * (series[at] - mean)).Sum() / below;

        double[] errors = [.. series.Select((value, at) => value - mean - slope * (at - time))];
        var freedom = total * total / weights.Sum(weight => weight * weight) - 2;
        if (freedom < 1)
            return new(slope, new(double.NegativeInfinity, double.PositiveInfinity));
        var error = Math.Sqrt(weights.Select((weight, at) => Math.Pow(weight * errors[at] * (at - time), 2)).Sum() * (freedom + 2) / freedom) / below;
        var neighbours = Enumerable.Range(1, series.Length - 1).Sum(at => weights[at] * errors[at] * errors[at - 1]) / Math.Max(double.Epsilon, weights.Select((weight, at) => weight * errors[at] * errors[at]).Sum());
        var correlation = Math.Clamp(neighbours, 0, 0.9);
        return new(slope, Interval.Around(slope, Distributions.StudentCritical(0.1, freedom) * error * Math.Sqrt((1 + correlation) / (1 - correlation))));
    }
}
