using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Collaboration;

/// <summary>Something that members show to each other: a template of the store, a file elsewhere. Who looked at it is noted.</summary>
public sealed class SharedAsset : StoreEntity, IAudited
{
    public static string Prefix => "asset";
    public static string Noun => "shared asset";

    public const int MaxSharers = 200;

    public string Name { get; private init; } = "";

    /// <summary>What it is, in the store's words: <c>template</c>.</summary>
    public string Type { get; private init; } = "";

    /// <summary>What is shared, by its id or address; null: the name says it.</summary>
    public string? ItemId { get; private init; }

    /// <summary>A member; null: the store itself.</summary>
    public string? SharedBy { get; private init; }

    /// <summary>References of members and ids of teams; empty: everybody.</summary>
    public string[] SharedWith { get; private init; } = [];

    public DateTime? UnsharedAt { get; private set; }

    /// <exception cref="Refused">422 without a name and an item.</exception>
    public static SharedAsset Create(string? name, string? itemId, string type, string? sharedBy, IReadOnlyList<string> sharedWith) => new()
    {
        Name = name?.Trim() is { Length: > 0 } said ? said : itemId?.Trim() is { Length: > 0 } item ? item : throw Refused.Invalid(nameof(Name), "Is required, or assetId."),
        ItemId = itemId?.Trim(),
        Type = type,
        SharedBy = sharedBy,
        SharedWith = [.. sharedWith.Select(one => one.Trim()).Where(one => one != "").Distinct()],
    };

    /// <exception cref="Refused">403 with the key of another member than who shared it.</exception>
    public void Unshare(Caller caller, DateTime now)
    {
        if (caller.Member is { } member && SharedBy is not null && member != SharedBy)
            throw Refused.Forbidden($"Only {SharedBy} takes it back.");
        UnsharedAt = now;
    }
}

/// <summary>Somebody shared, looked at or took back an asset. Never edited.</summary>
public sealed class AssetAccess : StoreRow
{
    public long AssetId { get; private init; }

    /// <summary>A member, or the key that was used.</summary>
    public string Who { get; private init; } = "";

    /// <summary>shared, viewed or unshared.</summary>
    public string Action { get; private init; } = "";

    public DateTime CreatedAt { get; private init; }

    internal static AssetAccess Create(SharedAsset asset, string action, AuraDb db) => new()
    {
        AssetId = asset.Id,
        Who = db.Caller.ActsFor ?? db.Caller.Member ?? db.Caller.Actor,
        Action = action,
        CreatedAt = db.Now,
    };
}

public static class SharedAssetRows
{
    /// <summary>What is shared with the caller: a member sees what they share or what is shared with them, their teams or all; a key that is nobody's sees everything.</summary>
    public static IQueryable<SharedAsset> AssetsInSight(this AuraDb db)
    {
        var shared = db.SharedAssets.Where(asset => asset.UnsharedAt == null);
        if (db.Caller.Member is not { } member)
            return shared;
        var teams = db.TeamMembers.Where(one => one.Member == member).Select(one => Team.Prefix + "_" + one.TeamId);
        return shared.Where(asset => asset.SharedBy == member || asset.SharedWith.Length == 0 || asset.SharedWith.Contains(member) || teams.Any(team => asset.SharedWith.Contains(team)));
    }

    /// <summary>Writes into the access log, with the next save.</summary>
    public static void NoteAccess(this AuraDb db, SharedAsset asset, string action) => db.AssetAccesses.Add(AssetAccess.Create(asset, action, db));
}

internal sealed class SharedAssetMapping : IEntityTypeConfiguration<SharedAsset>
{
    public void Configure(EntityTypeBuilder<SharedAsset> asset) => asset.HasIndex(a => new { a.TenantId, a.Id }).HasFilter("unshared_at IS NULL");
}
