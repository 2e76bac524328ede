using Aura.Persistence.Verification;

namespace Aura.Catalog;

/// <summary>How many stars products show, counted again.</summary>
public static class ReviewAudit
{
    public static readonly IReadOnlyList<Check> Checks =
    [
        new("Reviews", "How many a product has and what their ratings add up to, by its published reviews.", """
            SELECT p.tenant_id, 'prod_' || p.id || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM products p
            LEFT JOIN (
              SELECT tenant_id, product_id, count(*) AS count, sum(rating) AS ratings
              FROM reviews WHERE status = 'published' AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, product_id) r
              ON r.tenant_id = p.tenant_id AND r.product_id = p.id
            CROSS JOIN LATERAL (VALUES
              ('reviews', p.review_count, coalesce(r.count, 0)), ('rating sum', p.rating_sum, coalesce(r.ratings, 0))) AS shown (name, kept, reckoned)
            WHERE $1 IS NULL OR p.tenant_id = $1
            """),
    ];
}
