using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Accounts;
using Aura.Collaboration;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>What users show to each other. Whoever reads one stands in its access log, which stays when it is no longer shared.</summary>
internal static class SharedAssets
{
    private static readonly Listing<SharedAsset, AssetResponse> Shape = new(AssetResponse.From);

    private static readonly Listing<AssetAccess, AccessResponse> Log = new(AccessResponse.From);

    public static void MapSharedAssets(this RouteGroupBuilder api)
    {
        var assets = api.MapGroup("/collaboration/shared-assets").WithTags("Shared Assets").Scope("collaboration");
        assets.MapGet("/", List).Lists(Shape);
        assets.MapGet("/{id}", Show).NeverCached();
        assets.MapPost("/", Create);
        assets.MapDelete("/{id}", Unshare);
        assets.MapGet("/{id}/access-log", ListAccesses).Lists(Log);
    }

    private static Task<AssetList> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.AssetsInSight(), list, rows => new AssetList(rows), cancellation);

    private static async Task<OneAsset> Show(Id<SharedAsset> id, string? user, AuraDb db, CancellationToken cancellation)
    {
        var asset = await Find(id, db, cancellation);
        if (user is not null)
            await db.Acting(user, nameof(user), cancellation);
        db.NoteAccess(asset, "viewed");
        await db.SaveChangesAsync(cancellation);
        return new(AssetResponse.Of(asset));
    }

    private static async Task<MadeAsset> Create(ShareAsset request, AuraDb db, CancellationToken cancellation)
    {
        var by = request.SharedBy is null && db.Caller.Member is null ? null : await db.Acting(request.SharedBy, nameof(request.SharedBy), cancellation);
        var asset = SharedAsset.Create(request.Name, request.AssetId, request.Type, by, request.SharedWith ?? []);
        db.Add(asset);
        db.NoteAccess(asset, "shared");
        await db.SaveChangesAsync(cancellation);
        return new(true, asset.Id);
    }

    private static async Task<UnsharedAsset> Unshare(Id<SharedAsset> id, AuraDb db, CancellationToken cancellation)
    {
        var asset = await Find(id, db, cancellation);
        asset.Unshare(db.Caller, db.Now);
        db.NoteAccess(asset, "unshared");
        await db.SaveChangesAsync(cancellation);
        return new(true, true, id);
    }

    private static async Task<AccessLog> ListAccesses(Id<SharedAsset> id, ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        await db.SharedAssets.Demand(id, cancellation);
        return await Log.List(db.AssetAccesses.Where(access => access.AssetId == id.Value), list, rows => new AccessLog(id, rows), cancellation);
    }

    private static Task<SharedAsset> Find(Id<SharedAsset> id, AuraDb db, CancellationToken cancellation) => db.Load(db.AssetsInSight().Where(asset => asset.Id == id.Value), cancellation);
}

/// <param name="AssetId">What is shared: an id of this store, or an address.</param>
/// <param name="Name">Null: the assetId.</param>
/// <param name="SharedWith">Users and ids of teams; null or none: everybody.</param>
/// <param name="SharedBy">A user; with a user's key it is they.</param>
public sealed record ShareAsset(
    [StringLength(100, MinimumLength = 1)] string? AssetId = null,
    [StringLength(200, MinimumLength = 1)] string? Name = null,
    [StringLength(100, MinimumLength = 1)] string Type = "template",
    [MaxLength(SharedAsset.MaxSharers)] IReadOnlyList<string>? SharedWith = null,
    [StringLength(Member.MaxReference, MinimumLength = 1)] string? SharedBy = null);

public sealed record AssetList(IReadOnlyList<AssetResponse> Assets) : Listed;

public sealed record OneAsset(AssetResponse Asset);

public sealed record MadeAsset(bool Success, Id<SharedAsset> AssetId);

public sealed record UnsharedAsset(bool Success, bool Unshared, Id<SharedAsset> AssetId);

/// <param name="ItemId">What is shared: what the request called assetId.</param>
public sealed record AssetResponse(
    Id<SharedAsset> Id, string Type, string Name, string? ItemId, string? SharedBy, IReadOnlyList<string> SharedWith, DateTime CreatedAt)
{
    public static readonly Expression<Func<SharedAsset, AssetResponse>> From = a => new(a.Id, a.Type, a.Name, a.ItemId, a.SharedBy, a.SharedWith, a.CreatedAt);

    public static readonly Func<SharedAsset, AssetResponse> Of = From.Compile();
}

public sealed record AccessLog(Id<SharedAsset> AssetId, IReadOnlyList<AccessResponse> Accesses) : Listed
{
    [System.Text.Json.Serialization.JsonPropertyName("accessLog")] public IReadOnlyList<AccessResponse> Accesses { get; } = Accesses;
}

/// <param name="User">A user, or the key that was used.</param>
/// <param name="Action">shared, viewed or unshared.</param>
public sealed record AccessResponse(string User, string Action, DateTime Timestamp)
{
    public static readonly Expression<Func<AssetAccess, AccessResponse>> From = a => new(a.Who, a.Action, a.CreatedAt);
}
