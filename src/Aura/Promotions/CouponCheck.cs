using Aura.Persistence;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>A coupon with all that decides about it, read together.</summary>
/// <param name="Uses">Of its promotion, reserved ones among them.</param>
/// <param name="Spent">Of the budget of its promotion, in minor units, what is held for orders among it.</param>
/// <param name="CustomerId">Who wants to use it; null: nobody said.</param>
/// <param name="CustomerKey">See <see cref="Promotions.CustomerKey"/>. A customer whom the store does not have is told by the number.</param>
public sealed record FoundCoupon(Coupon Coupon, Promotion Promotion, long Uses, long Spent, long? CustomerId, string? CustomerKey)
{
    /// <summary>It is a customer of the store who wants to use it.</summary>
    public bool IsCustomer { get; init; }

    /// <summary>The order for which it is tried is one of the store.</summary>
    public bool IsOrder { get; init; }
}

/// <summary>What a coupon is wanted for, as far as it is known.</summary>
public sealed record CouponBasket
{
    /// <summary>What the eligible goods are worth, in minor units, where <see cref="Items"/> do not tell; null: unknown.</summary>
    public long? Amount { get; init; }

    public IReadOnlyList<OfferedItem>? Items { get; init; }

    /// <summary>The products that are bought, where <see cref="Items"/> do not tell; null: unknown.</summary>
    public IReadOnlyList<long>? Products { get; init; }

    /// <summary>The price of shipping in minor units.</summary>
    public long? Shipping { get; init; }

    internal long? Worth => Items?.Sum(item => item.UnitPrice.Minor * item.Quantity) ?? Amount;
}

/// <param name="Reason">Why it cannot be used; null: it can.</param>
/// <param name="Discount">What it gives; null: that depends on what is not known.</param>
/// <param name="Text">A sentence for people.</param>
public sealed record CouponVerdict(PromotionReason? Reason, Money? Discount, PromotionCap? CappedBy, string Text)
{
    public bool IsValid => Reason is null;
}

/// <summary>Says whether a coupon can be used, and what it gives. Consumes nothing.</summary>
public static class CouponCheck
{
    /// <summary>Stands for an amount that nobody named: large enough for any tier, and what comes of it is not told.</summary>
    private const long Notional = 1_000_000_00;

    /// <param name="counted">What the customer has used counts too; otherwise the statements that count it decide about that.</param>
    public static async Task<CouponVerdict> Judge(this AuraDb db, FoundCoupon found, CouponBasket basket, CancellationToken cancellation, bool counted = true)
    {
        var (coupon, promotion) = (found.Coupon, found.Promotion);
        var (ofCoupon, ofPromotion) = counted ? await db.UsesBy(found, cancellation) : default;
        var reason = coupon.RefusalFor(found.CustomerId, ofCoupon, db.Now) ?? promotion.StatusAt(db.Now) switch
        {
            PromotionStatus.Expired => PromotionReason.Expired,
            PromotionStatus.Ended when promotion.EndReason == Promotion.UsedUp => PromotionReason.MaxUsesReached,
            not PromotionStatus.Active => PromotionReason.NotActive,
            _ when found.Uses >= promotion.MaxUses => PromotionReason.MaxUsesReached,
            _ when ofPromotion >= promotion.MaxUsesPerCustomer => PromotionReason.CustomerLimitReached,
            _ when promotion.Products.Length > 0 && basket.Products is { } products && !products.Intersect(promotion.Products).Any() => PromotionReason.NoEligibleItems,
            _ => (PromotionReason?)null,
        };
        return reason is { } refusal
            ? new(refusal, null, null, CouponWords.Of(refusal) ?? PromotionWords.Missed(refusal, null, promotion.Currency))
            : await db.Worth(found, basket, cancellation);
    }

    /// <summary>The engine's answer.</summary>
    private static async Task<CouponVerdict> Worth(this AuraDb db, FoundCoupon found, CouponBasket basket, CancellationToken cancellation)
    {
        var promotion = found.Promotion;
        var rule = promotion.ToRule() with { BudgetLeft = promotion.Budget is { } budget ? Math.Max(0, budget - found.Spent) : null };
        var known = basket.Items is not null || basket.Amount is not null && !promotion.AsksForUnits();
        if (basket.Items is null)
            rule = rule with { Scope = PromotionScope.Everything, MinimumOrder = basket.Amount is null ? null : rule.MinimumOrder };
        var items = basket.Items is { } given ? await db.Places(given, cancellation)
            : [new SingleItem(0, new(Math.Max(basket.Amount ?? Notional, 0), promotion.Currency), known ? 1 : 1_000, [])];
        var discount = SinglePromotion.Calculate(rule, items, await db.Buyer(promotion, found.CustomerId, cancellation), 0, db.Now, basket.Shipping);
        return discount is { Applicable: false, Code: { } reason }
            ? new(reason, null, null, CouponWords.Of(reason) ?? discount.Reason)
            : new(null, known || promotion.Type == PromotionType.FreeShipping ? discount.Discount : null, discount.CappedBy, "Valid");
    }

    /// <summary>Whether an amount is not enough to say what it gives.</summary>
    private static bool AsksForUnits(this Promotion promotion) => promotion.Type == PromotionType.BuyOneGetOne || promotion.Details.MaxUnits is not null ||
        promotion.Details.Target == DiscountTarget.Items && promotion.DiscountType == DiscountType.FixedAmount;

    private static async Task<(int OfCoupon, int OfPromotion)> UsesBy(this AuraDb db, FoundCoupon found, CancellationToken cancellation)
    {
        if (found.CustomerKey is null || found.Coupon.MaxUsesPerCustomer is null && found.Promotion.MaxUsesPerCustomer is null)
            return (0, 0);
        long[] counted = [0, found.Coupon.Id];
        var uses = await db.PromotionCustomers.AsNoTracking()
            .Where(c => c.PromotionId == found.Promotion.Id && counted.Contains(c.CouponId) && c.CustomerKey == found.CustomerKey)
            .ToDictionaryAsync(c => c.CouponId, c => c.Uses, cancellation);
        return (uses.GetValueOrDefault(found.Coupon.Id), uses.GetValueOrDefault(0));
    }
}

/// <summary>Reasons as they sound for a coupon, where that is not how they sound for a promotion.</summary>
internal static class CouponWords
{
    public static string? Of(PromotionReason reason) => reason switch
    {
        PromotionReason.NotActive => "The coupon is not active",
        PromotionReason.NotStarted => "The coupon cannot be used yet",
        PromotionReason.Expired => "The coupon has expired",
        PromotionReason.MaxUsesReached => "The coupon has been used as often as it can be",
        PromotionReason.CustomerLimitReached => "The customer has used the coupon as often as possible",
        _ => null,
    };
}
