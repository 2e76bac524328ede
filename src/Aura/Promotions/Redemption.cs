using Aura.Events;
using Aura.Persistence;
using Npgsql;

namespace Aura.Promotions;

/// <summary>A use of a coupon that is about to be made for good, with all that is written for it.</summary>
/// <remarks>
/// SQL by hand, for a thousand buyers may want one coupon at once, and each waits for its row as long as those before hold it: all statements go together, and those on rows
/// that everybody wants come last. Each guards its limit like those of <see cref="PromotionClaims"/>, and fails where it finds no room, so that none of them holds. So it is
/// also where more is to be done or said: the use was made before, or this is the last one of its promotion, which ends it. A test compares the rows with those of the way
/// in steps.
/// </remarks>
internal sealed class Redemption
{
    private readonly FoundCoupon found;
    private readonly PromotionUse use;
    private readonly IReadOnlyList<(RowMap Map, object Row)> rows;

    /// <param name="stripe">Of the counters of the promotion.</param>
    public Redemption(AuraDb db, FoundCoupon found, Claim claim, short stripe)
    {
        this.found = found;
        use = PromotionUse.Made(claim, stripe, db.Now);
        use.Identify(db.Tenant, db.NextId());
        var told = StoreEvent.Of("coupon.used", Coupon.Noun, found.Coupon.Id, CouponNews.Facts(use, found.Coupon), db);
        told.Identify(db.Tenant, db.NextId());
        rows = [(db.MapOf<PromotionUse>(), use), (db.MapOf<StoreEvent>(), told)];
    }

    /// <summary>The use, and its coupon with the counts after it, once it is counted.</summary>
    public UsedCoupon Made => new(use, found.Coupon);

    /// <summary>Adds the statements of uses of one promotion.</summary>
    public static void Write(NpgsqlBatch batch, IReadOnlyCollection<Redemption> all)
    {
        var first = all.First(); // there is one
        var (tenant, promotion, now) = (first.use.TenantId, first.found.Promotion, all.Max(one => one.use.CreatedAt));
        batch.Add(RowMap.InsertAll(all.OrderBy(one => one.use.Reference, StringComparer.Ordinal).SelectMany(one => one.rows)));
        foreach (var one in all.Where(one => one.use.CustomerKey is not null).OrderBy(one => one.use.CustomerKey, StringComparer.Ordinal).ThenBy(one => one.found.Coupon.Id))
            batch.Add(CountCustomer, tenant, promotion.Id, one.found.Coupon.Id, one.use.CustomerKey!, ByHand.Maybe(promotion.MaxUsesPerCustomer), ByHand.Maybe(one.found.Coupon.MaxUsesPerCustomer));
        foreach (var stripe in all.GroupBy(one => one.use.Stripe).OrderBy(stripe => stripe.Key))
            batch.Add(CountPromotion, tenant, promotion.Id, stripe.Key, stripe.Sum(one => one.use.Discount), stripe.Sum(one => one.use.Revenue), now, (long)stripe.Count());
        foreach (var coupon in Coupons(all))
            batch.Add(CountCoupon, tenant, coupon.Key, now, (long)coupon.Count());
    }

    /// <summary>Reads the counts that the statements gave back, and gives each use its own.</summary>
    /// <returns>True.</returns>
    public static async Task<bool> Count(NpgsqlDataReader reader, IReadOnlyCollection<Redemption> all)
    {
        foreach (var coupon in Coupons(all))
        {
            while (reader.FieldCount < 3) // only these give back so many
                await reader.NextResultAsync();
            await reader.ReadAsync();
            var (reserved, used) = (reader.GetInt64(0), reader.GetInt64(1) - coupon.Count());
            foreach (var one in coupon)
                one.found.Coupon.Count(reserved, ++used);
            await reader.NextResultAsync();
        }

        return true;
    }

    /// <summary>In the order in which they are locked.</summary>
    private static IEnumerable<IGrouping<long, Redemption>> Coupons(IEnumerable<Redemption> all) => all.GroupBy(one => one.found.Coupon.Id).OrderBy(coupon => coupon.Key);

    private const string CountCustomer = """
        WITH done AS (
          INSERT INTO promotion_customers AS c (tenant_id, promotion_id, coupon_id, customer_key, uses) VALUES ($1, $2, 0, $4, 1), ($1, $2, $3, $4, 1)
          ON CONFLICT (tenant_id, promotion_id, coupon_id, customer_key) DO UPDATE SET uses = c.uses + 1
          WHERE CASE c.coupon_id WHEN 0 THEN $5::int IS NULL OR c.uses < $5 ELSE $6::int IS NULL OR c.uses < $6 END
          RETURNING 1)
        SELECT 1 / (count(*) / 2) FROM done
        """;

    /// <summary>The last use of a promotion is left to who ends it.</summary>
    private const string CountPromotion = """
        WITH done AS (
          INSERT INTO promotion_counters AS c (tenant_id, promotion_id, stripe, reserved, used, held, spent, revenue)
          SELECT p.tenant_id, p.id, $3, 0, $7, 0, $4, $5 FROM promotions p
          WHERE p.tenant_id = $1 AND p.id = $2 AND p.status = 'active' AND p.starts_at <= $6 AND p.ends_at > $6
            AND (p.max_uses IS NULL OR p.max_uses > $7 + coalesce((SELECT sum(o.reserved + o.used) FROM promotion_counters o WHERE o.tenant_id = $1 AND o.promotion_id = $2), 0))
            AND (p.budget IS NULL OR p.budget >= $4 + coalesce((SELECT sum(o.held + o.spent) FROM promotion_counters o WHERE o.tenant_id = $1 AND o.promotion_id = $2), 0))
          ON CONFLICT (tenant_id, promotion_id, stripe) DO UPDATE SET used = c.used + $7, spent = c.spent + $4, revenue = c.revenue + $5
          WHERE EXISTS (SELECT FROM promotions p WHERE p.tenant_id = $1 AND p.id = $2
            AND (p.max_uses IS NULL OR p.max_uses > $7 + c.reserved + c.used + coalesce((SELECT sum(o.reserved + o.used) FROM promotion_counters o
              WHERE o.tenant_id = $1 AND o.promotion_id = $2 AND o.stripe <> $3), 0))
            AND (p.budget IS NULL OR p.budget >= $4 + c.held + c.spent + coalesce((SELECT sum(o.held + o.spent) FROM promotion_counters o
              WHERE o.tenant_id = $1 AND o.promotion_id = $2 AND o.stripe <> $3), 0)))
          RETURNING 1)
        SELECT 1 / count(*) FROM done
        """;

    private const string CountCoupon = """
        WITH done AS (
          UPDATE coupons SET used = used + $4
          WHERE tenant_id = $1 AND id = $2 AND enabled AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
            AND (max_uses IS NULL OR reserved + used + $4 <= max_uses)
          RETURNING reserved, used)
        SELECT max(reserved), max(used), 1 / count(*) FROM done
        """;
}

/// <summary>A use that was made of a coupon.</summary>
/// <param name="Coupon">With the counts after it.</param>
public sealed record UsedCoupon(PromotionUse Use, Coupon Coupon);
