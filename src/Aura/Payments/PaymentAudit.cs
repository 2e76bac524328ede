using Npgsql;

namespace Aura.Payments;

/// <summary>Compares what payments show with what their ledgers add up to.</summary>
public static class PaymentAudit
{
    /// <returns>Every amount that differs, in all stores; empty when all is well.</returns>
    /// <remarks>SQL by hand: it spans stores, and must not share a formula with the code that it checks.</remarks>
    public static async Task<List<PaymentDifference>> Verify(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT i.tenant_id, i.id, shown.name, shown.amount, shown.ledger
            FROM payment_intents i
            CROSS JOIN LATERAL (
              SELECT
                CASE WHEN bool_or(kind IN ('captured', 'authorization_voided')) THEN 0
                  ELSE coalesce(sum(minor) FILTER (WHERE kind = 'authorized'), 0) END AS authorized,
                coalesce(sum(minor) FILTER (WHERE kind = 'captured'), 0) AS captured,
                coalesce(sum(CASE kind WHEN 'refunded' THEN minor WHEN 'refund_reversed' THEN -minor END), 0) AS refunded,
                coalesce(sum(CASE kind WHEN 'charged_back' THEN minor WHEN 'chargeback_reversed' THEN -minor END), 0) AS disputed
              FROM payment_entries e WHERE e.tenant_id = i.tenant_id AND e.intent_id = i.id) ledger
            CROSS JOIN LATERAL (
              SELECT coalesce(sum(amount), 0) AS refunding FROM refunds r
              WHERE r.tenant_id = i.tenant_id AND r.intent_id = i.id AND r.status <> 'failed') reserved
            CROSS JOIN LATERAL (VALUES
              ('authorized', i.authorized, ledger.authorized), ('captured', i.captured, ledger.captured), ('refunded', i.refunded, ledger.refunded),
              ('disputed', i.disputed, ledger.disputed), ('refunding', i.refunding, reserved.refunding)) AS shown (name, amount, ledger)
            WHERE shown.amount <> shown.ledger
            ORDER BY i.tenant_id, i.id, shown.name
            """);
        command.CommandTimeout = 600;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var differences = new List<PaymentDifference>();
        while (await reader.ReadAsync(cancellation))
            differences.Add(new(reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2), reader.GetInt64(3), (long)reader.GetDecimal(4)));
        return differences;
    }
}

/// <param name="Shown">Minor units on the payment.</param>
/// <param name="Ledger">Minor units that its entries add up to.</param>
public sealed record PaymentDifference(long TenantId, long IntentId, string Amount, long Shown, long Ledger);
