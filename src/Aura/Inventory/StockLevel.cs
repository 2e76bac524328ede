using Aura.Accounts;
using Aura.Catalog;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Inventory;

/// <summary>How much of a variant is in one warehouse. Only <see cref="StockBook"/> writes it; what is on hand and allocated, never without a movement.</summary>
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
    public long Damaged { get; private set; }

    /// <summary>Of those on hand: to be inspected.</summary>
    public long QualityControl { get; private set; }

    /// <summary>Kept back from sale.</summary>
    public long SafetyStock { get; private set; }

    public DateTime UpdatedAt { get; private set; }

    /// <summary>What can be promised, given what is held for carts and channels; negative while backorders wait.</summary>
    public long Available(long held) => OnHand - Allocated - Damaged - QualityControl - SafetyStock - held;

    /// <returns>What differs now, for the audit log.</returns>
    internal Dictionary<string, FieldChange> Withhold(WithheldStock withheld, DateTime now)
    {
        var before = (Damaged, QualityControl, SafetyStock);
        (Damaged, QualityControl, SafetyStock) = (withheld.Damaged ?? Damaged, withheld.QualityControl ?? QualityControl, withheld.SafetyStock ?? SafetyStock);
        UpdatedAt = now;
        return new (string Field, long Old, long New)[]
        {
            ("damaged", before.Damaged, Damaged), ("quality_control", before.QualityControl, QualityControl), ("safety_stock", before.SafetyStock, SafetyStock),
        }.Where(f => f.Old != f.New).ToDictionary(f => f.Field, f => new FieldChange(f.Old, f.New));
    }
}

/// <summary>Pieces on hand that cannot be sold; null: as many as before.</summary>
public sealed record WithheldStock(long? Damaged, long? QualityControl, long? SafetyStock);

internal sealed class StockLevelMapping : IEntityTypeConfiguration<StockLevel>
{
    public void Configure(EntityTypeBuilder<StockLevel> level)
    {
        level.HasOne(l => l.Variant).WithMany().HasForeignKey(l => new { l.TenantId, l.VariantId });
        level.HasOne(l => l.Warehouse).WithMany().HasForeignKey(l => new { l.TenantId, l.WarehouseId });
        level.HasIndex(l => new { l.TenantId, l.VariantId, l.WarehouseId }).IsUnique();
    }
}
