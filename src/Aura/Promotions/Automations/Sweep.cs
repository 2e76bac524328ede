using Aura.Customers;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Promotions.Schedules;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Automations;

/// <summary>Looks in the calendar: who has birthday, who has not bought for long, which season begins.</summary>
internal static class Sweep
{
    private const int Page = 500;

    /// <summary>How long ago a day may be that nobody looked at and that is still made up for.</summary>
    private const int MostDaysLate = 7;

    /// <summary>The store's day.</summary>
    public static DateOnly Today(AuraDb db) => db.Zone().Day(db.Now);

    /// <summary>Fires what is due on a day, and the birthdays of the days before it that nobody looked at. A season that is over is not made up for.</summary>
    /// <param name="planned">When the look was planned for: until then everything was seen.</param>
    /// <returns>What fired.</returns>
    public static Task<int> Run(AuraDb db, Automation rule, DateOnly today, DateTime planned, CancellationToken cancellation) => rule.Occasion switch
    {
        Occasion.Birthday => Birthdays(db, rule, Since(db.Zone().Day(planned), today), today.AddDays(rule.Conditions.DaysBefore ?? 0), cancellation),
        Occasion.WinBack => WinBack(db, rule, cancellation),
        _ => Season(db, rule, today, cancellation),
    };

    /// <summary>When to look next: at midnight, or at the one before a season.</summary>
    /// <param name="today">The day that was looked at.</param>
    public static DateTime Next(AuraDb db, Automation rule, DateOnly today)
    {
        var tomorrow = today.AddDays(1);
        var due = rule.IsSeason ? Seasons.Next(rule.Occasion, tomorrow).AddDays(-(rule.Conditions.DaysBefore ?? 0)) : tomorrow;
        return db.Zone().Midnight(due > tomorrow ? due : tomorrow);
    }

    internal static DateOnly Since(DateOnly planned, DateOnly today) =>
        planned > today ? today : planned < today.AddDays(-MostDaysLate) ? today.AddDays(-MostDaysLate) : planned;

    /// <summary>Plans the next look of a rule that is active and by the calendar.</summary>
    public static void Plan(AuraDb db, Automation rule, DateTime at)
    {
        rule.NextSweepAt = rule.IsSwept && rule.Status == AutomationStatus.Active ? at : null;
        if (rule.NextSweepAt is not null)
            db.Enqueue<SweepAutomation>(new SweepAutomation.Payload(rule.Id, at), at);
    }

    private static async Task<int> Season(AuraDb db, Automation rule, DateOnly today, CancellationToken cancellation)
    {
        var day = Seasons.Next(rule.Occasion, today);
        if (day.AddDays(-(rule.Conditions.DaysBefore ?? 0)) > today)
            return 0;
        var happening = new Happening("store", FormattableString.Invariant($"{Words<Occasion>.Of(rule.Occasion)}:{day.Year}")) { EndsAt = db.Zone().Midnight(day.AddDays(1)), IsSettled = false };
        return await Fire(db, rule, happening, cancellation);
    }

    private static async Task<int> Birthdays(AuraDb db, Automation rule, DateOnly first, DateOnly last, CancellationToken cancellation)
    {
        var days = Days(first, last).Distinct().ToArray();
        var (fired, after) = (0, 0L);
        while (true)
        {
            var page = await db.Database.SqlQuery<Born>($"""
                SELECT id AS "Id", birthday AS "Birthday" FROM customers
                WHERE tenant_id = {db.Tenant} AND (extract(month FROM birthday) * 100 + extract(day FROM birthday)) = ANY ({days}) AND birthday IS NOT NULL AND id > {after}
                ORDER BY id LIMIT {Page}
                """).ToListAsync(cancellation);
            foreach (var customer in page)
                if (Seasons.NextBirthday(customer.Birthday, first) is var day && day <= last)
                    fired += await Fire(db, rule, Happening.Of(customer.Id, FormattableString.Invariant($"birthday:{day.Year}")) with { IsSettled = false }, cancellation);
            if (page.Count < Page)
                return fired;
            after = page[^1].Id;
        }
    }

