using Aura.Promotions.Engine;

namespace Aura.Promotions;

public static class PromotionReasons
{
    /// <summary>Whether a code with this outcome may stay in a cart: another cart, or the next step, may make it good.</summary>
    public static bool IsHarmless(this PromotionReason reason) => reason is
        PromotionReason.ExcludedByStacking or PromotionReason.AlreadyApplied or PromotionReason.NoShipping or PromotionReason.NothingLeftToDiscount;

    /// <summary>For people, about a code.</summary>
    public static string Say(this PromotionReason reason, CouponOutcome coupon) => reason switch
    {
        PromotionReason.NotFound => $"There is no coupon {coupon.Code}.",
        PromotionReason.NotActive => $"The coupon {coupon.Code} is not active.",
        PromotionReason.NotStarted => $"The coupon {coupon.Code} is not valid yet.",
        PromotionReason.Expired => $"The coupon {coupon.Code} has expired.",
        PromotionReason.WrongCurrency => $"The coupon {coupon.Code} is for another currency.",
        PromotionReason.NoEligibleItems => $"The coupon {coupon.Code} is for other goods.",
        PromotionReason.BelowMinimum => $"The order is too small for the coupon {coupon.Code}.",
        PromotionReason.NotEnoughItems => $"There are too few items for the coupon {coupon.Code}.",
        PromotionReason.SegmentMismatch or PromotionReason.WrongCustomer => $"The coupon {coupon.Code} is not for this customer.",
        PromotionReason.NotFirstPurchase => $"The coupon {coupon.Code} is for a first purchase.",
        PromotionReason.MaxUsesReached => $"The coupon {coupon.Code} is used up.",
        PromotionReason.CustomerLimitReached => $"This customer has used the coupon {coupon.Code} already.",
        PromotionReason.BudgetExceeded => $"The offer behind the coupon {coupon.Code} is used up.",
        PromotionReason.ExcludedByStacking => $"Another offer is better than the coupon {coupon.Code}, and they do not add up.",
        PromotionReason.AlreadyApplied => $"What the coupon {coupon.Code} gives is given already.",
        PromotionReason.NoShipping => $"The coupon {coupon.Code} takes effect when shipping is chosen.",
        PromotionReason.NothingLeftToDiscount => $"There is nothing left for the coupon {coupon.Code} to take off.",
        _ => $"The coupon {coupon.Code} does not apply.",
    };
}
