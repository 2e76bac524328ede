using Aura.Catalog;
using Aura.Persistence;
using Aura.Pricing;
using Aura.Shipping;
using Aura.Taxes;
using Microsoft.EntityFrameworkCore;

namespace Aura.Carts;

/// <summary>Looks up what the price of a basket depends on and prices it. The number of queries does not depend on its lines.</summary>
public sealed class BasketPricing(AuraDb db, ICartDiscounts discounts)
{
    /// <exception cref="Refused">422 when the amounts are more than a cart can hold.</exception>
    public async Task<PricedBasket> Price(Basket basket, CancellationToken cancellation)
    {
        var ids = basket.Lines.Select(line => line.VariantId).Distinct().ToList();
        var variants = await db.Variants.AsNoTracking().Include(v => v.Product).Where(v => ids.Contains(v.Id)).ToDictionaryAsync(v => v.Id, cancellation);
        var problems = new List<BasketProblem>();
        var cart = await Undiscounted(basket, Lines(basket, variants, problems), cancellation);
        var found = await discounts.Find(db, cart with { ShippingMethod = basket.ShippingMethod }, basket, cancellation);
        cart = Discounted(cart, found, problems);

        var quotes = CartPricing.Quote(cart);
        if (basket.ShippingMethod is { } chosen && cart.Lines.Any(line => line.RequiresShipping))
            cart = cart with { ShippingMethod = Offered(quotes, chosen, problems) };
        return new(basket, cart, CartPricing.Price(cart), quotes, variants, problems) { Given = found.Given, Tested = found.Tested, RefusedCoupons = found.Refused, Explained = found.Explained };
    }

    private async Task<PricedCart> Undiscounted(Basket basket, PricedLine[] lines, CancellationToken cancellation)
    {
        return new(basket.Currency, lines, await db.TaxRules(db.Caller.Settings, cancellation))
        {
            ShipTo = Place(basket.ShipTo),
            BillTo = Place(basket.BillTo),
            Customer = basket.CustomerId is null ? new() : await db.Customers.Where(c => c.Id == basket.CustomerId)
                .Select(c => new TaxCustomer(c.TaxExempt, c.TaxId)).FirstOrDefaultAsync(cancellation) ?? new(),
            ShippingMethods = await db.Offered(cancellation),
            ShippingMethod = basket.ShippingMethod,
        };
    }

    private static PricedLine[] Lines(Basket basket, Dictionary<long, Variant> variants, List<BasketProblem> problems)
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
