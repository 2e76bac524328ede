using Aura.Statistics;
using Aura.Winback.Forecasts;

namespace Aura.Tests.Winback.Forecasts;

public sealed class RevenueOutlookTests
{
    private static readonly DateOnly Today = new(2026, 6, 11);

    [Fact]
    public void Forty_months_have_a_season_and_the_months_ahead_follow_it()
    {
        var outlook = Look([.. Days(new(2023, 1, 1), Today).Select(day => new RevenueDay(day, 1000 + 500 * (day.Month == 7 ? 1 : 0) + day.DayNumber % 3))]);

        Assert.Equal(("month", 41, true), (outlook.Step, outlook.History, outlook.Seasonal));
        Assert.Equal(11_010, outlook.MonthToDate, 15.0);
        Assert.Equal(30_030, outlook.CurrentMonth!.Mean, 600.0); // foretold
        Assert.Equal(46_530, outlook.NextMonth!.Mean, 1_000.0);
        Assert.Equal(46_530 + 31_031 + 30_030, outlook.NextQuarter!.Mean, 3_000.0);
        Assert.True(outlook.NextMonth.Low95 <= outlook.NextMonth.Low80 && outlook.NextMonth.Low80 <= outlook.NextMonth.Mean && outlook.NextMonth.Mean <= outlook.NextMonth.High80);
        Assert.InRange(outlook.Confidence, 90, 100);
    }

    [Fact]
    public void Half_a_year_is_continued_by_weeks_and_three_months_not_as_far_as_a_quarter()
    {
        var (half, quarter) = (Look(Even(Today.AddDays(-200))), Look(Even(Today.AddDays(-90))));

        Assert.Equal(("week", 28, false), (half.Step, half.History, half.Seasonal));
        Assert.Equal(30_000, half.CurrentMonth!.Mean, 300.0); // foretold
        Assert.Equal(31_000, half.NextMonth!.Mean, 300.0);
        Assert.Equal(92_000, half.NextQuarter!.Mean, 900.0);
        Assert.NotNull(quarter.NextMonth);
        Assert.Null(quarter.NextQuarter);
    }

    [Fact]
    public void Of_a_few_weeks_it_is_only_said_what_came()
    {
        var outlook = Look(Even(Today.AddDays(-83)));
        Assert.Equal((11, null, 0m, 11_000L), (outlook.History, outlook.Method, outlook.Confidence, outlook.MonthToDate));
        Assert.Equal((null, null, null), (outlook.CurrentMonth, outlook.NextMonth, outlook.NextQuarter));
        Assert.Null(Look([]).Method);
    }

    [Fact]
    public void Growth_that_is_expected_moves_what_is_ahead_and_not_what_came()
    {
        ForecastParameters parameters = new();
        parameters.Adjust(10, Seasonality.None, null);
        var (plain, grown) = (Look(Even(Today.AddDays(-200))), Look(Even(Today.AddDays(-200)), parameters));
        Assert.Equal(1.1 * plain.NextMonth!.Mean, grown.NextMonth!.Mean, 1.0);
        Assert.Equal(plain.MonthToDate, grown.MonthToDate);
        Assert.Throws<Refused>(() => parameters.Adjust(-95, Seasonality.Auto, null));
        Assert.Throws<Refused>(() => parameters.Adjust(0, Seasonality.Auto, 30));
    }

    [Fact]
    public void A_trend_is_told_and_revenue_ahead_is_never_below_zero()
    {
        var falling = Look([.. Days(Today.AddDays(-200), Today).Select(day => new RevenueDay(day, 5 * (Today.DayNumber - day.DayNumber)))]);
        Assert.Equal(Trend.Decreasing, falling.Trend);
        Assert.True(falling.NextMonth!.Low95 >= 0); // foretold
        Assert.Equal(Trend.Increasing, Look([.. Days(Today.AddDays(-200), Today).Select(day => new RevenueDay(day, 5 * (day.DayNumber - Today.DayNumber + 300)))]).Trend);
    }

    private static RevenueOutlook Look(IReadOnlyList<RevenueDay> days, ForecastParameters? parameters = null) => RevenueOutlook.Of(days, Today, Currency.Usd, parameters ?? new());

    private static RevenueDay[] Even(DateOnly from) => [.. Days(from, Today).Select(day => new RevenueDay(day, 1000))];

    private static IEnumerable<DateOnly> Days(DateOnly from, DateOnly to) => Enumerable.Range(0, to.DayNumber - from.DayNumber + 1).Select(from.AddDays);
}
