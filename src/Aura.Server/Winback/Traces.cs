using System.Linq.Expressions;
using Aura.Monitoring;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Server.Monitoring;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>What requests were made of. Each answer of this dialect names its trace in X-Trace-Id.</summary>
internal static class Traces
{
    private static readonly Listing<Trace, TraceResponse> Shape = new Listing<Trace, TraceResponse>(TraceResponse.From)
        .Field("status", t => t.Status)
        .Field("startedAt", t => t.StartedAt)
        .Field("durationMs", t => t.DurationMs)
        .Parameter("status", words: Words<TraceStatus>.All)
        .Parameter("from", "startedAt", "gte")
        .Parameter("to", "startedAt", "lte");

    public static void MapTraces(this RouteGroupBuilder api)
    {
        var traces = api.MapGroup("/apm/tracing").WithTags("Monitoring").Scope("monitoring").NeverCached();
        traces.MapGet("/", List).Lists(Shape);
        traces.MapGet("/{traceId}", Show);
    }

    private static Task<TraceList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Traces, list, rows => new TraceList(rows), cancellation);

    /// <remarks>Requests of one caller may be of one trace: all their spans are shown.</remarks>
    private static async Task<OneTrace> Show(string traceId, AuraDb db, Telemetry telemetry, CancellationToken cancellation)
    {
        await telemetry.FlushFor(db.Caller.TenantId, cancellation);
        var parts = await db.Traces.AsNoTracking().Where(t => t.TraceId == traceId).OrderBy(t => t.StartedAt).ThenBy(t => t.Id).Take(100).ToListAsync(cancellation);
        return parts is [var first, ..]
            ? new(new(first.TraceId, first.Name, first.Status, first.StatusCode, first.StartedAt, parts.Max(part => part.DurationMs), first.RequestId, [.. parts.SelectMany(part => part.Spans).Select(SpanResponse.Of)]))
            : throw Refused.NotFound("trace");
    }
}

public sealed record TraceList(IReadOnlyList<TraceResponse> Traces) : Listed;

public sealed record TraceResponse(string TraceId, string Name, decimal DurationMs, TraceStatus Status, int StatusCode, DateTime StartedAt, string? RequestId)
{
    public static readonly Expression<Func<Trace, TraceResponse>> From = t => new(t.TraceId, t.Name, t.DurationMs, t.Status, t.StatusCode, t.StartedAt, t.RequestId);
}

public sealed record OneTrace(WholeTrace Trace);

public sealed record WholeTrace(
    string TraceId, string Name, TraceStatus Status, int StatusCode, DateTime StartedAt, decimal DurationMs, string? RequestId, IReadOnlyList<SpanResponse> Spans);

/// <param name="StartMs">Milliseconds since its request began.</param>
/// <param name="Detail">Such as the SQL, without its values.</param>
public sealed record SpanResponse(string SpanId, string? ParentId, string Name, decimal StartMs, decimal DurationMs, string Status, string? Detail)
{
    public static SpanResponse Of(TraceSpan span) => new(span.SpanId, span.ParentId, span.Name, span.StartMs, span.DurationMs, span.Status, span.Detail);
}
