using Aura.Catalog;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Inventory;

/// <summary>How much of a variant is in one warehouse. Only <see cref="StockBook"/> writes it, with a movement for every change.</summary>
public sealed class StockLevel : StoreRow
{
    public long VariantId { get; private init; }
    public Variant Variant { get; private init; } = null!; // loaded where it is needed
    public long WarehouseId { get; private init; }
    public Warehouse Warehouse { get; private init; } = null!; // loaded where it is needed

    /// <summary>Pieces in the building.</summary>
    public long OnHand { get; private init; }

    /// <summary>Pieces promised to orders and not yet shipped; more than are on hand where backorders wait.</summary>
    public long Allocated { get; private init; }

    /// <summary>Of those on hand: broken.</summary>
    public long Damaged { get; private init; }

    /// <summary>Of those on hand: to be inspected.</summary>
    public long QualityControl { get; private init; }

    /// <summary>Kept back from sale.</summary>
    public long SafetyStock { get; private init; }

    public DateTime UpdatedAt { get; private init; }
}

internal sealed class StockLevelMapping : IEntityTypeConfiguration<StockLevel>
{
    public void Configure(EntityTypeBuilder<StockLevel> level)
    {
        level.HasOne(l => l.Variant).WithMany().HasForeignKey(l => new { l.TenantId, l.VariantId });
        level.HasOne(l => l.Warehouse).WithMany().HasForeignKey(l => new { l.TenantId, l.WarehouseId });
        level.HasIndex(l => new { l.TenantId, l.VariantId, l.WarehouseId }).IsUnique();
    }
}
