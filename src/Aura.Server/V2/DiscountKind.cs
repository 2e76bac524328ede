using Aura.Promotions;
using Aura.Promotions.Engine;

namespace Aura.Server.V2;

/// <summary>What a coupon or an automatic discount takes off.</summary>
public enum DiscountKind
{
    Percentage,
    /// <summary>An amount in minor units.</summary>
    FixedAmount,
    FreeShipping,
    /// <summary>Buy so many, get so many more.</summary>
    BuyXGetY,
    /// <summary>By the value of the order; made at /api/v1.</summary>
    Tiered,
    /// <summary>Comes back as credit; made at /api/v1.</summary>
    Cashback,
}

internal static class DiscountKinds
{
    /// <summary>The terms with a kind and an amount as this dialect writes them: percent, or minor units.</summary>
    /// <exception cref="Refused">422 for a kind that is made elsewhere, and an amount that is missing or no whole number of minor units.</exception>
    public static PromotionTerms Of(this PromotionTerms terms, DiscountKind kind, decimal? amount)
    {
        var (type, how) = kind switch
        {
            DiscountKind.Percentage => (PromotionType.PercentageDiscount, DiscountType.Percentage),
            DiscountKind.FixedAmount => (PromotionType.FixedAmountDiscount, DiscountType.FixedAmount),
            DiscountKind.FreeShipping => (PromotionType.FreeShipping, DiscountType.FreeShipping),
            DiscountKind.BuyXGetY => (PromotionType.BuyOneGetOne, DiscountType.Bogo),
            _ => throw Refused.Invalid("Type", "Such promotions are made at /api/v1/promotions."),
        };
        if (amount is null && kind is DiscountKind.Percentage or DiscountKind.FixedAmount)
            throw Refused.Invalid("Amount", "Is required.");
        return terms with { Type = type, DiscountType = how, DiscountValue = kind == DiscountKind.FixedAmount ? Major(amount!.Value, terms.Currency, "Amount") : amount ?? 0 }; // just asked
    }

    public static DiscountKind KindOf(Promotion promotion) => promotion.Type switch
    {
        PromotionType.PercentageDiscount => DiscountKind.Percentage,
        PromotionType.FixedAmountDiscount => DiscountKind.FixedAmount,
        PromotionType.FreeShipping => DiscountKind.FreeShipping,
        PromotionType.BuyOneGetOne => DiscountKind.BuyXGetY,
        PromotionType.TieredDiscount => DiscountKind.Tiered,
        _ => DiscountKind.Cashback,
    };

    /// <summary>Percent, or minor units.</summary>
    public static decimal AmountOf(Promotion promotion) => promotion.DiscountType == DiscountType.FixedAmount
        ? Money.Of(promotion.DiscountValue, promotion.Currency).Minor
        : promotion.DiscountValue;

    /// <exception cref="Refused">422 for a fraction of a minor unit, or more than an amount may be.</exception>
    public static decimal Major(decimal minor, Currency currency, string field) =>
        minor == decimal.Truncate(minor) && minor <= long.MaxValue ? new Money((long)minor, currency).Amount : throw Refused.Invalid(field, "Is a whole number of minor units.");

    public static decimal? Major(long? minor, Currency currency) => minor is { } amount ? new Money(amount, currency).Amount : null;
}
