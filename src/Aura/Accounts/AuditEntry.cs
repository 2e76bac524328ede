using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Accounts;

/// <summary>Who changed which fields of what. Written by the save that changes them; never edited.</summary>
public sealed class AuditEntry : StoreRow, IIdentified
{
    public static string Prefix => "log";
    public static string Noun => "audit entry";

    public DateTime Timestamp { get; private init; }
    public string Actor { get; private init; } = "";

    /// <summary>The reference of the store's member who did it with that key; null: nobody said.</summary>
    public string? Member { get; private init; }

    /// <summary>Resource and verb: <c>product.updated</c>.</summary>
    public string Action { get; private init; } = "";

    /// <summary>The noun: <c>product</c>.</summary>
    public string Resource { get; private init; } = "";

    /// <summary>The id as the outside sees it.</summary>
    public string ResourceId { get; private init; } = "";

    public Dictionary<string, FieldChange> Changes { get; private init; } = [];
    public string? RequestId { get; private init; }
    public string? IpAddress { get; private init; }
    public string? UserAgent { get; private init; }

    private static readonly HashSet<string> Noise =
        [nameof(StoreRow.TenantId), nameof(StoreRow.Id), nameof(StoreEntity.CreatedAt), nameof(StoreEntity.UpdatedAt), nameof(StoreEntity.Version), nameof(Store.AccountId)];

    /// <summary>An entry that is not about the fields of one row: a key was rotated, an export was made.</summary>
    public static AuditEntry Of(string resource, string verb, string resourceId, AuraDb db, Dictionary<string, FieldChange>? changes = null) => new()
    {
        Timestamp = db.Now,
        Actor = db.Caller.Actor,
        Member = db.Caller.ActsFor ?? db.Caller.Member,
        Action = $"{resource}.{verb}",
        Resource = resource,
        ResourceId = resourceId,
        Changes = changes ?? [],
        RequestId = db.Caller.RequestId,
        IpAddress = db.Caller.IpAddress,
        UserAgent = db.Caller.UserAgent,
    };

    /// <summary>The entry for a row that is about to be saved, or null where no field differs.</summary>
    internal static AuditEntry? Of(EntityEntry entry, AuraDb db)
    {
        var changes = ChangesOf(entry);
        if (changes.Count == 0 && entry.State == EntityState.Modified)
            return null;
        return Of(entry.Metadata, entry.State switch { EntityState.Added => "created", EntityState.Deleted => "deleted", _ => "updated" }, (StoreRow)entry.Entity, db, changes);
    }

    /// <summary>The entry for a row that is not tracked, or null where no field differs.</summary>
    /// <param name="before">Null: it is new.</param>
    internal static AuditEntry? Of(StoreRow row, IEntityType type, Func<IProperty, object?>? before, AuraDb db)
    {
        var changes = new Dictionary<string, FieldChange>();
        foreach (var told in ToldOf(type))
            if ((before?.Invoke(told.Property), told.Property.GetGetter().GetClrValueUsingContainingEntity(row)) is var (was, now) && !JsonEqual(was, now))
                changes[told.Name] = new(Shown(was, told, row), Shown(now, told, row));
        return changes.Count == 0 && before is not null ? null : Of(type, before is null ? "created" : "updated", row, db, changes);
    }

    private static AuditEntry Of(IEntityType type, string verb, StoreRow row, AuraDb db, Dictionary<string, FieldChange> changes)
    {
        var (prefix, noun) = Names(type.ClrType);
        return Of(noun, verb, $"{prefix}_{row.Id}", db, changes);
    }

    /// <summary>The fields that the next save changes.</summary>
    internal static Dictionary<string, FieldChange> ChangesOf(EntityEntry entry)
    {
        var changes = new Dictionary<string, FieldChange>();
        foreach (var told in ToldOf(entry.Metadata))
            if (entry.Property(told.Property) is var property && Differs(property, entry.State))
                changes[told.Name] = new(
                    entry.State == EntityState.Added ? null : Shown(property.OriginalValue, told, entry.Entity),
                    entry.State == EntityState.Deleted ? null : Shown(property.CurrentValue, told, entry.Entity));
        return changes;
    }

    private static bool Differs(PropertyEntry property, EntityState state) => state switch
    {
        EntityState.Added => property.CurrentValue is not null,
        EntityState.Deleted => property.OriginalValue is not null,
        _ => property.IsModified && !JsonEqual(property.OriginalValue, property.CurrentValue),
    };

    private static bool JsonEqual(object? a, object? b) =>
        Equals(a, b) || a is not null && b is not null && JsonSerializer.Serialize(a) == JsonSerializer.Serialize(b);

    private static object? Shown(object? value, ToldField field, object entity) => value switch
    {
        not null when field.IsSecret => "(secret)",
        long minor when entity is IPriced priced && field.IsMoney =>
            new Money(minor, priced.Currency).Amount,
        Enum word => Conventions.Snake(word.ToString()),
        Currency currency => currency.Code,
        not null and not string and not byte[] when !field.Property.ClrType.IsValueType => JsonSerializer.SerializeToElement(value, Json),
        _ => value,
    };

    /// <summary>How values that have fields of their own are spelled.</summary>
    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Default)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>What the outside calls the things of this type.</summary>
    internal static (string Prefix, string Noun) Names(Type type) => Named.GetOrAdd(type, static its => (
        (string)its.GetProperty(nameof(IIdentified.Prefix), BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!, // IIdentified has both
        (string)its.GetProperty(nameof(IIdentified.Noun), BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!));

    private static ToldField[] ToldOf(IEntityType type) => Told.GetOrAdd(type, static its => [.. its.GetProperties().Where(IsTold).Select(property => new ToldField(property))]);

    private static bool IsTold(IProperty property) =>
        !Noise.Contains(property.Name) && !property.IsForeignKey() && property.GetAfterSaveBehavior() != PropertySaveBehavior.Ignore; // that is written by the database itself

    private static readonly ConcurrentDictionary<Type, (string, string)> Named = new();
    private static readonly ConcurrentDictionary<IEntityType, ToldField[]> Told = new();

    /// <summary>What the log needs to know of a column; asked of the model once, for an import saves thousands of rows.</summary>
    private sealed class ToldField(IProperty property)
    {
        public IProperty Property { get; } = property;
        public string Name { get; } = Conventions.Snake(property.Name);
        public bool IsSecret { get; } = property.PropertyInfo?.IsDefined(typeof(SecretAttribute)) == true;
        public bool IsMoney { get; } = property.PropertyInfo?.IsDefined(typeof(MinorUnitsAttribute)) == true;
    }
}

public sealed record FieldChange(object? Old, object? New);

public static class AuditLog
{
    /// <summary>Records what the next save changes of something that is in no store and so is not audited by itself; nothing where no field differs.</summary>
    public static void Audit<T>(this AuraDb db, string resource, string verb, T thing, long id) where T : class, IIdentified
    {
        var changes = AuditEntry.ChangesOf(db.Entry(thing));
        if (changes.Count > 0)
            db.AuditLogs.Add(AuditEntry.Of(resource, verb, new Id<T>(id).ToString(), db, changes));
    }
}

internal sealed class AuditEntryMapping : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> entry) => entry.Property(e => e.Changes).Json();
}
