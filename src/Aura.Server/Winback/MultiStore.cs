using System.ComponentModel.DataAnnotations;
using Aura.Accounts;
using Aura.Brands;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>The account's stores that the key opens, live ones or sandboxes as the key is. A removed store is suspended: its rows stay, nobody gets in.</summary>
internal static class MultiStore
{
    private static readonly Listing<Store, StoreResponse> Shape = new Listing<Store, StoreResponse>(s => StoreResponse.Of(s))
        .Field("name", s => s.Name)
        .Field("domain", s => s.Domain)
        .Field("status", s => s.Status)
        .Parameter("status", words: Words<StoreStatus>.All)
        .SortedBy("id");

    public static void MapMultiStore(this RouteGroupBuilder api)
    {
        var stores = api.MapGroup("/whitelabel/multi-store").WithTags("Stores").Scope("tenants");
        stores.MapGet("/", List).Lists(Shape);
        stores.MapGet("/{id}", Show);
        stores.MapPost("/", Create);
        stores.MapPut("/{id}", Update);
        stores.MapDelete("/{id}", Delete);
    }

    /// <param name="status">Without: the active ones.</param>
    private static async Task<StoreList> List(string? status, ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        var own = await Own(db, cancellation);
        return await Shape.List(status is null ? own.Where(s => s.Status == StoreStatus.Active) : own, list, rows => new StoreList(rows), cancellation);
    }

    private static async Task<OneStore> Show(Id<Store> id, AuraDb db, CancellationToken cancellation) => new(StoreResponse.Of(await Find(id, db, cancellation)));

    /// <summary>Opens a store with its sandbox. A domain whose store was removed gets that one back.</summary>
    private static async Task<MadeStore> Create(CreateStore request, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        await DemandWholeAccount(db, cancellation);
        var domain = request.Domain.Trim().ToLowerInvariant();
        var store = await (await Own(db, cancellation)).FirstOrDefaultAsync(s => s.Domain == domain && s.Status == StoreStatus.Suspended, cancellation);
        if (store is null)
        {
            var account = await db.Accounts.SingleAsync(a => a.Id == db.Caller.AccountId, cancellation);
            var (live, sandbox) = db.OpenStore(account, request.Name, domain, db.Caller.Currency);
            store = db.Caller.IsTest ? sandbox : live;
        }

        store.Set(StoreStatus.Active);
        store.Rename(request.Name);
        await Wear(store, request.BrandId, db, cancellation);
        await Save(store, "created", db, access, cancellation);
        return new(true, store.Id);
    }

    private static async Task<MadeStore> Update(Id<Store> id, UpdateStore request, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var store = await Find(id, db, cancellation);
        request.Name.Apply(store.Rename);
        request.Domain.Apply(store.Move);
        request.Status.Apply(store.Set);
        if (request.BrandId is { IsGiven: true } brand)
            await Wear(store, brand.Or(null), db, cancellation);
        store.Changed(db.Now);
        await Save(store, "updated", db, access, cancellation);
        return new(true, store.Id);
    }

    private static async Task<DeletedStore> Delete(Id<Store> id, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var store = await Find(id, db, cancellation);
        if (store.Id == db.Caller.TenantId)
            throw Refused.Conflict("own_store", "A shop does not remove itself; name another one as the shop of the request.");
        store.Set(StoreStatus.Suspended);
        store.Changed(db.Now);
        await Save(store, "removed", db, access, cancellation);
        return new(true, id);
    }

    private static async Task Save(Store store, string verb, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        db.Audit(Store.Noun, verb, store, store.Id);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
    }

    /// <param name="brand">One of the calling shop's.</param>
    private static async Task Wear(Store store, Id<Brand>? brand, AuraDb db, CancellationToken cancellation)
    {
        if (brand is { } wanted && !await db.Brands.AnyAsync(b => b.Id == wanted.Value, cancellation))
            throw Refused.Invalid(nameof(CreateStore.BrandId), "This shop has no such brand.");
        store.Set(store.Settings with { BrandId = brand?.Value });
    }

    private static async Task<Store> Find(Id<Store> id, AuraDb db, CancellationToken cancellation) =>
        await (await Own(db, cancellation)).FirstOrDefaultAsync(s => s.Id == id.Value, cancellation) ?? throw Refused.NotFound(Store.Noun);

    private static async Task<IQueryable<Store>> Own(AuraDb db, CancellationToken cancellation)
    {
        var only = await StoresOfKey(db, cancellation);
        return db.Stores.Where(s => s.AccountId == db.Caller.AccountId && s.IsTest == db.Caller.IsTest && (only == null || only.Contains(s.Id)));
    }

    private static async Task DemandWholeAccount(AuraDb db, CancellationToken cancellation)
    {
        if (await StoresOfKey(db, cancellation) is not null)
            throw Refused.Forbidden("This key is for certain stores alone and cannot open another.");
    }

    private static Task<long[]?> StoresOfKey(AuraDb db, CancellationToken cancellation)
    {
        var key = Id<ApiKey>.ToNumber(db.Caller.Actor);
        return db.ApiKeys.Where(k => k.Id == key).Select(k => k.StoreIds).FirstOrDefaultAsync(cancellation);
    }
}

/// <param name="BrandId">One of the calling shop's brands.</param>
public sealed record CreateStore([StringLength(200, MinimumLength = 1)] string Name, [StringLength(253, MinimumLength = 3)] string Domain, Id<Brand>? BrandId = null);

public sealed record UpdateStore
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    [StringLength(253, MinimumLength = 3)] public Change<string> Domain { get; init; }
    public Change<Id<Brand>?> BrandId { get; init; }
    public Change<StoreStatus> Status { get; init; }
}

public sealed record StoreList(IReadOnlyList<StoreResponse> Stores) : Listed;

public sealed record OneStore(StoreResponse Store);

public sealed record MadeStore(bool Success, Id<Store> StoreId);

public sealed record DeletedStore(bool Deleted, Id<Store> StoreId);

public sealed record StoreResponse(Id<Store> Id, string Name, string Domain, Id<Brand>? BrandId, StoreStatus Status, string Environment, DateTime CreatedAt)
{
    public static StoreResponse Of(Store s) => new(
        s.Id, s.Name, s.Domain, s.Settings.BrandId is { } brand ? new Id<Brand>(brand) : null, s.Status, s.IsTest ? "test" : "live", s.CreatedAt);
}
