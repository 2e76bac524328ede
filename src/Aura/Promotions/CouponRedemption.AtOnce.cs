using Aura.Events;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Promotions;

public static partial class CouponRedemption
{
    /// <summary>Uses a coupon up for good in one round trip, or changes nothing.</summary>
    /// <remarks>
    /// SQL by hand, for a thousand buyers may want one coupon at once, and each waits for its row as long as those before hold it: all statements
    /// go together, are one transaction where none is open, and those on rows that everybody wants come last. Each guards its limit like those of
    /// <see cref="PromotionClaims"/>, and fails where it finds no room, so that none of them holds. So it is also where more is to be done or said:
    /// the use was made before, nothing was counted of the promotion yet, or this is its last use, which ends it. A test compares the rows with those
    /// of the way in steps.
    /// </remarks>
    /// <returns>Null where nothing was changed.</returns>
    internal static async Task<UsedCoupon?> RedeemAtOnce(this AuraDb db, FoundCoupon found, Claim claim, CancellationToken cancellation)
    {
        var (coupon, promotion) = (found.Coupon, found.Promotion);
        var stripe = PromotionClaims.StripeOf(promotion.IsLimited);
        var use = PromotionUse.Made(claim, db.NextId(), stripe, db.Now);
        var within = db.Database.CurrentTransaction is not null;
        await db.TakeTurn(coupon.Id, cancellation);
        var told = StoreEvent.Of("coupon.used", Coupon.Noun, coupon.Id, CouponNews.Facts(use, coupon), db).Numbered(db);
        await using var batch = new NpgsqlBatch();
        if (within)
            batch.Add("SAVEPOINT at_once");
        use.Enter(batch, db.Tenant);
        if (claim.CustomerKey is { } key)
            batch.Add(CountCustomer, db.Tenant, promotion.Id, coupon.Id, key, ByHand.Maybe(promotion.MaxUsesPerCustomer), ByHand.Maybe(coupon.MaxUsesPerCustomer));
        told.Append(batch);
        batch.Add(CountPromotion, db.Tenant, promotion.Id, stripe, use.Discount, use.Revenue, db.Now);
        batch.Add(CountCoupon, db.Tenant, coupon.Id, db.Now);
        try
        {
            await db.Ask(batch, async reader =>
            {
                while (reader.FieldCount < 3) // only the last gives back so many
                    await reader.NextResultAsync(cancellation);
                await reader.ReadAsync(cancellation);
                coupon.Count(reader.GetInt64(0), reader.GetInt64(1));
                return true;
            }, cancellation);
            return new(use, coupon);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.DivisionByZero)
        {
            if (within)
                await db.Database.ExecuteSqlRawAsync("ROLLBACK TO SAVEPOINT at_once", cancellation);
            return null;
        }
        finally
        {
            if (!within)
                await db.EndTurn();
        }
    }

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
          UPDATE promotion_counters c SET used = c.used + 1, spent = c.spent + $4, revenue = c.revenue + $5
          FROM promotions p
          WHERE c.tenant_id = $1 AND c.promotion_id = $2 AND c.stripe = $3
            AND p.tenant_id = c.tenant_id AND p.id = c.promotion_id AND p.status = 'active' AND p.starts_at <= $6 AND p.ends_at > $6
            AND (p.max_uses IS NULL OR p.max_uses > 1 + c.reserved + c.used + coalesce((SELECT sum(o.reserved + o.used) FROM promotion_counters o
              WHERE o.tenant_id = c.tenant_id AND o.promotion_id = c.promotion_id AND o.stripe <> c.stripe), 0))
            AND (p.budget IS NULL OR p.budget >= $4 + c.held + c.spent + coalesce((SELECT sum(o.held + o.spent) FROM promotion_counters o
              WHERE o.tenant_id = c.tenant_id AND o.promotion_id = c.promotion_id AND o.stripe <> c.stripe), 0))
          RETURNING 1)
        SELECT 1 / count(*) FROM done
        """;

    private const string CountCoupon = """
        WITH done AS (
          UPDATE coupons SET used = used + 1
          WHERE tenant_id = $1 AND id = $2 AND enabled AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
            AND (max_uses IS NULL OR reserved + used < max_uses)
          RETURNING reserved, used)
        SELECT max(reserved), max(used), 1 / count(*) FROM done
        """;
}

/// <summary>A use that was made of a coupon.</summary>
/// <param name="Coupon">With the counts after it.</param>
public sealed record UsedCoupon(PromotionUse Use, Coupon Coupon);
