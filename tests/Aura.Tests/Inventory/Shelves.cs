using Aura.Catalog;
using Aura.Inventory;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Inventory;

/// <summary>Products and warehouses with stock, for tests.</summary>
internal static class Shelves
{
    public static Task<T> Stock<T>(this Store store, Func<Stock, AuraDb, Task<T>> work) => store.Database((db, _) => work(new(db), db));

    public static Task Stock(this Store store, Func<Stock, Task> work) => store.Database(db => work(new(db)));

    /// <summary>A variant of a product of its own.</summary>
    public static Task<long> Variant(this Store store, bool tracked = true, bool backorder = false) => store.Database(async (db, _) =>
    {
        var variant = Aura.Catalog.Variant.Create($"TEA-{Guid.CreateVersion7():n}", Currency.Usd);
        variant.Stock(tracked, backorder);
        db.Products.Add(Product.Create("Tea", variant.Sku, new Money(1000, Currency.Usd), [variant]));
        await db.SaveChangesAsync();
        return variant.Id;
    });

    public static Task<long> Warehouse(this Store store, int priority = 0, string name = "Other") => store.Database(async (db, _) =>
    {
        var warehouse = Aura.Inventory.Warehouse.Create(name, WarehouseType.Warehouse, null, priority);
        db.Warehouses.Add(warehouse);
        await db.SaveChangesAsync();
        return warehouse.Id;
    });

    public static Task<long> DefaultWarehouse(this Store store) =>
        store.Database((db, _) => db.Warehouses.Where(w => w.IsDefault).Select(w => w.Id).SingleAsync());

    public static Task Receive(this Store store, long variant, long quantity, long? warehouse = null) =>
        store.Stock(stock => stock.Receive([new(variant, quantity, warehouse)], new("delivery"), default));

    public static Task<long> Available(this Store store, long variant) =>
        store.Database((db, _) => db.Variants.Where(v => v.Id == variant).Select(v => AuraDb.AvailableStock(v.TenantId, v.Id)).SingleAsync());

    /// <summary>Levels by warehouse: on hand and allocated.</summary>
    public static Task<Dictionary<long, (long OnHand, long Allocated)>> Levels(this Store store, long variant) => store.Database((db, _) =>
        db.StockLevels.Where(l => l.VariantId == variant).ToDictionaryAsync(l => l.WarehouseId, l => (l.OnHand, l.Allocated)));

    /// <summary>Nothing in this store differs from its ledger.</summary>
    public static Task IsInBalance(this Store store) => store.Verify(StockAudit.Checks);
}
