using Aura.Catalog;
using Aura.Persistence;
using Aura.Pricing;
using Aura.Shipping;
using Aura.Taxes;

namespace Aura.Carts;

/// <summary>Prices a basket, with all that its price depends on. The number of queries does not depend on its lines.</summary>
public sealed class BasketPricing(AuraDb db, ICartDiscounts discounts, TaxAreas taxes, DeliveryMethods deliveries)
{
    /// <exception cref="Refused">422 when the amounts are more than a cart can hold.</exception>
    public async Task<PricedBasket> Price(Basket basket, CancellationToken cancellation) => await Price(basket, await db.LookUp(new()
    {
        Variants = [.. basket.Lines.Select(line => line.VariantId)],
        CustomerId = basket.CustomerId,
    }, cancellation), cancellation);

    /// <param name="facts">As they were looked up for it.</param>
    /// <inheritdoc cref="Price(Basket, CancellationToken)"/>
    public async Task<PricedBasket> Price(Basket basket, BasketFacts facts, CancellationToken cancellation)
    {
        var problems = new List<BasketProblem>();
        var cart = await Undiscounted(basket, Lines(basket, facts.Variants, problems), facts, cancellation);
        var found = await discounts.Find(db, cart with { ShippingMethod = basket.ShippingMethod }, basket, facts.Versions, cancellation);
        cart = Discounted(cart, found, problems);

        var quotes = CartPricing.Quote(cart);
        if (basket.ShippingMethod is { } chosen && cart.Lines.Any(line => line.RequiresShipping))
            cart = cart with { ShippingMethod = Offered(quotes, chosen, problems) };
        return new(basket, cart, CartPricing.Price(cart), quotes, facts.Variants, problems)
        {
            Given = found.Given, Tested = found.Tested, RefusedCoupons = found.Refused, Explained = found.Explained,
        };
    }

    private async Task<PricedCart> Undiscounted(Basket basket, PricedLine[] lines, BasketFacts facts, CancellationToken cancellation)
    {
        return new(basket.Currency, lines, await taxes.Of(db, facts.Versions, cancellation))
        {
            ShipTo = Place(basket.ShipTo),
            BillTo = Place(basket.BillTo),
            Customer = basket.CustomerId is { } customer && facts.Customer?.Id == customer ? facts.Customer.Tax : new(),
            ShippingMethods = await deliveries.Offered(db, facts.Versions, cancellation),
            ShippingMethod = basket.ShippingMethod,
        };
    }

    private static PricedLine[] Lines(Basket basket, IReadOnlyDictionary<long, Variant> variants, List<BasketProblem> problems)
    {
        var lines = new List<PricedLine>(basket.Lines.Count);
        foreach (var (index, line) in basket.Lines.Index())
        {
            var variant = variants.GetValueOrDefault(line.VariantId);
            if (variant is null || !variant.IsOnSale())
                problems.Add(new("items", $"Items[{index}]", "item_unavailable", "This item is no longer sold.", line.Id));
            else if ((line.UnitPrice is { } own ? new Money(own, basket.Currency) : variant.PriceIn(basket.Currency)) is not { } price)
                problems.Add(new("items", $"Items[{index}]", "no_price_in_currency", $"This item has no price in {basket.Currency.Code}.", line.Id));
            else
                lines.Add(new(line.Id, variant.Id, variant.ProductId, price, line.Quantity)
                {
                    Grams = variant.Weight ?? variant.Product.Weight,
                    TaxCategory = variant.Product.TaxCategory,
                    Taxable = variant.Product.Taxable,
                    RequiresShipping = variant.Product.RequiresShipping,
                });
        }

        return [.. lines];
    }

    private static PricedCart Discounted(PricedCart cart, CartDiscounts found, List<BasketProblem> problems)
    {
        problems.AddRange(found.Refused.Where(coupon => !coupon.IsHarmless).Select(coupon => new BasketProblem("discounts", "Coupons", coupon.Reason, coupon.Message)));
        return cart with
        {
            Lines = [.. cart.Lines.Select(line => found.Lines.TryGetValue(line.Id, out var own) ? line with { Discounts = own } : line)],
            ShippingDiscounts = found.Shipping,
        };
    }

    private static string? Offered(ShippingQuote[] quotes, string chosen, List<BasketProblem> problems)
    {
        var quote = quotes.FirstOrDefault(quote => quote.Code == chosen);
        if (quote is { Offered: true })
            return chosen;
        // Without an address nothing is offered yet; the choice is kept and not wrong.
        if (quote is not { Reason: QuoteReason.NoAddress })
            problems.Add(new("shipping", "ShippingMethod", "shipping_method_unavailable",
                quote is null ? "There is no such shipping method." : $"The shipping method is not offered for this cart: {Words<QuoteReason>.Of(quote.Reason)}."));
        return null;
    }

    private static Destination? Place(Address? address) => address is null ? null : new(address.Country, address.State, address.Zip);
}
