using NodaTime;
using NodaTime.TimeZones;

namespace Aura.Messages;

/// <summary>Where the clock on somebody's wall may be looked at.</summary>
public static class RecipientZones
{
    private static readonly ILookup<string, string> ByCountry =
        (TzdbDateTimeZoneSource.Default.ZoneLocations ?? []).ToLookup(place => place.CountryCode, place => place.ZoneId, StringComparer.OrdinalIgnoreCase);

    /// <summary>The zone that is known; else all of the country, for nobody knows in which of them it is; else the store's.</summary>
    /// <param name="zone">IANA; one that nobody knows is as none.</param>
    /// <param name="country">ISO 3166-1 alpha-2.</param>
    public static IReadOnlyList<DateTimeZone> Of(string? zone, string? country, string store)
    {
        if (zone is not null && LocalTimes.Zone(zone) is { } known)
            return [known];
        var possible = country is null ? [] : ByCountry[country].Select(LocalTimes.Zone).OfType<DateTimeZone>().ToList();
        return possible.Count > 0 ? possible : [LocalTimes.Zone(store) ?? DateTimeZone.Utc];
    }

    /// <summary>When the day began where it began first.</summary>
    public static DateTime DayBegan(IReadOnlyList<DateTimeZone> zones, DateTime now) => zones.Min(zone => zone.Midnight(zone.Day(now)));
}
