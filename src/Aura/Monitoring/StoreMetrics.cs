using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Monitoring;

/// <summary>Figures of one store, from what all servers have written down and from its own points.</summary>
/// <param name="Requests">Requests in the span.</param>
/// <param name="Errors">Of them, answers with a status of 500 or more.</param>
public sealed record StoreMetrics(long Requests, long Errors, Latencies Latencies)
{
    /// <summary>What the server measures of itself.</summary>
    public static readonly string[] Own = ["requests", "errorRate", "latency.p50", "latency.p95", "latency.p99", "errors"];

    /// <summary>Share of failed requests, 0 to 1; null without requests.</summary>
    public decimal? ErrorRate => Requests == 0 ? null : Math.Round((decimal)Errors / Requests, 6);

    /// <summary>By the world's clock, for servers do not follow the clock of a sandbox.</summary>
    public static async Task<IReadOnlyList<StoreMinute>> Minutes(AuraDb db, TimeSpan span, CancellationToken cancellation)
    {
        var from = db.Now - db.Caller.ClockOffset - span;
        return await db.Database.SqlQuery<StoreMinute>($"""
            SELECT minute, requests, errors, latencies FROM request_minutes WHERE tenant_id = {db.Tenant} AND minute > {from} ORDER BY minute
            """).ToListAsync(cancellation);
    }

    public static StoreMetrics Of(IEnumerable<StoreMinute> minutes)
    {
        var (requests, errors, latencies) = (0L, 0L, new Latencies());
        foreach (var minute in minutes)
        {
            (requests, errors) = (requests + minute.Requests, errors + minute.Errors);
            latencies.Add(minute.Latencies);
        }

        return new(requests, errors, latencies);
    }

    /// <summary>What a metric is now: one of <see cref="Own"/> over the span, or the latest point of another name within it.</summary>
    /// <returns>Null where there is nothing to say.</returns>
    public static async Task<decimal?> Now(AuraDb db, string metric, TimeSpan span, CancellationToken cancellation)
    {
        var since = db.Now - span;
        if (metric == "errors")
            return await db.ErrorReports.CountAsync(e => e.LastAt > since, cancellation);
        if (!Own.Contains(metric))
            return await db.MetricPoints.Where(p => p.Name == metric && p.CreatedAt > since).OrderByDescending(p => p.CreatedAt).ThenByDescending(p => p.Id)
                .Select(p => (decimal?)p.Value).FirstOrDefaultAsync(cancellation);
        var now = Of(await Minutes(db, span, cancellation));
        return metric switch
        {
            "requests" => now.Requests,
            "errorRate" => now.ErrorRate ?? 0,
            "latency.p50" => now.Latencies.Percentile(0.5),
            "latency.p95" => now.Latencies.Percentile(0.95),
            _ => now.Latencies.Percentile(0.99),
        };
    }
}

/// <summary>One server's minute.</summary>
/// <param name="Latencies">See <see cref="Monitoring.Latencies"/>.</param>
public sealed record StoreMinute(DateTime Minute, long Requests, long Errors, int[] Latencies);
