using Aura.Statistics;
using Aura.Statistics.Forecasting;
using Xunit.Abstractions;

namespace Aura.Tests.Statistics.Forecasting;

public sealed class ForecastTests(ITestOutputHelper output)
{
    [Fact]
    public void It_continues_AirPassengers_into_1960_better_than_a_season_ago()
    {
        var values = PublicData.Series("AirPassengers.csv");
        if (values.Length == 0)
            return;

        var (seen, came) = (values[..132], values[132..]);
        var forecast = Forecast.Of(seen, 12, 12)!; // long enough
        Near.Published(9.99, PercentError(came, [.. Enumerable.Range(0, 12).Select(month => seen[120 + month])]), 2);
        var error = PercentError(came, [.. Enumerable.Range(1, 12).Select(step => forecast.Step(step).Mean)]);
        output.WriteLine($"1960 by {forecast.Method}: MAPE {error:F2}; backtest wMAPE {forecast.PercentError:F2}, coverage {forecast.Coverage}");
        Assert.True(forecast.Seasonal);
        Assert.True(error < 6, $"{forecast.Method}: {error:F2}");
        Assert.InRange(Enumerable.Range(1, 12).Count(step => forecast.Step(step).Within95.Contains(came[step - 1])), 10, 12);
    }

    [Fact]
    public void The_parts_on_AirPassengers_are_as_published()
    {
        var values = PublicData.Series("AirPassengers.csv");
        if (values.Length == 0)
            return;

        // what other implementations give for 1960 from the eleven years before: Theta 5.33 (R's thetaf), Holt-Winters with factors 4.89
        var (seen, came) = (values[..132], values[132..]);
        foreach (var (name, paths) in Backtest.AllPaths(seen, 12, 12, seasonal: true))
            output.WriteLine($"{name}: {PercentError(came, paths[^1]!):F2}");
        Assert.Equal(5.33, PercentError(came, ThetaMethod.Paths(seen, 12, 12)[^1]!), 0.2);
    }

    [Fact]
    public void Intervals_held_what_they_promise_on_public_series_that_they_had_not_seen()
    {
        var (within80, within95, count) = (0, 0, 0);
        foreach (var (file, period) in new[] { ("AirPassengers.csv", 12), ("car_sales_monthly.csv", 12), ("UKgas.csv", 4), ("austourists.csv", 4), ("euretail.csv", 4) })
        {
            var values = PublicData.Series(file);
            foreach (var last in values.Length == 0 ? [] : new[] { 24, 12, 4 })
            {
                var (seen, came) = (values[..^last], values[^last..]);
                var forecast = Forecast.Of(seen, period, 4)!; // long enough
                foreach (var step in Enumerable.Range(1, 4))
                {
                    within80 += forecast.Step(step).Within80.Contains(came[step - 1]) ? 1 : 0;
                    within95 += forecast.Step(step).Within95.Contains(came[step - 1]) ? 1 : 0;
                    count++;
                }

                output.WriteLine($"{file} -{last}: {forecast.Method}, wMAPE {forecast.PercentError:F2}, claimed coverage {forecast.Coverage}");
            }
        }

        output.WriteLine($"of {count} values {100.0 * within80 / Math.Max(1, count):F1} % within 80 %, {100.0 * within95 / Math.Max(1, count):F1} % within 95 %");
        if (count > 0)
        {
            Assert.InRange((double)within80 / count, 0.7, 0.92);
            Assert.InRange((double)within95 / count, 0.88, 1);
        }
    }

    [Fact]
    public void A_sum_has_the_sum_of_the_means_and_an_interval_narrower_than_the_sum_of_intervals()
    {
        var forecast = Forecast.Of(Noise(60), 1, 6)!; // long enough
        var (sum, steps) = (forecast.Sum(2, 4), Enumerable.Range(2, 3).Select(forecast.Step).ToArray());
        Near.Exact(steps.Sum(step => step.Mean), sum.Mean, 1e-12);
        Assert.True(sum.Within80.Upper - sum.Mean < steps.Sum(step => step.Within80.Upper - step.Mean));
        Assert.True(sum.Within95.Upper > sum.Within80.Upper);
        Near.Exact(0.5 * steps[0].Mean + steps[1].Mean, forecast.Weighted([0, 0.5, 1]).Mean, 1e-12);
        var last = forecast.OneStep[^1];
        Assert.Equal((59, Noise(60)[59]), (last.Index, last.Actual));
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.Sum(3, 7));
    }

    [Fact]
    public void Less_than_two_seasons_have_no_season_and_what_is_too_short_no_forecast()
    {
        Assert.False(Forecast.Of(Noise(23), 12, 4)!.Seasonal); // long enough
        Assert.DoesNotContain(Forecast.Of(Noise(23), 12, 4)!.Errors.Keys, name => name.Contains("winters", StringComparison.Ordinal)); // long enough
        Assert.True(Forecast.Of(Noise(40), 12, 4)!.Seasonal); // long enough
        Assert.Null(Forecast.Of(Noise(7), 1, 1));
        Assert.Throws<ArgumentException>(() => Forecast.Of([1, 2, double.NaN, 4, 5, 6, 7, 8], 1, 1));
    }

    [Fact]
    public void Of_a_few_origins_the_95_percent_are_wider_than_the_80()
    {
        var next = Forecast.Of(Noise(11), 1, 3)!.Step(1); // long enough
        Assert.True(next.Within95.Upper - next.Mean > 1.3 * (next.Within80.Upper - next.Mean));
    }

    [Fact]
    public void A_series_of_zeros_or_of_one_value_is_continued_by_itself()
    {
        Assert.Equal(0, Forecast.Of(new double[30], 7, 5)!.Step(3).Mean, 1e-6); // long enough
        Assert.Equal(5, Forecast.Of([.. Enumerable.Repeat(5.0, 30)], 7, 5)!.Step(5).Mean, 1e-4); // long enough
    }

    [Fact]
    public void A_trend_is_named_where_it_is_more_than_noise()
    {
        Assert.Equal(Trend.Increasing, LocalTrend.Of([.. Noise(48).Select((value, at) => value + 3 * at)], 12, 6).Direction);
        Assert.Equal(Trend.Decreasing, LocalTrend.Of([.. Noise(48).Select((value, at) => value - 3 * at)], 12, 6).Direction);
        Assert.Equal(Trend.Stable, LocalTrend.Of([1, 9, 3], 1, 6).Direction);

        var random = new Random(20);
        var named = Enumerable.Range(0, 1000).Count(_ => LocalTrend.Of([.. Enumerable.Range(0, 60).Select(_ => random.NextDouble())], 1, 10).Direction != Trend.Stable);
        Assert.InRange(named, 130, 260); // 200 are promised
    }

    private static double[] Noise(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => 100 + 10 * (random.NextDouble() - 0.5))];
    }

    private static double PercentError(double[] came, double[] foretold) => 100 * came.Zip(foretold, (value, mean) => Math.Abs(value - mean) / value).Average();
}
