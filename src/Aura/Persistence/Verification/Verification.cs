using Aura.Catalog;
using Aura.Inventory;
using Aura.Orders;
using Aura.Payments;
using Aura.Promotions;
using Aura.Promotions.AbTests;
using Aura.Promotions.Automations;
using Aura.Wallets;
using Aura.Winback.Recovery;
using Npgsql;
using NpgsqlTypes;

namespace Aura.Persistence.Verification;

/// <summary>Works out again, from ledgers and lines, every number that the store keeps for speed.</summary>
public static class Verification
{
    /// <summary>Differences of one check that are listed; all are counted.</summary>
    public const int MostShown = 1000;

    public static readonly IReadOnlyList<Check> Everything = [.. StockAudit.Checks, .. PaymentAudit.Checks, .. OrderAudit.Checks, .. ReviewAudit.Checks, .. PromotionAudit.Checks, .. AbAudit.Checks, .. AutomationAudit.Checks, .. WalletAudit.Checks, .. RecoveryAudit.Checks];

    /// <param name="store">Null: all stores.</param>
    /// <remarks>Each check is one statement, and so sees one moment: it can run beside a server that sells.</remarks>
    public static async Task<CheckResult> Run(this NpgsqlDataSource source, Check check, long? store, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand($"""
            WITH compared AS MATERIALIZED ({check.Sql}), differing AS (SELECT * FROM compared WHERE kept IS DISTINCT FROM reckoned)
            SELECT (SELECT count(*) FROM compared), (SELECT count(*) FROM differing), d.tenant_id, d.subject, d.kept::numeric, d.reckoned::numeric
            FROM (SELECT 1) AS always
            LEFT JOIN (SELECT * FROM differing ORDER BY tenant_id, subject LIMIT {MostShown}) d ON true
            """);
        command.CommandTimeout = 3600;
        command.Parameters.Add(new() { Value = (object?)store ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var (compared, differing, differences) = (0L, 0L, new List<Difference>());
        while (await reader.ReadAsync(cancellation))
        {
            (compared, differing) = (reader.GetInt64(0), reader.GetInt64(1));
            if (!reader.IsDBNull(2))
                differences.Add(new(reader.GetInt64(2), reader.GetString(3), Number(reader, 4), Number(reader, 5)));
        }

        return new(check, compared, differing, differences);
    }

    private static decimal? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDecimal(column);
}
