using NodaTime;

namespace Aura.Messages;

/// <summary>Hours in which nobody is disturbed.</summary>
/// <param name="From">Included.</param>
/// <param name="To">Not included; before <paramref name="From"/> where midnight lies between.</param>
public readonly record struct QuietHours(TimeOnly From, TimeOnly To)
{
    /// <summary>How often one zone may hand over to another before it is clear that some zone is always asleep.</summary>
    private const int MostRounds = 50;

    /// <summary>When it is quiet nowhere any more; null: it is quiet nowhere now.</summary>
    /// <param name="zones">Where the recipient may be. If in one of them it is always quiet, only the first counts.</param>
    /// <returns>UTC.</returns>
    public DateTime? Until(DateTime now, IReadOnlyList<DateTimeZone> zones)
    {
        var at = now;
        for (var round = 0; round < MostRounds; round++)
        {
            if (Next(at, zones) is not { } later)
                return at == now ? null : at;
            at = later;
        }

        return zones.Count > 1 ? Until(now, [zones[0]]) : at;
    }

    /// <summary>The last end of the quiet hours that are on in some of the zones.</summary>
    private DateTime? Next(DateTime at, IReadOnlyList<DateTimeZone> zones)
    {
        DateTime? last = null;
        foreach (var zone in zones)
            if (End(at, zone) is { } end && (last is null || end > last))
                last = end;
        return last;
    }

    private DateTime? End(DateTime at, DateTimeZone zone)
    {
        var local = zone.Local(at);
        var clock = TimeOnly.FromDateTime(local);
        var isQuiet = From < To ? clock >= From && clock < To : clock >= From || clock < To;
        if (!isQuiet)
            return null;
        var day = DateOnly.FromDateTime(local);
        return zone.Instant((clock < To ? day : day.AddDays(1)).ToDateTime(To));
    }
}
