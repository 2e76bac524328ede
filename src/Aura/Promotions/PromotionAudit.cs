using Aura.Persistence.Verification;

namespace Aura.Promotions;

/// <summary>The counters of uses, worked out again from the uses.</summary>
public static class PromotionAudit
{
    public static readonly IReadOnlyList<Check> Checks =
    [
        new("Promotion counters", "Uses and amounts of each promotion, by the sum of its uses.", """
            SELECT p.tenant_id, 'promo_' || p.id || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM promotions p
            LEFT JOIN (
              SELECT tenant_id, promotion_id, sum(reserved) AS reserved, sum(used) AS used, sum(held) AS held, sum(spent) AS spent, sum(revenue) AS revenue
              FROM promotion_counters WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, promotion_id) c ON c.tenant_id = p.tenant_id AND c.promotion_id = p.id
            LEFT JOIN (
              SELECT tenant_id, promotion_id, count(*) FILTER (WHERE state = 'reserved') AS reserved, count(*) FILTER (WHERE state = 'confirmed') AS used,
                sum(discount) FILTER (WHERE state = 'reserved') AS held, sum(discount) FILTER (WHERE state = 'confirmed') AS spent,
                sum(revenue) FILTER (WHERE state = 'confirmed') AS revenue
              FROM promotion_uses WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, promotion_id) u ON u.tenant_id = p.tenant_id AND u.promotion_id = p.id
            CROSS JOIN LATERAL (VALUES
              ('reserved', coalesce(c.reserved, 0), coalesce(u.reserved, 0)), ('used', coalesce(c.used, 0), coalesce(u.used, 0)),
              ('held', coalesce(c.held, 0), coalesce(u.held, 0)), ('spent', coalesce(c.spent, 0), coalesce(u.spent, 0)),
              ('revenue', coalesce(c.revenue, 0), coalesce(u.revenue, 0))) AS shown (name, kept, reckoned)
            WHERE $1 IS NULL OR p.tenant_id = $1
            """),
        new("Coupon counters", "Uses of each coupon, by its uses.", """
            SELECT c.tenant_id, 'coupon_' || c.id || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM coupons c
            LEFT JOIN (
              SELECT tenant_id, coupon_id, count(*) FILTER (WHERE state = 'reserved') AS reserved, count(*) FILTER (WHERE state = 'confirmed') AS used
              FROM promotion_uses WHERE ($1 IS NULL OR tenant_id = $1) AND coupon_id IS NOT NULL GROUP BY tenant_id, coupon_id) u
              ON u.tenant_id = c.tenant_id AND u.coupon_id = c.id
            CROSS JOIN LATERAL (VALUES ('reserved', c.reserved, coalesce(u.reserved, 0)), ('used', c.used, coalesce(u.used, 0))) AS shown (name, kept, reckoned)
            WHERE $1 IS NULL OR c.tenant_id = $1
            """),
        new("Coupon batches", "Coupons that a batch counts, by its coupons.", """
            SELECT b.tenant_id, 'bulk_' || b.id AS subject, b.made AS kept, count(c.id) AS reckoned
            FROM coupon_batches b LEFT JOIN coupons c ON c.tenant_id = b.tenant_id AND c.batch_id = b.id
            WHERE $1 IS NULL OR b.tenant_id = $1 GROUP BY b.tenant_id, b.id
            """),
        new("Promotion customers", "Uses by each customer, by the uses.", """
            SELECT coalesce(k.tenant_id, u.tenant_id) AS tenant_id,
              'promo_' || coalesce(k.promotion_id, u.promotion_id) || ' coupon ' || coalesce(k.coupon_id, u.coupon_id) || ' by ' || coalesce(k.customer_key, u.customer_key) AS subject,
              coalesce(k.uses, 0) AS kept, coalesce(u.uses, 0) AS reckoned
            FROM (SELECT * FROM promotion_customers WHERE $1 IS NULL OR tenant_id = $1) k
            FULL JOIN (
              SELECT u.tenant_id, u.promotion_id, of.coupon_id, u.customer_key, count(*) AS uses
              FROM promotion_uses u CROSS JOIN LATERAL (SELECT 0::bigint UNION ALL SELECT u.coupon_id WHERE u.coupon_id IS NOT NULL) AS of (coupon_id)
              WHERE ($1 IS NULL OR u.tenant_id = $1) AND u.state IN ('reserved', 'confirmed') AND u.customer_key IS NOT NULL
              GROUP BY u.tenant_id, u.promotion_id, of.coupon_id, u.customer_key) u
              ON u.tenant_id = k.tenant_id AND u.promotion_id = k.promotion_id AND u.coupon_id = k.coupon_id AND u.customer_key = k.customer_key
            """),
    ];
}
