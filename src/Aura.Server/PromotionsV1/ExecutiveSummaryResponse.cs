using Aura.Promotions.Analytics;

namespace Aura.Server.PromotionsV1;

/// <param name="Insights">What the rules find in the figures; none where they do not bear it out.</param>
/// <param name="LeftOut">Uses in other currencies, in their own: nothing is converted.</param>
public sealed record ExecutiveSummaryResponse(
    SummarizedPeriod Period, Currency Currency, KeyMetrics KeyMetrics, IReadOnlyList<InsightResponse> Insights, IReadOnlyList<RecommendationResponse> Recommendations,
    PerformanceComparison PerformanceComparison, IReadOnlyList<LeftOutUses> LeftOut)
{
    public static ExecutiveSummaryResponse Of(ExecutiveSummary summary)
    {
        var (report, figures, previous) = (summary.Data.Report, summary.Data.Figures, summary.Previous);
        return new(
            new(report.Period.From, report.Period.Until.AddSeconds(-1)), report.Currency, KeyMetrics.Of(figures, report.Currency),
            [.. summary.Insights.Select(i => new InsightResponse(i.Type, i.Title, i.Description, i.Impact, i.Confidence, i.Rule, i.Evidence))],
            [.. summary.Recommendations.Select(r => new RecommendationResponse(r.Priority, r.Category, r.Title, r.Description, r.ExpectedImpact, r.Effort, r.Confidence, r.Rule, r.Evidence))],
            new(
                new(Ratio.Change(figures.Revenue, previous?.Revenue), figures.Roi - previous?.Roi, Ratio.Change(figures.Acquired, previous?.Acquired)),
                new(Of(figures.Roi, summary.Data.RoiBenchmark), Of(report.ConversionRate, summary.ConversionBenchmark))),
            [.. report.LeftOut.Select(LeftOutUses.Of)]);
    }

    private static decimal? Of(decimal? figure, decimal? benchmark) => figure is { } own && benchmark is { } other ? Ratio.Percent(own, other) : null;
}

/// <param name="EndDate">The last second of it.</param>
public sealed record SummarizedPeriod(DateTime StartDate, DateTime EndDate);

/// <param name="TotalRevenueImpact">What orders with promotions brought after discounts, without shipping and tax, each order once.</param>
/// <param name="NetRevenueIncrease">Impact - cost.</param>
/// <param name="OverallRoi">Net / cost, in percent; null where nothing was given.</param>
/// <param name="CustomerAcquisition">Customers whose first order had a promotion.</param>
/// <param name="CustomerRetentionImprovement">How many more of a hundred buyers ordered again in the period where their first order in it had a promotion; null without
/// buyers of both kinds.</param>
public sealed record KeyMetrics(
    decimal TotalRevenueImpact, decimal CostOfDiscounts, decimal NetRevenueIncrease, decimal? OverallRoi, long CustomerAcquisition, decimal? CustomerRetentionImprovement)
{
    public static KeyMetrics Of(SummaryFigures figures, Currency currency) => new(
        new Money(figures.Revenue, currency).Amount, new Money(figures.Cost, currency).Amount, new Money(figures.Net, currency).Amount,
        figures.Roi, figures.Acquired, figures.RetentionImprovement);
}

/// <param name="Confidence">high below a p value of 0.001, medium below 0.01, low below 0.05.</param>
/// <param name="Rule">Which rule found it.</param>
/// <param name="Evidence">The numbers that it was found in.</param>
public sealed record InsightResponse(
    FindingType Type, string Title, string Description, FindingImpact Impact, Confidence Confidence, string Rule, IReadOnlyDictionary<string, object?> Evidence);

/// <param name="ExpectedImpact">Worked out of the evidence; null where it cannot be.</param>
public sealed record RecommendationResponse(
    Degree Priority, string Category, string Title, string Description, string? ExpectedImpact, Degree ImplementationEffort, Confidence Confidence, string Rule,
    IReadOnlyDictionary<string, object?> Evidence);

public sealed record PerformanceComparison(VersusPrevious VsPreviousPeriod, VersusBenchmark VsIndustryBenchmark);

/// <summary>Null where nothing was used in the period before, or a figure has nothing to be compared with.</summary>
/// <param name="RevenueChange">Percent.</param>
/// <param name="RoiChange">Percentage points.</param>
/// <param name="CustomerAcquisitionChange">Percent.</param>
public sealed record VersusPrevious(decimal? RevenueChange, decimal? RoiChange, decimal? CustomerAcquisitionChange);

/// <summary>In percent of the benchmarks that the store's settings have; null without.</summary>
public sealed record VersusBenchmark(decimal? RoiVsBenchmark, decimal? ConversionRateVsBenchmark);
