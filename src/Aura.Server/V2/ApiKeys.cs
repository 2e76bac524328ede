using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>Keys whose home is the caller's store; each may yet open other stores of the account. The key itself is shown once.</summary>
internal static class ApiKeys
{
    private static readonly Listing<ApiKey, ApiKeyResponse> Shape = new Listing<ApiKey, ApiKeyResponse>(k => ApiKeyResponse.Of(k))
        .Field("name", k => k.Name)
        .Field("last_used_at", k => k.LastUsedAt)
        .Field("expires_at", k => k.ExpiresAt)
        .Field("created_at", k => k.CreatedAt);

    public static void MapApiKeys(this RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/api-keys").WithTags("Authentication").Scope("api_keys").NeverCached();
        keys.MapGet("/", List).Lists(Shape);
        keys.MapGet("/{id}", Show);
        keys.MapPost("/", Create);
        keys.MapPatch("/{id}", Update);
        keys.MapDelete("/{id}", Revoke);
        keys.MapPost("/{id}/rotate", Rotate);
    }

    private static Task<Listed<ApiKeyResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(Own(db), list, cancellation);

    private static async Task<ApiKeyResponse> Show(Id<ApiKey> id, AuraDb db, TimeProvider time, CancellationToken cancellation)
    {
        var key = await Find(id, db, cancellation);
        var own = key.RequestsPerHour is not null || key.RequestsPerDay is not null;
        var usage = await RequestUsage.Of(db, own ? key.Id : key.AccountId, time.GetUtcNow().UtcDateTime, cancellation);
        return ApiKeyResponse.Of(key) with { Usage = usage };
    }

    private static async Task<Created<NewApiKey>> Create(CreateApiKey request, AuraDb db, CancellationToken cancellation)
    {
        var store = await StoreFor(request.Environment, db, cancellation);
        var scopes = request.Scopes ?? [.. db.Caller.Scopes];
        var (key, secret) = ApiKey.Create(store, request.Name, scopes, db.Now, request.ExpiresAt);
        key.Limit(request.RateLimit?.Hour, request.RateLimit?.Day);
        key.Restrict(request.TenantIds is null ? null : await OwnStores(request.TenantIds, store, db, cancellation));
        key.Sign(request.RequireSignature);
        if (db.Caller.Member is { } member)
            key.GiveTo(member);
        key.Entrust(db.Caller);
        db.ApiKeys.Add(key);
        Record(key, "created", db);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/v2/api-keys/{new Id<ApiKey>(key.Id)}", NewApiKey.Of(key, secret));
    }

    private static async Task<ApiKeyResponse> Update(Id<ApiKey> id, UpdateApiKey request, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var key = await Entrusted(id, db, cancellation);
        request.Name.Apply(key.Rename);
        request.Scopes.Apply(scopes =>
        {
            key.Grant(scopes);
            key.Entrust(db.Caller);
        });
        request.RateLimit.Apply(limit => key.Limit(limit?.Hour, limit?.Day));
        request.RequireSignature.Apply(key.Sign);
        Record(key, "updated", db);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return ApiKeyResponse.Of(key);
    }

    private static async Task<NoContent> Revoke(Id<ApiKey> id, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var key = await Entrusted(id, db, cancellation);
        key.Revoke(db.Now);
        Record(key, "deleted", db);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return TypedResults.NoContent();
    }

    private static async Task<Created<RotatedApiKey>> Rotate(Id<ApiKey> id, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var key = await Entrusted(id, db, cancellation);
        var secret = key.Rotate(db.Now);
        Record(key, "rotated", db);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return TypedResults.Created($"/v2/api-keys/{id}", new RotatedApiKey(key.Id, secret, key.PreviousExpiresAt));
    }

    private static IQueryable<ApiKey> Own(AuraDb db)
    {
        var stores = db.Caller.Span ?? [db.Caller.TenantId];
        return db.ApiKeys.Where(k => stores.Contains(k.StoreId) && k.RevokedAt == null);
    }

    private static async Task<ApiKey> Find(Id<ApiKey> id, AuraDb db, CancellationToken cancellation) =>
        await Own(db).FirstOrDefaultAsync(k => k.Id == id.Value, cancellation) ?? throw Refused.NotFound(ApiKey.Noun);

    private static async Task<ApiKey> Entrusted(Id<ApiKey> id, AuraDb db, CancellationToken cancellation)
    {
        var key = await Find(id, db, cancellation);
        key.Entrust(db.Caller);
        return key;
    }

