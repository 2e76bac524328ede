using Aura.Persistence;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Analytics;

/// <summary>An executive summary, with what its rules found.</summary>
/// <param name="Previous">Of the period of the same length before; null where nothing was used in it.</param>
/// <param name="ConversionBenchmark">In percent, as the store's settings have it.</param>
public sealed record ExecutiveSummary(
    SummaryData Data, SummaryFigures? Previous, decimal? ConversionBenchmark, IReadOnlyList<Insight> Insights, IReadOnlyList<Recommendation> Recommendations);

/// <summary>Reads what a summary is made of, in a number of statements that depends on nothing. By hand for the reasons of <see cref="PromotionReporting"/>.</summary>
public static class SummaryReading
{
    private const int MaxTags = 50;

    public static async Task<ExecutiveSummary> Summarize(this AuraDb db, ReportPeriod period, Currency currency, CancellationToken cancellation)
    {
        var settings = db.Caller.Settings;
        var report = await db.Report(period, currency, null, true, cancellation);
        var previous = await db.Figures(period.Before, currency, settings.PromotionRoiBenchmark, cancellation);
        var customers = await db.BuyersByTag(period, currency, cancellation);
        var active = await db.Promotions.AsNoTracking().Shown().Where(p => p.Status == PromotionStatus.Active && p.StartsAt <= db.Now && p.EndsAt > db.Now)
            .Select(p => new Running(p.Id, p.Segments, p.Currency, p.MaxUses, p.Budget, p.EndsAt, p.Counters.Sum(c => c.Used + c.Reserved), p.Counters.Sum(c => c.Spent + c.Held)))
            .ToListAsync(cancellation);
        var data = new SummaryData(report, await db.Figures(period, currency, settings.PromotionRoiBenchmark, cancellation), settings.PromotionRoiBenchmark)
        {
            Uses = await db.SingleUses(report, cancellation),
            Tags = [.. customers.Where(row => row.Tag != "").Select(row => new TaggedBuyers(row.Tag, row.Buyers, row.Promoted, active.Count(p => p.Segments.Contains(row.Tag))))],
            Customers = customers.FirstOrDefault(row => row.Tag == "") is { } all ? (all.Buyers, all.Promoted) : (0, 0),
            ActivePromotions = active.Count,
            Limits = [.. report.Promotions.Join(active, p => p.Id, p => p.Id, (shown, running) => (shown, running)).SelectMany(pair => Limits(pair.shown, pair.running, report, db.Now))],
        };
        var (insights, recommendations) = SummaryRules.Find(data);
        return new(data, previous.Orders == 0 ? null : previous, settings.PromotionConversionBenchmark, insights, recommendations);
    }

    private static IEnumerable<LimitAhead> Limits(PromotionPerformance promotion, Running running, PromotionReport report, DateTime now)
    {
        var left = (running.EndsAt - now).TotalDays;
        if (running.MaxUses is { } uses)
            yield return new(promotion, false, uses - running.Used, Days(promotion.ByDay.Select(day => day.Usage)), left);
        if (running.Budget is { } budget && running.Currency == report.Currency)
            yield return new(promotion, true, budget - running.Spent, Days(promotion.ByDay.Select(day => day.Discount)), left);

        static Sample Days(IEnumerable<long> days)
        {
            var values = days.Select(day => (decimal)day).ToList();
            return Sample.OfSums(values.Count, values.Sum(), values.Sum(day => day * day));
        }
    }

    private static async Task<SummaryFigures> Figures(this AuraDb db, ReportPeriod period, Currency currency, decimal? benchmark, CancellationToken cancellation)
    {
        var given = await db.Given(period, currency, 1 + (double)(benchmark ?? 0) / 100, cancellation);
        var groups = (await db.Groups(period, currency, cancellation)).ToDictionary(row => row.Promoted);
        return new(given.Orders, given.Revenue, given.Cost, new(given.Orders, given.Margin, given.Variance),
            groups.Values.Sum(row => row.Acquired), Group(true), Group(false));

        OrderGroup Group(bool promoted) => groups.TryGetValue(promoted, out var row) ? new(new(row.Orders, row.Mean, row.Variance), row.Buyers, row.Repeated) : new(default, 0, 0);
    }

    private static Task<GivenRow> Given(this AuraDb db, ReportPeriod period, Currency currency, double factor, CancellationToken cancellation) => db.Database.SqlQuery<GivenRow>($"""
        SELECT count(*) AS "Orders", coalesce(sum(revenue), 0)::bigint AS "Revenue", coalesce(sum(discount), 0)::bigint AS "Cost",
          coalesce(avg(revenue - {factor} * discount), 0) AS "Margin", coalesce(var_samp(revenue - {factor} * discount), 0) AS "Variance"
        FROM (
          SELECT max(revenue)::float8 AS revenue, sum(discount)::float8 AS discount FROM promotion_uses
          WHERE tenant_id = {db.Tenant} AND state = 'confirmed' AND currency = {currency.Code} AND created_at >= {period.From} AND created_at < {period.Until}
          GROUP BY reference) AS once
        """).SingleAsync(cancellation);