    /// <summary>Month and day of each day, with the 29th of February where it has the 28th.</summary>
    private static IEnumerable<decimal> Days(DateOnly first, DateOnly last)
    {
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            yield return day.Month * 100 + day.Day;
            if (day is { Month: 2, Day: 28 })
                yield return 229;
        }
    }

    /// <summary>Who bought once and not for so long, by orders and by what other shops told; again only after the cooldown, where there is one.</summary>
    /// <remarks>A page of customers is found by the indexes that begin with them, and their orders are looked up: however many orders there are, each is read once.</remarks>
    private static async Task<int> WinBack(AuraDb db, Automation rule, CancellationToken cancellation)
    {
        var before = db.Now.AddDays(-(rule.Conditions.DaysInactive ?? 0));
        var cooled = rule.CooldownHours is { } hours and > 0 ? db.Now.AddHours(-(double)hours) : DateTime.UnixEpoch;
        var (fired, after) = (0, 0L);
        while (true)
        {
            var page = await db.Database.SqlQuery<Seen>($"""
                SELECT who.id AS "Id", seen.last AS "Last", coalesce(s.triggers, 0) AS "Triggers",
                  coalesce(seen.last <= {before} AND (s.last_fired_at IS NULL OR s.last_fired_at <= seen.last OR s.last_fired_at <= {cooled}), false) AS "IsAway"
                FROM (
                  (SELECT customer_id AS id FROM orders WHERE tenant_id = {db.Tenant} AND customer_id > {after} GROUP BY customer_id ORDER BY customer_id LIMIT {Page})
                  UNION
                  (SELECT customer_id FROM automation_facts WHERE tenant_id = {db.Tenant} AND customer_id > {after} GROUP BY customer_id ORDER BY customer_id LIMIT {Page})
                  ORDER BY id LIMIT {Page}) who
                CROSS JOIN LATERAL (
                  SELECT max(at) AS last FROM (
                    SELECT placed_at AS at FROM orders WHERE tenant_id = {db.Tenant} AND customer_id = who.id AND placed_at IS NOT NULL AND status <> 'cancelled'
                    UNION ALL
                    SELECT occurred_at FROM automation_facts WHERE tenant_id = {db.Tenant} AND customer_id = who.id AND event_type IN ('purchase', 'signup')) came) seen
                LEFT JOIN automation_subjects s ON s.tenant_id = {db.Tenant} AND s.automation_id = {rule.Id} AND s.subject = 'customer:' || who.id
                ORDER BY who.id
                """).ToListAsync(cancellation);
            foreach (var customer in page.Where(customer => customer.IsAway))
                fired += await Fire(db, rule, Happening.Of(customer.Id, FormattableString.Invariant($"win_back:{customer.Last:yyyy-MM-dd}:{customer.Triggers}")) with { IsSettled = false }, cancellation);
            if (page.Count < Page)
                return fired;
            after = page[^1].Id;
        }
    }

    private static async Task<int> Fire(AuraDb db, Automation rule, Happening happening, CancellationToken cancellation)
    {
        var firing = await db.Fire(rule, happening, cancellation);
        db.ChangeTracker.Clear(); // a page may be long
        return firing?.Outcome == FiringOutcome.Fired ? 1 : 0;
    }

    private static NodaTime.DateTimeZone Zone(this AuraDb db) => LocalTimes.Zone(db.TimeZone()) ?? NodaTime.DateTimeZone.Utc;

    private sealed record Born(long Id, DateOnly Birthday);

    /// <param name="Last">Null: never bought.</param>
    private sealed record Seen(long Id, DateTime? Last, int Triggers, bool IsAway);
}

/// <summary>The daily look of one rule.</summary>
internal sealed class SweepAutomation(AuraDb db) : IJobHandler
{
    public static string Kind => "automation.sweep";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var (id, at) = job.Read<Payload>();
        if (await db.Rules().FirstOrDefaultAsync(r => r.Id == id && r.NextSweepAt == at, cancellation) is not { } rule)
            return null;
        var today = Sweep.Today(db); // once: a midnight that passes meanwhile is the next look's
        var fired = await Sweep.Run(db, rule, today, at, cancellation);
        var next = Sweep.Next(db, rule, today);
        await db.InTransaction(async () =>
        {
            // By hand: the rule's version is for those who edit it.
            if (await db.Database.ExecuteSqlAsync($"UPDATE automations SET next_sweep_at = {next} WHERE tenant_id = {db.Tenant} AND id = {id} AND next_sweep_at = {at}", cancellation) == 1)
                db.Enqueue<SweepAutomation>(new Payload(id, next), next);
            await db.SaveChangesAsync(cancellation);
        }, cancellation);
        return new { Fired = fired };
    }

    public sealed record Payload(long Automation, DateTime At);
}
