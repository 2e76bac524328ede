using Aura.Events;
using Aura.Persistence;

namespace Aura.Inventory;

/// <summary>Tells of stock that ran low or out, in the transaction in which it did. The subject is the product.</summary>
public static class StockNews
{
    /// <summary>The noun under which events show a product's stock.</summary>
    public const string Noun = "inventory";

    internal static void OutOfStock(AuraDb db, StockedVariant variant, long available) => db.Events.Add(StoreEvent.Of(
        "inventory.out_of_stock", Noun, variant.ProductId, Facts(variant, available, null), db));

    internal static void Low(AuraDb db, StockAlert alert, StockedVariant variant, long available)
    {
        db.Events.Add(StoreEvent.Of("inventory.low", Noun, variant.ProductId, Facts(variant, available, alert), db));
        if (alert.ReorderEnabled)
            db.Reorders.Add(Reorder.Of(alert, variant.Id));
    }

    private static object Facts(StockedVariant variant, long available, StockAlert? alert) => new
    {
        ProductId = $"{new Id<Catalog.Product>(variant.ProductId)}",
        VariantId = $"{new Id<Catalog.Variant>(variant.Id)}",
        variant.Sku,
        Available = available,
        alert?.Threshold,
        AlertId = alert is null ? null : $"{new Id<StockAlert>(alert.Id)}",
        WarehouseId = alert?.WarehouseId is { } warehouse ? $"{new Id<Warehouse>(warehouse)}" : null,
        alert?.Channels,
    };
}
