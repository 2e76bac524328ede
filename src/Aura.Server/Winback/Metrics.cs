using System.ComponentModel.DataAnnotations;
using Aura.Monitoring;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Monitoring;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>How fast and how well the shop's requests are answered, on all servers together, and what its own programs measure.</summary>
internal static class Metrics
{
    private const int UsualSpan = 60, MostNames = 200;

    public static void MapMetrics(this RouteGroupBuilder api)
    {
        var metrics = api.MapGroup("/apm/metrics").WithTags("Monitoring").Scope("monitoring").NeverCached();
        metrics.MapGet("/", Show);
        metrics.MapGet("/dashboard", Dashboard);
        metrics.MapPost("/custom", Track);
    }

    private static async Task<ShownMetrics> Show(AuraDb db, Telemetry telemetry, CancellationToken cancellation, [Range(1, 1440)] int window = UsualSpan)
    {
        await telemetry.Flush(cancellation);
        return new(await Figures(db, window, await StoreMetrics.Minutes(db, Span(window), cancellation), cancellation));
    }

    private static async Task<ShownDashboard> Dashboard(AuraDb db, Telemetry telemetry, CancellationToken cancellation)
    {
        await telemetry.Flush(cancellation);
        var minutes = await StoreMetrics.Minutes(db, Span(UsualSpan), cancellation);
        var since = db.Now - Span(UsualSpan);
        return new(new(
            await Figures(db, UsualSpan, minutes, cancellation),
            [.. minutes.GroupBy(minute => minute.Minute).Select(group => (At: group.Key, Of: StoreMetrics.Of(group))).Select(one => new MinuteFigures(one.At, one.Of.Requests, one.Of.Errors, one.Of.Latencies.Percentile(0.95)))],
            await db.AlertRules.CountAsync(rule => rule.Status == AlertStatus.Firing, cancellation),
            await db.ErrorReports.CountAsync(error => error.LastAt > since, cancellation),
            await db.Traces.Where(trace => trace.StartedAt > since - db.Caller.ClockOffset).OrderByDescending(trace => trace.DurationMs).Take(5)
                .Select(trace => new SlowTrace(trace.TraceId, trace.Name, trace.DurationMs)).ToListAsync(cancellation)));
    }

    private static async Task<TrackedMetric> Track(TrackMetric request, AuraDb db, CancellationToken cancellation)
    {
        var point = MetricPoint.Of(request.Name, request.Value, request.Tags, db.Now);
        db.MetricPoints.Add(point);
        await db.SaveChangesAsync(cancellation);
        return new(true, point.Id);
    }

    private static async Task<MetricFigures> Figures(AuraDb db, int window, IReadOnlyList<StoreMinute> minutes, CancellationToken cancellation)
    {
        var now = StoreMetrics.Of(minutes);
        return new(now.Requests, now.ErrorRate ?? 0, LatencyFigures.Of(now.Latencies), await Custom(db, Span(window), cancellation), window);
    }

    /// <summary>Each name with its figures and its latest point; two questions, however many there are.</summary>
    private static async Task<List<CustomMetric>> Custom(AuraDb db, TimeSpan span, CancellationToken cancellation)
    {
        var since = db.Now - span;
        var points = db.MetricPoints.AsNoTracking().Where(point => point.CreatedAt > since);
        var figures = await points.GroupBy(point => point.Name).OrderBy(group => group.Key).Take(MostNames)
            .Select(group => new { group.Key, Count = group.LongCount(), Sum = group.Sum(p => p.Value), Min = group.Min(p => p.Value), Max = group.Max(p => p.Value), Last = group.Max(p => p.Id) }).ToListAsync(cancellation);
        var ids = figures.Select(one => one.Last).ToArray();
        var latest = await points.Where(point => ids.Contains(point.Id)).ToDictionaryAsync(point => point.Name, cancellation);
        return [.. figures.Where(one => latest.ContainsKey(one.Key)).Select(one => new CustomMetric(
            one.Key, latest[one.Key].Value, one.Count, Math.Round(one.Sum / one.Count, 6), one.Min, one.Max, latest[one.Key].Tags, latest[one.Key].CreatedAt))];
    }

    private static TimeSpan Span(int minutes) => TimeSpan.FromMinutes(minutes);
}

/// <param name="Tags">Text by its names.</param>
public sealed record TrackMetric([StringLength(100, MinimumLength = 1)] string Name, decimal Value, Dictionary<string, string>? Tags = null);

public sealed record TrackedMetric(bool Success, Id<MetricPoint> MetricId);

public sealed record ShownMetrics(MetricFigures Metrics);

/// <param name="ErrorRate">Share of answers with a status of 500 or more, 0 to 1.</param>
/// <param name="WindowMinutes">All figures are of so many minutes until now.</param>
public sealed record MetricFigures(long Requests, decimal ErrorRate, LatencyFigures Latency, IReadOnlyList<CustomMetric> Custom, int WindowMinutes);

/// <summary>Milliseconds within which so many of a hundred answers came, right within 10 %; null without answers.</summary>
public sealed record LatencyFigures(decimal? P50, decimal? P95, decimal? P99)
{
    public static LatencyFigures Of(Latencies latencies) => new(latencies.Percentile(0.5), latencies.Percentile(0.95), latencies.Percentile(0.99));
}

/// <param name="Value">The latest; the tags and the time are of that one.</param>
public sealed record CustomMetric(string Name, decimal Value, long Count, decimal Average, decimal Min, decimal Max, Dictionary<string, string> Tags, DateTime Timestamp);

public sealed record ShownDashboard(MonitoringDashboard Dashboard);

public sealed record MonitoringDashboard(MetricFigures Now, IReadOnlyList<MinuteFigures> Minutes, int AlertsFiring, int Errors, IReadOnlyList<SlowTrace> SlowestTraces);

public sealed record MinuteFigures(DateTime At, long Requests, long Errors, decimal? P95);

public sealed record SlowTrace(string TraceId, string Name, decimal DurationMs);
