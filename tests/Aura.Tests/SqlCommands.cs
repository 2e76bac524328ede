using System.Collections.Concurrent;
using System.Diagnostics;

namespace Aura.Tests;

/// <summary>Counts the SQL commands of one request, by the trace that it carries: other tests on the same server do not disturb.</summary>
public static class SqlCommands
{
    private static readonly ConcurrentDictionary<ActivityTraceId, int> Counts = new();

    static SqlCommands() => ActivitySource.AddActivityListener(new()
    {
        ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore",
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        ActivityStopped = activity =>
        {
            if (activity.Source.Name == "Npgsql" && Counts.ContainsKey(activity.TraceId))
                Counts.AddOrUpdate(activity.TraceId, 1, (_, count) => count + 1);
        },
    });

    public static async Task<int> Of(HttpClient client, string request, object? body = null)
    {
        var trace = ActivityTraceId.CreateRandom();
        Counts[trace] = 0;
        await client.Ok(request, body, ("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01"));
        Assert.True(Counts.TryRemove(trace, out var count));
        return count;
    }
}
