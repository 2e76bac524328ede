using Aura.Catalog;
using Aura.Inventory;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>The stock of a product or of one variant. Totals are the sums over the locations, which are the active warehouses that ever had some.</summary>
/// <param name="VariantId">Null: a product with several variants.</param>
/// <param name="TotalAvailable">What can be promised; negative while backorders wait.</param>
/// <param name="TotalReserved">Allocated to orders, or reserved for a while.</param>
public sealed record InventoryResponse(
    Id<Product> ProductId, Id<Variant>? VariantId, long TotalAvailable, long TotalReserved, long TotalOnHand,
    IReadOnlyList<InventoryLocation> Locations, IReadOnlyList<VariantInventory> Variants)
{
    /// <param name="VariantIds">The variants to show; their products come in the order of their ids.</param>
    public static async Task<List<InventoryResponse>> Read(AuraDb db, IReadOnlyList<long> variantIds, CancellationToken cancellation)
    {
        var variants = await db.Variants.Where(v => variantIds.Contains(v.Id)).OrderBy(v => v.ProductId).ThenBy(v => v.Position).ThenBy(v => v.Id)
            .Select(v => new { v.ProductId, v.Id, v.Sku, v.TracksInventory, v.AllowsBackorder }).ToListAsync(cancellation);
        var levels = (await db.StockLevels.Where(l => variantIds.Contains(l.VariantId) && l.Warehouse.Active)
            .OrderBy(l => l.Warehouse.Priority).ThenBy(l => l.WarehouseId)
            .Select(l => new { l.VariantId, Location = InventoryLocation.Of(l, l.Warehouse.Name, AuraDb.HeldStock(l.TenantId, l.VariantId, l.WarehouseId)) })
            .ToListAsync(cancellation)).ToLookup(l => l.VariantId, l => l.Location);
        return [.. variants.GroupBy(v => v.ProductId, v => VariantInventory.Of(v.Id, v.Sku, v.TracksInventory, v.AllowsBackorder, [.. levels[v.Id]]), Of)];
    }

    internal static async Task<InventoryResponse> Read(AuraDb db, InventoryTarget target, CancellationToken cancellation) =>
        (await Read(db, target.VariantIds, cancellation))[0];

    /// <summary>As events show it, by product.</summary>
    public static async Task<Dictionary<long, InventoryResponse>> Shown(AuraDb db, long[] productIds, CancellationToken cancellation)
    {
        var variants = await db.Variants.Where(v => productIds.Contains(v.ProductId) && v.RemovedAt == null).Select(v => v.Id).ToListAsync(cancellation);
        return (await Read(db, variants, cancellation)).ToDictionary(i => i.ProductId.Value);
    }

    private static InventoryResponse Of(long productId, IEnumerable<VariantInventory> variants)
    {
        var all = variants.ToList();
        var locations = all.SelectMany(v => v.Locations).GroupBy(l => l.WarehouseId, (_, here) => here.Aggregate((a, b) => a.Plus(b))).ToList();
        return new(
            productId, all is [var only] ? only.VariantId : null, locations.Sum(l => l.Available), locations.Sum(l => l.Reserved), locations.Sum(l => l.OnHand),
            locations, all);
    }
}

public sealed record VariantInventory(
    Id<Variant> VariantId, string Sku, bool TracksInventory, bool AllowsBackorder, long TotalAvailable, long TotalReserved, long TotalOnHand,
    IReadOnlyList<InventoryLocation> Locations)
{
    public static VariantInventory Of(long id, string sku, bool tracks, bool backorder, IReadOnlyList<InventoryLocation> locations) => new(
        id, sku, tracks, backorder, locations.Sum(l => l.Available), locations.Sum(l => l.Reserved), locations.Sum(l => l.OnHand), locations);
}

/// <param name="Damaged">Of those on hand, not for sale; so are those in quality control and the safety stock.</param>
public sealed record InventoryLocation(
    Id<Warehouse> WarehouseId, string Name, long Available, long Reserved, long OnHand, long Allocated, long Damaged, long QualityControl, long SafetyStock)
{
    public static InventoryLocation Of(StockLevel level, string warehouse, long held) => new(
        level.WarehouseId, warehouse, level.Available(held), level.Allocated + held, level.OnHand, level.Allocated,
        level.Damaged, level.QualityControl, level.SafetyStock);

    public InventoryLocation Plus(InventoryLocation other) => this with
    {
        Available = Available + other.Available,
        Reserved = Reserved + other.Reserved,
        OnHand = OnHand + other.OnHand,
        Allocated = Allocated + other.Allocated,
        Damaged = Damaged + other.Damaged,
        QualityControl = QualityControl + other.QualityControl,
        SafetyStock = SafetyStock + other.SafetyStock,
    };
}
