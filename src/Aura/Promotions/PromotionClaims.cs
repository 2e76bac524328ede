using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>A use that somebody wants to make of a promotion.</summary>
/// <param name="Reference">What it is for; of one promotion it is made once.</param>
/// <param name="Discount">Given; a discount of nothing uses nothing up and is not claimed, unless it is <see cref="Deliberate"/>.</param>
/// <param name="Revenue">Of the order after its discounts, in minor units, without shipping and tax.</param>
public sealed record Claim(string Reference, long PromotionId, long? CouponId, Money Discount, long Revenue)
{
    public long? OrderId { get; init; }
    public long? CustomerId { get; init; }

    /// <summary>See <see cref="Promotions.CustomerKey"/>; limits per customer count by it.</summary>
    public string? CustomerKey { get; init; }

    /// <summary>When it is given back by itself; null: an order holds it.</summary>
    public DateTime? ExpiresAt { get; init; }

    /// <summary>Somebody asked for exactly this use: it counts also while nobody knows yet what it gives, as free shipping.</summary>
    public bool Deliberate { get; init; }

    /// <summary>An order of the store.</summary>
    public static string ForOrder(long order) => FormattableString.Invariant($"order:{order}");

    /// <summary>An order that the store does not have; without an id it is like no other.</summary>
    public static string Elsewhere(long? order) => order is null ? $"use:{Guid.CreateVersion7():n}" : FormattableString.Invariant($"external:{order}");
}

/// <summary>Uses promotions up and gives uses back: by hand-written statements, for a thousand buyers may want the last use at once.</summary>
/// <remarks>
/// Each limit is guarded by the statement that counts: it counts only while there is room, and no row changed means that there was
/// none. Needs a transaction, in which either all counts of a use move or none. Rows are taken in one order everywhere: uses,
/// then customers by promotion, then by promotion its counter and the coupon: those last that everybody wants.
/// </remarks>
public static class PromotionClaims
{
    /// <summary>Reserves uses, each once per reference and promotion: again, it changes nothing.</summary>
    /// <exception cref="Refused">409 <c>promotion_exhausted</c>, <c>coupon_exhausted</c> or <c>customer_limit_reached</c>, with the promotion and coupon.</exception>
    public static async Task Reserve(this AuraDb db, IEnumerable<Claim> claims, CancellationToken cancellation)
    {
        var now = db.Now;
        var entered = new List<(Claim Claim, short Stripe)>();
        foreach (var claim in claims.Where(claim => claim.Discount.Minor > 0 || claim.Deliberate).OrderBy(claim => claim.PromotionId))
            if (await Enter(db, claim, UseState.Reserved, now, cancellation) is { } stripe)
                entered.Add((claim, stripe));
        foreach (var (claim, _) in entered)
            await CountCustomer(db, claim, cancellation);
        foreach (var (claim, stripe) in entered)
            await Count(db, claim, stripe, cancellation);
    }

