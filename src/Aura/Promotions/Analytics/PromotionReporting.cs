using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Analytics;

/// <summary>Adds up the uses, impressions and clicks of a store's promotions: six statements, however many promotions there are.</summary>
/// <remarks>By hand, because days, distinct customers and orders counted once are sums of PostgreSQL's own over what may be a hundred
/// thousand rows.</remarks>
public static class PromotionReporting
{
    /// <param name="promotions">Null: all.</param>
    /// <param name="inactive">Whether those are in it that are not active now; of deleted ones those that were used. Null: those that are named.</param>
    /// <exception cref="Refused">404 where a promotion that is named is not the store's.</exception>
    public static async Task<PromotionReport> Report(
        this AuraDb db, ReportPeriod period, Currency currency, long[]? promotions, bool? inactive, CancellationToken cancellation)
    {
        var all = await db.Reported(period, currency, promotions, cancellation);
        if (promotions?.Except(all.Select(promotion => promotion.Id)).Any() == true)
            throw Refused.NotFound(Promotion.Noun);
        var now = db.Now;
        var chosen = all.Where(p => (inactive ?? promotions is not null) || p.StatusAt(now) == PromotionStatus.Active).OrderBy(p => p.Id).ToList();
        var ids = chosen.Select(promotion => promotion.Id).ToArray();
        var uses = (await db.UsesByDay(period, currency, ids, cancellation)).ToLookup(day => day.PromotionId);
        var customers = await db.CustomersOf(period, currency, ids, cancellation);
        var shown = (await db.Shown(period, ids, cancellation)).ToDictionary(tally => tally.PromotionId);
        var orders = await db.OrdersOf(period, currency, ids, cancellation);
        return new(period, currency, [.. chosen.Select(Performance)], Days(period.FirstDay, period.LastDay, [.. uses.SelectMany(days => days)]), customers.GetValueOrDefault(0),
            orders.Orders, orders.Revenue, await db.InOtherCurrencies(period, currency, promotions, cancellation));

        PromotionPerformance Performance(Promotion promotion)
        {
            var days = uses[promotion.Id].ToList();
            var tally = shown.GetValueOrDefault(promotion.Id);
            var (first, last) = Running(promotion, period, now);
            var running = days.Count == 0 ? [] : Days(first, last, days);
            return new(promotion.Id, promotion.Name, promotion.Type, promotion.StatusAt(now), days.Sum(day => day.Usage), customers.GetValueOrDefault(promotion.Id),
                days.Sum(day => day.Revenue), days.Sum(day => day.Discount), tally?.Impressions ?? 0, tally?.Clicks ?? 0,
                UsageTrend.Of([.. running.Select(day => day.Usage)])?.Direction()) { ByDay = running };
        }
    }

    /// <summary>Those that were not deleted or were used, with amounts in the currency or used in it, and whatever is named.</summary>
    private static Task<List<Promotion>> Reported(this AuraDb db, ReportPeriod period, Currency currency, long[]? promotions, CancellationToken cancellation)
    {
        var used = db.PromotionUses.Where(u => u.State == UseState.Confirmed && u.Currency == currency && u.CreatedAt >= period.From && u.CreatedAt < period.Until);
        return db.Promotions.AsNoTracking()
            .Where(p => promotions == null || promotions.Contains(p.Id))
            .Where(p => p.ArchivedAt == null && (promotions != null || p.Currency == currency) || used.Any(u => u.PromotionId == p.Id))
            .ToListAsync(cancellation);
    }

    /// <summary>The whole days of the period that are over and on which a promotion was, or could be, given.</summary>
    private static (DateOnly First, DateOnly Last) Running(Promotion promotion, ReportPeriod period, DateTime now)
    {
        var start = promotion.StartsAt > period.From ? promotion.StartsAt : period.From;
        var first = DateOnly.FromDateTime(start.Date == start ? start : start.AddDays(1));
        var end = new[] { period.Until, now, promotion.EndsAt, promotion.EndedAt ?? DateTime.MaxValue }.Min();
        return (first, DateOnly.FromDateTime(end.AddDays(-1)));
    }

    private static List<DayOfUses> Days(DateOnly first, DateOnly last, List<UsesOnDay> uses)
    {
        var byDay = uses.ToLookup(day => day.Day);
        return [.. Enumerable.Range(0, Math.Max(0, last.DayNumber - first.DayNumber + 1)).Select(first.AddDays)
            .Select(day => new DayOfUses(day, byDay[day].Sum(part => part.Usage), byDay[day].Sum(part => part.Revenue), byDay[day].Sum(part => part.Discount)))];
    }

