using Aura.Accounts;
using Aura.Carts;
using Aura.Persistence;
using Aura.Pricing;
using Aura.Promotions.AbTests;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>Promotions and coupons in the store's own checkout.</summary>
public sealed class StoreDiscounts(PromotionShelf shelf) : ICartDiscounts
{
    public async Task<CartDiscounts> Find(AuraDb db, PricedCart cart, Basket basket, StoreVersions versions, CancellationToken cancellation)
    {
        var compiled = await shelf.Of(db, versions, cancellation);
        if (compiled.Promotions.Count == 0 && compiled.Tests.Count == 0 && basket.Coupons.Count == 0)
            return CartDiscounts.None;
        var tested = await db.Tested(compiled, basket, cancellation);
        var facts = await db.Facts(compiled, cart, basket, cancellation);
        var outcome = compiled.Set.Evaluate(compiled.Tests.Count == 0 ? facts : facts with { Withheld = compiled.Withheld(tested) },
            Options(db) with { Explain = basket.Explain, Everything = basket.Explain });
        return new(outcome.LineDiscounts(), outcome.ShippingDiscounts(), [.. outcome.Coupons.Where(coupon => !coupon.Applied).Select(coupon => Refusal(coupon, cart.Currency))])
        {
            Given = [.. outcome.Effects.Select(effect => new GivenDiscount(effect.PromotionId, effect.CouponId, effect.Amount, effect.Phase == PromotionPhase.Cashback)
            {
                IsLimited = effect.CouponId is not null || compiled.Promotions[effect.PromotionId].IsLimited,
            })],
            Tested = tested,
            Explained = basket.Explain ? outcome.Explained(compiled) : [],
        };
    }

    /// <summary>What the store decided for all of its promotions.</summary>
    public static PromotionOptions Options(AuraDb db) => new()
    {
        Exclusivity = db.Caller.Settings.PromotionContest == PromotionContest.Priority ? Exclusivity.Priority : Exclusivity.Best,
        MaxCombinedPercent = db.Caller.Settings.MaxCombinedDiscountPercent,
    };

    public async Task Claim(AuraDb db, long orderId, PricedBasket basket, bool forGood, CancellationToken cancellation)
    {
        if (basket.Given.Count == 0 && basket.Tested.Count == 0)
            return;
        var currency = basket.Totals.Currency;
        var revenue = (basket.Totals.Subtotal - basket.Totals.DiscountTotal).Minor;
        var reference = Promotions.Claim.ForOrder(orderId);
        foreach (var arm in basket.Tested)
            await db.Note(arm, new(reference, orderId, revenue, basket.Given.Where(given => given.PromotionId == arm.PromotionId).Sum(given => given.Amount)), cancellation);
        var claims = basket.Given.Where(given => given.Amount > 0).Select(given => new Claim(reference, given.PromotionId, given.CouponId, new(given.Amount, currency), revenue)
        {
            OrderId = orderId,
            CustomerId = basket.Basket.CustomerId,
            CustomerKey = CustomerKey.Of(db.Caller.TenantId, basket.Basket.Email),
        });
        if (basket.Given.All(given => !given.IsLimited))
        {
            db.ClaimLater(claims, forGood);
            return;
        }

        await db.Reserve(claims, cancellation);
        if (forGood)
            await db.ConfirmNow(reference, cancellation);
    }

    public Task Confirm(AuraDb db, long orderId, CancellationToken cancellation) => db.ConfirmNow(Promotions.Claim.ForOrder(orderId), cancellation);

    public IHeldDiscounts Ask(AuraDb db, Reading reading, long orderId)
    {
        var held = new OrderUsesHeld(db, orderId);
        held.Ask(reading);
        return held;
    }

    public IHeldDiscounts? Known(AuraDb db, long orderId, PricedBasket basket) =>
        basket.Tested.Count > 0 || basket.Given.Any(given => given.IsLimited) ? null : new OrderUsesKnown(db, orderId, basket.Given.Count(given => given.Amount > 0));

    public Task Reclaim(AuraDb db, long orderId, CancellationToken cancellation) => db.Reclaim(orderId, cancellation);

    public Task Release(AuraDb db, long orderId, CancellationToken cancellation) => db.GiveBack(Promotions.Claim.ForOrder(orderId), cancellation);

    private static RefusedCoupon Refusal(CouponOutcome coupon, Currency currency)
    {
        var reason = coupon.Reason!.Value; // it is not applied, so there is one
        return new(coupon.Code, $"coupon_{Words<PromotionReason>.Of(reason)}", $"Coupon {coupon.Code}: {PromotionWords.Missed(reason, coupon.Missing, currency)}.", reason.IsHarmless());
    }
}
