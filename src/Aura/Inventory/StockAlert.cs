using Aura.Persistence;

namespace Aura.Inventory;

/// <summary>Tells when a variant runs low, and proposes to order more. A product's alert watches each of its variants by itself.</summary>
public sealed class StockAlert : StoreEntity, IAudited
{
    public static string Prefix => "alert";
    public static string Noun => "stock alert";

    public long ProductId { get; private init; }

    /// <summary>Null: every variant of the product.</summary>
    public long? VariantId { get; private init; }

    /// <summary>Null: the active warehouses together.</summary>
    public long? WarehouseId { get; private init; }

    /// <summary>It speaks when fewer than this can be sold.</summary>
    public long Threshold { get; private init; }

    /// <summary>How it is to be told: email, sms, webhook.</summary>
    public string[] Channels { get; private init; } = [];

    public bool ReorderEnabled { get; private init; }
    public long? ReorderQuantity { get; private init; }

    /// <exception cref="Refused">422 for reordering without a quantity.</exception>
    public static StockAlert Create(
        long productId, long? variantId, long? warehouseId, long threshold, IReadOnlyList<string> channels, bool reorder, long? reorderQuantity) => new()
    {
        ProductId = productId,
        VariantId = variantId,
        WarehouseId = warehouseId,
        Threshold = threshold,
        Channels = [.. channels.Distinct()],
        ReorderEnabled = reorder,
        ReorderQuantity = reorder && reorderQuantity is null
            ? throw Refused.Invalid("Reorder.Quantity", "Say how many are to be ordered.")
            : reorderQuantity,
    };

    public bool Watches(long variantId) => VariantId is null || VariantId == variantId;

    /// <summary>It speaks on the way down, once: not again while stock stays low.</summary>
    public bool Crossed(long before, long after) => before >= Threshold && after < Threshold;
}

public enum ReorderStatus
{
    Suggested,
    Ordered,
    Received,
    Dismissed,
}

/// <summary>A proposal to order more, made when an alert spoke. What comes of it is the merchant's; stock arrives by receiving it.</summary>
public sealed class Reorder : StoreEntity, IAudited
{
    public static string Prefix => "reorder";
    public static string Noun => "reorder";

    public long ProductId { get; private init; }
    public long VariantId { get; private init; }

    /// <summary>Null: wherever the merchant wants it.</summary>
    public long? WarehouseId { get; private init; }

    /// <summary>Null: the alert was deleted since.</summary>
    public long? AlertId { get; private init; }

    public long Quantity { get; private init; }
    public ReorderStatus Status { get; private set; }

    internal static Reorder Of(StockAlert alert, long variantId) => new()
    {
        ProductId = alert.ProductId,
        VariantId = variantId,
        WarehouseId = alert.WarehouseId,
        AlertId = alert.Id,
        Quantity = alert.ReorderQuantity ?? throw new InvalidOperationException("The alert orders nothing."),
    };

    /// <exception cref="Refused">409 once it was received or dismissed.</exception>
    public void Mark(ReorderStatus status)
    {
        if (Status is ReorderStatus.Received or ReorderStatus.Dismissed && status != Status)
            throw Refused.Conflict("reorder_closed", $"It is {Words<ReorderStatus>.Of(Status)} already.");
        Status = status;
    }
}
