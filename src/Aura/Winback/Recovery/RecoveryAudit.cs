using Aura.Persistence.Verification;

namespace Aura.Winback.Recovery;

/// <summary>To what orders are owed, counted again.</summary>
public static class RecoveryAudit
{
    public static readonly IReadOnlyList<Check> Checks =
    [
        new("Owed once", "Orders that are owed to a message are owed to no journey, and to nothing else.", """
            SELECT s.tenant_id, 'sale_' || s.id AS subject, 1 AS kept, 1 + (
              SELECT count(*) FROM watched_carts c
              WHERE c.tenant_id = s.tenant_id AND c.order_id = s.order_id AND c.status = 'recovered' AND c.id IS DISTINCT FROM s.cart_id AND c.attribution <> 'unaided') AS reckoned
            FROM message_sales s WHERE s.order_id IS NOT NULL AND ($1 IS NULL OR s.tenant_id = $1)
            """),
        new("Won back once", "An order wins back one cart.", """
            SELECT tenant_id, 'ord_' || order_id AS subject, count(*) AS kept, 1 AS reckoned
            FROM watched_carts WHERE order_id IS NOT NULL AND status = 'recovered' AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, order_id
            """),
        new("Carts of messages", "What a cart earned that a message won back, by that message's sale.", """
            SELECT c.tenant_id, 'cart_' || c.id AS subject, c.revenue AS kept, s.revenue AS reckoned
            FROM watched_carts c LEFT JOIN message_sales s ON s.tenant_id = c.tenant_id AND s.cart_id = c.id AND s.message_id = c.credited_message_id
            WHERE c.credited_message_id IS NOT NULL AND (s.currency IS NULL OR s.currency = c.currency) AND ($1 IS NULL OR c.tenant_id = $1)
            """),
    ];
}
