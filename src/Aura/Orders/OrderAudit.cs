using Aura.Persistence.Verification;

namespace Aura.Orders;

/// <summary>What orders show, worked out again from their lines, payments, parcels and returns.</summary>
public static class OrderAudit
{
    public static readonly IReadOnlyList<Check> Checks =
    [
        new("Order totals", "Subtotal, discount, tax and total of an order, by its lines and its shipping.", """
            SELECT o.tenant_id, 'ord_' || o.id || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM orders o
            LEFT JOIN (
              SELECT tenant_id, order_id, sum(value) AS value, sum(discount) AS discount, sum(tax) AS tax, sum(gross) AS gross
              FROM order_lines WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, order_id) l ON l.tenant_id = o.tenant_id AND l.order_id = o.id
            CROSS JOIN LATERAL (VALUES
              ('subtotal', o.subtotal, coalesce(l.value, 0)), ('discount', o.discount_total, coalesce(l.discount, 0)),
              ('shipping', o.shipping_total, coalesce((o.shipping ->> 'price')::bigint, 0)),
              ('tax', o.tax_total, coalesce(l.tax, 0) + coalesce((o.shipping ->> 'tax')::bigint, 0)),
              ('total', o.total, coalesce(l.gross, 0) + coalesce((o.shipping ->> 'gross')::bigint, 0))) AS shown (name, kept, reckoned)
            WHERE $1 IS NULL OR o.tenant_id = $1
            """),
        new("Order payments", "What is reserved, paid, refunded and disputed of an order, by its payments; and whether it counts as paid.", """
            SELECT o.tenant_id, 'ord_' || o.id || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM orders o
            LEFT JOIN (
              SELECT tenant_id, order_id, sum(authorized) AS authorized, sum(captured) AS captured, sum(refunded) AS refunded, sum(disputed) AS disputed
              FROM payment_intents WHERE order_id IS NOT NULL AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, order_id) p
              ON p.tenant_id = o.tenant_id AND p.order_id = o.id
            CROSS JOIN LATERAL (VALUES
              ('authorized', o.authorized, coalesce(p.authorized, 0)), ('paid', o.paid, coalesce(p.captured, 0)),
              ('refunded', o.refunded, coalesce(p.refunded, 0)), ('disputed', o.disputed, coalesce(p.disputed, 0)),
              ('is settled', (o.payment_status IN ('paid', 'refunded'))::int, (coalesce(p.captured, 0) >= o.total
                OR coalesce(p.captured, 0) > 0 AND p.captured <= p.refunded + p.disputed)::int),
              ('is refunded', (o.payment_status = 'refunded')::int, (coalesce(p.captured, 0) > 0 AND p.captured <= p.refunded + p.disputed)::int)
            ) AS shown (name, kept, reckoned)
            WHERE $1 IS NULL OR o.tenant_id = $1
            """),
        new("Order items", "Units handed over, by the parcels; units returned and paid back, by the returns.", """
            SELECT l.tenant_id, 'item_' || l.id || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM order_lines l
            LEFT JOIN (
              SELECT tenant_id, order_line_id, sum(quantity) AS units
              FROM fulfillment_lines WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, order_line_id) f
              ON f.tenant_id = l.tenant_id AND f.order_line_id = l.id
            LEFT JOIN (
              SELECT r.tenant_id, rl.order_line_id,
                sum(CASE r.status WHEN 'rejected' THEN 0 WHEN 'refunded' THEN rl.received ELSE rl.quantity END) AS returned,
                sum(CASE WHEN r.refund_begun_at IS NOT NULL THEN rl.received ELSE 0 END) AS refunded
              FROM returns r JOIN return_lines rl ON rl.tenant_id = r.tenant_id AND rl.return_id = r.id
              WHERE $1 IS NULL OR r.tenant_id = $1 GROUP BY r.tenant_id, rl.order_line_id) b
              ON b.tenant_id = l.tenant_id AND b.order_line_id = l.id
            CROSS JOIN LATERAL (VALUES
              ('fulfilled', l.fulfilled, coalesce(f.units, 0)), ('returned', l.returned, coalesce(b.returned, 0)),
              ('refunded', l.refunded, coalesce(b.refunded, 0))) AS shown (name, kept, reckoned)
            WHERE $1 IS NULL OR l.tenant_id = $1
            """),
        new("Promised stock", "What is still set aside for each order: nothing for a cancelled one, at most what is not handed over for the others.", """
            SELECT o.tenant_id, 'ord_' || o.id || ' set aside' AS subject, a.open AS kept,
              CASE o.status WHEN 'cancelled' THEN 0 ELSE least(a.open, (
                SELECT sum(l.quantity - l.fulfilled) FROM order_lines l WHERE l.tenant_id = o.tenant_id AND l.order_id = o.id)) END AS reckoned
            FROM orders o
            JOIN (SELECT tenant_id, order_id, sum(quantity - shipped - released) AS open FROM stock_allocations
              WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, order_id) a
              ON a.tenant_id = o.tenant_id AND a.order_id = o.id
            WHERE $1 IS NULL OR o.tenant_id = $1
            """),
        new("Credit notes", "What of a credit note of the past was booked against orders, by the refunds there.", """
            SELECT n.tenant_id, 'credit note ' || n.number AS subject, n.refunded AS kept, coalesce(r.amount, 0) AS reckoned
            FROM credit_notes n
            LEFT JOIN (
              SELECT tenant_id, gateway_reference, sum(amount) AS amount FROM refunds WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, gateway_reference) r
              ON r.tenant_id = n.tenant_id AND r.gateway_reference = 'past_' || n.number
            WHERE $1 IS NULL OR n.tenant_id = $1
            """),
    ];
}
