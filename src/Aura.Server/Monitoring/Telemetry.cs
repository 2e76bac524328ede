using System.Collections.Concurrent;
using Aura.Accounts;
using Aura.Monitoring;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Monitoring;

/// <summary>What this server has seen of each store, until it is written down: every few seconds, and never by a request of the store.</summary>
/// <remarks>What does not fit is left out: a server that is flooded has better things to do than to write about it.</remarks>
public sealed class Telemetry(ServerOptions options, IDbContextFactory<AuraDb> contexts, AccessDirectory access, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Traces and lines that wait to be written.</summary>
    private const int MostWaiting = 2_000;

    private readonly string server = $"{Guid.CreateVersion7():n}";
    private readonly ConcurrentDictionary<(long Tenant, DateTime Minute), Tally> tallies = new();
    private readonly ConcurrentQueue<Seen> waiting = new();
    private readonly SemaphoreSlim writing = new(1);

    /// <summary>Whether there is room for another trace.</summary>
    public bool HasRoom => waiting.Count < MostWaiting;

    /// <summary>Counts an answer.</summary>
    public void Count(long tenant, TimeSpan took, int status)
    {
        var minute = Minute(time.GetUtcNow().UtcDateTime);
        while (!tallies.GetOrAdd((tenant, minute), _ => new()).Add(took, status >= 500))
        {
            // It was just being written; the next one is empty.
        }
    }

    public void Note(long tenant, Trace trace) => Note(new Seen(tenant, trace, null, null));

    public void Note(long tenant, LogLine line) => Note(new Seen(tenant, null, line, null));

    /// <summary>Notes a fault of the server's in work for a store.</summary>
    public void Note(long tenant, Exception failure, Dictionary<string, string> context) => Note(new Seen(tenant, null, null, new(failure, context)));

    private void Note(Seen seen)
    {
        if (HasRoom)
            waiting.Enqueue(seen);
    }

    /// <summary>Writes until it is told to stop.</summary>
    public async Task Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await using (var db = (await contexts.CreateDbContextAsync(stopping)).Enter(Caller.Server, time))
                await ServerBeats.Beat(db, server, options.Role != ServerRole.Api, stopping);
            await Flush(stopping);
            await Task.Delay(Pause, time, stopping);
        }
    }

    /// <summary>Writes what there is, where it has something of the store, so that who asks sees it.</summary>
    public Task FlushFor(long tenant, CancellationToken cancellation) => waiting.Any(seen => seen.Tenant == tenant) ? Flush(cancellation) : Task.CompletedTask;

    /// <summary>Writes what there is.</summary>
    public async Task Flush(CancellationToken cancellation)
    {
        await writing.WaitAsync(cancellation);
        try
        {
            await WriteTallies(cancellation);
            await WriteSeen(cancellation);
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task WriteTallies(CancellationToken cancellation)
    {
        await using var db = (await contexts.CreateDbContextAsync(cancellation)).Enter(Caller.Server, time);
        foreach (var (at, tally) in tallies.ToArray())
        {
            tallies.TryRemove(new(at, tally));
            var (requests, errors, latencies) = tally.Close();
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO request_minutes AS m SELECT {at.Tenant}, {at.Minute}, {server}, {requests}, {errors}, {latencies} WHERE EXISTS (SELECT FROM stores WHERE id = {at.Tenant})
                ON CONFLICT (tenant_id, minute, server) DO UPDATE SET requests = m.requests + excluded.requests, errors = m.errors + excluded.errors,
                  latencies = ARRAY (SELECT a + b FROM unnest(m.latencies, excluded.latencies) AS t (a, b))
                """, cancellation);
        }
    }

    private async Task WriteSeen(CancellationToken cancellation)
    {
        var taken = new List<Seen>();
        while (taken.Count < MostWaiting && waiting.TryDequeue(out var seen))
            taken.Add(seen);
        foreach (var own in taken.GroupBy(seen => seen.Tenant))
            if (await access.Store(own.Key, cancellation) is { } store)
                await Write(store, [.. own], cancellation);
    }

    private async Task Write(Store store, Seen[] seen, CancellationToken cancellation)
    {
        await using var db = (await contexts.CreateDbContextAsync(cancellation)).Enter(Caller.System(store), time);
        db.Traces.AddRange(seen.Select(one => one.Trace).OfType<Trace>());
        db.LogLines.AddRange(seen.Select(one => one.Line).OfType<LogLine>());
        await db.SaveChangesAsync(cancellation);
        foreach (var fault in seen.Select(one => one.Fault).OfType<Fault>())
            await ErrorReport.Note(db, ErrorSource.Server, $"{fault.Failure.GetType().Name}: {fault.Failure.Message}".Replace('\0', ' '), fault.Failure.StackTrace, fault.Context, cancellation);
    }

    private static DateTime Minute(DateTime time) => new(time.Ticks - time.Ticks % TimeSpan.TicksPerMinute, DateTimeKind.Utc);

    private sealed record Seen(long Tenant, Trace? Trace, LogLine? Line, Fault? Fault);

    private sealed record Fault(Exception Failure, Dictionary<string, string> Context);

    /// <summary>A minute of one store on this server.</summary>
    private sealed class Tally
    {
        private readonly Lock gate = new();
        private readonly int[] latencies = new int[Latencies.Buckets];
        private long requests, errors;
        private bool closed;

        /// <returns>Not any more, once it is closed.</returns>
        public bool Add(TimeSpan took, bool failed)
        {
            lock (gate)
            {
                if (closed)
                    return false;
                latencies[Latencies.BucketOf(took.TotalMilliseconds)]++;
                requests++;
                errors += failed ? 1 : 0;
                return true;
            }
        }

        public (long Requests, long Errors, int[] Latencies) Close()
        {
            lock (gate)
            {
                closed = true;
                return (requests, errors, latencies);
            }
        }
    }
}
