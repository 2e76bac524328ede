using Aura.Carts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>Uses that an order of the store makes of promotions, in the statements that write the order.</summary>
/// <remarks>
/// By hand, for every purchase comes here: a promotion without limits needs no answer in between, so its statements go with the
/// order's own in one round trip. Limits, budgets and coupons are asked one by one (<see cref="PromotionClaims"/>). A test compares
/// what the two ways write. Rows are taken in the order that <see cref="PromotionClaims"/> states; nobody else wants the new uses.
/// </remarks>
internal static class OrderUses
{
    /// <summary>Uses of promotions without limits, for an order that has made none of them.</summary>
    /// <param name="forGood">The order is placed at once; otherwise they are reserved.</param>
    public static void ClaimLater(this AuraDb db, IEnumerable<Claim> claims, bool forGood)
    {
        foreach (var claim in claims.OrderBy(claim => claim.PromotionId))
        {
            Refused Gone(string code) => PromotionClaims.Exhausted(code, claim.PromotionId, claim.CouponId);
            var (reserved, used) = forGood ? (0L, 1L) : (1L, 0L);
            if (claim.CustomerKey is not null)
                db.Demand(1, () => Gone("customer_limit_reached"), CountedCustomer, db.Tenant, claim.PromotionId, claim.CustomerKey);
            db.Demand(1, () => Gone("promotion_exhausted"), Entered, Counted,
            [
                db.Tenant, claim.PromotionId, ByHand.Maybe(claim.OrderId), claim.Reference, ByHand.Maybe(claim.CustomerId), ByHand.Maybe(claim.CustomerKey), PromotionClaims.StripeOf(limited: false),
                Words<UseState>.Of(forGood ? UseState.Confirmed : UseState.Reserved), claim.Discount.Minor, db.Now, claim.Revenue, claim.Discount.Currency.Code,
                reserved, used,
            ]);
        }
    }

    /// <summary>Makes uses that are reserved good for good.</summary>
    /// <param name="uses">All reserved ones of the reference, of promotions that have no number of uses, without coupons.</param>
    public static void ConfirmLater(this AuraDb db, string reference, IReadOnlyList<PromotionUse> uses)
    {
        if (uses.Count == 0)
            return;
        db.Demand(uses.Count, () => Refused.Conflict("discount_changed", "The discounts of this order were given back meanwhile. Look at it again."), """
            UPDATE promotion_uses SET state = 'confirmed', updated_at = $3 WHERE tenant_id = $1 AND reference = $2 AND state = 'reserved'
            """, db.Tenant, reference, db.Now);
        foreach (var use in uses.OrderBy(use => use.PromotionId))
            db.Later("""
                UPDATE promotion_counters SET reserved = reserved - 1, used = used + 1, held = held - $4, spent = spent + $4, revenue = revenue + $5
                WHERE tenant_id = $1 AND promotion_id = $2 AND stripe = $3
                """, db.Tenant, use.PromotionId, use.Stripe, use.Discount, use.Revenue);
    }

    private const string Entered = """
        found AS (
          SELECT id FROM promotions
          WHERE tenant_id = $1 AND id = $2 AND status = 'active' AND starts_at <= $10 AND ends_at > $10 AND max_uses IS NULL AND budget IS NULL
        ), entered AS (
          INSERT INTO promotion_uses (tenant_id, id, promotion_id, order_id, reference, customer_id, customer_key, stripe, state,
            discount, revenue, currency, created_at, updated_at)
          SELECT $1, nextval('ids'), found.id, $3::bigint, $4, $5::bigint, $6::text, $7, $8, $9, $11, $12, $10, $10 FROM found
          RETURNING promotion_id, discount, revenue
        ),
        """;

    private const string Counted = """
        INSERT INTO promotion_counters AS c (tenant_id, promotion_id, stripe, reserved, used, held, spent, revenue)
        SELECT $1, promotion_id, $7, $13, $14, $13 * discount, $14 * discount, $14 * revenue FROM entered
        ON CONFLICT (tenant_id, promotion_id, stripe) DO UPDATE SET reserved = c.reserved + excluded.reserved, used = c.used + excluded.used,
          held = c.held + excluded.held, spent = c.spent + excluded.spent, revenue = c.revenue + excluded.revenue
        """;

    private const string CountedCustomer = """
        INSERT INTO promotion_customers AS c (tenant_id, promotion_id, coupon_id, customer_key, uses) VALUES ($1, $2, 0, $3, 1)
        ON CONFLICT (tenant_id, promotion_id, coupon_id, customer_key) DO UPDATE SET uses = c.uses + 1
        WHERE coalesce(c.uses < (SELECT p.max_uses_per_customer FROM promotions p WHERE p.tenant_id = $1 AND p.id = $2), true)
        """;
}

/// <summary>The uses of an order as they were read with its row locked.</summary>
internal sealed class OrderUsesHeld(AuraDb db, long orderId) : IHeldDiscounts
{
    private readonly List<PromotionUse> uses = [];
    private bool isAskedOneByOne;

    public bool IsHeld => uses.Count == 0 || uses.Exists(use => use.State is UseState.Reserved or UseState.Confirmed);

    public void Ask(Reading reading)
    {
        var map = db.MapOf<PromotionUse>();
        reading.Ask($"""
            SELECT {map.Columns}, coupon_id IS NOT NULL OR (SELECT max_uses IS NOT NULL FROM promotions WHERE tenant_id = u.tenant_id AND id = u.promotion_id)
            FROM promotion_uses u WHERE tenant_id = $1 AND order_id = $2 AND reference = $3
            """, row =>
        {
            uses.Add((PromotionUse)map.Read(row));
            isAskedOneByOne |= row.GetBoolean(row.FieldCount - 1);
        }, db.Tenant, orderId, Claim.ForOrder(orderId));
    }

    public async Task Confirm(CancellationToken cancellation)
    {
        var reference = Claim.ForOrder(orderId);
        if (!isAskedOneByOne && IsHeld)
            db.ConfirmLater(reference, uses.FindAll(use => use.State == UseState.Reserved));
        else
            await db.ConfirmNow(reference, cancellation);
    }
}
