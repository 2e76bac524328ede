using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Schedules;

/// <summary>A promotion on a day; one that recurs is named once on each of its days.</summary>
public sealed record CalendarEntry(DateOnly Day, long PromotionId, string Name, bool IsRecurring);

public static class PromotionCalendar
{
    /// <summary>What comes on which day: promotions with a schedule on each day that an occurrence begins, by the clock of the schedule;
    /// others on the day of their start, by the clock of the store.</summary>
    /// <returns>By day, then by promotion.</returns>
    public static async Task<List<CalendarEntry>> Calendar(this AuraDb db, DateOnly first, DateOnly last, string timeZone, CancellationToken cancellation)
    {
        var from = first.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddDays(-1); // no clock is further from UTC
        var to = last.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc).AddDays(2);
        var schedules = await db.PromotionSchedules.AsNoTracking().Include(s => s.Promotion)
            .Where(s => s.Promotion.ArchivedAt == null && s.StartsAt < to && s.EndsAt > from).ToListAsync(cancellation);
        var plain = await db.Promotions.Shown().Where(p => p.Source == PromotionSource.Promotion && p.StartsAt >= from && p.StartsAt < to)
            .Select(p => new { p.Id, p.Name, p.StartsAt }).ToListAsync(cancellation);
        var zone = LocalTimes.Zone(timeZone) ?? NodaTime.DateTimeZone.Utc;
        return [.. schedules.SelectMany(schedule => Days(schedule, from, to))
            .Concat(plain.Select(p => new CalendarEntry(zone.Day(p.StartsAt), p.Id, p.Name, false)))
            .Where(entry => entry.Day >= first && entry.Day <= last).OrderBy(entry => entry.Day).ThenBy(entry => entry.PromotionId)];
    }

    private static IEnumerable<CalendarEntry> Days(PromotionSchedule schedule, DateTime from, DateTime to)
    {
        var zone = schedule.Recurrence.Zone();
        return schedule.Occurrences(from).TakeWhile(occurrence => occurrence.StartsAt < to).Select(occurrence => zone.Day(occurrence.StartsAt)).Distinct()
            .Select(day => new CalendarEntry(day, schedule.PromotionId, schedule.Promotion.Name, true));
    }
}
