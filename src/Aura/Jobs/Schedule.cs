using Aura.Accounts;
using Npgsql;

namespace Aura.Jobs;

/// <summary>Every recurring job of the server, on one page. They span stores and run by the world's clock.</summary>
/// <remarks>Whoever moves the next time forward, by a conditional UPDATE, runs the job: once for all servers.</remarks>
public sealed class Schedule(NpgsqlDataSource source, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Rows deleted or changed by one statement: short enough that nobody waits for its locks, and that a stop of the server finds an end.</summary>
    private const int Part = 5_000;

    private static readonly Recurring[] All =
    [
        new("idempotency.forget", TimeSpan.FromHours(1), Forget("idempotency_keys", "created_at < now() - interval '24 hours'")),
        new("payment_keys.forget", TimeSpan.FromHours(1), ForgetKey("payment_intents"), ForgetKey("refunds")),
        new("rate_windows.forget", TimeSpan.FromHours(6), Forget("rate_windows", "starts_at < now() - interval '3 days'")),
        new("coupon_guesses.forget", TimeSpan.FromHours(6), Forget("coupon_guesses", "since < now() - interval '2 days'")),
        new("request_nonces.forget", TimeSpan.FromHours(1), Forget("request_nonces", "seen_at < now() - interval '1 hour'")),
        new("jobs.forget", TimeSpan.FromHours(6), Forget("jobs", "finished_at < now() - interval '30 days' AND state = 'completed'")),
        new("jobs.revive", TimeSpan.FromHours(1), Revive),
        new("webhook_deliveries.forget", TimeSpan.FromHours(6), Forget("webhook_deliveries", "created_at < now() - interval '30 days' AND status <> 'pending'")),
        new("monitoring.forget", TimeSpan.FromHours(1),
            Forget("traces", "started_at < now() - interval '3 days'"), Forget("log_lines", "created_at < now() - interval '7 days'"),
            Forget("metric_points", "created_at < now() - interval '30 days'"), Forget("request_minutes", "minute < now() - interval '30 days'"),
            Forget("server_beats", "minute < now() - interval '31 days'"), Forget("error_reports", "last_at < now() - interval '90 days'")),
        new("script_runs.forget", TimeSpan.FromHours(6), Forget("script_runs", "created_at < now() - interval '30 days'")),
        new("imports.forget", TimeSpan.FromHours(6),
            Forget("import_rows", $"(tenant_id, import_id) IN (SELECT tenant_id, id FROM imports WHERE {OldImports})"), Forget("imports", OldImports)),
        new("import_files.forget", TimeSpan.FromHours(6),
            Forget("import_chunks", "(tenant_id, import_id) IN (SELECT tenant_id, id FROM imports WHERE updated_at < now() - interval '7 days')")),
        new("audit_logs.forget", TimeSpan.FromHours(1), Retention.AuditLogs(Part)) { ByStoreClocks = true },
        new("events.forget", TimeSpan.FromHours(1), Retention.Events(Part)) { ByStoreClocks = true },
    ];

    private const string OldImports = "updated_at < now() - interval '90 days' OR state = 'uploading' AND updated_at < now() - interval '1 day'";

    /// <summary>Each of these plans the next of its kind, so that one that was given up would be the last: it is tried again later, until it can be done.</summary>
    /// <remarks>With a key of its own, for another of its key may wait; whichever comes second finds nothing to do.</remarks>
    private static string Revive => $"""
        UPDATE jobs SET state = 'queued', attempts = 0, due_at = now(), finished_at = NULL, key = gen_random_uuid()::text WHERE ctid = ANY (ARRAY (
          SELECT ctid FROM jobs WHERE state = 'failed' AND kind IN ('automation.sweep', 'promotion.schedule') AND finished_at < now() - interval '6 hours'
          LIMIT {Part} FOR UPDATE SKIP LOCKED))
        """;

    /// <summary>Deletes the next rows that are too old.</summary>
    private static string Forget(string table, string condition) =>
        $"DELETE FROM {table} WHERE ctid = ANY (ARRAY (SELECT ctid FROM {table} WHERE {condition} LIMIT {Part} FOR UPDATE SKIP LOCKED))";

    private static string ForgetKey(string table) => $"""
        UPDATE {table} SET once_key = NULL WHERE ctid = ANY (ARRAY (
          SELECT ctid FROM {table} WHERE once_key LIKE 'key\_%' AND created_at < now() - interval '24 hours' LIMIT {Part} FOR UPDATE SKIP LOCKED))
        """;

    public async Task Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            foreach (var job in All)
                if (await IsDue(job, stopping))
                    await Execute(job, stopping);
            await Task.Delay(Pause, time, stopping);
        }
    }

    /// <summary>Runs at once what depends on the clocks of stores: one of them was moved.</summary>
    public async Task FollowStoreClocks(CancellationToken cancellation)
    {
        foreach (var job in All.Where(job => job.ByStoreClocks))
            await Execute(job, cancellation);
    }

    private async Task<bool> IsDue(Recurring job, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            INSERT INTO schedules AS s (name, next_at) VALUES ($1, now() + $2)
            ON CONFLICT (name) DO UPDATE SET next_at = now() + $2 WHERE s.next_at <= now()
            """);
        command.Parameters.Add(new() { Value = job.Name });
        command.Parameters.Add(new() { Value = job.Every });
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Part by part, each a transaction, until nothing is left to do.</summary>
    private async Task Execute(Recurring job, CancellationToken cancellation)
    {
        foreach (var sql in job.Parts)
        {
            await using var command = source.CreateCommand(sql);
            command.CommandTimeout = 300;
            while (await command.ExecuteNonQueryAsync(cancellation) == Part)
                cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <param name="Parts">Statements, each run again until it touches fewer than <see cref="Part"/> rows.</param>
    private sealed record Recurring(string Name, TimeSpan Every, params string[] Parts)
    {
        /// <summary>What it does depends on the time in each store.</summary>
        public bool ByStoreClocks { get; init; }
    }
}
