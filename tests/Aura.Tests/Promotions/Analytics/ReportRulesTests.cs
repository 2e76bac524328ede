using Aura.Promotions.Analytics;
using Aura.Statistics;

namespace Aura.Tests.Promotions.Analytics;

public sealed class ReportRulesTests
{
    private static readonly DateTime Now = new(2024, 6, 15, 13, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(542_000, 81_300, 566.7)]
    [InlineData(45_000, 11_250, 300.0)]
    [InlineData(25_000, 2_500, 900.0)]
    [InlineData(10, 20, -50.0)]
    [InlineData(10, 0, null)]
    public void Return_on_investment_is_what_came_besides_the_cost_by_the_cost(int revenue, int cost, double? roi) => Assert.Equal((decimal?)roi, Ratio.Roi(revenue, cost));

    [Theory]
    [InlineData(450, 5000, 9.0)]
    [InlineData(800, 5000, 16.0)]
    [InlineData(1, 3, 33.33)]
    [InlineData(0, 10, 0.0)]
    [InlineData(3, 0, null)]
    public void A_part_of_nothing_is_null_and_nothing_of_a_whole_is_zero(int part, int whole, double? percent) => Assert.Equal((decimal?)percent, Ratio.Percent(part, whole));

    [Theory]
    [InlineData(123.5, 100.0, 23.5)]
    [InlineData(50.0, 100.0, -50.0)]
    [InlineData(-50.0, -100.0, 50.0)]
    [InlineData(50.0, 0.0, null)]
    [InlineData(50.0, null, null)]
    [InlineData(null, 50.0, null)]
    public void A_change_needs_something_to_change_from(double? now, double? before, double? change) =>
        Assert.Equal((decimal?)change, Ratio.Change((decimal?)now, (decimal?)before));

    [Fact]
    public void Without_dates_a_report_is_about_thirty_days_with_today()
    {
        var period = ReportPeriod.Of(null, null, Now);

        Assert.Equal((new DateTime(2024, 5, 17), new DateTime(2024, 6, 16), 30), (period.From, period.Until, period.Days));
        Assert.Equal((new DateTime(2024, 4, 17), period.From), (period.Before.From, period.Before.Until));
    }

    [Fact]
    public void A_period_runs_forward_and_not_for_ever()
    {
        Assert.Throws<Refused>(() => ReportPeriod.Of(Now, Now, Now));
        Assert.Throws<Refused>(() => ReportPeriod.Of(Now.AddDays(-1101), Now, Now));
        Assert.Throws<Refused>(() => ReportPeriod.Of(DateTime.MinValue, Now, Now));
        Assert.Equal(1100, ReportPeriod.Of(Now.AddDays(-1100), Now, Now).Days);
    }

    [Fact]
    public void A_trend_needs_five_days_and_a_use()
    {
        Assert.Null(UsageTrend.Of([1, 2, 3, 4]));
        Assert.Null(UsageTrend.Of([0, 0, 0, 0, 0]));
        Assert.Equal(Trend.Increasing, UsageTrend.Of([1, 2, 3, 4, 5, 6])!.Direction());
        Assert.Equal(Trend.Decreasing, UsageTrend.Of([6, 5, 4, 3, 2, 1])!.Direction());
        Assert.Equal(Trend.Stable, UsageTrend.Of([3, 1, 3, 1, 3, 1])!.Direction());
    }

    [Fact]
    public void A_weekly_rhythm_over_months_is_no_trend_and_what_grows_below_it_is_one()
    {
        var rhythm = Enumerable.Range(0, 70).Select(day => day % 7 * 10L).ToList();

        Assert.Equal(Trend.Stable, UsageTrend.Of(rhythm)!.Direction());
        Assert.Equal(Trend.Increasing, UsageTrend.Of([.. rhythm.Index().Select(day => day.Item + day.Index / 7)])!.Direction());
    }
}
