using Aura.Promotions.Engine;

namespace Aura.Promotions;

public static class PromotionRules
{
    /// <summary>A promotion as the engine wants it. Its budget is what it had; how much is left is told with the cart.</summary>
    public static PromotionRule ToRule(this Promotion promotion) => new(promotion.Id, promotion.Name, promotion.Type)
    {
        Currency = promotion.Currency,
        Percent = Percent(promotion),
        Amount = Amount(promotion),
        StartsAt = promotion.StartsAt,
        EndsAt = promotion.EndsAt,
        MinimumOrder = promotion.MinimumOrder,
        MaximumDiscount = promotion.MaximumDiscount,
        Priority = promotion.Priority,
        CanStack = promotion.CanStack,
        Segments = promotion.Segments,
        Scope = new(promotion.Categories, promotion.Products),
        RequiresCoupon = promotion.IsForCoupons,
        FirstPurchaseOnly = promotion.Details.FirstPurchaseOnly,
        Target = promotion.Details.Target,
        DiscountBase = promotion.Details.DiscountBase,
        Retest = promotion.Details.Retest,
        MaxUnits = promotion.Details.MaxUnits,
        BudgetLeft = promotion.Budget,
        BuyGet = promotion.Type == PromotionType.BuyOneGetOne ? Bought(promotion) : null,
        Tiers = promotion.Type == PromotionType.TieredDiscount ? Tiers(promotion) : [],
        TierMode = promotion.Details.TierMode,
        TierBase = promotion.Details.TierBase,
    };

    private static bool IsAmount(Promotion promotion) => promotion.DiscountType == DiscountType.FixedAmount;

    private static long Minor(Promotion promotion) => Money.Of(promotion.DiscountValue, promotion.Currency).Minor;

    /// <summary>Goods that are got and shipping are free unless a value says how much of them is.</summary>
    private static decimal OrFree(Promotion promotion) => promotion.DiscountValue == 0 ? 100 : promotion.DiscountValue;

    private static decimal? Percent(Promotion promotion) => promotion.Type switch
    {
        _ when IsAmount(promotion) => null,
        PromotionType.PercentageDiscount or PromotionType.Cashback => promotion.DiscountValue,
        PromotionType.FreeShipping => OrFree(promotion),
        _ => null, // goods and tiers have their own
    };

    private static long? Amount(Promotion promotion) => promotion.Type switch
    {
        PromotionType.BuyOneGetOne or PromotionType.TieredDiscount => null,
        _ => IsAmount(promotion) ? Minor(promotion) : null,
    };

    private static BuyGet Bought(Promotion promotion)
    {
        var deal = promotion.Details.BuyGet ?? new BuyGet(1, 1);
        return deal is not { Percent: null, Amount: null, Price: null } ? deal
            : IsAmount(promotion) ? deal with { Amount = Minor(promotion) }
            : deal with { Percent = OrFree(promotion) };
    }

    private static IReadOnlyList<Tier> Tiers(Promotion promotion) => promotion.Details.Tiers is { Count: > 0 } tiers
        ? tiers
        : [IsAmount(promotion)
            ? new(promotion.MinimumOrder ?? 0) { Amount = Minor(promotion) }
            : new(promotion.MinimumOrder ?? 0) { Percent = promotion.DiscountValue }];
}
