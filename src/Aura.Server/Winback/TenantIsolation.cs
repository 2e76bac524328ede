using Aura.Accounts;
using Aura.Monitoring;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Whether this shop is kept apart from others, found out anew with each request.</summary>
internal static class TenantIsolation
{
    public static void MapTenantIsolation(this RouteGroupBuilder api)
    {
        var isolation = api.MapGroup("/whitelabel/tenant-isolation").WithTags("Tenant isolation").Scope("security");
        isolation.MapGet("/status", Status);
        isolation.MapPost("/configure", Configure);
        isolation.MapGet("/audit", Audit);
    }

    private static async Task<IsolationStatus> Status(AuraDb db, IsolationAudit audit, CancellationToken cancellation)
    {
        var checks = await audit.Run(db, cancellation);
        return new(checks.All(check => check.Passed), "postgresql", $"{new Id<Store>(db.Caller.TenantId)}", await IsolationAudit.Records(db, cancellation), IsolationRules.Of(db.Caller.Settings));
    }

    private static async Task<IsolationConfigured> Configure(ConfigureIsolation request, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var store = await db.Stores.SingleAsync(s => s.Id == db.Caller.TenantId, cancellation);
        var key = Id<ApiKey>.ToNumber(db.Caller.Actor);
        if (request.Rules.ForbidKeysForSeveralStores is true && await db.ApiKeys.AnyAsync(k => k.Id == key && (k.StoreIds == null || k.StoreIds.Length > 1), cancellation))
            throw Refused.Conflict("would_lock_out", "The key of this request opens several stores itself. Set this rule with a key that is for this shop alone.");
        store.Set(request.Rules.Over(store.Settings));
        store.Changed(db.Now);
        db.Audit(Store.Noun, "isolated", store, store.Id);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return new(true, IsolationRules.Of(store.Settings));
    }

    private static async Task<IsolationAudited> Audit(AuraDb db, IsolationAudit audit, CancellationToken cancellation)
    {
        var checks = await audit.Run(db, cancellation);
        return new(checks.All(check => check.Passed), [.. checks.Select(check => new IsolationChecked(check.Name, check.Passed, check.Detail))], db.Now);
    }
}

public sealed record ConfigureIsolation(ChangedRules Rules);

/// <summary>The rules to change; those left out stay.</summary>
/// <param name="ForbidKeysForSeveralStores">Keys that open other stores as well are refused here.</param>
/// <param name="RequireHttpsWebhooks">Nothing is sent to http addresses.</param>
public sealed record ChangedRules(bool? ForbidKeysForSeveralStores = null, bool? RequireHttpsWebhooks = null)
{
    public StoreSettings Over(StoreSettings settings) => settings with
    {
        ForbidSharedKeys = ForbidKeysForSeveralStores ?? settings.ForbidSharedKeys,
        RequireHttpsWebhooks = RequireHttpsWebhooks ?? settings.RequireHttpsWebhooks,
    };
}

public sealed record IsolationRules(bool ForbidKeysForSeveralStores, bool RequireHttpsWebhooks)
{
    public static IsolationRules Of(StoreSettings settings) => new(settings.ForbidSharedKeys, settings.RequireHttpsWebhooks);
}

/// <param name="Records">Rows of the shop in all tables; of each table at most 100,000 are counted.</param>
public sealed record IsolationStatus(bool Isolated, string Storage, string Namespace, long Records, IsolationRules Rules);

public sealed record IsolationConfigured(bool Success, IsolationRules Rules);

public sealed record IsolationAudited(bool Compliant, IReadOnlyList<IsolationChecked> Checks, DateTime AuditedAt);

public sealed record IsolationChecked(string Name, bool Passed, string? Detail);
