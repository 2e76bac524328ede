using Aura.Accounts;
using Npgsql;

namespace Aura.Jobs;

/// <summary>Every recurring job of the server, on one page. They span stores and run by the world's clock.</summary>
/// <remarks>Whoever moves the next time forward, by a conditional UPDATE, runs the job: once for all servers.</remarks>
public sealed class Schedule(NpgsqlDataSource source, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private static readonly Recurring[] All =
    [
        new("idempotency.forget", TimeSpan.FromHours(1), "DELETE FROM idempotency_keys WHERE created_at < now() - interval '24 hours'"),
        new("payment_keys.forget", TimeSpan.FromHours(1), """
            UPDATE payment_intents SET once_key = NULL WHERE once_key LIKE 'key\_%' AND created_at < now() - interval '24 hours';
            UPDATE refunds SET once_key = NULL WHERE once_key LIKE 'key\_%' AND created_at < now() - interval '24 hours'
            """),
        new("rate_windows.forget", TimeSpan.FromHours(6), "DELETE FROM rate_windows WHERE starts_at < now() - interval '3 days'"),
        new("coupon_guesses.forget", TimeSpan.FromHours(6), "DELETE FROM coupon_guesses WHERE since < now() - interval '2 days'"),
        new("request_nonces.forget", TimeSpan.FromHours(1), "DELETE FROM request_nonces WHERE seen_at < now() - interval '1 hour'"),
        new("jobs.forget", TimeSpan.FromHours(6), "DELETE FROM jobs WHERE finished_at < now() - interval '30 days' AND state = 'completed'"),
        new("webhook_deliveries.forget", TimeSpan.FromHours(6), "DELETE FROM webhook_deliveries WHERE created_at < now() - interval '30 days' AND status <> 'pending'"),
        new("imports.forget", TimeSpan.FromHours(6), """
            DELETE FROM imports WHERE updated_at < now() - interval '90 days' OR state = 'uploading' AND updated_at < now() - interval '1 day'
            """),
        new("import_files.forget", TimeSpan.FromHours(6), """
            DELETE FROM import_chunks c USING imports i WHERE i.tenant_id = c.tenant_id AND i.id = c.import_id AND i.updated_at < now() - interval '7 days'
            """),
        new("audit_logs.forget", TimeSpan.FromHours(1), AuditRetention.Sql) { ByStoreClocks = true },
    ];

    public async Task Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            foreach (var job in All)
                if (await IsDue(job, stopping))
                    await Execute(job.Sql, stopping);
            await Task.Delay(Pause, time, stopping);
        }
    }

    /// <summary>Runs at once what depends on the clocks of stores: one of them was moved.</summary>
    public async Task FollowStoreClocks(CancellationToken cancellation)
    {
        foreach (var job in All.Where(job => job.ByStoreClocks))
            await Execute(job.Sql, cancellation);
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

    private async Task Execute(string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 300;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private sealed record Recurring(string Name, TimeSpan Every, string Sql)
    {
        /// <summary>What it does depends on the time in each store.</summary>
        public bool ByStoreClocks { get; init; }
    }
}
