using Aura.Promotions;
using Aura.Promotions.Analytics;
using Aura.Promotions.Engine;
using Aura.Server.Http;
using Aura.Statistics;

namespace Aura.Server.PromotionsV1;

/// <param name="Currency">Of every amount in it.</param>
/// <param name="LeftOut">Uses in other currencies, in their own: nothing is converted.</param>
public sealed record PerformanceReport(
    ReportedPeriod ReportPeriod, Currency Currency, SummaryMetrics SummaryMetrics, IReadOnlyList<PromotionDetail> PromotionDetails, ReportTrends Trends,
    TopPerformers TopPerformers, IReadOnlyList<LeftOutUses> LeftOut)
{
    private const int Top = 10;

    public static PerformanceReport Of(PromotionReport report)
    {
        decimal Major(long minor) => new Money(minor, report.Currency).Amount;
        var used = report.Promotions.Where(promotion => promotion.Usage > 0).ToList();
        return new(
            ReportedPeriod.Of(report.Period), report.Currency, SummaryMetrics.Of(report), [.. report.Promotions.Select(promotion => PromotionDetail.Of(promotion, report.Currency))],
            new([.. report.Days.Select(day => new DailyUsage(day.Date, day.Usage, Major(day.Revenue)))]),
            new(
                [.. used.OrderByDescending(p => p.Usage).ThenBy(p => p.Id).Take(Top).Select(p => new TopByUsage(p.Id, p.Name, p.Usage))],
                [.. used.OrderByDescending(p => p.Revenue).ThenBy(p => p.Id).Take(Top).Select(p => new TopByRevenue(p.Id, p.Name, Major(p.Revenue)))],
                [.. used.Where(p => p.Roi is not null).OrderByDescending(p => p.Roi).ThenBy(p => p.Id).Take(Top).Select(p => new TopByRoi(p.Id, p.Name, p.Roi))]),
            [.. report.LeftOut.Select(LeftOutUses.Of)]);
    }
}

/// <param name="EndDate">The last second of it.</param>
public sealed record ReportedPeriod(DateTime StartDate, DateTime EndDate, int DurationDays)
{
    public static ReportedPeriod Of(ReportPeriod period) => new(period.From, period.Until.AddSeconds(-1), period.Days);
}

/// <param name="TotalUsage">Uses of all promotions: an order with two of them is two uses, with its revenue in both.</param>
/// <param name="AverageDiscountPerOrder">Discount by uses.</param>
/// <param name="UniqueCustomers">Who left no address is not counted.</param>
/// <param name="ConversionRate">Uses by impressions, in percent.</param>
/// <param name="RoiPercentage">(Revenue - discount) / discount, in percent.</param>
/// <param name="DistinctOrders">Each order once.</param>
/// <param name="DistinctOrderRevenue">Each order once.</param>
public sealed record SummaryMetrics(
    int TotalPromotions, int ActivePromotions, long TotalUsage, decimal TotalRevenue, decimal TotalDiscount, decimal? AverageDiscountPerOrder,
    long UniqueCustomers, decimal? ConversionRate, decimal? RoiPercentage, long DistinctOrders, decimal DistinctOrderRevenue)
{
    public static SummaryMetrics Of(PromotionReport report) => new(
        report.Promotions.Count, report.Promotions.Count(promotion => promotion.Status == PromotionStatus.Active), report.Usage,
        new Money(report.Revenue, report.Currency).Amount, new Money(report.Discount, report.Currency).Amount,
        report.AverageDiscount is { } each ? new Money(each, report.Currency).Amount : null,
        report.Customers, report.ConversionRate, report.Roi, report.Orders, new Money(report.OrderRevenue, report.Currency).Amount);
}

public sealed record PromotionDetail(
    Number<Promotion> PromotionId, string PromotionName, PromotionType PromotionType, PromotionStatus Status, UsageMetrics UsageMetrics,
    FinancialMetrics FinancialMetrics, EngagementMetrics EngagementMetrics)
{
    public static PromotionDetail Of(PromotionPerformance p, Currency currency) => new(
        p.Id, p.Name, p.Type, p.Status, new(p.Usage, p.Customers, p.Trend),
        new(new Money(p.Revenue, currency).Amount, new Money(p.Discount, currency).Amount,
            p.AverageOrder is { } each ? new Money(each, currency).Amount : null, p.Roi),
        new(p.Impressions, p.Clicks, p.ConversionRate, p.ClickThroughRate));
}

/// <param name="UsageTrend">Null where there are no uses, or fewer than five days to tell by.</param>
public sealed record UsageMetrics(long TotalUsage, long UniqueCustomers, Trend? UsageTrend);

/// <param name="AverageOrderValue">Revenue by uses.</param>
public sealed record FinancialMetrics(decimal TotalRevenue, decimal TotalDiscount, decimal? AverageOrderValue, decimal? RoiPercentage);

/// <param name="ConversionRatePercentage">Uses by impressions.</param>
/// <param name="ClickThroughRate">Clicks by impressions, in percent.</param>
public sealed record EngagementMetrics(long Impressions, long Clicks, decimal? ConversionRatePercentage, decimal? ClickThroughRate);

public sealed record ReportTrends(IReadOnlyList<DailyUsage> DailyUsage);

/// <param name="Date">Of UTC.</param>
public sealed record DailyUsage(DateOnly Date, long Usage, decimal Revenue);

public sealed record TopPerformers(IReadOnlyList<TopByUsage> ByUsage, IReadOnlyList<TopByRevenue> ByRevenue, IReadOnlyList<TopByRoi> ByRoi);

public sealed record TopByUsage(Number<Promotion> PromotionId, string PromotionName, long Usage);

public sealed record TopByRevenue(Number<Promotion> PromotionId, string PromotionName, decimal Revenue);

public sealed record TopByRoi(Number<Promotion> PromotionId, string PromotionName, decimal? Roi);

public sealed record LeftOutUses(string Currency, long Usage, decimal Revenue, decimal Discount)
{
    public static LeftOutUses Of(UsesInCurrency uses)
    {
        var currency = Aura.Currency.Of(uses.Currency);
        return new(uses.Currency, uses.Usage, new Money(uses.Revenue, currency).Amount, new Money(uses.Discount, currency).Amount);
    }
}
