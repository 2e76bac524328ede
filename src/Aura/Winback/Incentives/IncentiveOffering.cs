using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Incentives;

/// <summary>Decides for a journey what its customer is offered, and keeps what was decided, so that it can be learnt from.</summary>
internal static class IncentiveOffering
{
    /// <summary>Once for each journey. To be saved by the caller, with the cart's row locked.</summary>
    /// <param name="issue">Makes the coupon of a promotion.</param>
    /// <returns>The coupon's code; null where nothing is offered.</returns>
    public static async Task<string?> Decide(this AuraDb db, long rule, Journey journey, WatchedCart cart, Func<Promotion, Task<string>> issue, CancellationToken cancellation)
    {
        if (await db.IncentiveOffers.FirstOrDefaultAsync(o => o.JourneyId == journey.Id, cancellation) is { } made)
            return made.CouponCode;
        if (await db.Incentives.FirstOrDefaultAsync(i => i.Id == rule && i.Enabled, cancellation) is not { } incentive || cart.Currency != db.Caller.Currency || cart.Value == 0 ||
            !incentive.IsFor(await db.FactsOf(cart, cancellation)) || await db.WasOffered(incentive, cart, cancellation))
            return null;
        var worth = new Money(cart.Value, cart.Currency);
        var (level, weight, heldOut) = IncentiveDecision.Draw(incentive, await db.Evidence(incentive.Id, null, cancellation), worth.Amount, journey.Slot);
        var offer = IncentiveOffer.Of(incentive, journey.Id, cart.Id, cart.ShopperId, level, heldOut, weight, worth, db.Now);
        db.Add(offer);
        if (level == 0)
            return null;
        offer.Give(await issue(await db.PromotionOf(incentive, level, cancellation)));
        return offer.CouponCode;
    }

    /// <summary>Whether the customer was offered something not long ago, by whichever rule.</summary>
    private static Task<bool> WasOffered(this AuraDb db, Incentive incentive, WatchedCart cart, CancellationToken cancellation)
    {
        var since = db.Now.AddDays(-incentive.CooldownDays);
        return db.IncentiveOffers.AnyAsync(o => o.ShopperId == cart.ShopperId && o.ShopperId != null && o.Level > 0 && o.CreatedAt > since, cancellation);
    }

    private static async Task<Promotion> PromotionOf(this AuraDb db, Incentive incentive, decimal level, CancellationToken cancellation)
    {
        var known = incentive.PromotionIds[Array.IndexOf(incentive.Levels, level)];
        if (await db.Promotions.FirstOrDefaultAsync(p => p.Id == known, cancellation) is { } promotion && promotion.StatusAt(db.Now) == PromotionStatus.Active)
            return promotion;
        var name = FormattableString.Invariant($"{incentive.Name.Beginning(180)}: {level:0.##}");
        promotion = incentive.Type == IncentiveType.Percentage
            ? db.BeginOffer(name, PromotionType.PercentageDiscount, DiscountType.Percentage, level, incentive.MaxDiscount)
            : db.BeginOffer(name, PromotionType.FixedAmountDiscount, DiscountType.FixedAmount, level, null);
        incentive.Give(level, promotion.Id);
        return promotion;
    }
}
