using Aura.Pricing;
using static Aura.Tests.Pricing.Carts;

namespace Aura.Tests.Pricing;

public sealed class PricingLimitsTests
{
    [Fact]
    public void A_line_beyond_the_limit_is_refused_and_does_not_wrap_around()
    {
        RefusedAt("Lines[0].Quantity", Cart(TaxRules.None, Line(1, long.MaxValue, int.MaxValue)));
        RefusedAt("Lines[1].Quantity", Cart(TaxRules.None, Line(1, 1), Line(2, PricedCart.MaxMinor + 1)));
    }

    [Fact]
    public void Lines_beyond_the_limit_together_are_refused() =>
        RefusedAt("Lines", Cart(TaxRules.None, Line(1, PricedCart.MaxMinor), Line(2, 1)));

    [Fact]
    public void A_weight_beyond_the_limit_is_refused() =>
        RefusedAt("Lines", Cart(TaxRules.None, Line(1, 0, int.MaxValue) with { Grams = int.MaxValue }));

    [Fact]
    public void The_largest_cart_with_the_highest_tax_is_priced_exactly()
    {
        var cart = Cart(German(false, Rate(1000)), Line(1, PricedCart.MaxMinor - 1), Line(2, 1));
        Assert.Equal(11 * PricedCart.MaxMinor, CartPricing.Price(cart).Total.Minor);
    }

    [Fact]
    public void The_largest_cart_splits_a_discount_exactly()
    {
        var cart = Cart(German(true, Rate(19)), Line(1, PricedCart.MaxMinor / 2), Line(2, PricedCart.MaxMinor / 2)).Less(new("o", "Coupon", PricedCart.MaxMinor - 1));
        Assert.Equal(1, CartPricing.Price(cart).Total.Minor);
    }

    [Fact]
    public void Taxes_beyond_a_thousand_percent_are_refused()
    {
        RefusedAt("Tax.Regions", Cart(German(false, Rate(1000.1m)), Line(1, 1)));
        RefusedAt("Tax.Regions", Cart(German(false, Rate(-1)), Line(1, 1)));
        RefusedAt("Tax.Regions", Cart(German(false, Rate(600), Rate(600)), Line(1, 1)));
    }

    [Fact]
    public void Another_currency_a_negative_price_and_no_quantity_are_refused()
    {
        RefusedAt("Lines[0].UnitPrice", Cart(TaxRules.None, Line(1, 100) with { UnitPrice = new(100, Currency.Usd) }));
        RefusedAt("Lines[0].UnitPrice", Cart(TaxRules.None, Line(1, -1)));
        RefusedAt("Lines[0].Quantity", Cart(TaxRules.None, Line(1, 1, quantity: 0)));
        RefusedAt("Lines[0].Grams", Cart(TaxRules.None, Line(1, 1) with { Grams = -1 }));
        RefusedAt("Lines[1].Id", Cart(TaxRules.None, Line(1, 1), Line(1, 1)));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(101, 0)]
    [InlineData(60, 41)]
    [InlineData(60, long.MaxValue)]
    public void Line_discounts_below_zero_or_above_the_line_are_refused(long first, long second) =>
        RefusedAt("Lines[0].Discounts", Cart(TaxRules.None, Line(1, 100) with { Discounts = [new("a", "A", first), new("b", "B", second)] }));

    [Fact]
    public void A_negative_order_discount_is_refused() =>
        Assert.Throws<Refused>(() => Cart(TaxRules.None, Line(1, 100)).Less(new("o", "Coupon", -1)));

    [Theory]
    [InlineData(-1)]
    [InlineData(PricedCart.MaxMinor + 1)]
    public void A_shipping_price_out_of_range_is_refused(long price) => RefusedAt("ShippingMethods", Cart(TaxRules.None, Line(1, 100)) with
    {
        ShippingMethods = [new("post", "Post", [new(["*"], [ShippingPrice.Flat(Currency.Eur, price)])])],
        ShippingMethod = "post",
    });

    [Fact]
    public void A_negative_shipping_discount_is_refused() => RefusedAt("ShippingDiscounts", Cart(TaxRules.None, Line(1, 100)) with
    {
        ShippingMethods = [new("post", "Post", [new(["*"], [ShippingPrice.Flat(Currency.Eur, 5)])])],
        ShippingMethod = "post",
        ShippingDiscounts = [new("s", "S", -1)],
    });

    private static void RefusedAt(string field, PricedCart cart)
    {
        var refused = Assert.Throws<Refused>(() => CartPricing.Price(cart));
        Assert.Equal((Refusal.Invalid, field), (refused.Kind, refused.Fields.Single().Field));
    }
}
