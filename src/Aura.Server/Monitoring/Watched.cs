using System.Diagnostics;
using System.Globalization;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Monitoring;
using Aura.Server.Winback;

namespace Aura.Server.Monitoring;

/// <summary>Counts every request of a store, and traces some: all of the winback dialect, those that ask for it (X-Trace: 1), one in a hundred of the others, and failures.</summary>
/// <remarks>Nothing here asks the database: what is seen is written later. An answer that streams is neither counted nor traced.</remarks>
internal sealed class Watched(RequestDelegate next, Telemetry telemetry, Tracing tracing, TimeProvider time)
{
    public const string Header = "X-Trace-Id";
    private const int OneIn = 100;

    public async Task Invoke(HttpContext http, CurrentCaller caller)
    {
        var (started, at) = (Stopwatch.GetTimestamp(), time.GetUtcNow().UtcDateTime);
        using var root = IsTraced(http.Request) ? tracing.Begin(http.Request.Method) : null;
        if (root is not null)
            http.Response.Headers[Header] = root.TraceId.ToHexString();
        StoreLogs.Request.Value = new(caller, http.TraceIdentifier);
        try
        {
            await next(http);
        }
        finally
        {
            root?.Stop();
            if (caller.Value.TenantId != 0 && !Streams(http))
                End(http, caller.Value, root, Stopwatch.GetElapsedTime(started), at);
        }
    }

    private bool IsTraced(HttpRequest request) =>
        (request.Path.StartsWithSegments(WinbackApi.Dialect.Prefix) || request.Headers["X-Trace"] == "1" || Random.Shared.Next(OneIn) == 0) && telemetry.HasRoom;

    private static bool Streams(HttpContext http) => http.Response.StatusCode == StatusCodes.Status101SwitchingProtocols || http.Response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) is true;

    private void End(HttpContext http, Caller caller, Activity? root, TimeSpan took, DateTime at)
    {
        var status = http.Response.StatusCode;
        telemetry.Count(caller.TenantId, took, status);
        if (root is null && status < 500)
            return;
        var name = $"{http.Request.Method} {(http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "unknown"}";
        if (root is not null)
            (root.DisplayName, _) = (name, root.SetStatus(status >= 500 ? ActivityStatusCode.Error : ActivityStatusCode.Ok));
        var trace = root?.TraceId.ToHexString() ?? ActivityTraceId.CreateRandom().ToHexString();
        telemetry.Note(caller.TenantId, new Aura.Monitoring.Trace
        {
            TraceId = trace,
            Name = name,
            Status = status >= 500 ? TraceStatus.Error : TraceStatus.Ok,
            StatusCode = status,
            StartedAt = at,
            DurationMs = Tracing.Milliseconds(took),
            RequestId = caller.RequestId,
            Spans = root is null ? [new(ActivitySpanId.CreateRandom().ToHexString(), null, name, 0, Tracing.Milliseconds(took), "error", null)] : Tracing.Spans(root),
        });
        telemetry.Note(caller.TenantId, new LogLine
        {
            Level = status >= 500 ? LogLevelWord.Error : status >= 400 ? LogLevelWord.Warn : LogLevelWord.Info,
            Message = string.Create(CultureInfo.InvariantCulture, $"{name} answered {status} in {took.TotalMilliseconds:0.0} ms"),
            Context = new() { ["requestId"] = caller.RequestId ?? "", ["traceId"] = trace, ["actor"] = caller.Actor },
            CreatedAt = at,
        });
    }
}
