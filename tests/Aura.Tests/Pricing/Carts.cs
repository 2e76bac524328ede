using Aura.Pricing;
using FsCheck;
using FsCheck.Fluent;

namespace Aura.Tests.Pricing;

/// <summary>Carts for the tests of this folder: written by hand, and generated.</summary>
internal static class Carts
{
    public static readonly Destination Berlin = new("DE", PostalCode: "10115");

    public static TaxRate Rate(decimal percent, string category = TaxRate.Standard, string name = "VAT", string jurisdiction = "DE", bool compound = false) =>
        new(category, percent, name, jurisdiction, compound);

    public static TaxRules German(bool inclusive, params TaxRate[] rates) =>
        new([new("DE", rates)]) { PricesIncludeTax = inclusive, Home = Berlin, Union = ["DE", "FR", "NL"] };

    public static PricedLine Line(long id, long minor, int quantity = 1, string category = TaxRate.Standard) =>
        new(id, id + 100, id + 200, new(minor, Currency.Eur), quantity) { TaxCategory = category };

    public static PricedCart Cart(TaxRules tax, params PricedLine[] lines) => new(Currency.Eur, lines, tax) { ShipTo = Berlin };

    public static readonly Gen<PricedCart> Any = Ordered().Select(given => given.Cart.Less(given.Discounts));

    public static PricedCart Less(this PricedCart cart, OrderDiscount[] discounts) => discounts.Aggregate(cart, (left, discount) => left.Less(discount));

    /// <summary>Carts, and discounts on the order that are not yet taken off.</summary>
    public static Gen<(PricedCart Cart, OrderDiscount[] Discounts)> Ordered() =>
        from currency in Gen.Elements(Currency.Eur, Currency.Jpy, Currency.Of("KWD"))
        from count in Gen.Choose(0, 7)
        from different in Gen.ArrayOf(Lines(currency), count)
        from alike in Gen.Elements(true, false, false) // ties, which random prices hardly ever give
        let lines = alike ? different.Select(_ => different[0]) : different
        from tax in Rules
        from shipTo in Gen.Elements<Destination?>(null, Berlin, new("FR"), new("US", "CA", "94501"), new("US", "NY"), new("CH"))
        from billTo in Gen.Elements(null, Berlin, new("NL"))
        from customer in Gen.Frequency((6, Gen.Constant(new TaxCustomer())), (1, Gen.Constant(new TaxCustomer(true))), (1, Gen.Constant(new TaxCustomer(false, "FR123"))))
        from discounts in Gen.Choose(0, 3).SelectMany(many => Gen.ArrayOf(OrderDiscounts, many))
        from price in Property.Amounts(10_000)
        from shippingDiscount in Gen.Elements<long?>(null, 0, 1, 499, 100_000)
        select (new PricedCart(currency, [.. lines.Select((line, i) => line with { Id = i + 1 })], tax)
        {
            ShipTo = shipTo,
            BillTo = billTo,
            Customer = customer,
            ShippingMethods = [new("post", "Post", [new([ShippingZone.AnywhereElse], [ShippingPrice.Flat(currency, price)])])],
            ShippingMethod = shipTo is null ? null : "post",
            ShippingDiscounts = [new("ship", "Shipping", shippingDiscount)],
        }, discounts);

    private static readonly Gen<TaxRules> Rules =
        from inclusive in Gen.Elements(true, false)
        from standard in Gen.Elements(0m, 10m, 19m, 21m, 33.33m, 100m)
        from reduced in Gen.Elements(0m, 5.5m, 7m, 8.875m)
        select new TaxRules(
        [
            new("DE", [Rate(standard), Rate(reduced, "food")]),
            new("FR", [Rate(20), Rate(5.5m, "food"), Rate(2.1m, "zine")]) { ShippingTaxable = false },
            new("US", [Rate(6m, jurisdiction: "US-CA"), Rate(3.25m, jurisdiction: "Alameda"), Rate(0.5m, jurisdiction: "City", compound: true)])
                { State = "CA", PricesIncludeTax = false },
        ])
        { PricesIncludeTax = inclusive, Home = Berlin, Union = ["DE", "FR", "NL"] };

    private static Gen<PricedLine> Lines(Currency currency) =>
        from price in Property.Amounts(99_999)
        from quantity in Gen.Frequency((2, Gen.Choose(1, 5)), (1, Gen.Choose(1, 1000)))
        from category in Gen.Elements("standard", "food", "zine")
        from taxable in Gen.Frequency((5, Gen.Constant(true)), (1, Gen.Constant(false)))
        from shipped in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
        from percent in Gen.Frequency((2, Gen.Constant(0)), (2, Gen.Choose(0, 100)), (1, Gen.Constant(100)))
        let off = price * quantity * percent / 100
        select new PricedLine(0, 1, 1, new(price, currency), quantity)
        {
            Grams = quantity,
            TaxCategory = category,
            Taxable = taxable,
            RequiresShipping = shipped,
            Discounts = [new("a", "Sale", off / 2), new("b", "Bundle", off - off / 2)],
        };

    private static readonly Gen<OrderDiscount> OrderDiscounts =
        from amount in Property.Amounts(1_000_000)
        from some in Gen.Elements(true, false)
        from lines in Gen.ArrayOf(Gen.Choose(1, 7).Select(id => (long)id), 3)
        select new OrderDiscount("o", "Coupon", amount) { LineIds = some ? lines : null };
}
