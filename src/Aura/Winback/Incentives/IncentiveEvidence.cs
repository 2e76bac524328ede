using Aura.Persistence;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Incentives;

/// <summary>How one level of a rule has done.</summary>
/// <param name="Given">Customers who got it, a week ago or earlier.</param>
/// <param name="Taken">Of them, those who bought within the week.</param>
/// <param name="Revenue">What they paid, in minor units of the store's currency.</param>
/// <param name="Squares">The sum of the squares of what each of them paid.</param>
/// <param name="Cost">What it took off, in minor units.</param>
public sealed record LevelEvidence(decimal Level, bool HeldOut, long Given, long Taken, long Revenue, decimal Squares, long Cost);

/// <param name="Segment">Null: all.</param>
/// <param name="TypicalCart">The median worth, in major units.</param>
public sealed record SegmentEvidence(string? Segment, decimal TypicalCart, IReadOnlyList<LevelEvidence> Levels);

/// <summary>What is known of offers from what came of them.</summary>
/// <remarks>Only offers in the store's currency that are a week old count, with what happened in that week: to count sooner whoever buys sooner would make every offer look good at first.</remarks>
public static class IncentiveEvidence
{
    public static readonly TimeSpan Window = TimeSpan.FromDays(7);

    /// <summary>Below this a level's rate says nothing.</summary>
    public const int LeastGiven = 30;

    /// <summary>Below this, over all levels, nothing is said at all.</summary>
    public const int LeastTaken = 10;

    /// <param name="segment">That the carts are counted under; null: all.</param>
    public static async Task<List<LevelEvidence>> Evidence(this AuraDb db, long incentive, string? segment, CancellationToken cancellation) =>
        Of(segment, await db.Evidence(incentive, cancellation));

    /// <summary>Of every rule and of every segment that its carts are counted under, with what such a cart is worth.</summary>
    /// <returns>By rule; the segment is null for all of them together.</returns>
    public static async Task<ILookup<long, SegmentEvidence>> AllEvidence(this AuraDb db, CancellationToken cancellation)
    {
        var rows = (await db.Evidence(null, cancellation)).ToLookup(row => row.Incentive);
        return (await db.TypicalCarts(cancellation)).ToLookup(cart => cart.Incentive, cart => new SegmentEvidence(
            cart.Segment, new Money(cart.Worth, db.Caller.Currency).Amount, Of(cart.Segment, rows[cart.Incentive])));
    }

    private static List<LevelEvidence> Of(string? segment, IEnumerable<EvidenceRow> rows) =>
    [
        .. rows.Where(row => segment is null || row.Segment == segment).GroupBy(row => (row.HeldOut, row.Level)).OrderBy(same => same.Key).Select(same => new LevelEvidence(
            same.Key.Level, same.Key.HeldOut, same.Sum(row => row.Given), same.Sum(row => row.Taken), same.Sum(row => row.Revenue), same.Sum(row => row.Squares), same.Sum(row => row.Cost))),
    ];

    private static Task<List<EvidenceRow>> Evidence(this AuraDb db, long? incentive, CancellationToken cancellation)
    {
        var (until, currency) = (db.Now - Window, db.Caller.Currency.Code);
        return db.Database.SqlQuery<EvidenceRow>($"""
            SELECT o.incentive_id AS "Incentive", c.counted_segment AS "Segment", o.level AS "Level", o.held_out AS "HeldOut", count(*) AS "Given", count(*) FILTER (WHERE bought) AS "Taken",
              coalesce(sum(c.revenue) FILTER (WHERE bought), 0)::bigint AS "Revenue", coalesce(sum(c.revenue::numeric * c.revenue) FILTER (WHERE bought), 0) AS "Squares",
              coalesce(sum(u.discount) FILTER (WHERE bought), 0)::bigint AS "Cost"
            FROM incentive_offers o
            JOIN watched_carts c ON c.tenant_id = o.tenant_id AND c.id = o.cart_id
            CROSS JOIN LATERAL (SELECT c.status = 'recovered' AND c.recovered_at <= o.created_at + {Window} AS bought) b
            LEFT JOIN LATERAL (
              SELECT sum(u.discount) AS discount FROM coupons p JOIN promotion_uses u ON u.tenant_id = p.tenant_id AND u.coupon_id = p.id AND u.state = 'confirmed'
              WHERE p.tenant_id = o.tenant_id AND p.code_key = o.coupon_code) u ON true
            WHERE o.tenant_id = {db.Tenant} AND o.created_at <= {until} AND o.currency = {currency} AND ({incentive}::bigint IS NULL OR o.incentive_id = {incentive})
            GROUP BY o.incentive_id, c.counted_segment, o.level, o.held_out
            """).ToListAsync(cancellation);
    }

    /// <summary>The median worth of the carts of each rule, and of those of each of its twenty largest segments.</summary>
    private static Task<List<TypicalCart>> TypicalCarts(this AuraDb db, CancellationToken cancellation) => db.Database.SqlQuery<TypicalCart>($"""
        SELECT incentive_id AS "Incentive", counted_segment AS "Segment", worth AS "Worth" FROM (
          SELECT o.incentive_id, c.counted_segment, percentile_disc(0.5) WITHIN GROUP (ORDER BY o.cart_value) AS worth, grouping(c.counted_segment) = 1 AS whole,
            row_number() OVER (PARTITION BY o.incentive_id ORDER BY grouping(c.counted_segment) DESC, count(*) DESC, c.counted_segment) AS place
          FROM incentive_offers o JOIN watched_carts c ON c.tenant_id = o.tenant_id AND c.id = o.cart_id
          WHERE o.tenant_id = {db.Tenant} AND o.currency = {db.Caller.Currency.Code}
          GROUP BY GROUPING SETS ((o.incentive_id), (o.incentive_id, c.counted_segment))) carts
        WHERE (whole OR counted_segment IS NOT NULL) AND place <= 22 AND worth > 0 ORDER BY incentive_id, place
        """).ToListAsync(cancellation);

    /// <summary>The levels of a rule with what is known of each. Who was held out counts as who got nothing.</summary>
    /// <param name="cartValue">In major units: what a percentage costs depends on it.</param>
    public static (decimal[] Levels, OfferArm[] Arms) Arms(this Incentive incentive, IReadOnlyList<LevelEvidence> evidence, decimal cartValue)
    {
        var levels = incentive.Levels.DistinctBy(level => incentive.Costs(level, cartValue)).ToArray(); // above a cap, or on a small cart, two may cost the same
        return (levels, [.. levels.Select(level => new OfferArm(
            (double)incentive.Costs(level, cartValue), evidence.Where(e => e.Level == level).Sum(e => e.Given), evidence.Where(e => e.Level == level).Sum(e => e.Taken)))]);
    }

    /// <summary>Whether it is enough to say which level is best: nothing, and something beside it, were tried often enough.</summary>
    public static bool Suffices(IReadOnlyList<OfferArm> arms) =>
        arms.Count > 1 && arms[0].Given >= LeastGiven && arms.Skip(1).Any(arm => arm.Given >= LeastGiven) && arms.Sum(arm => arm.Taken) >= LeastTaken;

    private sealed record EvidenceRow(long Incentive, string? Segment, decimal Level, bool HeldOut, long Given, long Taken, long Revenue, decimal Squares, long Cost);

    private sealed record TypicalCart(long Incentive, string? Segment, long Worth);
}