    /// <summary>Records a use that was made elsewhere: it is a fact, so no limit stands against it. Once per reference and promotion.</summary>
    /// <returns>Whether it is new.</returns>
    public static Task<bool> Record(this AuraDb db, Claim claim, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        if (await Enter(db, claim, UseState.Confirmed, db.Now, cancellation) is not { } stripe)
            return false;
        if (claim.CustomerKey is not null)
            await CountCustomer(db, claim, 0, null, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO promotion_counters AS c VALUES ({db.Tenant}, {claim.PromotionId}, {stripe}, 0, 1, 0, {claim.Discount.Minor}, {claim.Revenue})
            ON CONFLICT (tenant_id, promotion_id, stripe) DO UPDATE SET used = c.used + 1, spent = c.spent + {claim.Discount.Minor}, revenue = c.revenue + {claim.Revenue}
            """, cancellation);
        return true;
    }, cancellation);

    /// <summary>Reserves again what an order of the store reserved last and gave back: it came about after all.</summary>
    /// <inheritdoc cref="Reserve"/>
    public static async Task Reclaim(this AuraDb db, long order, CancellationToken cancellation)
    {
        var reference = Claim.ForOrder(order);
        var uses = await db.PromotionUses.AsNoTracking().Where(u => u.OrderId == order && u.Reference == reference).ToListAsync(cancellation);
        if (uses.Count == 0 || uses.Any(use => use.State is UseState.Reserved or UseState.Confirmed))
            return;
        var last = uses.Max(use => use.CreatedAt); // what is reserved together has one time
        await db.Reserve(uses.Where(use => use.CreatedAt == last).Select(use =>
            new Claim(reference, use.PromotionId, use.CouponId, new(use.Discount, use.Currency), use.Revenue)
            {
                OrderId = use.OrderId, CustomerId = use.CustomerId, CustomerKey = use.CustomerKey,
            }), cancellation);
    }

    /// <summary>The uses of a reference are made for good.</summary>
    /// <param name="promotion">Only those of this one; null: all.</param>
    /// <returns>The uses that were only reserved until now.</returns>
    public static async Task<List<PromotionUse>> Confirm(this AuraDb db, string reference, CancellationToken cancellation, long? promotion = null)
    {
        var uses = await Turn(db, reference, promotion, UseState.Reserved, UseState.Confirmed, cancellation);
        foreach (var use in uses)
        {
            await Shift(db, use, -1, 1, cancellation);
            await EndIfUsedUp(db, use.PromotionId, cancellation);
        }

        return uses;
    }

    /// <summary>The uses of a reference are made for good, and who follows coupons hears of it.</summary>
    internal static async Task ConfirmNow(this AuraDb db, string reference, CancellationToken cancellation)
    {
        foreach (var use in await db.Confirm(reference, cancellation))
            await db.TellOfCoupon(use, cancellation);
    }

    /// <summary>Gives back what a reference used or reserved: an order did not come about, or was cancelled.</summary>
    /// <inheritdoc cref="Confirm" path="/param[@name='promotion']"/>
    public static async Task GiveBack(this AuraDb db, string reference, CancellationToken cancellation, long? promotion = null)
    {
        foreach (var use in await Turn(db, reference, promotion, UseState.Reserved, UseState.Released, cancellation))
        {
            await Forget(db, use, cancellation);
            await Shift(db, use, -1, 0, cancellation);
        }

        foreach (var use in await Turn(db, reference, promotion, UseState.Confirmed, UseState.RolledBack, cancellation))
        {
            await Forget(db, use, cancellation);
            await Shift(db, use, 0, -1, cancellation);
            (await db.Promotions.FirstOrDefaultAsync(p => p.Id == use.PromotionId && p.EndReason == Promotion.UsedUp, cancellation))?.Reopen(db.Now);
        }
    }

    /// <summary>Gives a reservation back when its time is over and nothing has come of it.</summary>
    public static Task GiveBackExpired(this AuraDb db, long useId, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        if (await db.PromotionUses.AsNoTracking().FirstOrDefaultAsync(u => u.Id == useId && u.State == UseState.Reserved && u.ExpiresAt <= db.Now, cancellation) is { } use)
            await db.GiveBack(use.Reference, cancellation, use.PromotionId);
        await db.SaveChangesAsync(cancellation);
    }, cancellation);

    /// <returns>The stripe to count in; null where the use is made already.</returns>
    private static async Task<short?> Enter(AuraDb db, Claim claim, UseState state, DateTime now, CancellationToken cancellation)
    {
        var limited = await db.Promotions.AnyAsync(p => p.Id == claim.PromotionId && (p.MaxUses != null || p.Budget != null), cancellation);
        var stripe = StripeOf(limited);
        var entered = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO promotion_uses (tenant_id, id, promotion_id, coupon_id, order_id, reference, customer_id, customer_key, stripe, state,
              discount, revenue, currency, expires_at, created_at, updated_at)
            VALUES ({db.Tenant}, nextval('ids'), {claim.PromotionId}, {claim.CouponId}, {claim.OrderId}, {claim.Reference}, {claim.CustomerId},
              {claim.CustomerKey}, {stripe}, {Words<UseState>.Of(state)}, {claim.Discount.Minor}, {claim.Revenue}, {claim.Discount.Currency.Code}, {claim.ExpiresAt}, {now}, {now})
            ON CONFLICT (tenant_id, reference, promotion_id) WHERE state IN ('reserved', 'confirmed') DO NOTHING
            """, cancellation);
        return entered == 1 ? stripe : null;
    }

    /// <summary>Where uses of a promotion are counted; one without a limit spreads them.</summary>
    internal static short StripeOf(bool limited) => (short)(limited ? 0 : Random.Shared.Next(PromotionCounter.Stripes));