    private static Task<List<UsesOnDay>> UsesByDay(this AuraDb db, ReportPeriod period, Currency currency, long[] ids, CancellationToken cancellation) =>
        db.Database.SqlQuery<UsesOnDay>($"""
            SELECT promotion_id AS "PromotionId", (created_at AT TIME ZONE 'UTC')::date AS "Day", count(*) AS "Usage",
              sum(revenue)::bigint AS "Revenue", sum(discount)::bigint AS "Discount"
            FROM promotion_uses
            WHERE tenant_id = {db.Tenant} AND state = 'confirmed' AND currency = {currency.Code} AND created_at >= {period.From} AND created_at < {period.Until}
              AND promotion_id = ANY ({ids})
            GROUP BY 1, 2
            """).ToListAsync(cancellation);

    /// <returns>By promotion; under 0 of all together.</returns>
    private static Task<Dictionary<long, long>> CustomersOf(this AuraDb db, ReportPeriod period, Currency currency, long[] ids, CancellationToken cancellation) =>
        db.Database.SqlQuery<CustomersOfPromotion>($"""
            SELECT coalesce(promotion_id, 0) AS "PromotionId", count(DISTINCT customer_key) AS "Customers"
            FROM promotion_uses
            WHERE tenant_id = {db.Tenant} AND state = 'confirmed' AND currency = {currency.Code} AND created_at >= {period.From} AND created_at < {period.Until}
              AND promotion_id = ANY ({ids})
            GROUP BY GROUPING SETS ((promotion_id), ())
            """).ToDictionaryAsync(row => row.PromotionId, row => row.Customers, cancellation);

    private static Task<OrdersOnce> OrdersOf(this AuraDb db, ReportPeriod period, Currency currency, long[] ids, CancellationToken cancellation) =>
        db.Database.SqlQuery<OrdersOnce>($"""
            SELECT count(*) AS "Orders", coalesce(sum(revenue), 0)::bigint AS "Revenue"
            FROM (
              SELECT max(revenue) AS revenue
              FROM promotion_uses
              WHERE tenant_id = {db.Tenant} AND state = 'confirmed' AND currency = {currency.Code} AND created_at >= {period.From} AND created_at < {period.Until}
                AND promotion_id = ANY ({ids})
              GROUP BY reference) AS once
            """).SingleAsync(cancellation);

    private static Task<List<ShownAndFollowed>> Shown(this AuraDb db, ReportPeriod period, long[] ids, CancellationToken cancellation) =>
        db.Database.SqlQuery<ShownAndFollowed>($"""
            SELECT promotion_id AS "PromotionId", sum(impressions)::bigint AS "Impressions", sum(clicks)::bigint AS "Clicks"
            FROM promotion_tallies
            WHERE tenant_id = {db.Tenant} AND day BETWEEN {period.FirstDay} AND {period.LastDay} AND promotion_id = ANY ({ids})
            GROUP BY 1
            """).ToListAsync(cancellation);

    private static Task<List<UsesInCurrency>> InOtherCurrencies(
        this AuraDb db, ReportPeriod period, Currency currency, long[]? promotions, CancellationToken cancellation) =>
        db.Database.SqlQuery<UsesInCurrency>($"""
            SELECT currency::text AS "Currency", count(*) AS "Usage", sum(revenue)::bigint AS "Revenue", sum(discount)::bigint AS "Discount"
            FROM promotion_uses
            WHERE tenant_id = {db.Tenant} AND state = 'confirmed' AND currency <> {currency.Code} AND created_at >= {period.From} AND created_at < {period.Until}
              AND ({promotions}::bigint[] IS NULL OR promotion_id = ANY ({promotions}))
            GROUP BY 1 ORDER BY 1
            """).ToListAsync(cancellation);

    private sealed record UsesOnDay(long PromotionId, DateOnly Day, long Usage, long Revenue, long Discount);

    private sealed record CustomersOfPromotion(long PromotionId, long Customers);

    private sealed record OrdersOnce(long Orders, long Revenue);

    private sealed record ShownAndFollowed(long PromotionId, long Impressions, long Clicks);
}
