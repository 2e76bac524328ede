namespace Aura.Pricing;

/// <summary>The price of a cart: discounts, shipping, tax, in this order.</summary>
/// <remarks>Tax is rounded per line and not per unit or per order, because a line is what an invoice states, what is returned,
/// and what does not drift as the quantity grows: the error of a line is at most half a minor unit whatever its quantity.
/// Always, exactly: subtotal − discounts + shipping − shipping discount + tax that is not in the prices = total.</remarks>
public static class CartPricing
{
    /// <exception cref="Refused">422: an amount, quantity, currency or rate is out of range (<see cref="PricedCart.MaxMinor"/>), or
    /// <c>shipping_method_unavailable</c> when the chosen method is not among those that <see cref="Quote"/> offers.</exception>
    public static CartTotals Price(PricedCart cart)
    {
        var lines = DiscountedLine.Of(cart);
        return new(cart.Currency, [.. lines.Select(line => line.Totals())], Ship(cart, lines));
    }

    /// <summary>All methods with their prices for this cart, or why they are not offered.</summary>
    /// <exception cref="Refused">422 as for <see cref="Price"/>.</exception>
    public static ShippingQuote[] Quote(PricedCart cart) =>
        ShippingQuote.Quote(cart.ShippingMethods, ParcelOf(cart, DiscountedLine.Of(cart)));

    private static Parcel ParcelOf(PricedCart cart, DiscountedLine[] lines)
    {
        var shipped = lines.Where(line => line.Line.RequiresShipping).ToArray();
        return new(cart.Currency, cart.ShipTo ?? cart.BillTo, shipped.Sum(line => (long)line.Line.Quantity),
            shipped.Sum(line => (long)line.Line.Grams * line.Line.Quantity), shipped.Sum(line => line.Remaining));
    }

    private static ShippingTotals? Ship(PricedCart cart, DiscountedLine[] lines)
    {
        var parcel = ParcelOf(cart, lines);
        if (cart.ShippingMethod is null || parcel.Items == 0)
            return null;

        if (Chosen(cart, parcel) is not { Price: { } price } quote)
            throw Refused.Rule("shipping_method_unavailable", "Choose one of the offered shipping methods.");

        var (shares, remaining) = DiscountShipping(price, cart.ShippingDiscounts);
        var (net, tax, gross, taxes) = new TaxPlace(cart.Tax, parcel.To, cart.Customer).ForShipping().Divide(remaining.Minor, cart.Currency);
        return new(quote.Code, quote.Name, price, price - remaining, net, tax, gross, shares, taxes, quote.MinDays, quote.MaxDays);
    }

    /// <summary>The price of the chosen method for what is left of the lines, before its discounts; null where there is none.</summary>
    internal static Money? ShippingPrice(PricedCart cart, DiscountedLine[] lines)
    {
        var parcel = ParcelOf(cart, lines);
        return cart.ShippingMethod is null || parcel.Items == 0 ? null : Chosen(cart, parcel)?.Price;
    }

    private static ShippingQuote? Chosen(PricedCart cart, Parcel parcel) =>
        ShippingQuote.Quote(cart.ShippingMethods.Where(method => method.Code == cart.ShippingMethod), parcel).FirstOrDefault();

    private static (List<DiscountShare> Shares, Money Remaining) DiscountShipping(Money price, IReadOnlyList<ShippingDiscount> discounts)
    {
        var remaining = price.Minor;
        var shares = new List<DiscountShare>();
        foreach (var discount in discounts)
        {
            if (discount.Amount < 0)
                throw Refused.Invalid("ShippingDiscounts", "A discount is zero or more.");
            var amount = Math.Min(discount.Amount ?? remaining, remaining);
            remaining -= amount;
            if (amount > 0)
                shares.Add(new(discount.SourceId, discount.Label, DiscountScope.Shipping, amount));
        }

        return (shares, new(remaining, price.Currency));
    }
}
