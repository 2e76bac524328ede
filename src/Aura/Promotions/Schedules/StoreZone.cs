using Aura.Persistence;

namespace Aura.Promotions.Schedules;

public static class StoreZone
{
    /// <summary>The IANA name of the store's time zone; UTC where its own is not one that this server knows.</summary>
    public static string TimeZone(this AuraDb db) => LocalTimes.Zone(db.Caller.Settings.TimeZone) is null ? "UTC" : db.Caller.Settings.TimeZone;
}
