using Aura.Persistence;

namespace Aura.Inventory;

/// <summary>So many of an order line come from this warehouse. Decided once; shipping and releasing use what is written here.</summary>
public sealed class StockAllocation : StoreEntity, IIdentified
{
    public static string Prefix => "alloc";
    public static string Noun => "allocation";

    public long VariantId { get; private init; }
    public long WarehouseId { get; private init; }
    public long OrderId { get; private init; }
    public long? OrderLineId { get; private init; }

    public long Quantity { get; private init; }
    public long Shipped { get; private set; }
    public long Released { get; private set; }

    /// <summary>Promised, and neither shipped nor taken back.</summary>
    public long Open => Quantity - Shipped - Released;

    internal static StockAllocation Create(long orderId, long? orderLineId, long variantId, long warehouseId, long quantity) =>
        new() { OrderId = orderId, OrderLineId = orderLineId, VariantId = variantId, WarehouseId = warehouseId, Quantity = quantity };

    /// <exception cref="Refused">409 for more than is open.</exception>
    internal void Ship(long quantity) => Shipped += Openly(quantity);

    /// <inheritdoc cref="Ship"/>
    internal void Release(long quantity) => Released += Openly(quantity);

    private long Openly(long quantity) => quantity > 0 && quantity <= Open
        ? quantity
        : throw Refused.Conflict("not_allocated", $"Only {Open} of this line are allocated here and open.");
}
