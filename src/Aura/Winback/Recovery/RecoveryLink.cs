using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>The way back into a cart: a token that names store and journey, sealed by the key ring, so that nobody can make one up or change it.</summary>
public static class RecoveryLink
{
    /// <summary>How long a link is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>Where links lead on this server.</summary>
    public const string Path = "/recover";

    private const string Purpose = "recovery-link";

    /// <summary>A new token for the journey.</summary>
    public static string TokenFor(Journey journey, KeyRing ring, DateTime now) => ring.Token(Purpose, journey.TenantId, journey.Id, (now + Lifetime).Ticks);

    /// <summary>What a token says; null for one that this server did not give.</summary>
    public static (long Store, long Journey, DateTime ExpiresAt)? Read(string token, KeyRing ring) =>
        ring.Numbers(token, Purpose) is [var store, var journey, var end] ? (store, journey, new(end, DateTimeKind.Utc)) : null;

    /// <summary>Notes that somebody came through a link.</summary>
    /// <remarks>By a statement: clicks are counted beside whoever moves the journey on.</remarks>
    /// <returns>The journey with its cart's number; null where it is gone.</returns>
    public static async Task<Journey?> Click(this AuraDb db, long journey, CancellationToken cancellation)
    {
        var now = db.Now;
        await db.RecoveryJourneys.Where(j => j.Id == journey).ExecuteUpdateAsync(
            set => set.SetProperty(j => j.ClickedAt, now).SetProperty(j => j.Clicks, j => j.Clicks + 1), cancellation);
        return await db.RecoveryJourneys.AsNoTracking().FirstOrDefaultAsync(j => j.Id == journey, cancellation);
    }
}
