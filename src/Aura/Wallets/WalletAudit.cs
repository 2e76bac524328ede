using Aura.Persistence.Verification;

namespace Aura.Wallets;

/// <summary>The balances, worked out again from the entries, and what they must not be.</summary>
public static class WalletAudit
{
    public static readonly IReadOnlyList<Check> Checks =
    [
        new("Wallets", "What customers have available, pending and held, by the entries of their wallets.", """
            SELECT w.tenant_id, 'wallet_' || w.id || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM wallets w
            LEFT JOIN (
              SELECT tenant_id, wallet_id, sum(available) AS available, sum(pending) AS pending, sum(held) AS held
              FROM wallet_entries WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, wallet_id) e ON e.tenant_id = w.tenant_id AND e.wallet_id = w.id
            CROSS JOIN LATERAL (VALUES
              ('available', w.available, coalesce(e.available, 0)), ('pending', w.pending, coalesce(e.pending, 0)), ('held', w.held, coalesce(e.held, 0))) AS shown (name, kept, reckoned)
            WHERE $1 IS NULL OR w.tenant_id = $1
            """),
        new("Wallet debts", "Below zero a wallet is at most by what was taken back from it.", """
            SELECT w.tenant_id, 'wallet_' || w.id || ' debt' AS subject, greatest(0, -w.available) AS kept,
              least(greatest(0, -w.available), coalesce(r.reversed, 0)) AS reckoned
            FROM wallets w
            LEFT JOIN (
              SELECT tenant_id, wallet_id, -sum(available) AS reversed FROM wallet_entries
              WHERE kind = 'reversed' AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, wallet_id) r ON r.tenant_id = w.tenant_id AND r.wallet_id = w.id
            WHERE $1 IS NULL OR w.tenant_id = $1
            """),
        new("Credit held for orders", "What a draft expects of its customer's credit, by what the wallets hold for it; nothing for orders that are placed.", """
            SELECT e.tenant_id, 'ord_' || e.order_id || ' held' AS subject, e.held AS kept,
              CASE WHEN o.placed_at IS NULL THEN least(e.held, o.credit) ELSE 0 END AS reckoned
            FROM (SELECT tenant_id, order_id, sum(held) AS held FROM wallet_entries
              WHERE order_id IS NOT NULL AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, order_id) e
            JOIN orders o ON o.tenant_id = e.tenant_id AND o.id = e.order_id
            """),
        new("Payments by credit", "What payments took from wallets and gave back to them, by the wallets.", """
            SELECT p.tenant_id, 'pay_' || p.id || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM payment_intents p
            LEFT JOIN (
              SELECT tenant_id, order_id, -sum(held) FILTER (WHERE kind = 'spent') AS spent, sum(available) FILTER (WHERE kind = 'returned') AS returned
              FROM wallet_entries WHERE order_id IS NOT NULL AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, order_id) e
              ON e.tenant_id = p.tenant_id AND e.order_id = p.order_id
            CROSS JOIN LATERAL (VALUES ('captured', p.captured, coalesce(e.spent, 0)), ('refunded', p.refunded, coalesce(e.returned, 0))) AS shown (name, kept, reckoned)
            WHERE p.gateway = 'wallet' AND ($1 IS NULL OR p.tenant_id = $1)
            """),
    ];
}
