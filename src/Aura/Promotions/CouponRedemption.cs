using Aura.Jobs;
using Aura.Orders;
using Aura.Persistence;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>Uses coupons up for shops that have a checkout of their own. The store's own checkout does it by <see cref="StoreDiscounts"/>.</summary>
public static partial class CouponRedemption
{
    /// <summary>Uses a coupon for good; for one order once, however often it is asked.</summary>
    /// <param name="order">In the store or elsewhere; null: a use like no other.</param>
    /// <exception cref="Refused">409 where the coupon cannot be used or its promotion was used for the order already, 422 where the order does
    /// not meet its conditions; the code is <c>coupon_</c> and the reason.</exception>
    public static async Task<UsedCoupon> Redeem(this AuraDb db, FoundCoupon found, CouponBasket basket, long? order, CancellationToken cancellation) =>
        await db.Judge(found, basket, cancellation, counted: db.CurrentTransaction is null) is { IsValid: true, Discount: { } discount } &&
        ClaimOf(found, order, null).Giving(discount, found, basket) is var claim &&
        await (db.CurrentTransaction is null ? db.RedeemTogether(found, claim) : db.RedeemAtOnce(found, claim, cancellation)) is { } used
            ? used
            : await db.RedeemInSteps(found, basket, order, cancellation);

    internal static async Task<UsedCoupon> RedeemInSteps(this AuraDb db, FoundCoupon found, CouponBasket basket, long? order, CancellationToken cancellation)
    {
        db.DemandAlone();
        var claim = await db.Prepare(found, basket, order, null, cancellation);
        return await db.InTransaction(async () =>
        {
            var use = await db.Settle(await db.Hold(claim, cancellation), cancellation);
            return new UsedCoupon(use, await db.Coupons.AsNoTracking().SingleAsync(c => c.Id == use.CouponId, cancellation)); // locked: with this use, and none after it
        }, cancellation);
    }

    /// <summary>Sets a use aside for a while.</summary>
    /// <inheritdoc cref="Redeem"/>
    public static async Task<PromotionUse> Reserve(
        this AuraDb db, FoundCoupon found, CouponBasket basket, long? order, TimeSpan length, CancellationToken cancellation)
    {
        var claim = await db.Prepare(found, basket, order, db.Now + length, cancellation);
        return await db.InTransaction(async () =>
        {
            var use = await db.Hold(claim, cancellation);
            if (use is { State: UseState.Reserved, ExpiresAt: { } at })
                GiveBackReservation.Remember(db, use.Id, at);
            await db.SaveChangesAsync(cancellation);
            return use;
        }, cancellation);
    }

