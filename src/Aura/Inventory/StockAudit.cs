using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Inventory;

/// <summary>A level that is not what its ledger says.</summary>
/// <param name="LedgerOnHand">The sum of the movements.</param>
/// <param name="OpenAllocations">What the allocations have neither shipped nor released.</param>
public sealed record StockDifference(
    long TenantId, long VariantId, long WarehouseId, long OnHand, long LedgerOnHand, long Allocated, long LedgerAllocated, long OpenAllocations);

/// <summary>Computes the levels again from the movements.</summary>
public static class StockAudit
{
    /// <summary>Where level, ledger and allocations disagree, in every store; empty when all is well.</summary>
    /// <remarks>SQL by hand: it adds up whole tables, across stores.</remarks>
    public static Task<List<StockDifference>> StockDifferences(this AuraDb db, CancellationToken cancellation) => db.Database.SqlQuery<StockDifference>($"""
        SELECT l.tenant_id AS "TenantId", l.variant_id AS "VariantId", l.warehouse_id AS "WarehouseId", l.on_hand AS "OnHand", l.allocated AS "Allocated",
          coalesce(m.on_hand, 0) AS "LedgerOnHand", coalesce(m.allocated, 0) AS "LedgerAllocated", coalesce(a.open, 0) AS "OpenAllocations"
        FROM stock_levels l
        LEFT JOIN (
          SELECT tenant_id, variant_id, warehouse_id,
            sum(CASE kind WHEN 'received' THEN quantity WHEN 'adjusted' THEN quantity WHEN 'shipped' THEN -quantity ELSE 0 END)::bigint AS on_hand,
            sum(CASE kind WHEN 'allocated' THEN quantity WHEN 'shipped' THEN -quantity WHEN 'released' THEN -quantity ELSE 0 END)::bigint AS allocated
          FROM stock_movements GROUP BY tenant_id, variant_id, warehouse_id) m USING (tenant_id, variant_id, warehouse_id)
        LEFT JOIN (
          SELECT tenant_id, variant_id, warehouse_id, sum(quantity - shipped - released)::bigint AS open
          FROM stock_allocations GROUP BY tenant_id, variant_id, warehouse_id) a USING (tenant_id, variant_id, warehouse_id)
        WHERE l.on_hand <> coalesce(m.on_hand, 0) OR l.allocated <> coalesce(m.allocated, 0) OR l.allocated <> coalesce(a.open, 0)
        """).ToListAsync(cancellation);
}