    /// <summary>The caller's store, or its twin for a key of the other environment; a sandbox key makes no live keys.</summary>
    private static async Task<Store> StoreFor(KeyEnvironment? environment, AuraDb db, CancellationToken cancellation)
    {
        var store = await db.Stores.SingleAsync(s => s.Id == db.Caller.TenantId, cancellation);
        if (environment is null || environment == KeyEnvironment.Test == store.IsTest)
            return store;
        if (db.Caller.Member is not null)
            throw Refused.Forbidden("A user's key makes keys of its own environment only.");
        return environment == KeyEnvironment.Test
            ? await db.Stores.SingleAsync(s => s.Id == store.TwinId, cancellation)
            : throw Refused.Forbidden("A test key cannot create live keys.");
    }

    private static async Task<long[]> OwnStores(IReadOnlyList<Id<Store>> ids, Store home, AuraDb db, CancellationToken cancellation)
    {
        var wanted = ids.Select(id => id.Value).Append(home.Id).Distinct().ToArray();
        var own = await db.Stores.CountAsync(s => wanted.Contains(s.Id) && s.AccountId == home.AccountId && s.IsTest == home.IsTest, cancellation);
        return own == wanted.Length ? wanted : throw Refused.Invalid(nameof(CreateApiKey.TenantIds), "Must be tenants of this account.");
    }

    private static void Record(ApiKey key, string verb, AuraDb db) => db.Audit("api_key", verb, key, key.Id);
}

public enum KeyEnvironment
{
    Live,
    Test,
}

/// <param name="Scopes">Such as products:read or orders:*. Null: those of the calling key.</param>
/// <param name="TenantIds">The stores that the key may use; null: all of the account.</param>
/// <param name="RequireSignature">Only signed requests are taken (X-Signature).</param>
public sealed record CreateApiKey(
    [StringLength(200, MinimumLength = 1)] string Name,
    IReadOnlyList<string>? Scopes = null,
    KeyRateLimit? RateLimit = null,
    KeyEnvironment? Environment = null,
    DateTime? ExpiresAt = null,
    IReadOnlyList<Id<Store>>? TenantIds = null,
    bool RequireSignature = false);

public sealed record UpdateApiKey
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<IReadOnlyList<string>> Scopes { get; init; }
    public Change<KeyRateLimit?> RateLimit { get; init; }
    public Change<bool> RequireSignature { get; init; }
}

/// <summary>Requests; null: the account's limit counts.</summary>
public sealed record KeyRateLimit([Range(1, int.MaxValue)] int? Hour = null, [Range(1, int.MaxValue)] int? Day = null);

/// <param name="Prefix">The first characters of the key, to recognise it by.</param>
/// <param name="RotateBy">When it ought to be rotated.</param>
/// <param name="User">The user of the store whose key it is: their roles limit the scopes.</param>
public sealed record ApiKeyResponse(
    Id<ApiKey> Id, string Name, string Prefix, IReadOnlyList<string> Scopes, KeyEnvironment Environment, KeyRateLimit? RateLimit,
    IReadOnlyList<Id<Store>>? TenantIds, bool RequireSignature, string? User, DateTime? LastUsedAt, DateTime? ExpiresAt, DateTime RotateBy, DateTime CreatedAt)
{
    /// <summary>Shown with a single key.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public RequestUsage? Usage { get; init; }

    public static ApiKeyResponse Of(ApiKey k) => new(
        k.Id, k.Name, k.Start, k.Scopes, k.IsTest ? KeyEnvironment.Test : KeyEnvironment.Live,
        k.RequestsPerHour is null && k.RequestsPerDay is null ? null : new(k.RequestsPerHour, k.RequestsPerDay),
        k.StoreIds?.Select(id => new Id<Store>(id)).ToArray(), k.SignedOnly, k.Member, k.LastUsedAt, k.ExpiresAt, k.RotatedAt + ApiKey.RotationAdvised, k.CreatedAt);
}

/// <param name="Key">Shown this once.</param>
public sealed record NewApiKey(
    Id<ApiKey> Id, string Name, string Key, string Prefix, IReadOnlyList<string> Scopes, KeyEnvironment Environment, KeyRateLimit? RateLimit,
    DateTime? ExpiresAt, DateTime CreatedAt)
{
    public static NewApiKey Of(ApiKey k, string secret)
    {
        var shown = ApiKeyResponse.Of(k);
        return new(k.Id, k.Name, secret, shown.Prefix, shown.Scopes, shown.Environment, shown.RateLimit, k.ExpiresAt, k.CreatedAt);
    }
}

/// <param name="PreviousKeyExpiresAt">Until then the old key works too.</param>
public sealed record RotatedApiKey(Id<ApiKey> Id, string Key, DateTime? PreviousKeyExpiresAt);
