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

/// <summary>What is known of offers from what came of them.</summary>
/// <remarks>Only offers in the store's currency that are a week old count, with what happened in that week: to count sooner whoever buys sooner would make every offer look good at first.</remarks>
public static class IncentiveEvidence
{
    public static readonly TimeSpan Window = TimeSpan.FromDays(7);

    /// <summary>Below this a level's rate says nothing.</summary>
    public const int LeastGiven = 30;

    /// <summary>Below this, over all levels, nothing is said at all.</summary>
    public const int LeastTaken = 10;

    /// <param name="incentive">Null: of all rules.</param>
    /// <param name="segment">That the carts are counted under; null: all.</param>
    public static Task<List<LevelEvidence>> Evidence(this AuraDb db, long? incentive, string? segment, CancellationToken cancellation)
    {
        var (until, currency) = (db.Now - Window, db.Caller.Currency.Code);
        return db.Database.SqlQuery<LevelEvidence>($"""
            SELECT o.level AS "Level", o.held_out AS "HeldOut", count(*) AS "Given", count(*) FILTER (WHERE bought) AS "Taken",
              coalesce(sum(c.revenue) FILTER (WHERE bought), 0)::bigint AS "Revenue", coalesce(sum(c.revenue::numeric * c.revenue) FILTER (WHERE bought), 0) AS "Squares",
              coalesce(sum(u.discount) FILTER (WHERE bought), 0)::bigint AS "Cost"
            FROM incentive_offers o
            JOIN watched_carts c ON c.tenant_id = o.tenant_id AND c.id = o.cart_id
            CROSS JOIN LATERAL (SELECT c.status = 'recovered' AND c.recovered_at <= o.created_at + {Window} AS bought) b
            LEFT JOIN LATERAL (
              SELECT sum(u.discount) AS discount FROM coupons p JOIN promotion_uses u ON u.tenant_id = p.tenant_id AND u.coupon_id = p.id AND u.state = 'confirmed'
              WHERE p.tenant_id = o.tenant_id AND p.code_key = o.coupon_code) u ON true
            WHERE o.tenant_id = {db.Tenant} AND o.created_at <= {until} AND o.currency = {currency} AND ({incentive}::bigint IS NULL OR o.incentive_id = {incentive})
              AND ({segment}::text IS NULL OR c.counted_segment = {segment})
            GROUP BY o.level, o.held_out ORDER BY o.held_out, o.level
            """).ToListAsync(cancellation);
    }

    /// <summary>The segments that a rule's carts were counted under, those with the most first.</summary>
    public static Task<List<string>> SegmentsOffered(this AuraDb db, long incentive, CancellationToken cancellation) => db.Database.SqlQuery<string>($"""
        SELECT c.counted_segment AS "Value" FROM incentive_offers o JOIN watched_carts c ON c.tenant_id = o.tenant_id AND c.id = o.cart_id
        WHERE o.tenant_id = {db.Tenant} AND o.incentive_id = {incentive} AND c.counted_segment IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 20
        """).ToListAsync(cancellation);

    /// <summary>The median worth of the carts of a rule, in major units; null: there are none.</summary>
    public static async Task<decimal?> TypicalCart(this AuraDb db, long incentive, string? segment, CancellationToken cancellation)
    {
        var minor = await db.Database.SqlQuery<long?>($"""
            SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY o.cart_value) AS "Value"
            FROM incentive_offers o JOIN watched_carts c ON c.tenant_id = o.tenant_id AND c.id = o.cart_id
            WHERE o.tenant_id = {db.Tenant} AND o.incentive_id = {incentive} AND o.currency = {db.Caller.Currency.Code} AND ({segment}::text IS NULL OR c.counted_segment = {segment})
            """).SingleAsync(cancellation);
        return minor is > 0 ? new Money(minor.Value, db.Caller.Currency).Amount : null;
    }

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
}
