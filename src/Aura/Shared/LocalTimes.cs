using NodaTime;

namespace Aura;

/// <summary>What a clock on the wall shows, as instants.</summary>
internal static class LocalTimes
{
    /// <returns>Null where no zone has that IANA name.</returns>
    public static DateTimeZone? Zone(string name) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(name);

    /// <summary>The instant of a local time: the next one that there is where the clocks are put forward over it, the first of two
    /// where they are put back.</summary>
    /// <returns>UTC.</returns>
    public static DateTime Instant(this DateTimeZone zone, DateTime local)
    {
        var mapping = zone.MapLocal(LocalDateTime.FromDateTime(local));
        return mapping.Count == 0 ? mapping.LateInterval.Start.ToDateTimeUtc() : mapping.First().ToDateTimeUtc();
    }

    /// <summary>What the clock on the wall shows.</summary>
    public static DateTime Local(this DateTimeZone zone, DateTime utc) => NodaTime.Instant.FromDateTimeUtc(utc).InZone(zone).ToDateTimeUnspecified();

    public static DateOnly Day(this DateTimeZone zone, DateTime utc) => DateOnly.FromDateTime(zone.Local(utc));

    /// <summary>When a day begins, UTC.</summary>
    public static DateTime Midnight(this DateTimeZone zone, DateOnly day) => zone.Instant(day.ToDateTime(TimeOnly.MinValue));
}
