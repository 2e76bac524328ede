using Aura.Persistence.Verification;

namespace Aura.Promotions.AbTests;

/// <summary>The counts of tests, worked out again from units and orders.</summary>
public static class AbAudit
{
    public static readonly IReadOnlyList<Check> Checks =
    [
        new("A/B test counters", "What each arm counted in each phase, by its units and their orders.", """
            WITH kept AS (
              SELECT tenant_id, test_id, phase, arm, sum(units) AS units, sum(conversions) AS conversions, sum(anonymous_conversions) AS anonymous,
                sum(converted) AS converted, sum(revenue) AS revenue, sum(revenue_squares) AS squares, sum(discount) AS discount
              FROM ab_counters WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, test_id, phase, arm),
            spent AS (
              SELECT tenant_id, test_id, phase, arm, unit_id, count(*) AS orders, sum(revenue) AS revenue, sum(discount) AS discount,
                CASE WHEN unit_id IS NULL THEN sum(revenue::numeric ^ 2) ELSE sum(revenue) ^ 2 END AS squares
              FROM ab_conversions WHERE state = 'counted' AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, test_id, phase, arm, unit_id),
            bought AS (
              SELECT tenant_id, test_id, phase, arm, sum(orders) AS conversions, coalesce(sum(orders) FILTER (WHERE unit_id IS NULL), 0) AS anonymous,
                count(unit_id) AS converted, sum(revenue) AS revenue, sum(squares) AS squares, sum(discount) AS discount
              FROM spent GROUP BY tenant_id, test_id, phase, arm),
            came AS (
              SELECT tenant_id, test_id, phase, arm, count(*) AS units
              FROM ab_units WHERE same_as IS NULL AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, test_id, phase, arm)
            SELECT tenant_id, 'ab_' || test_id || ' arm ' || arm || ' phase ' || phase || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM kept FULL JOIN bought USING (tenant_id, test_id, phase, arm) FULL JOIN came USING (tenant_id, test_id, phase, arm)
            CROSS JOIN LATERAL (VALUES
              ('units', coalesce(kept.units, 0), coalesce(came.units, 0)), ('conversions', coalesce(kept.conversions, 0), coalesce(bought.conversions, 0)),
              ('anonymous conversions', coalesce(kept.anonymous, 0), coalesce(bought.anonymous, 0)),
              ('converted', coalesce(kept.converted, 0), coalesce(bought.converted, 0)), ('revenue', coalesce(kept.revenue, 0), coalesce(bought.revenue, 0)),
              ('revenue squares', coalesce(kept.squares, 0), coalesce(bought.squares, 0)),
              ('discount', coalesce(kept.discount, 0), coalesce(bought.discount, 0))) AS shown (name, kept, reckoned)
            """),
        new("A/B test units", "Orders and revenue of each unit, by its orders.", """
            SELECT u.tenant_id, u.unit || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM ab_units u
            LEFT JOIN (
              SELECT tenant_id, unit_id, count(*) AS orders, sum(revenue) AS revenue
              FROM ab_conversions WHERE state = 'counted' AND unit_id IS NOT NULL AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, unit_id) c
              ON c.tenant_id = u.tenant_id AND c.unit_id = u.id
            CROSS JOIN LATERAL (VALUES ('conversions', u.conversions::numeric, coalesce(c.orders, 0)), ('revenue', u.revenue, coalesce(c.revenue, 0))) AS shown (name, kept, reckoned)
            WHERE $1 IS NULL OR u.tenant_id = $1
            """),
    ];
}
