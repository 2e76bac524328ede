using Aura.Promotions.Engine;
using Aura.Statistics;

namespace Aura.Promotions.Analytics;

/// <summary>What promotions did in a period. All amounts are minor units of one currency.</summary>
/// <remarks>A use counts on the day it was made, if it is confirmed: of orders that were placed and not cancelled, and of what was tracked from
/// elsewhere. Refunds are not taken off. An order with two promotions is a use of each, with its whole revenue; <see cref="Orders"/> and
/// <see cref="OrderRevenue"/> count it once.</remarks>
/// <param name="Promotions">By id.</param>
/// <param name="Days">Every day of the period, those without a use too.</param>
/// <param name="Customers">Different ones; who left no address is not among them.</param>
/// <param name="LeftOut">What there is in other currencies: nothing is converted.</param>
public sealed record PromotionReport(
    ReportPeriod Period, Currency Currency, IReadOnlyList<PromotionPerformance> Promotions, IReadOnlyList<DayOfUses> Days,
    long Customers, long Orders, long OrderRevenue, IReadOnlyList<UsesInCurrency> LeftOut)
{
    public long Usage => Promotions.Sum(promotion => promotion.Usage);

    public long Revenue => Promotions.Sum(promotion => promotion.Revenue);

    public long Discount => Promotions.Sum(promotion => promotion.Discount);

    /// <summary>Of the days that the period touches.</summary>
    public long Impressions => Promotions.Sum(promotion => promotion.Impressions);

    public long Clicks => Promotions.Sum(promotion => promotion.Clicks);

    /// <summary>Uses by impressions, in percent; null without impressions.</summary>
    public decimal? ConversionRate => Ratio.Percent(Usage, Impressions);

    public decimal? Roi => Ratio.Roi(Revenue, Discount);

    /// <summary>Minor units; null without uses.</summary>
    public long? AverageDiscount => Ratio.Each(Discount, Usage);
}

/// <inheritdoc cref="PromotionReport"/>
/// <param name="Status">Now.</param>
/// <param name="Trend">Of its uses; null where there are none, or too few days to tell.</param>
public sealed record PromotionPerformance(
    long Id, string Name, PromotionType Type, PromotionStatus Status, long Usage, long Customers, long Revenue, long Discount, long Impressions, long Clicks, Trend? Trend)
{
    /// <summary>The whole days of the period that are over and on which it was, or could be, given; none for one without uses.</summary>
    public IReadOnlyList<DayOfUses> ByDay { get; init; } = [];

    public decimal? ConversionRate => Ratio.Percent(Usage, Impressions);

    public decimal? ClickThroughRate => Ratio.Percent(Clicks, Impressions);

    public decimal? Roi => Ratio.Roi(Revenue, Discount);

    /// <summary>Minor units; null without uses.</summary>
    public long? AverageOrder => Ratio.Each(Revenue, Usage);
}

public sealed record DayOfUses(DateOnly Date, long Usage, long Revenue, long Discount);

public sealed record UsesInCurrency(string Currency, long Usage, long Revenue, long Discount);

/// <summary>Whether uses become more or fewer.</summary>
public static class UsageTrend
{
    /// <summary>Up to so many days each day is a value; beyond, each whole week is, so that a weekly rhythm is none of the trend.</summary>
    public const int MaxDays = 56;

    /// <summary>Fewer values show no trend at the level of 0.05, whatever they are.</summary>
    public const int MinValues = 5;

    /// <param name="days">Uses on each day, in order.</param>
    /// <returns>Null without uses or with fewer than five values: see <see cref="MannKendallTest"/>, at the level of 0.05.</returns>
    public static MannKendallTest? Of(IReadOnlyList<long> days)
    {
        double[] values = days.Count <= MaxDays ? [.. days.Select(uses => (double)uses)]
            : [.. days.Chunk(7).Where(week => week.Length == 7).Select(week => (double)week.Sum())];
        return values.Length < MinValues || values.All(value => value == 0) ? null : MannKendallTest.Of(values);
    }
}
