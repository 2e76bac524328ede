using Aura.Connectors.Payments;
using Aura.Persistence;
using Npgsql;

namespace Aura.Payments;

/// <summary>Keeps what the sandbox gateways of all stores remember.</summary>
/// <remarks>SQL by hand: the gateway stands for an outside system, so it has connections and transactions of its own.</remarks>
public sealed class SandboxLedgers(NpgsqlDataSource source)
{
    public ISandboxLedger Of(long tenant) => new Ledger(source, tenant);

    private sealed class Ledger(NpgsqlDataSource source, long tenant) : ISandboxLedger
    {
        public async Task<SandboxEntry?> Get(string key, CancellationToken cancellation)
        {
            await using var batch = new NpgsqlBatch();
            batch.Add("SELECT version, value FROM sandbox_ledger WHERE tenant_id = $1 AND key = $2", tenant, key);
            return await source.Ask(batch, async reader => await reader.ReadAsync(cancellation) ? new SandboxEntry(reader.GetInt64(0), reader.GetString(1)) : null, cancellation);
        }

        public async Task<bool> Put(string key, long expected, string value, CancellationToken cancellation)
        {
            await using var command = source.CreateCommand(expected == 0
                ? "INSERT INTO sandbox_ledger (tenant_id, key, version, value) VALUES ($1, $2, $3 + 1, $4) ON CONFLICT DO NOTHING"
                : "UPDATE sandbox_ledger SET version = version + 1, value = $4 WHERE tenant_id = $1 AND key = $2 AND version = $3");
            foreach (var parameter in (object[])[tenant, key, expected, value])
                command.Parameters.Add(new() { Value = parameter });
            return await command.ExecuteNonQueryAsync(cancellation) == 1;
        }
    }
}
