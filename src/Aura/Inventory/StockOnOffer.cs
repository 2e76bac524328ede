using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Inventory;

public static class StockOnOffer
{
    /// <summary>What can be promised of each of these variants; those that no warehouse has a place for are left out.</summary>
    /// <remarks>By hand: a page of products asks once for all its variants, where available_stock would run for each.</remarks>
    public static async Task<Dictionary<long, long>> Available(this AuraDb db, IEnumerable<long> variants, CancellationToken cancellation)
    {
        long[] ids = [.. variants];
        if (ids.Length == 0)
            return [];
        var rows = await db.Database.SqlQuery<OnOffer>($"""
            SELECT l.variant_id AS "VariantId", sum(l.on_hand - l.allocated - l.damaged - l.quality_control - l.safety_stock - coalesce(r.held, 0))::bigint AS "Available"
            FROM stock_levels l
            JOIN warehouses w ON w.tenant_id = l.tenant_id AND w.id = l.warehouse_id AND w.active
            LEFT JOIN (
              SELECT variant_id, warehouse_id, sum(quantity) AS held FROM reservations
              WHERE tenant_id = {db.Tenant} AND variant_id = ANY ({ids}) AND released_at IS NULL AND expires_at > {db.Now}
              GROUP BY variant_id, warehouse_id) r ON r.variant_id = l.variant_id AND r.warehouse_id = l.warehouse_id
            WHERE l.tenant_id = {db.Tenant} AND l.variant_id = ANY ({ids})
            GROUP BY l.variant_id
            """).ToListAsync(cancellation);
        return rows.ToDictionary(row => row.VariantId, row => row.Available);
    }

    private sealed record OnOffer
    {
        public long VariantId { get; init; }
        public long Available { get; init; }
    }
}