    /// <summary>Makes a reservation a use for good.</summary>
    /// <exception cref="Refused">409 <c>reservation_over</c> after its time, or once it was given back.</exception>
    public static Task<PromotionUse> ConfirmUse(this AuraDb db, Id<PromotionUse> id, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var use = await db.CouponUses().Read(id, cancellation);
        return use.State == UseState.Confirmed || use.State == UseState.Reserved && !(use.ExpiresAt <= db.Now)
            ? await db.Settle(use, cancellation)
            : throw Refused.Conflict("reservation_over", "The reservation is over, and the use was given back.");
    }, cancellation);

    /// <summary>Gives a use back: reserved or made for good, for the order did not come about or was cancelled. Again, it changes nothing.</summary>
    public static Task<PromotionUse> ReleaseUse(this AuraDb db, Id<PromotionUse> id, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var use = await db.CouponUses().Read(id, cancellation);
        await db.GiveBack(use.Reference, cancellation, use.PromotionId);
        await db.SaveChangesAsync(cancellation);
        return await db.CouponUses().Read(id, cancellation);
    }, cancellation);

    /// <summary>Uses of coupons, other than those that an order of the store holds by itself.</summary>
    public static IQueryable<PromotionUse> CouponUses(this AuraDb db) => db.PromotionUses.Where(u => u.CouponId != null);

    /// <summary>How a use for an order is told from others; an order that the store has is linked.</summary>
    public static async Task<(string Reference, long? Own)> ReferenceOf(this AuraDb db, long? order, CancellationToken cancellation) =>
        order is not null && await db.Orders.AnyAsync(o => o.Id == order, cancellation)
            ? (Claim.ForOrder(order.Value), order) // just asked
            : (Claim.Elsewhere(order), null);

    /// <exception cref="Refused">409 or 422, as for <see cref="Redeem"/>.</exception>
    private static async Task<Claim> Prepare(
        this AuraDb db, FoundCoupon found, CouponBasket basket, long? order, DateTime? expiresAt, CancellationToken cancellation)
    {
        var claim = ClaimOf(found, order, expiresAt);
        if (order is not null && await db.Made(claim, cancellation) is not null)
            return claim;
        var verdict = await db.Judge(found, basket, cancellation);
        if (verdict.Reason is { } reason)
            throw Refusal(reason, verdict.Text);
        if (verdict.Discount is not { } discount)
            throw Refused.Invalid("OrderItems", "What this coupon gives depends on the items or the amount of the order.");
        return claim.Giving(discount, found, basket);
    }

    private static Claim ClaimOf(FoundCoupon found, long? order, DateTime? expiresAt) =>
        new(found.IsOrder && order is { } own ? Claim.ForOrder(own) : Claim.Elsewhere(order), found.Promotion.Id, found.Coupon.Id, Money.Zero(found.Promotion.Currency), 0)
        {
            OrderId = found.IsOrder ? order : null,
            CustomerId = found.IsCustomer ? found.CustomerId : null,
            CustomerKey = found.CustomerKey,
            ExpiresAt = expiresAt,
            Deliberate = true,
        };

    private static Claim Giving(this Claim claim, Money discount, FoundCoupon found, CouponBasket basket) =>
        claim with { Discount = discount, Revenue = Math.Max(0, (basket.Worth ?? 0) - (found.Promotion.Type == PromotionType.FreeShipping ? 0 : discount.Minor)) };

    private static async Task<PromotionUse> Hold(this AuraDb db, Claim claim, CancellationToken cancellation)
    {
        await db.Reserve([claim], cancellation);
        var use = await db.Made(claim, cancellation) ?? throw new InvalidOperationException($"{claim.Reference} was reserved and is not there.");
        return use.CouponId == claim.CouponId
            ? use
            : throw Refused.Conflict("coupon_already_applied", "The order has the promotion of this coupon already.");
    }

    private static async Task<PromotionUse> Settle(this AuraDb db, PromotionUse use, CancellationToken cancellation)
    {
        foreach (var made in await db.Confirm(use.Reference, cancellation, use.PromotionId))
            await db.TellOfCoupon(made, cancellation);
        await db.SaveChangesAsync(cancellation);
        return await db.CouponUses().Read(new Id<PromotionUse>(use.Id), cancellation);
    }

    private static Task<PromotionUse?> Made(this AuraDb db, Claim claim, CancellationToken cancellation) => db.PromotionUses.AsNoTracking().FirstOrDefaultAsync(
        u => u.Reference == claim.Reference && u.PromotionId == claim.PromotionId && (u.State == UseState.Reserved || u.State == UseState.Confirmed), cancellation);

    private static Refused Refusal(PromotionReason reason, string text) =>
        new(reason is PromotionReason.NotActive or PromotionReason.NotStarted or PromotionReason.Expired or PromotionReason.MaxUsesReached
            or PromotionReason.CustomerLimitReached or PromotionReason.BudgetExceeded ? Aura.Refusal.Conflict : Aura.Refusal.Invalid,
            $"coupon_{Words<PromotionReason>.Of(reason)}", $"{text}.");
}

/// <summary>Gives a reserved use back at its time, unless it was confirmed.</summary>
internal sealed class GiveBackReservation(AuraDb db) : IJobHandler
{
    public static string Kind => "coupons.give_back";

    public static void Remember(AuraDb db, long use, DateTime at) => db.Enqueue<GiveBackReservation>(new Payload(use), at, FormattableString.Invariant($"{use}"));

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        await db.GiveBackExpired(job.Read<Payload>().Use, cancellation);
        return null;
    }

    public sealed record Payload(long Use);
}
