using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Schedules;

public static class StoreZone
{
    /// <summary>The IANA name of the store's time zone; UTC where its own is not one that this server knows.</summary>
    public static async Task<string> TimeZone(this AuraDb db, CancellationToken cancellation)
    {
        var settings = await db.Stores.Where(s => s.Id == db.Caller.TenantId).Select(s => s.Settings).SingleAsync(cancellation);
        return LocalTimes.Zone(settings.TimeZone) is null ? "UTC" : settings.TimeZone;
    }
}