    /// <summary>A buyer is an address, or a customer without one; a first order is one before which there is no other that was not cancelled.</summary>
    private static Task<List<GroupRow>> Groups(this AuraDb db, ReportPeriod period, Currency currency, CancellationToken cancellation) => db.Database.SqlQuery<GroupRow>($"""
        WITH placed AS (
          SELECT o.id, o.placed_at, o.customer_id, o.email, (o.subtotal - o.discount_total)::float8 AS value, coalesce('e' || lower(o.email), 'c' || o.customer_id) AS buyer,
            EXISTS (SELECT FROM promotion_uses u WHERE u.tenant_id = {db.Tenant} AND u.order_id = o.id AND u.state = 'confirmed') AS promoted
          FROM orders o
          WHERE o.tenant_id = {db.Tenant} AND o.placed_at >= {period.From} AND o.placed_at < {period.Until} AND o.status <> 'cancelled' AND o.currency = {currency.Code}),
        ranked AS (
          SELECT *, row_number() OVER (PARTITION BY buyer ORDER BY placed_at, id) AS number, count(*) OVER (PARTITION BY buyer) AS orders FROM placed)
        SELECT promoted AS "Promoted", count(*) AS "Orders", avg(value) AS "Mean", coalesce(var_samp(value), 0) AS "Variance",
          count(*) FILTER (WHERE number = 1 AND buyer IS NOT NULL) AS "Buyers", count(*) FILTER (WHERE number = 1 AND orders > 1 AND buyer IS NOT NULL) AS "Repeated",
          count(*) FILTER (WHERE promoted AND number = 1 AND buyer IS NOT NULL
            AND NOT EXISTS (SELECT FROM orders e WHERE e.tenant_id = {db.Tenant} AND e.email = r.email AND e.placed_at < r.placed_at AND e.status <> 'cancelled')
            AND NOT EXISTS (SELECT FROM orders e WHERE e.tenant_id = {db.Tenant} AND e.customer_id = r.customer_id AND e.placed_at < r.placed_at AND e.status <> 'cancelled')) AS "Acquired"
        FROM ranked r GROUP BY promoted
        """).ToListAsync(cancellation);

    private static async Task<List<PromotionUses>> SingleUses(this AuraDb db, PromotionReport report, CancellationToken cancellation)
    {
        var (period, currency) = (report.Period, report.Currency);
        var rows = await db.Database.SqlQuery<NetRow>($"""
            SELECT promotion_id AS "PromotionId", count(*) AS "Uses", avg(revenue - discount)::float8 AS "Mean", coalesce(var_samp(revenue - discount), 0)::float8 AS "Variance"
            FROM promotion_uses
            WHERE tenant_id = {db.Tenant} AND state = 'confirmed' AND currency = {currency.Code} AND created_at >= {period.From} AND created_at < {period.Until}
            GROUP BY 1
            """).ToListAsync(cancellation);
        return [.. report.Promotions.Join(rows, promotion => promotion.Id, row => row.PromotionId, (promotion, row) => new PromotionUses(promotion, new(row.Uses, row.Mean, row.Variance)))];
    }

    /// <returns>All customers who bought under the empty tag, and the most frequent of their tags.</returns>
    private static Task<List<TagRow>> BuyersByTag(this AuraDb db, ReportPeriod period, Currency currency, CancellationToken cancellation) => db.Database.SqlQuery<TagRow>($"""
        WITH bought AS (
          SELECT o.customer_id, bool_or(EXISTS (SELECT FROM promotion_uses u WHERE u.tenant_id = {db.Tenant} AND u.order_id = o.id AND u.state = 'confirmed')) AS promoted
          FROM orders o
          WHERE o.tenant_id = {db.Tenant} AND o.placed_at >= {period.From} AND o.placed_at < {period.Until} AND o.status <> 'cancelled' AND o.currency = {currency.Code} AND o.customer_id IS NOT NULL
          GROUP BY o.customer_id)
        SELECT coalesce(tag, '') AS "Tag", count(*) AS "Buyers", count(*) FILTER (WHERE promoted) AS "Promoted"
        FROM bought b JOIN customers c ON c.tenant_id = {db.Tenant} AND c.id = b.customer_id CROSS JOIN LATERAL unnest(c.tags || ''::text) AS own (tag)
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MaxTags}
        """).ToListAsync(cancellation);

    private sealed record Running(long Id, string[] Segments, Currency Currency, int? MaxUses, long? Budget, DateTime EndsAt, long Used, long Spent);

    private sealed record GivenRow(long Orders, long Revenue, long Cost, double Margin, double Variance);

    private sealed record GroupRow(bool Promoted, long Orders, double Mean, double Variance, long Buyers, long Repeated, long Acquired);

    private sealed record NetRow(long PromotionId, long Uses, double Mean, double Variance);

    private sealed record TagRow(string Tag, long Buyers, long Promoted);
}
