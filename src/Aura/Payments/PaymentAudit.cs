using Aura.Persistence.Verification;

namespace Aura.Payments;

/// <summary>What payments show, worked out again from their ledgers.</summary>
public static class PaymentAudit
{
    public static readonly IReadOnlyList<Check> Checks =
    [
        new("Payments", "What is authorized, captured, refunded and disputed, by the ledger; what is being refunded, by the refunds.", """
            SELECT i.tenant_id, 'pay_' || i.id || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM payment_intents i
            LEFT JOIN (
              SELECT tenant_id, intent_id,
                CASE WHEN bool_or(kind IN ('captured', 'authorization_voided')) THEN 0 ELSE sum(minor) FILTER (WHERE kind = 'authorized') END AS authorized,
                sum(minor) FILTER (WHERE kind = 'captured') AS captured,
                sum(CASE kind WHEN 'refunded' THEN minor WHEN 'refund_reversed' THEN -minor END) AS refunded,
                sum(CASE kind WHEN 'charged_back' THEN minor WHEN 'chargeback_reversed' THEN -minor END) AS disputed
              FROM payment_entries WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, intent_id) ledger
              ON ledger.tenant_id = i.tenant_id AND ledger.intent_id = i.id
            LEFT JOIN (
              SELECT tenant_id, intent_id, sum(amount) AS refunding
              FROM refunds WHERE status <> 'failed' AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, intent_id) reserved
              ON reserved.tenant_id = i.tenant_id AND reserved.intent_id = i.id
            CROSS JOIN LATERAL (VALUES
              ('authorized', i.authorized, coalesce(ledger.authorized, 0)), ('captured', i.captured, coalesce(ledger.captured, 0)),
              ('refunded', i.refunded, coalesce(ledger.refunded, 0)), ('disputed', i.disputed, coalesce(ledger.disputed, 0)),
              ('refunding', i.refunding, coalesce(reserved.refunding, 0))) AS shown (name, kept, reckoned)
            WHERE $1 IS NULL OR i.tenant_id = $1
            """),
    ];
}
