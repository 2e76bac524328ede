using System.Globalization;

namespace Aura.Promotions.Engine;

/// <summary>What became of a promotion, in a sentence for people.</summary>
public static class PromotionWords
{
    /// <summary><c>25% discount applied to eligible items</c></summary>
    public static string Applied(PromotionRule rule, PromotionEffect effect, Currency currency) => (rule.Type switch
    {
        PromotionType.FreeShipping when rule.Percent is null && rule.Amount is null && effect.CappedBy is null => "Free shipping applied",
        PromotionType.FreeShipping => $"{Of(effect.Amount, currency)} off shipping",
        PromotionType.Cashback => $"{Of(effect.Amount, currency)} cashback on eligible items",
        PromotionType.BuyOneGetOne when rule.BuyGet is { } terms => $"Buy {terms.Buy} get {terms.Get}: {Of(effect.Amount, currency)} off",
        _ when rule.Percent is { } percent => string.Create(CultureInfo.InvariantCulture, $"{percent:0.####}% discount applied to eligible items"),
        _ => $"{Of(effect.Amount, currency)} discount applied to eligible items",
    }) + effect.CappedBy switch
    {
        PromotionCap.MaximumDiscount => ", up to its maximum",
        PromotionCap.BudgetExceeded => ", up to what is left of its budget",
        PromotionCap.MaxCombinedPercent => ", up to what all promotions together may take off",
        PromotionCap.ExistingDiscounts => ", up to what other discounts leave",
        _ => "",
    };

    /// <param name="missing">As <see cref="PromotionMiss.Missing"/> says.</param>
    public static string Missed(PromotionReason reason, long? missing, Currency currency) => reason switch
    {
        PromotionReason.NotFound => "There is no such code",
        PromotionReason.NotActive => "The promotion is not active",
        PromotionReason.NotStarted => "The promotion has not started yet",
        PromotionReason.Expired => "The promotion is over",
        PromotionReason.WrongCurrency => $"The promotion is not for {currency.Code}",
        PromotionReason.NoEligibleItems => "No item is eligible",
        PromotionReason.BelowMinimum when missing is { } amount => $"Eligible items for {Of(amount, currency)} more are needed",
        PromotionReason.BelowMinimum => "The minimum is not reached",
        PromotionReason.NotEnoughItems => missing is > 1 ? $"{missing} more eligible items are needed" : "One more eligible item is needed",
        PromotionReason.SegmentMismatch => "The promotion is for other customers",
        PromotionReason.NotFirstPurchase => "The promotion is for first purchases",
        PromotionReason.CouponRequired => "The promotion needs a coupon",
        PromotionReason.WrongCustomer => "The coupon belongs to another customer",
        PromotionReason.ConditionsNotMet => "A condition of the coupon is not met",
        PromotionReason.MaxUsesReached => "The promotion has been used as often as it can be",
        PromotionReason.CustomerLimitReached => "The customer has used the promotion as often as possible",
        PromotionReason.BudgetExceeded => "The budget of the promotion is spent",
        PromotionReason.OtherVariant => "The promotion is being tested with other customers",
        PromotionReason.ExcludedByStacking => "It cannot be combined with another promotion that applies",
        PromotionReason.AlreadyApplied => "Another coupon has brought this promotion already",
        PromotionReason.NoShipping => "Nothing is charged for shipping",
        _ => "There is nothing left to discount",
    };

    private static string Of(long minor, Currency currency) =>
        $"{new Money(minor, currency).Amount.ToString($"F{currency.Exponent}", CultureInfo.InvariantCulture)} {currency.Code}";
}
