namespace Aura.Persistence;

/// <summary>A row of one store. Its key is (tenant, id); the id comes from one sequence in blocks, the tenant from the caller.</summary>
public abstract class StoreRow
{
    public long TenantId { get; private protected set; }
    public long Id { get; private protected set; }

    /// <summary>Gives a new row its key, where it is written by hand.</summary>
    internal void Identify(long tenant, long id) => (TenantId, Id) = (tenant, id);
}

/// <summary>A row that is changed in its life: it has times and a version.</summary>
public abstract class StoreEntity : StoreRow
{
    /// <summary>UTC, by the store's clock; set when the row is first saved, unless the entity set it (imported history).</summary>
    public DateTime CreatedAt { get; protected set; }

    /// <summary>UTC, by the store's clock; moved by every save that changes the row.</summary>
    public DateTime UpdatedAt { get; private protected set; }

    /// <summary>Counts the saves that changed the row; of two writers of the same version one is refused.</summary>
    public int Version { get; private protected set; }

    internal void Stamp(DateTime now)
    {
        if (CreatedAt == default)
            CreatedAt = now;
        UpdatedAt = now;
        Version++;
    }
}

/// <summary>Changes of this entity go to the audit log, field by field.</summary>
public interface IAudited : IIdentified;

/// <summary>People may be asked to approve it. An approval is bound to the content: what others see or get of it, and not its state or its counters.</summary>
/// <remarks>Whatever is not in this row must be named in it by a version, for only changes of the row itself are heard of.</remarks>
public interface IApprovable : IAudited
{
    /// <summary>Something that serialises to JSON.</summary>
    object Content { get; }
}

/// <summary>Amounts of this entity (properties marked <see cref="MinorUnitsAttribute"/>) are in this currency.</summary>
public interface IPriced
{
    Currency Currency { get; }
}

/// <summary>The number is an amount in minor units of the entity's currency; the audit log shows it as a decimal.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MinorUnitsAttribute : Attribute;

/// <summary>The audit log tells that the property changed, not what it was.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
