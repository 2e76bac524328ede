using Aura.Connectors.Payments;
using Aura.Persistence;
using Npgsql;

namespace Aura.Payments;

/// <summary>Keeps what the sandbox gateways of all stores remember.</summary>
/// <remarks>SQL by hand: the gateway stands for an outside system, so it has connections and transactions of its own.</remarks>
public sealed class SandboxLedgers(NpgsqlDataSource source)
{
    /// <summary>What several stores remember for the first time at the same moment is one statement.</summary>
    private readonly SharedRoundTrips<(long Tenant, string Key, string Value), bool> news = new(100, _ => 1, entries => Insert(source, entries));

    public ISandboxLedger Of(long tenant) => new Ledger(source, news, tenant);

    /// <returns>For each of them, whether there was none with its key.</returns>
    private static async Task<IReadOnlyList<bool>> Insert(NpgsqlDataSource source, IReadOnlyList<(long Tenant, string Key, string Value)> entries)
    {
        await using var batch = new NpgsqlBatch();
        batch.Add("""
            INSERT INTO sandbox_ledger (tenant_id, key, version, value)
            SELECT tenant_id, key, 1, value FROM unnest($1::bigint[], $2::text[], $3::text[]) AS entry (tenant_id, key, value) ORDER BY tenant_id, key
            ON CONFLICT DO NOTHING RETURNING tenant_id, key
            """, entries.Select(entry => entry.Tenant).ToArray(), entries.Select(entry => entry.Key).ToArray(), entries.Select(entry => entry.Value).ToArray());
        return await source.Ask(batch, async reader =>
        {
            var inserted = new HashSet<(long, string)>();
            while (await reader.ReadAsync())
                inserted.Add((reader.GetInt64(0), reader.GetString(1)));
            return entries.Select(entry => inserted.Remove((entry.Tenant, entry.Key))).ToList(); // the first of two
        }, CancellationToken.None);
    }

    private sealed class Ledger(NpgsqlDataSource source, SharedRoundTrips<(long, string, string), bool> news, long tenant) : ISandboxLedger
    {
        public async Task<SandboxEntry?> Get(string key, CancellationToken cancellation)
        {
            await using var batch = new NpgsqlBatch();
            batch.Add("SELECT version, value FROM sandbox_ledger WHERE tenant_id = $1 AND key = $2", tenant, key);
            return await source.Ask(batch, async reader => await reader.ReadAsync(cancellation) ? new SandboxEntry(reader.GetInt64(0), reader.GetString(1)) : null, cancellation);
        }

        public async Task<bool> Put(string key, long expected, string value, CancellationToken cancellation)
        {
            if (expected == 0)
                return await news.Ask((tenant, key, value), cancellation);
            await using var command = source.CreateCommand("UPDATE sandbox_ledger SET version = version + 1, value = $4 WHERE tenant_id = $1 AND key = $2 AND version = $3");
            foreach (var parameter in (object[])[tenant, key, expected, value])
                command.Parameters.Add(new() { Value = parameter });
            return await command.ExecuteNonQueryAsync(cancellation) == 1;
        }
    }
}
