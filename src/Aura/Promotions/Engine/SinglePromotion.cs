using Aura.Pricing;

namespace Aura.Promotions.Engine;

/// <summary>What one promotion by itself gives for some items: the engine with a single rule and no cart around it.</summary>
public static class SinglePromotion
{
    /// <param name="items">All in one currency; tax does not matter.</param>
    /// <param name="existingDiscounts">Minor units given elsewhere: they lower no base, and limit what is given besides.</param>
    /// <param name="now">UTC.</param>
    /// <param name="shipping">The price of shipping, where it is known.</param>
    /// <remarks>A coupon that the promotion asks for counts as presented. Free shipping without a price is applicable, and takes off nothing.</remarks>
    /// <exception cref="Refused">422 for a rule that makes no sense, and for items that no cart can hold.</exception>
    public static SingleDiscount Calculate(
        PromotionRule rule, IReadOnlyList<SingleItem> items, PromotionCustomer customer, long existingDiscounts, DateTime now, long? shipping = null)
    {
        if (existingDiscounts < 0)
            throw Refused.Invalid("ExistingDiscounts", "A discount is zero or more.");
        var currency = items.Count > 0 ? items[0].UnitPrice.Currency : rule.Currency ?? Currency.Usd;
        var cart = Cart(items, currency, shipping) with { Now = now, Customer = customer, ExistingDiscounts = existingDiscounts };
        var outcome = PromotionSet.Compile([rule with { RequiresCoupon = false, CanStack = true }]).Evaluate(cart, new() { Everything = true });
        var worth = new Money(items.Where(item => Matches(rule.Scope, item)).Sum(item => item.UnitPrice.Minor * item.Quantity), currency);
        var percent = rule.Percent ?? (rule.BuyGet is { Amount: null, Price: null } terms ? terms.Percent ?? 100 : null);
        var most = rule.MaximumDiscount is { } maximum ? new Money(maximum, currency) : (Money?)null;
        if (outcome.Effects is [var effect])
            return new(true, new(effect.Amount, currency), worth, percent, most, null, effect.CappedBy, PromotionWords.Applied(rule, effect, currency));

        var miss = outcome.NotApplied[0];
        var later = miss.Reason == PromotionReason.NoShipping;
        return new(later, Money.Zero(currency), worth, percent, most, later ? null : miss.Reason, null,
            later ? "Shipping will be free" : PromotionWords.Missed(miss.Reason, miss.Missing, currency));
    }

    private static PromotionCart Cart(IReadOnlyList<SingleItem> items, Currency currency, long? shipping)
    {
        var priced = new PricedCart(currency, [.. items.Select((item, i) => new PricedLine(i, 0, item.ProductId, item.UnitPrice, item.Quantity))], TaxRules.None);
        if (shipping is { } price)
            priced = priced with
            {
                ShipTo = new(""),
                ShippingMethod = "given",
                ShippingMethods = [new("given", "Shipping", [new([ShippingZone.AnywhereElse], [ShippingPrice.Flat(currency, price)])])],
            };
        return new(priced, items.Index().ToDictionary(pair => (long)pair.Index, pair => new PromotionLine(pair.Item.Categories, pair.Item.Brand)), default);
    }

    private static bool Matches(PromotionScope scope, SingleItem item) =>
        (scope.Products is not { Count: > 0 } products || products.Contains(item.ProductId)) &&
        (scope.Brands is not { Count: > 0 } brands || item.Brand is { } brand && brands.Contains(brand)) &&
        (scope.Categories is not { Count: > 0 } categories || item.Categories.Any(categories.Contains));
}

/// <param name="Categories">With all their ancestors.</param>
public sealed record SingleItem(long ProductId, Money UnitPrice, int Quantity, IReadOnlyList<long> Categories, long? Brand = null);

/// <param name="Discount">Off the items or the shipping, or credited as cashback.</param>
/// <param name="Base">What the eligible items are worth before any discount, in the promotion's scope.</param>
/// <param name="Percent">0 to 100, where the promotion is one.</param>
/// <param name="Code">Why it does not apply.</param>
/// <param name="CappedBy">What kept it from being more.</param>
/// <param name="Reason">A sentence for people.</param>
public sealed record SingleDiscount(
    bool Applicable, Money Discount, Money Base, decimal? Percent, Money? Maximum, PromotionReason? Code, PromotionCap? CappedBy, string Reason);