    private static async Task Count(AuraDb db, Claim claim, short stripe, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO promotion_counters VALUES ({db.Tenant}, {claim.PromotionId}, {stripe}, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING
            """, cancellation);
        await Demand(db, claim, "promotion_exhausted", $"""
            UPDATE promotion_counters c SET reserved = c.reserved + 1, held = c.held + {claim.Discount.Minor}
            FROM promotions p
            WHERE c.tenant_id = {db.Tenant} AND c.promotion_id = {claim.PromotionId} AND c.stripe = {stripe}
              AND p.tenant_id = c.tenant_id AND p.id = c.promotion_id AND p.status = 'active' AND p.starts_at <= {db.Now} AND p.ends_at > {db.Now}
              AND (p.max_uses IS NULL OR p.max_uses > c.reserved + c.used + coalesce((SELECT sum(o.reserved + o.used) FROM promotion_counters o
                WHERE o.tenant_id = c.tenant_id AND o.promotion_id = c.promotion_id AND o.stripe <> c.stripe), 0))
              AND (p.budget IS NULL OR p.budget >= {claim.Discount.Minor} + c.held + c.spent + coalesce((SELECT sum(o.held + o.spent) FROM promotion_counters o
                WHERE o.tenant_id = c.tenant_id AND o.promotion_id = c.promotion_id AND o.stripe <> c.stripe), 0))
            """, cancellation);
        if (claim.CouponId is { } coupon)
            await Demand(db, claim, "coupon_exhausted", $"""
                UPDATE coupons SET reserved = reserved + 1
                WHERE tenant_id = {db.Tenant} AND id = {coupon} AND enabled AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > {db.Now})
                  AND (max_uses IS NULL OR reserved + used < max_uses)
                """, cancellation);
    }

    private static async Task CountCustomer(AuraDb db, Claim claim, CancellationToken cancellation)
    {
        if (claim.CustomerKey is null)
            return;
        await CountCustomer(db, claim, 0, await db.Promotions.Where(p => p.Id == claim.PromotionId).Select(p => p.MaxUsesPerCustomer).SingleAsync(cancellation), cancellation);
        if (claim.CouponId is not null)
            await CountCustomer(db, claim, claim.CouponId.Value, await db.Coupons.Where(c => c.Id == claim.CouponId).Select(c => c.MaxUsesPerCustomer).SingleAsync(cancellation), cancellation);
    }

    private static Task CountCustomer(AuraDb db, Claim claim, long coupon, int? most, CancellationToken cancellation) => Demand(db, claim, "customer_limit_reached", $"""
        INSERT INTO promotion_customers AS c (tenant_id, promotion_id, coupon_id, customer_key, uses)
        VALUES ({db.Tenant}, {claim.PromotionId}, {coupon}, {claim.CustomerKey}, 1)
        ON CONFLICT (tenant_id, promotion_id, coupon_id, customer_key) DO UPDATE SET uses = c.uses + 1 WHERE {most}::int IS NULL OR c.uses < {most}
        """, cancellation);

    private static async Task Demand(AuraDb db, Claim claim, string code, FormattableString count, CancellationToken cancellation)
    {
        if (await db.Database.ExecuteSqlAsync(count, cancellation) == 0)
            throw Exhausted(code, claim.PromotionId, claim.CouponId);
    }

    internal static Refused Exhausted(string code, long promotion, long? coupon) =>
        Refused.Conflict(code, "The discount has just been used up. Look at the total again.", new { PromotionId = promotion, CouponId = coupon });

    /// <summary>Moves the uses of a reference from one state to another; what another transaction moved first stays as it is.</summary>
    private static async Task<List<PromotionUse>> Turn(AuraDb db, string reference, long? promotion, UseState from, UseState to, CancellationToken cancellation)
    {
        var (before, after) = (Words<UseState>.Of(from), Words<UseState>.Of(to));
        var uses = await db.PromotionUses.FromSql($"""
            UPDATE promotion_uses SET state = {after}, updated_at = {db.Now} WHERE tenant_id = {db.Tenant} AND reference = {reference} AND state = {before}
              AND ({promotion}::bigint IS NULL OR promotion_id = {promotion})
            RETURNING *
            """).IgnoreQueryFilters().AsNoTracking().ToListAsync(cancellation);
        return [.. uses.OrderBy(use => use.PromotionId)];
    }

    /// <summary>Moves the counts that a use is in: its promotion's with its amounts, and its coupon's.</summary>
    private static async Task Shift(AuraDb db, PromotionUse use, int reserved, int used, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"""
            UPDATE promotion_counters SET reserved = reserved + {reserved}, used = used + {used},
              held = held + {reserved * use.Discount}, spent = spent + {used * use.Discount}, revenue = revenue + {used * use.Revenue}
            WHERE tenant_id = {db.Tenant} AND promotion_id = {use.PromotionId} AND stripe = {use.Stripe}
            """, cancellation);
        if (use.CouponId is { } coupon)
            await db.Database.ExecuteSqlAsync($"""
                UPDATE coupons SET reserved = reserved + {reserved}, used = used + {used} WHERE tenant_id = {db.Tenant} AND id = {coupon}
                """, cancellation);
    }

    private static Task Forget(AuraDb db, PromotionUse use, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        UPDATE promotion_customers SET uses = uses - 1
        WHERE tenant_id = {db.Tenant} AND promotion_id = {use.PromotionId} AND coupon_id IN (0, {use.CouponId ?? 0}) AND customer_key = {use.CustomerKey}
        """, cancellation);

    private static async Task EndIfUsedUp(AuraDb db, long promotion, CancellationToken cancellation)
    {
        var usedUp = await db.Promotions.FirstOrDefaultAsync(p => p.Id == promotion && p.MaxUses != null && p.Status == PromotionStatus.Active &&
            p.Counters.Sum(c => c.Used) >= p.MaxUses, cancellation);
        if (usedUp is not null)
            db.End(usedUp, Promotion.UsedUp);
    }
}
