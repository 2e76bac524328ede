using Aura.Persistence;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Incentives;

/// <summary>What a rule did so far.</summary>
/// <param name="Offered">Customers who were offered something, today too.</param>
/// <param name="Redeemed">Of their coupons, those that were used.</param>
/// <param name="DiscountCost">What the coupons took off, in minor units.</param>
/// <param name="Levels">What came of offers that are a week old.</param>
/// <param name="Gain">In minor units, against those held out; null: nobody was held out long enough ago, or nobody bought.</param>
public sealed record IncentiveFigures(long Offered, long Redeemed, long Revenue, long DiscountCost, IReadOnlyList<LevelEvidence> Levels, IncrementalRevenue? Gain)
{
    public static async Task<IncentiveFigures> Of(AuraDb db, Incentive incentive, CancellationToken cancellation)
    {
        var levels = await db.Evidence(incentive.Id, null, cancellation);
        var counted = await db.Database.SqlQuery<Counted>($"""
            SELECT count(*) AS "Offered", count(u.id) AS "Redeemed", coalesce(sum(u.discount), 0)::bigint AS "Cost",
              coalesce(sum(c.revenue) FILTER (WHERE u.id IS NOT NULL), 0)::bigint AS "Revenue"
            FROM incentive_offers o
            JOIN watched_carts c ON c.tenant_id = o.tenant_id AND c.id = o.cart_id
            LEFT JOIN coupons p ON p.tenant_id = o.tenant_id AND p.code_key = o.coupon_code
            LEFT JOIN promotion_uses u ON u.tenant_id = p.tenant_id AND u.coupon_id = p.id AND u.state = 'confirmed'
            WHERE o.tenant_id = {db.Tenant} AND o.incentive_id = {incentive.Id} AND o.level > 0 AND o.currency = {db.Caller.Currency.Code}
            """).SingleAsync(cancellation);
        return new(counted.Offered, counted.Redeemed, counted.Revenue, counted.Cost, levels, IncrementalRevenue.Of(Sampled(levels, false), Sampled(levels, true)));
    }

    /// <summary>How often a cart was bought after an offer; null before any is a week old.</summary>
    public double? RecoveryRate => Levels.Where(level => level.Level > 0).ToList() is { Count: > 0 } given ? (double)given.Sum(level => level.Taken) / given.Sum(level => level.Given) : null;

    private static Sample Sampled(IReadOnlyList<LevelEvidence> levels, bool heldOut)
    {
        var own = levels.Where(level => level.HeldOut == heldOut).ToList();
        return Sample.OfSums(own.Sum(level => level.Given), own.Sum(level => level.Revenue), own.Sum(level => level.Squares));
    }

    private sealed record Counted(long Offered, long Redeemed, long Cost, long Revenue);
}
