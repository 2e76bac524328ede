using Aura.Catalog;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Inventory;

public enum StockMovementKind
{
    /// <summary>More on hand: a delivery, a return.</summary>
    Received,
    /// <summary>Promised to an order.</summary>
    Allocated,
    /// <summary>Left the building; no longer on hand nor promised.</summary>
    Shipped,
    /// <summary>A promise taken back.</summary>
    Released,
    /// <summary>On hand corrected, up or down, for a reason.</summary>
    Adjusted,
}

/// <summary>A line of the stock ledger. Levels are the sums of these lines and can be computed from them again.</summary>
public sealed class StockMovement : StoreRow, IIdentified
{
    public static string Prefix => "mov";
    public static string Noun => "stock movement";

    public long VariantId { get; private init; }
    public Variant Variant { get; private init; } = null!; // loaded where it is needed
    public long WarehouseId { get; private init; }
    public StockMovementKind Kind { get; private init; }

    /// <summary>Pieces; only an adjustment can be negative.</summary>
    public long Quantity { get; private init; }

    public string? Reason { get; private init; }
    public string? Note { get; private init; }
    public long? OrderId { get; private init; }

    /// <summary>The paper it belongs to: a fulfilment, a delivery note.</summary>
    public string? Reference { get; private init; }

    public string Actor { get; private init; } = "";
    public DateTime CreatedAt { get; private init; }
}

internal sealed class StockMovementMapping : IEntityTypeConfiguration<StockMovement>
{
    public void Configure(EntityTypeBuilder<StockMovement> movement) =>
        movement.HasOne(m => m.Variant).WithMany().HasForeignKey(m => new { m.TenantId, m.VariantId });
}
