using Aura.Carts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using static Aura.Persistence.ByHand;

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
        List<Claim> ordered = [.. claims.OrderBy(claim => claim.PromotionId)];
        foreach (var claim in ordered.Where(claim => claim.CustomerKey is not null))
            db.Later(new(CountedCustomer, [db.Tenant, One(claim.PromotionId), One(claim.CustomerKey)])
            {
                Rows = "(SELECT count(DISTINCT (promotion_id, customer_key)) FROM unnest($2, $3) AS asked (promotion_id, customer_key))",
                Otherwise = () => Gone("customer_limit_reached", claim),
                Step = SharedStep.PromotionCustomers,
            });
        var (state, reserved, used) = forGood ? (UseState.Confirmed, 0L, 1L) : (UseState.Reserved, 1L, 0L);
        foreach (var claim in ordered)
            db.Later(new(Entered,
            [
                db.Tenant, One(claim.PromotionId), One(claim.OrderId), One(claim.Reference), One(claim.CustomerId), One(claim.CustomerKey), One(PromotionClaims.StripeOf(limited: false)),
                One(Words<UseState>.Of(state)), One(claim.Discount.Minor), One(db.Now), One(claim.Revenue), One(claim.Discount.Currency.Code), One(reserved), One(used),
            ])
            {
                With = Counted,
                Rows = "cardinality($2)",
                Otherwise = () => Gone("promotion_exhausted", claim),
                Step = SharedStep.PromotionCounters,
            });
    }

    private static Refused Gone(string code, Claim claim) => PromotionClaims.Exhausted(code, claim.PromotionId, claim.CouponId);

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
            db.Later(new("""
                UPDATE promotion_counters SET reserved = reserved - 1, used = used + 1, held = held - $4, spent = spent + $4, revenue = revenue + $5
                WHERE tenant_id = $1 AND promotion_id = $2 AND stripe = $3
                """, [db.Tenant, use.PromotionId, use.Stripe, use.Discount, use.Revenue]));
    }

    /// <summary>The same for what was written just now, together with those of other orders.</summary>
    /// <param name="uses">How many there are.</param>
    public static void ConfirmTogether(this AuraDb db, string reference, int uses) => db.Later(new(CountedForGood, [db.Tenant, One(reference), One(uses), One(db.Now)])
    {
        With = Confirmed,
        Rows = "(SELECT count(DISTINCT (promotion_id, stripe)) - count(*) FROM confirmed) + (SELECT sum(uses) FROM unnest($3) AS asked (uses))",
        Step = SharedStep.PromotionUses,
    });

    private const string Confirmed = """
        confirmed AS (
          UPDATE promotion_uses u SET state = 'confirmed', updated_at = asked.at FROM unnest($2::text[], $4::timestamptz[]) AS asked (reference, at)
          WHERE u.tenant_id = $1 AND u.reference = asked.reference AND u.state = 'reserved'
          RETURNING u.promotion_id, u.stripe, u.discount, u.revenue
        ),
        """;

    /// <summary>The counters are there, so that none is inserted: in this way they are locked in their order.</summary>
    private const string CountedForGood = """
        INSERT INTO promotion_counters AS c (tenant_id, promotion_id, stripe, reserved, used, held, spent, revenue)
        SELECT $1, promotion_id, stripe, count(*), 0, sum(discount), 0, sum(revenue) FROM confirmed GROUP BY promotion_id, stripe ORDER BY promotion_id, stripe
        ON CONFLICT (tenant_id, promotion_id, stripe) DO UPDATE SET reserved = c.reserved - excluded.reserved, used = c.used + excluded.reserved,
          held = c.held - excluded.held, spent = c.spent + excluded.held, revenue = c.revenue + excluded.revenue
        """;

    private const string Counted = """
        made AS (
          SELECT nextval('ids') AS id, promotion_id, order_id, reference, customer_id, customer_key, state, discount, made_at, revenue, asked.currency, reserved, used,
            first_value(stripe) OVER (PARTITION BY promotion_id) AS stripe -- all in one row, so that few wait for each other
          FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::smallint[], $8::text[], $9::bigint[], $10::timestamptz[], $11::bigint[], $12::text[],
            $13::bigint[], $14::bigint[]) AS asked (promotion_id, order_id, reference, customer_id, customer_key, stripe, state, discount, made_at, revenue, currency, reserved, used)
          JOIN promotions p ON p.tenant_id = $1 AND p.id = asked.promotion_id
            AND p.status = 'active' AND p.starts_at <= asked.made_at AND p.ends_at > asked.made_at AND p.max_uses IS NULL AND p.budget IS NULL
        ), counted AS (
          INSERT INTO promotion_counters AS c (tenant_id, promotion_id, stripe, reserved, used, held, spent, revenue)
          SELECT $1, promotion_id, stripe, sum(reserved), sum(used), sum(reserved * discount), sum(used * discount), sum(used * revenue)
          FROM made GROUP BY promotion_id, stripe ORDER BY promotion_id, stripe
          ON CONFLICT (tenant_id, promotion_id, stripe) DO UPDATE SET reserved = c.reserved + excluded.reserved, used = c.used + excluded.used,
            held = c.held + excluded.held, spent = c.spent + excluded.spent, revenue = c.revenue + excluded.revenue
        ),
        """;

    private const string Entered = """
        INSERT INTO promotion_uses (tenant_id, id, promotion_id, order_id, reference, customer_id, customer_key, stripe, state,
          discount, revenue, currency, created_at, updated_at)
        SELECT $1, id, promotion_id, order_id, reference, customer_id, customer_key, stripe, state, discount, revenue, currency, made_at, made_at FROM made
        """;

    private const string CountedCustomer = """
        INSERT INTO promotion_customers AS c (tenant_id, promotion_id, coupon_id, customer_key, uses)
        SELECT $1, asked.promotion_id, 0, asked.customer_key, count(*)
        FROM unnest($2::bigint[], $3::text[]) AS asked (promotion_id, customer_key) JOIN promotions p ON p.tenant_id = $1 AND p.id = asked.promotion_id
        GROUP BY asked.promotion_id, asked.customer_key, p.max_uses_per_customer HAVING coalesce(count(*) <= p.max_uses_per_customer, true)
        ORDER BY asked.promotion_id, asked.customer_key
        ON CONFLICT (tenant_id, promotion_id, coupon_id, customer_key) DO UPDATE SET uses = c.uses + excluded.uses
        WHERE coalesce(c.uses + excluded.uses <= (SELECT p.max_uses_per_customer FROM promotions p WHERE p.tenant_id = $1 AND p.id = c.promotion_id), true)
        """;
}

/// <summary>The uses of an order that were written just now, of promotions without limits.</summary>
internal sealed class OrderUsesKnown(AuraDb db, long orderId, int uses) : IHeldDiscounts
{
    public bool IsHeld => true;

    public Task Confirm(CancellationToken cancellation)
    {
        if (uses > 0)
            db.ConfirmTogether(Claim.ForOrder(orderId), uses);
        return Task.CompletedTask;
    }
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
