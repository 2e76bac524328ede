using System.Collections.Concurrent;
using System.Diagnostics;
using Aura.Monitoring;

namespace Aura.Server.Monitoring;

/// <summary>Spans of the requests that are traced: of the request itself and of its SQL (Npgsql's own activities). The others cost a glance.</summary>
public sealed class Tracing : IDisposable
{
    public const string SourceName = "Aura";

    private const int MostSpans = 200, MostDetail = 500;
    private const string Property = "aura.spans";

    private readonly ActivitySource source = new(SourceName);
    private readonly ActivityListener listener;

    public Tracing()
    {
        listener = new()
        {
            ShouldListenTo = known => known.Name is SourceName or "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => options.Source.Name == SourceName || options.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>Begins the trace of a request.</summary>
    public Activity? Begin(string name)
    {
        var root = source.StartActivity(name, ActivityKind.Server);
        root?.SetCustomProperty(Property, new ConcurrentQueue<Activity>());
        return root;
    }

    /// <summary>What the request was made of.</summary>
    /// <param name="root">Stopped.</param>
    public static List<TraceSpan> Spans(Activity root) =>
        [.. ((ConcurrentQueue<Activity>?)root.GetCustomProperty(Property) ?? []).OrderBy(span => span.StartTimeUtc).Prepend(root).DistinctBy(span => span.SpanId).Select(span => Shown(span, root))];

    private static TraceSpan Shown(Activity span, Activity root) => new(
        span.SpanId.ToHexString(), span == root ? null : span.ParentSpanId.ToHexString(), span.DisplayName, Milliseconds(span.StartTimeUtc - root.StartTimeUtc), Milliseconds(span.Duration),
        span.Status == ActivityStatusCode.Error ? "error" : "ok",
        (span.GetTagItem("db.query.text") ?? span.GetTagItem("db.statement")) is string sql ? sql[..Math.Min(sql.Length, MostDetail)] : null);

    public static decimal Milliseconds(TimeSpan span) => Math.Round((decimal)span.TotalMilliseconds, 3);

    private static void Stopped(Activity span)
    {
        for (var above = span.Parent; above is not null; above = above.Parent)
            if (above.GetCustomProperty(Property) is ConcurrentQueue<Activity> spans)
            {
                if (spans.Count < MostSpans)
                    spans.Enqueue(span);
                return;
            }
    }

    public void Dispose()
    {
        listener.Dispose();
        source.Dispose();
    }
}
