using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Inventory;

public enum WarehouseType
{
    Warehouse,
    Store,
    Dropship,
    ThirdParty,
}

/// <summary>Where stock lies. A store has a default one from its first moment: the database makes it with the store.</summary>
public sealed class Warehouse : StoreEntity, IAudited
{
    public static string Prefix => "wh";
    public static string[] OtherPrefixes => ["warehouse"];
    public static string Noun => "warehouse";

    public string Name { get; private set; } = "";
    public WarehouseType Type { get; private set; }
    public Address? Address { get; private set; }

    /// <summary>The lower is asked first when stock is routed by priority.</summary>
    public int Priority { get; private set; }

    /// <summary>Stock in a warehouse that is not active is not for sale.</summary>
    public bool Active { get; private set; } = true;

    /// <summary>Takes what names no warehouse; one per store, always active.</summary>
    public bool IsDefault { get; private set; }

    public static Warehouse Create(string name, WarehouseType type, Address? address, int priority) =>
        new() { Name = name, Type = type, Address = address, Priority = priority };

    public void Rename(string name) => Name = name;
    public void Become(WarehouseType type) => Type = type;
    public void Move(Address? address) => Address = address;
    public void Rank(int priority) => Priority = priority;

    /// <exception cref="Refused">409 when the default warehouse would close.</exception>
    public void Open(bool active) => Active = active || !IsDefault
        ? active
        : throw Refused.Conflict("default_warehouse", "Make another warehouse the default before this one is closed.");

    /// <exception cref="Refused">409 for a warehouse that is not active.</exception>
    internal void Lead() => IsDefault = Active ? true : throw Refused.Conflict("warehouse_inactive", "Only an active warehouse can be the default.");

    internal void Resign() => IsDefault = false;
}

public static class DefaultWarehouse
{
    /// <summary>Makes this warehouse the one that takes what names none. To be called in a transaction, and saved after.</summary>
    public static async Task Prefer(this AuraDb db, Warehouse warehouse, CancellationToken cancellation)
    {
        if (warehouse.IsDefault)
            return;
        (await db.Warehouses.SingleAsync(w => w.IsDefault, cancellation)).Resign();
        await db.SaveChangesAsync(cancellation); // first, for there is never a second one
        warehouse.Lead();
    }
}

internal sealed class WarehouseMapping : IEntityTypeConfiguration<Warehouse>
{
    public void Configure(EntityTypeBuilder<Warehouse> warehouse)
    {
        warehouse.Property(w => w.Address).Json();
        warehouse.HasIndex(w => w.TenantId).IsUnique().HasFilter("is_default");
    }
}
