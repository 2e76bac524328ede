using Aura.Persistence.Verification;

namespace Aura.Inventory;

/// <summary>Stock levels, worked out again from the ledger and from the promises to orders.</summary>
public static class StockAudit
{
    public static readonly IReadOnlyList<Check> Checks =
    [
        new("Stock levels", "What is on hand and allocated, by the sum of the movements.", """
            SELECT l.tenant_id, 'var_' || l.variant_id || ' in wh_' || l.warehouse_id || ' ' || shown.name AS subject, shown.kept, shown.reckoned
            FROM stock_levels l
            LEFT JOIN (
              SELECT tenant_id, variant_id, warehouse_id,
                sum(CASE kind WHEN 'received' THEN quantity WHEN 'adjusted' THEN quantity WHEN 'shipped' THEN -quantity ELSE 0 END) AS on_hand,
                sum(CASE kind WHEN 'allocated' THEN quantity WHEN 'shipped' THEN -quantity WHEN 'released' THEN -quantity ELSE 0 END) AS allocated
              FROM stock_movements WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, variant_id, warehouse_id) m USING (tenant_id, variant_id, warehouse_id)
            CROSS JOIN LATERAL (VALUES
              ('on hand', l.on_hand, coalesce(m.on_hand, 0)), ('allocated', l.allocated, coalesce(m.allocated, 0))) AS shown (name, kept, reckoned)
            WHERE $1 IS NULL OR l.tenant_id = $1
            """),
        new("Stock promises", "What is allocated, by the open parts of the allocations.", """
            SELECT l.tenant_id, 'var_' || l.variant_id || ' in wh_' || l.warehouse_id AS subject, l.allocated AS kept, coalesce(a.open, 0) AS reckoned
            FROM stock_levels l
            LEFT JOIN (
              SELECT tenant_id, variant_id, warehouse_id, sum(quantity - shipped - released) AS open
              FROM stock_allocations WHERE $1 IS NULL OR tenant_id = $1 GROUP BY tenant_id, variant_id, warehouse_id) a USING (tenant_id, variant_id, warehouse_id)
            WHERE $1 IS NULL OR l.tenant_id = $1
            """),
    ];
}
