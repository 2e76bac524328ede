using System.Text.Json;
using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aura.Jobs;

/// <summary>Takes due jobs under a lease and runs them. Any number of workers may run, in any number of processes.</summary>
/// <remarks>
/// SQL by hand: claiming is one statement (SKIP LOCKED), so that no two workers hold a job and none waits for another.
/// A worker that dies leaves a lease that runs out; the job is then taken again, and what the former worker still says of it no longer counts.
/// While the database is away a worker waits with what it has to say.
/// </remarks>
public sealed class JobWorker(
    NpgsqlDataSource source, IServiceScopeFactory scopes, JobKinds kinds, AccessDirectory access, TimeProvider time, ILogger<JobWorker> log)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(1);

    /// <summary>How far this server's clock may be behind the database's, by which jobs are taken. So long a job waits for its time, for before it many find nothing to do and would not come again.</summary>
    private static readonly TimeSpan MostBehind = TimeSpan.FromSeconds(2);

    /// <summary>Jobs of one lane at a time, and jobs claimed at once.</summary>
    private const int PerLane = 4;

    /// <summary>Works until it is told to stop, and then lets the jobs at hand finish.</summary>
    /// <param name="lanes">Do the jobs that have a lane, or those that have none: who waits for others' servers must not hold up the rest.</param>
    public async Task Run(int parallel, bool lanes, CancellationToken stopping)
    {
        var at = new JobsAtHand(parallel, PerLane, time);
        try
        {
            while (!stopping.IsCancellationRequested)
                await Turn(at, lanes, stopping);
        }
        finally
        {
            await Task.WhenAll(at.Tasks);
        }
    }

    private async Task Turn(JobsAtHand at, bool lanes, CancellationToken stopping)
    {
        at.Tidy();
        try
        {
            var claimed = at.Free == 0 ? [] : await Claim(Math.Min(at.Free, PerLane), null, lanes, at.Closed, null, stopping);
            if (at.Slowed is { Length: > 0 } slow)
                claimed.AddRange(await Claim(1, null, true, [], slow, stopping));
            foreach (var job in claimed)
                at.Add(RunOne(job, stopping), job.Lane);
            if (claimed.Count == 0)
                await Task.WhenAny([.. at.Tasks, Task.Delay(Idle, time, stopping)]);
        }
        catch (Exception away) when (away.IsPassing())
        {
            log.LogWarning("No jobs can be taken, the next try is in a second: {Reason}", away.Message);
            await Task.WhenAny(Task.Delay(Away, time, stopping));
        }
    }

    /// <summary>Runs what is due in one store now, until nothing is; for the test clock.</summary>
    public async Task<int> Drain(long tenant, CancellationToken cancellation)
    {
        var count = 0;
        while (await Claim(1, tenant, null, [], null, cancellation) is [var job])
        {
            await RunOne(job, cancellation);
            count++;
        }

        return count;
    }

    /// <param name="lanes">Jobs with a lane, without one, or both.</param>
    /// <param name="closed">Lanes to leave alone.</param>
    /// <param name="only">Null: all the other lanes.</param>
    private async Task<List<Claimed>> Claim(int most, long? tenant, bool? lanes, string[] closed, string[]? only, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            UPDATE jobs SET state = 'processing', attempts = attempts + 1, lease_until = now() + $2
            WHERE (tenant_id, id) IN (
              SELECT tenant_id, id FROM jobs
              WHERE ((state = 'queued' AND due_at <= now()) OR (state = 'processing' AND lease_until < now()))
                AND ($3::bigint IS NULL OR tenant_id = $3) AND kind = ANY ($4)
                AND ($5::boolean IS NULL OR (lane IS NOT NULL) = $5) AND (lane IS NULL OR lane <> ALL ($6)) AND ($7::text[] IS NULL OR lane = ANY ($7))
              ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING tenant_id, id, attempts, lane, run_at
            """);
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = Lease });
        command.Parameters.Add(ByHand.Maybe(tenant));
        command.Parameters.Add(new() { Value = kinds.Names });
        command.Parameters.Add(new() { Value = (object?)lanes ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Boolean });
        command.Parameters.Add(new() { Value = closed });
        command.Parameters.Add(new() { Value = (object?)only ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var claimed = new List<Claimed>();
        while (await reader.ReadAsync(cancellation))
            claimed.Add(new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetDateTime(4)));
        return claimed;
    }

    private async Task RunOne(Claimed claimed, CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        using var done = new CancellationTokenSource();
        var heartbeat = Beat(claimed, done.Token);
        try
        {
            var store = await StoreOf(claimed, stopping) ?? throw new InvalidOperationException($"Store {claimed.Tenant} is gone.");
            if (claimed.RunAt - Now(store) is var early && early > TimeSpan.Zero)
                await Task.Delay(early < MostBehind ? early : MostBehind, time, stopping);
            scope.ServiceProvider.GetRequiredService<CurrentCaller>().Value = Caller.System(store);
            var db = scope.ServiceProvider.GetRequiredService<AuraDb>();
            if (claimed.Attempt > Job.MostBegun)
                throw new Refused(Refusal.Conflict, "given_up", $"It was begun {Job.MostBegun} times, and each time the server that did it ended.");
            var job = await db.Jobs.AsNoTracking().SingleAsync(j => j.Id == claimed.Id, stopping);
            var result = await kinds.Handler(job.Kind, scope.ServiceProvider).Run(job, stopping);
            var now = db.Now;
            await WhenThere(() => Finish(claimed, JobState.Completed, result, null, now), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Execute("UPDATE jobs SET state = 'queued', attempts = attempts - 1, lease_until = NULL", claimed);
        }
        catch (Refused refused)
        {
            await WhenThere(() => Finish(claimed, JobState.Failed, null, refused.Message, time.GetUtcNow().UtcDateTime), stopping);
        }
        catch (Exception failure) // whatever a job throws, the worker goes on; the job is retried and the reason kept
        {
            log.LogError(failure, "Job {Job} of store {Tenant} failed", claimed.Id, claimed.Tenant);
            await WhenThere(() => Retry(claimed, failure), stopping);
        }
        finally
        {
            await done.CancelAsync();
            await heartbeat;
        }
    }

    /// <summary>The store with the clock by which the job was due: that it was moved is heard a moment later than its jobs are seen.</summary>
    private ValueTask<Store?> StoreOf(Claimed claimed, CancellationToken cancellation) =>
        access.Store(claimed.Tenant, store => Now(store) >= claimed.RunAt || !store.IsTest, cancellation);

    private DateTime Now(Store store) => time.GetUtcNow().UtcDateTime + store.ClockOffset;

    /// <summary>Writes it as soon as the database is there; a server that stops before that leaves it to the lease.</summary>
    private async Task WhenThere(Func<Task> write, CancellationToken stopping)
    {
        while (true)
            try
            {
                await write();
                return;
            }
            catch (Exception away) when (away.IsPassing())
            {
                log.LogWarning("What became of a job cannot be written, the next try is in a second: {Reason}", away.Message);
                await Task.WhenAny(Task.Delay(Away, time, stopping));
                if (stopping.IsCancellationRequested)
                    return;
            }
    }

    private async Task Beat(Claimed claimed, CancellationToken done)
    {
        using var timer = new PeriodicTimer(Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
                await WhenThere(() => Execute("UPDATE jobs SET lease_until = now() + interval '60 s'", claimed), done);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private Task Finish(Claimed claimed, JobState state, object? result, string? error, DateTime now) => Execute("""
        UPDATE jobs SET state = $4, result = $5, error = $6, finished_at = $7, lease_until = NULL,
          progress = CASE WHEN $4 = 'completed' THEN 100 ELSE progress END
        """, claimed, Words<JobState>.Of(state), ByHand.Json(result is null ? null : JsonSerializer.SerializeToElement(result, JobKinds.ResultJson)), ByHand.Maybe(error), now);

    private Task Retry(Claimed claimed, Exception failure) => Execute("""
        UPDATE jobs SET lease_until = NULL, error = $4,
          state = CASE WHEN attempts >= $5 THEN 'failed' ELSE 'queued' END,
          finished_at = CASE WHEN attempts >= $5 THEN now() END,
          due_at = now() + least(interval '1 hour', interval '1 second' * power(4, attempts - 1))
        """, claimed, $"{failure.GetType().Name}: {failure.Message}", Job.MaxAttempts);

    /// <summary>Changes the job, if it is still this worker's: each claim has a number of its own.</summary>
    private async Task Execute(string update, Claimed claimed, params object[] more)
    {
        await using var command = source.CreateCommand($"{update} WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND state = 'processing'");
        foreach (var value in (object[])[claimed.Tenant, claimed.Id, claimed.Attempt, .. more])
            command.Parameters.Add(ByHand.Parameter(value));
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private readonly record struct Claimed(long Tenant, long Id, int Attempt, string? Lane, DateTime RunAt);
}

/// <summary>Which kinds of job there are, and who does them.</summary>
public sealed class JobKinds(IEnumerable<JobKind> all)
{
    internal static readonly JsonSerializerOptions ResultJson = new(JsonSerializerOptions.Default) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Dictionary<string, JobKind> byName = all.ToDictionary(kind => kind.Name);

    internal string[] Names => [.. byName.Keys];

    internal IJobHandler Handler(string kind, IServiceProvider services) =>
        (IJobHandler)ActivatorUtilities.CreateInstance(services, byName[kind].Handler);
}

public sealed record JobKind(string Name, Type Handler);

/// <summary>Holds the caller of a scope: a request or a job.</summary>
public sealed class CurrentCaller
{
    public Caller Value { get; set; } = Caller.Server;

    /// <summary>The context of this scope reads from the replica, and cannot write.</summary>
    public bool ReadsReplica { get; set; }
}
