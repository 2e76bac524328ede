using Aura.Accounts;
using Aura.Events;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>How safely the API is set up, counted from what is there: keys, limits, transport, webhooks, the key ring. And what to do about it.</summary>
internal static class ApiSecurity
{
    /// <summary>A key that nobody used for so long is a key that nobody misses.</summary>
    private static readonly TimeSpan Unused = TimeSpan.FromDays(90);

    public static void MapApiSecurity(this RouteGroupBuilder api) =>
        api.MapGet("/security/api-security/status", Show).WithTags("API Security").Scope("security").NeverCached();

    private static async Task<ApiSecurityStatus> Show(AuraDb db, ServerOptions server, KeyRing ring, TimeProvider time, CancellationToken cancellation)
    {
        var keys = await db.ApiKeys.AsNoTracking().Where(k => k.AccountId == db.Caller.AccountId && k.IsTest == db.Caller.IsTest && (k.StoreIds == null || k.StoreIds.Contains(db.Caller.TenantId)))
            .Where(k => k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > db.Now)).ToListAsync(cancellation);
        var plain = await db.Webhooks.AsNoTracking().Where(w => w.Status == WebhookStatus.Active && w.Url.StartsWith("http:")).Select(w => w.Id).ToListAsync(cancellation);
        var account = await db.Accounts.AsNoTracking().SingleAsync(a => a.Id == db.Caller.AccountId, cancellation);
        var found = Of(keys, plain, server, ring.Keys[^1], db.Now, time.GetUtcNow().UtcDateTime).Where(finding => finding.Count > 0).ToList();
        return new(
            keys.Count, RateLimit.Of(account), IsHttpsOnly(server), keys.Count(key => key.SignedOnly), keys.Count(key => key.Member is not null),
            keys.Count(key => key.ExpiresAt is null), found.Exists(finding => finding.Severity == "high") ? "at_risk" : found.Count > 0 ? "could_be_better" : "good", found, db.Now);
    }

    private static IEnumerable<SecurityFinding> Of(IReadOnlyList<ApiKey> keys, IReadOnlyList<long> plainWebhooks, ServerOptions server, RingKey newest, DateTime now, DateTime world)
    {
        SecurityFinding Keys(string code, string severity, Func<ApiKey, bool> are, string message, string action) =>
            new(code, severity, message, action, [.. keys.Where(are).Select(key => new Id<ApiKey>(key.Id).ToString())]);
        yield return Keys("keys_that_may_everything", "medium", key => key.Scopes.Contains(Scopes.All), "Keys that may do everything.", "Make keys with the permissions that their programs need, and revoke these.");
        yield return Keys("keys_without_expiry", "low", key => key.ExpiresAt is null, "Keys that work until somebody revokes them.", "Make keys with expiresAt.");
        yield return Keys("old_keys", "medium", key => now - key.RotatedAt >= ApiKey.RotationAdvised, "Keys that were not renewed for 90 days.", "Renew them: POST /v2/api-keys/{id}/rotate.");
        yield return Keys("unused_keys", "medium", key => now - (key.LastUsedAt ?? key.CreatedAt) >= Unused, "Keys that nobody used for 90 days.", "Revoke them.");
        yield return Keys("keys_in_renewal", "low", key => key.PreviousExpiresAt > now, "Keys whose former secret still works.", "Nothing: it ends within 24 hours of the renewal.");
        yield return new("webhooks_over_http", "high", "Webhooks to addresses without TLS: whoever listens on the way reads them.", "Give them an https address.", [.. plainWebhooks.Select(id => new Id<Webhook>(id).ToString())]);
        yield return new("plain_http", "high", "This server takes requests over plain HTTP, keys and all.", "Set AURA_CERTIFICATE, or AURA_REQUIRE_HTTPS=true behind a proxy.", IsHttpsOnly(server) ? [] : [server.Url]);
        yield return new("private_webhooks", "medium", "Webhooks may go to private addresses, so that a merchant may reach into the server's network.", "Unset AURA_WEBHOOKS_ALLOW_PRIVATE.", server.AllowPrivateWebhooks ? ["AURA_WEBHOOKS_ALLOW_PRIVATE"] : []);
        yield return new("old_encryption_key", "low", "The key that seals secrets is older than 90 days.", "Run aura keyring --rotate, or start the server again.", world - newest.CreatedAt >= KeyRing.KeyAge ? [newest.Name] : []);
    }

    private static bool IsHttpsOnly(ServerOptions server) => server.RequireHttps || server.Url.Split(';').All(url => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase));
}

/// <param name="ApiKeysActive">Keys that open this shop now, those of other shops of the account too.</param>
/// <param name="HttpsOnly">Whether requests over plain HTTP are refused.</param>
/// <param name="SignedOnlyKeys">Keys with which only signed requests are taken.</param>
/// <param name="UserKeys">Keys that the roles of a user limit.</param>
/// <param name="Status">good, could_be_better or at_risk.</param>
/// <param name="Findings">What could be better, and how.</param>
public sealed record ApiSecurityStatus(
    int ApiKeysActive, RateLimit RateLimit, bool HttpsOnly, int SignedOnlyKeys, int UserKeys, int KeysWithoutExpiry, string Status, IReadOnlyList<SecurityFinding> Findings, DateTime CheckedAt);

/// <param name="Tier">standard, premium or enterprise.</param>
/// <param name="Limit">Requests in a minute for each key; null: unlimited.</param>
public sealed record RateLimit(string Tier, int? Limit, string Window)
{
    public static RateLimit Of(Account account) => new(
        account.Plan switch { Plan.Enterprise => "enterprise", Plan.Professional => "premium", _ => "standard" },
        account.PerHour is null ? null : WinbackApi.Dialect.Limit!.For(account.Plan), "minute"); // this dialect has one
}

/// <param name="Severity">low, medium or high.</param>
/// <param name="Affected">Which keys, webhooks or settings.</param>
public sealed record SecurityFinding(string Code, string Severity, string Message, string Action, IReadOnlyList<string> Affected)
{
    public int Count => Affected.Count;
}
