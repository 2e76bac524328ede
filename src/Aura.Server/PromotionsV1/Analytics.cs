using Aura.Persistence;
using Aura.Promotions.Analytics;
using Aura.Server.Http;
using Microsoft.AspNetCore.Mvc;

namespace Aura.Server.PromotionsV1;

internal static class Analytics
{
    public static void MapAnalytics(this RouteGroupBuilder api)
    {
        var analytics = api.MapGroup("/analytics").WithTags("Analytics").Scope("promotions").NeverCached();
        analytics.MapGet("/performance-report", Performance).FromReplica();
        analytics.MapGet("/executive-summary", Summary).FromReplica();
    }

    /// <summary>Dates are days, the last included, or times (UTC); without any, the last 30 days. Ids may be repeated or stand with commas between.</summary>
    private static async Task<PerformanceReport> Performance(
        AuraDb db, CancellationToken cancellation, [FromQuery(Name = "start_date")] string? start = null, [FromQuery(Name = "end_date")] string? end = null,
        [FromQuery(Name = "promotion_ids")] string[]? promotions = null, [FromQuery(Name = "include_inactive")] bool? inactive = null, string? currency = null) =>
        PerformanceReport.Of(await db.Report(
            ReportQuery.Period(start, end, db.Now), ReportQuery.Currency(currency, db.Caller.Currency), ReportQuery.Ids(promotions), inactive, cancellation));

    /// <summary>Key figures beside those of the period of the same length before, and what the rules find in them; see the page on analytics.</summary>
    private static async Task<ExecutiveSummaryResponse> Summary(
        AuraDb db, CancellationToken cancellation, [FromQuery(Name = "start_date")] string? start = null, [FromQuery(Name = "end_date")] string? end = null, string? currency = null) =>
        ExecutiveSummaryResponse.Of(await db.Summarize(ReportQuery.Period(start, end, db.Now), ReportQuery.Currency(currency, db.Caller.Currency), cancellation));
}
