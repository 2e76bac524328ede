using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Keys of this shop, those that were made at /v2/api-keys too. Those made here open no other shop. The key itself is shown once.</summary>
internal static class ApiKeys
{
    private static readonly string[] Usual = ["read", "write"];

    private static readonly Listing<ApiKey, ApiKeyResponse> Shape = new Listing<ApiKey, ApiKeyResponse>(k => ApiKeyResponse.Of(k))
        .Field("name", k => k.Name)
        .Field("lastUsedAt", k => k.LastUsedAt)
        .Field("createdAt", k => k.CreatedAt);

    public static void MapApiKeys(this RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/developer/api-keys").WithTags("API Keys").Scope("api_keys").NeverCached();
        keys.MapGet("/", List).Lists(Shape);
        keys.MapGet("/{id}", Show);
        keys.MapPost("/", Create);
        keys.MapDelete("/{id}", Revoke);
    }

    private static Task<ApiKeyList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(Own(db), list, rows => new ApiKeyList(rows), cancellation);

    private static async Task<OneApiKey> Show(Id<ApiKey> id, AuraDb db, CancellationToken cancellation) => new(ApiKeyResponse.Of(await Find(id, db, cancellation)));

    private static async Task<NewApiKey> Create(CreateApiKey request, AuraDb db, KnownScopes known, CancellationToken cancellation)
    {
        var store = await db.Stores.SingleAsync(s => s.Id == db.Caller.TenantId, cancellation);
        var (key, secret) = ApiKey.Create(
            store, request.Name, Permissions.Read(request.Permissions ?? Usual, known), db.Now, request.ExpiresAt, ApiKey.NewShopSecret(store.IsTest));
        key.Restrict([store.Id]);
        if ((request.UserId ?? db.Caller.Member) is { } user)
            key.GiveTo(await db.Member(user, nameof(request.UserId), cancellation));
        key.Entrust(db.Caller);
        db.ApiKeys.Add(key);
        db.Audit("api_key", "created", key, key.Id);
        await db.SaveChangesAsync(cancellation);
        return new(true, secret, key.Id, key.Name, Permissions.Shown(key.Scopes), key.Member, key.ExpiresAt, key.CreatedAt);
    }

    private static async Task<RevokedApiKey> Revoke(Id<ApiKey> id, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var key = await Find(id, db, cancellation);
        key.Entrust(db.Caller);
        key.Revoke(db.Now);
        db.Audit("api_key", "deleted", key, key.Id);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return new(true, true, id);
    }

    private static IQueryable<ApiKey> Own(AuraDb db) => db.ApiKeys.Where(k => k.StoreId == db.Caller.TenantId && k.RevokedAt == null);

    private static async Task<ApiKey> Find(Id<ApiKey> id, AuraDb db, CancellationToken cancellation) =>
        await Own(db).FirstOrDefaultAsync(k => k.Id == id.Value, cancellation) ?? throw Refused.NotFound(ApiKey.Noun);
}

/// <param name="Permissions">Such as read, write or brands:write. Null: read and write.</param>
/// <param name="UserId">Whose key it is: it may do what both its permissions and the user's roles allow. Null: nobody's, as for the shop's own server.</param>
/// <param name="ExpiresAt">Null: it works until it is revoked.</param>
public sealed record CreateApiKey(
    [StringLength(200, MinimumLength = 1)] string Name = "API key",
    [MinLength(1), MaxLength(Role.MaxPermissions)] IReadOnlyList<string>? Permissions = null,
    [StringLength(Member.MaxReference, MinimumLength = 1)] string? UserId = null,
    DateTime? ExpiresAt = null);

public sealed record ApiKeyList(IReadOnlyList<ApiKeyResponse> ApiKeys) : Listed;

public sealed record OneApiKey(ApiKeyResponse ApiKey);

/// <param name="ApiKey">Shown this once.</param>
public sealed record NewApiKey(
    bool Success, string ApiKey, Id<ApiKey> KeyId, string Name, IReadOnlyList<string> Permissions, string? UserId, DateTime? ExpiresAt, DateTime CreatedAt);

public sealed record RevokedApiKey(bool Success, bool Revoked, Id<ApiKey> KeyId);

/// <param name="Prefix">The first characters of the key, to recognise it by.</param>
public sealed record ApiKeyResponse(
    Id<ApiKey> KeyId, string Name, string Prefix, IReadOnlyList<string> Permissions, string? UserId, DateTime CreatedAt, DateTime? LastUsedAt, DateTime? ExpiresAt)
{
    public static ApiKeyResponse Of(ApiKey k) => new(k.Id, k.Name, k.Start, Winback.Permissions.Shown(k.Scopes), k.Member, k.CreatedAt, k.LastUsedAt, k.ExpiresAt);
}
