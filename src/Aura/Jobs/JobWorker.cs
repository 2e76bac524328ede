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
/// A worker that dies leaves a lease that runs out; the job is then taken again.
/// </remarks>
public sealed class JobWorker(
    NpgsqlDataSource source, IServiceScopeFactory scopes, JobKinds kinds, AccessDirectory access, TimeProvider time, ILogger<JobWorker> log)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(250);

    /// <summary>Jobs of one lane at a time, and jobs claimed at once.</summary>
    private const int PerLane = 4;

    /// <summary>Works until it is told to stop, and then lets the jobs at hand finish.</summary>
    /// <param name="lanes">Do the jobs that have a lane, or those that have none: who waits for others' servers must not hold up the rest.</param>
    public async Task Run(int parallel, bool lanes, CancellationToken stopping)
    {
        var running = new Dictionary<Task, string?>();
        while (!stopping.IsCancellationRequested)
        {
            foreach (var done in running.Keys.Where(task => task.IsCompleted).ToList())
                running.Remove(done);
            string[] full = [.. running.Values.OfType<string>().GroupBy(lane => lane).Where(lane => lane.Count() >= PerLane).Select(lane => lane.Key)];
            var claimed = await Claim(Math.Min(parallel - running.Count, PerLane), null, lanes, full, stopping);
            foreach (var job in claimed)
                running.Add(RunOne((job.Tenant, job.Id), stopping), job.Lane);
            if (running.Count >= parallel)
                await Task.WhenAny(running.Keys);
            else if (claimed.Count == 0)
                await Task.WhenAny([.. running.Keys, Task.Delay(Idle, time, stopping)]);
        }

        await Task.WhenAll(running.Keys);
    }

    /// <summary>Runs what is due in one store now, until nothing is; for the test clock.</summary>
    public async Task<int> Drain(long tenant, CancellationToken cancellation)
    {
        var count = 0;
        while (await Claim(1, tenant, null, [], cancellation) is [var job])
        {
            await RunOne((job.Tenant, job.Id), cancellation);
            count++;
        }

        return count;
    }

    /// <param name="lanes">Jobs with a lane, without one, or both.</param>
    /// <param name="full">Lanes to leave alone.</param>
    private async Task<List<(long Tenant, long Id, string? Lane)>> Claim(int most, long? tenant, bool? lanes, string[] full, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            UPDATE jobs SET state = 'processing', attempts = attempts + 1, lease_until = now() + $2
            WHERE (tenant_id, id) IN (
              SELECT tenant_id, id FROM jobs
              WHERE ((state = 'queued' AND due_at <= now()) OR (state = 'processing' AND lease_until < now()))
                AND ($3::bigint IS NULL OR tenant_id = $3) AND kind = ANY ($4)
                AND ($5::boolean IS NULL OR (lane IS NOT NULL) = $5) AND (lane IS NULL OR lane <> ALL ($6))
              ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING tenant_id, id, lane
            """);
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = Lease });
        command.Parameters.Add(new() { Value = (object?)tenant ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint });
        command.Parameters.Add(new() { Value = kinds.Names });
        command.Parameters.Add(new() { Value = (object?)lanes ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Boolean });
        command.Parameters.Add(new() { Value = full });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var claimed = new List<(long, long, string?)>();
        while (await reader.ReadAsync(cancellation))
            claimed.Add((reader.GetInt64(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        return claimed;
    }

    private async Task RunOne((long Tenant, long Id) claimed, CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        using var done = new CancellationTokenSource();
        var heartbeat = Beat(claimed, done.Token);
        try
        {
            var store = await access.Store(claimed.Tenant, stopping) ?? throw new InvalidOperationException($"Store {claimed.Tenant} is gone.");
            scope.ServiceProvider.GetRequiredService<CurrentCaller>().Value = Caller.System(store);
            var db = scope.ServiceProvider.GetRequiredService<AuraDb>();
            var job = await db.Jobs.AsNoTracking().SingleAsync(j => j.Id == claimed.Id, stopping);
            var result = await kinds.Handler(job.Kind, scope.ServiceProvider).Run(job, stopping);
            await Finish(claimed, JobState.Completed, result, null, db.Now);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Execute("UPDATE jobs SET state = 'queued', attempts = attempts - 1, lease_until = NULL WHERE tenant_id = $1 AND id = $2", claimed);
        }
        catch (Refused refused)
        {
            await Finish(claimed, JobState.Failed, null, refused.Message, time.GetUtcNow().UtcDateTime);
        }
        catch (Exception failure) // whatever a job throws, the worker goes on; the job is retried and the reason kept
        {
            log.LogError(failure, "Job {Job} of store {Tenant} failed", claimed.Id, claimed.Tenant);
            await Retry(claimed, failure);
        }
        finally
        {
            await done.CancelAsync();
            await heartbeat;
        }
    }

    private async Task Beat((long, long) claimed, CancellationToken done)
    {
        using var timer = new PeriodicTimer(Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(done))
                await Execute("UPDATE jobs SET lease_until = now() + interval '60 s' WHERE tenant_id = $1 AND id = $2", claimed);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private Task Finish((long, long) claimed, JobState state, object? result, string? error, DateTime now) => Execute("""
        UPDATE jobs SET state = $3, result = $4, error = $5, finished_at = $6, lease_until = NULL,
          progress = CASE WHEN $3 = 'completed' THEN 100 ELSE progress END
        WHERE tenant_id = $1 AND id = $2
        """, claimed, Words<JobState>.Of(state), result is null ? null : JsonSerializer.SerializeToElement(result, JobKinds.ResultJson), error, now);

    private Task Retry((long, long) claimed, Exception failure) => Execute("""
        UPDATE jobs SET lease_until = NULL, error = $3,
          state = CASE WHEN attempts >= $4 THEN 'failed' ELSE 'queued' END,
          finished_at = CASE WHEN attempts >= $4 THEN now() END,
          due_at = now() + least(interval '1 hour', interval '1 second' * power(4, attempts - 1))
        WHERE tenant_id = $1 AND id = $2
        """, claimed, $"{failure.GetType().Name}: {failure.Message}", Job.MaxAttempts);

    private async Task Execute(string sql, (long Tenant, long Id) claimed, params object?[] more)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in (object?[])[claimed.Tenant, claimed.Id, .. more])
            command.Parameters.Add(value switch
            {
                null => new() { Value = DBNull.Value },
                JsonElement json => new() { Value = json, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb },
                _ => new NpgsqlParameter { Value = value },
            });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
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
