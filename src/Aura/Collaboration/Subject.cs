using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Aura.Collaboration;

/// <summary>What an approval is about.</summary>
/// <param name="Hash">Of its content; null: the store knows no such thing, and has its name only.</param>
public sealed record Subject(string? Type, string? Id, byte[]? Hash);

public static class Subjects
{
    /// <summary>Looks up what a caller names: <c>brand</c>, <c>brand_12</c>.</summary>
    /// <returns>Without a hash where nothing here is called that.</returns>
    /// <exception cref="Refused">422 for a type without an id, or an id without a type.</exception>
    public static async Task<Subject> Subject(this AuraDb db, string? type, string? id, CancellationToken cancellation)
    {
        if (type is null || id is null)
            return type is null && id is null ? new(null, null, null) : throw Refused.Invalid(type is null ? "EntityType" : "EntityId", "Is required beside the other one.");
        return Kind(db, type) is { } kind && await db.LookUp(kind, id, cancellation) is { } thing
            ? new(AuditEntry.Names(kind).Noun, thing.Id, Hash(thing.Content))
            : new(type.Trim(), id.Trim(), null); // the caller is told that nothing is bound
    }

    /// <summary>What an approval is about, as it is now.</summary>
    /// <returns>A hash that nothing has where it is gone.</returns>
    public static async Task<Subject> SubjectOf(this AuraDb db, Approval approval, CancellationToken cancellation) =>
        approval is not { EntityType: { } type, EntityId: { } id, ContentHash: not null } || Kind(db, type) is not { } kind
            ? new(approval.EntityType, approval.EntityId, approval.ContentHash)
            : new(type, id, await db.LookUp(kind, id, cancellation) is { } thing ? Hash(thing.Content) : []);

    /// <summary>Tells the approvals of what the next save changes or deletes that its content is another.</summary>
    internal static async Task<bool> NoteChangedContents(this AuraDb db, List<EntityEntry<StoreEntity>> changed, CancellationToken cancellation)
    {
        var any = false;
        foreach (var entry in changed.Where(entry => entry is { Entity: IApprovable, State: EntityState.Modified or EntityState.Deleted }))
        {
            var (prefix, noun) = AuditEntry.Names(entry.Metadata.ClrType);
            var (id, content) = ($"{prefix}_{entry.Entity.Id}", ((IApprovable)entry.Entity).Content);
            foreach (var approval in await db.Approvals.Where(a => a.EntityType == noun && a.EntityId == id && a.ContentHash != null).ToListAsync(cancellation))
            {
                approval.Changed(entry.State == EntityState.Deleted ? null : Hash(content), db.Now);
                db.Entry(approval).DetectChanges(); // nobody looks again before it is saved
                any = true;
            }
        }

        return any;
    }

    /// <summary>The same for contents that are alike, however the database keeps them: members in their order, numbers without zeros behind.</summary>
    internal static byte[] Hash(object content) =>
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Canonical(JsonSerializer.SerializeToNode(content, content.GetType()))));

    private static JsonNode? Canonical(JsonNode? node) => node switch
    {
        JsonObject thing => new JsonObject(thing.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => KeyValuePair.Create(member.Key, Canonical(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Canonical)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) =>
            number / 1.0000000000000000000000000000m,
        _ => node?.DeepClone(),
    };

    private static Type? Kind(AuraDb db, string type) => db.Model.GetEntityTypes().Select(entity => entity.ClrType).FirstOrDefault(kind =>
        kind.IsAssignableTo(typeof(IApprovable)) && AuditEntry.Names(kind) is var (prefix, noun) && type.Trim().ToLowerInvariant().Replace('_', ' ') is var wanted && (wanted == noun || wanted == prefix));

    private static Task<Thing?> LookUp(this AuraDb db, Type kind, string id, CancellationToken cancellation) =>
        (Task<Thing?>)typeof(Subjects).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(kind).Invoke(null, [db, id, cancellation])!; // it is below

    private static async Task<Thing?> Read<T>(AuraDb db, string id, CancellationToken cancellation) where T : StoreEntity, IApprovable =>
        Id<T>.ToNumber(id.Trim()) is { } number && await db.Set<T>().AsNoTracking().FirstOrDefaultAsync(row => row.Id == number, cancellation) is { } row
            ? new(new Id<T>(number).ToString(), row.Content)
            : null;

    private sealed record Thing(string Id, object Content);
}
