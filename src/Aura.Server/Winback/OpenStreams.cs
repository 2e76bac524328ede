using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>What streams that stay open have in common.</summary>
internal static class OpenStreams
{
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Who takes longer for what was written is dropped, and may come back where it was.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Whether key and shop are still what they were when the stream was opened.</summary>
    public static async Task<bool> MayGoOn(this AuraDb db, CancellationToken cancellation)
    {
        var (key, now) = (Id<ApiKey>.ToNumber(db.Caller.Actor), db.Now);
        return await db.ApiKeys.AnyAsync(k => k.Id == key && k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now), cancellation)
            && await db.Stores.AnyAsync(s => s.Id == db.Caller.TenantId && s.Status == StoreStatus.Active, cancellation);
    }
}
