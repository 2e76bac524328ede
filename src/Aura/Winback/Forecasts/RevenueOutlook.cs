using Aura.Statistics;
using Aura.Statistics.Forecasting;

namespace Aura.Winback.Forecasts;

/// <summary>What is expected of a time, in minor units: the mean, and where 80 and 95 of 100 such times end.</summary>
public sealed record RevenueRange(long Mean, long Low80, long High80, long Low95, long High95)
{
    /// <summary>With what has come already.</summary>
    public RevenueRange AtLeast(long known) => new(Math.Max(known, Mean), Math.Max(known, Low80), Math.Max(known, High80), Math.Max(known, Low95), Math.Max(known, High95));
}

/// <summary>A month that is over, and what was, or would have been, said of it before it began.</summary>
/// <param name="Recorded">It was said then; otherwise the method of today would have said it from what was known then.</param>
public sealed record PastMonth(DateOnly Month, long Forecast, long Actual, bool Recorded = false);

/// <summary>How revenue will go on, by what it did: months where there are enough of them, weeks where there are fewer.</summary>
/// <param name="AsOf">The day on which it was looked ahead; what was sold on it counts for the current month only.</param>
/// <param name="Method">Null where the history does not suffice, as are the times ahead.</param>
/// <param name="Step">month or week.</param>
/// <param name="History">Steps that are over.</param>
/// <param name="MonthToDate">Minor units.</param>
/// <param name="NextQuarter">The three months after the current one.</param>
/// <param name="PercentError">What the method missed in its backtest, in percent of what came (wMAPE).</param>
/// <param name="Coverage">How often the intervals of single steps had held, each drawn from what was known before.</param>
/// <param name="Trend">Of the steps of late, where it is more than noise.</param>
public sealed record RevenueOutlook(
    DateOnly AsOf, Currency Currency, string? Method, string Step, int History, bool Seasonal, long MonthToDate, RevenueRange? CurrentMonth, RevenueRange? NextMonth,
    RevenueRange? NextQuarter, double? PercentError, Coverage? Coverage, Trend Trend, IReadOnlyList<PastMonth> PastMonths)
{
    /// <summary>Weeks that are over without which nothing is foretold.</summary>
    public const int LeastWeeks = 12;

    /// <summary>Weeks for a whole quarter ahead.</summary>
    public const int WeeksForQuarter = 26;

    /// <summary>100 less <see cref="PercentError"/>, from 0 to 100; zero where nothing is foretold.</summary>
    public decimal Confidence => PercentError is { } error ? Math.Round((decimal)Math.Clamp(100 - error, 0, 100), 1, MidpointRounding.AwayFromZero) : 0;

    /// <param name="days">From the first order on; days without orders may be missing.</param>
    public static RevenueOutlook Of(IReadOnlyList<RevenueDay> days, DateOnly today, Currency currency, ForecastParameters parameters)
    {
        var month = FirstOfMonth(today);
        var byDay = days.Where(day => day.Day <= today).ToDictionary(day => day.Day, day => day.Net);
        long Between(DateOnly from, DateOnly until) => Days(from, until).Sum(day => byDay.GetValueOrDefault(day));
        RevenueOutlook none = new(today, currency, null, "week", 0, false, Between(month, today.AddDays(1)), null, null, null, null, null, Trend.Stable, []);
        if (byDay.Count == 0)
            return none;

        var first = byDay.Keys.Min();
        Ahead ahead = new(none, Between, parameters);
        List<DateOnly> months = [.. Months(first.Day == 1 ? first : FirstOfMonth(first).AddMonths(1), month)];
        return months.Count >= Forecast.LeastValues
            ? ahead.ByMonth(months)
            : ahead.ByWeek([.. Enumerable.Range(1, (today.DayNumber - first.DayNumber) / 7).Reverse().Select(back => today.AddDays(-7 * back))]);
    }

    internal static DateOnly FirstOfMonth(DateOnly day) => new(day.Year, day.Month, 1);

    private static IEnumerable<DateOnly> Days(DateOnly from, DateOnly until) => Enumerable.Range(0, Math.Max(0, until.DayNumber - from.DayNumber)).Select(from.AddDays);

    private static IEnumerable<DateOnly> Months(DateOnly from, DateOnly until)
    {
        for (var month = from; month < until; month = month.AddMonths(1))
            yield return month;
    }

    /// <summary>Continues the history in steps, and puts the times ahead together from parts of steps.</summary>
    private sealed record Ahead(RevenueOutlook None, Func<DateOnly, DateOnly, long> Between, ForecastParameters Parameters)
    {
        private DateOnly Today => None.AsOf;
        private DateOnly Month => FirstOfMonth(Today);

        public RevenueOutlook ByMonth(List<DateOnly> months)
        {
            double[] values = [.. months.Select(month => (double)Between(month, month.AddMonths(1)))];
            var forecast = Forecast.Of(values, Parameters.Seasonality == Seasonality.None ? 1 : 12, 4)!; // long enough
            (DateOnly, DateOnly)[] steps = [.. Enumerable.Range(0, 4).Select(step => (Month.AddMonths(step), Month.AddMonths(step + 1)))];
            return Told(forecast, values, "month", steps, LocalTrend.Of(values, 12, 6), true) with
            {
                PastMonths = [.. forecast.OneStep.Select(past => new PastMonth(months[past.Index], Whole(past.Forecast), (long)past.Actual))],
            };
        }

        public RevenueOutlook ByWeek(List<DateOnly> weeks)
        {
            if (weeks.Count < LeastWeeks)
                return None with { History = weeks.Count };
            double[] values = [.. weeks.Select(week => (double)Between(week, week.AddDays(7)))];
            var quarter = weeks.Count >= WeeksForQuarter;
            var horizon = (Month.AddMonths(quarter ? 4 : 2).DayNumber - Today.DayNumber + 6) / 7;
            (DateOnly, DateOnly)[] steps = [.. Enumerable.Range(0, horizon).Select(step => (Today.AddDays(7 * step), Today.AddDays(7 * step + 7)))];
            return Told(Forecast.Of(values, 1, horizon)!, values, "week", steps, LocalTrend.Of(values, 1, 8), quarter); // long enough
        }

        private RevenueOutlook Told(Forecast forecast, double[] values, string step, (DateOnly From, DateOnly Until)[] steps, LocalTrend trend, bool quarter)
        {
            RevenueRange Range(DateOnly from, DateOnly until, long known = 0)
            {
                double[] weights = [.. steps.Select(step => (double)Math.Max(0, Math.Min(until.DayNumber, step.Until.DayNumber) - Math.Max(from.DayNumber, step.From.DayNumber))
                    / (step.Until.DayNumber - step.From.DayNumber))];
                return RangeOf(forecast.Weighted(weights[..(Array.FindLastIndex(weights, weight => weight > 0) + 1)]), known);
            }

            return None with
            {
                Method = forecast.Method, Step = step, History = values.Length, Seasonal = forecast.Seasonal,
                CurrentMonth = Range(Today, Month.AddMonths(1), Between(Month, Today)).AtLeast(None.MonthToDate),
                NextMonth = Range(Month.AddMonths(1), Month.AddMonths(2)),
                NextQuarter = quarter ? Range(Month.AddMonths(1), Month.AddMonths(4)) : null,
                PercentError = forecast.PercentError, Coverage = forecast.Coverage, Trend = trend.Direction,
            };
        }

        /// <summary>With the growth that the merchant expects beyond what the past says. Revenue ahead is not below zero.</summary>
        private RevenueRange RangeOf(Foretold foretold, long known)
        {
            long At(double value) => known + Whole(Math.Max(0, value) * (double)(1 + Parameters.GrowthRate / 100));
            return new(At(foretold.Mean), At(foretold.Within80.Lower), At(foretold.Within80.Upper), At(foretold.Within95.Lower), At(foretold.Within95.Upper));
        }

        private static long Whole(double minor) => (long)Math.Round(minor, MidpointRounding.AwayFromZero);
    }
}
