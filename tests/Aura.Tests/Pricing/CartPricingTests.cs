using Aura.Pricing;
using static Aura.Tests.Pricing.Carts;

namespace Aura.Tests.Pricing;

/// <summary>Amounts worked out by hand.</summary>
public sealed class CartPricingTests
{
    [Fact]
    public void Ten_at_a_cent_bear_the_tax_of_ten_cents()
    {
        var totals = CartPricing.Price(Cart(German(false, Rate(10)), Line(1, 1, quantity: 10)));
        Assert.Equal((10, 1, 11), (totals.Subtotal.Minor, totals.TaxTotal.Minor, totals.Total.Minor));
    }

    [Fact]
    public void Three_lines_at_a_third_are_rounded_line_by_line()
    {
        var totals = CartPricing.Price(Cart(German(false, Rate(33.33m)), Line(1, 100), Line(2, 100), Line(3, 100)));
        Assert.Equal([33, 33, 33], totals.Lines.Select(line => line.Tax.Minor));
        Assert.Equal(399, totals.Total.Minor);
        Assert.All(totals.Lines, line => Assert.Equal(-0.33m, line.Taxes[0].Rounding));
    }

    [Fact]
    public void A_discount_on_three_equal_lines_gives_the_odd_cent_to_the_first()
    {
        var totals = CartPricing.Price(Cart(TaxRules.None, Line(3, 3333), Line(1, 3333), Line(2, 3333)).Less(new("o", "Coupon", 100)));
        Assert.Equal([(3, 33), (1, 34), (2, 33)], totals.Lines.Select(line => (line.LineId, line.Discount.Minor)));
        Assert.Equal(0.666667m, totals.Lines[1].Discounts[0].Rounding);
        Assert.Equal(9899, totals.Total.Minor);
    }

    [Fact]
    public void An_order_discount_is_shared_by_net_amount_among_tax_rates()
    {
        var cart = Cart(German(false, Rate(19), Rate(7, "food")), Line(1, 10_000), Line(2, 5_000, category: "food"));
        var totals = CartPricing.Price(cart.Less(new("o", "Ten off", 1_000)));
        Assert.Equal([(9_333, 1_773), (4_667, 327)], totals.Lines.Select(line => (line.Net.Minor, line.Tax.Minor)));
        Assert.Equal(16_100, totals.Total.Minor);
        Assert.Equal([TaxReason.StandardRate, TaxReason.ReducedRate], totals.Lines.Select(line => line.Taxes[0].Reason));
    }

    [Fact]
    public void With_tax_in_the_prices_the_shares_still_follow_the_net_amounts()
    {
        var cart = Cart(German(true, Rate(19), Rate(7, "food")), Line(1, 11_900), Line(2, 10_700, category: "food"));
        var totals = CartPricing.Price(cart.Less(new("o", "Twenty off", 2_000)));
        Assert.Equal([1_000, 1_000], totals.Lines.Select(line => line.Discount.Minor));
        Assert.Equal([1_740, 635], totals.Lines.Select(line => line.Tax.Minor));
        Assert.Equal((20_600, 2_375, 2_375), (totals.Total.Minor, totals.TaxTotal.Minor, totals.TaxIncluded.Minor));
    }

    [Fact]
    public void A_share_beyond_what_a_line_has_left_moves_to_the_others()
    {
        var cart = Cart(German(true, Rate(100), Rate(0, "food")), Line(1, 100, category: "food"), Line(2, 200));
        var totals = CartPricing.Price(cart.Less(new("o", "Much off", 250)));
        Assert.Equal([100, 150], totals.Lines.Select(line => line.Discount.Minor));
        Assert.Equal((50, 25), (totals.Total.Minor, totals.TaxTotal.Minor));
    }

    [Theory]
    [InlineData(12_100, 1, 2_100, 10_000)]
    [InlineData(999, 10, 1_734, 8_256)]
    [InlineData(1, 1, 0, 1)]
    [InlineData(3, 1, 1, 2)]
    public void Contained_tax_of_21_percent_is_gross_less_net(long price, int quantity, long tax, long net)
    {
        var totals = CartPricing.Price(Cart(German(true, Rate(21)), Line(1, price, quantity)));
        Assert.Equal((price * quantity, tax, net), (totals.Total.Minor, totals.TaxTotal.Minor, totals.Lines[0].Net.Minor));
    }

    [Theory]
    [InlineData("JPY", 105, 8, 113)] // 8.4 yen
    [InlineData("KWD", 1_250, 100, 1_350)]
    public void Tax_is_rounded_to_the_minor_unit_of_the_currency(string code, long price, long tax, long total)
    {
        var currency = Currency.Of(code);
        var totals = CartPricing.Price(new(currency, [new(1, 1, 1, new(price, currency), 1)], German(false, Rate(8))) { ShipTo = Berlin });
        Assert.Equal((tax, total), (totals.TaxTotal.Minor, totals.Total.Minor));
    }

    [Fact]
    public void Half_a_cent_of_tax_rounds_up() =>
        Assert.Equal(1, CartPricing.Price(Cart(German(false, Rate(10)), Line(1, 5))).TaxTotal.Minor);

    [Fact]
    public void State_and_county_share_the_tax_of_a_line_that_was_rounded_once()
    {
        var rules = German(false, Rate(6, name: "State", jurisdiction: "US-CA"), Rate(3.25m, name: "County", jurisdiction: "Alameda"));
        var line = CartPricing.Price(Cart(rules, Line(1, 999))).Lines[0];
        Assert.Equal(92, line.Tax.Minor); // 92.4075; apart they would be 60 and 32
        Assert.Equal([("US-CA", 60, 0.06m), ("Alameda", 32, -0.4675m)], line.Taxes.Select(tax => (tax.Jurisdiction, (int)tax.Amount, tax.Rounding)));
    }

    [Fact]
    public void Two_rates_that_would_both_round_up_are_rounded_once_together()
    {
        var line = CartPricing.Price(Cart(German(false, Rate(5), Rate(5)), Line(1, 10))).Lines[0];
        Assert.Equal([1, 0], line.Taxes.Select(tax => tax.Amount));
    }

    [Fact]
    public void A_compound_tax_is_charged_on_the_price_with_the_taxes_before_it()
    {
        var line = CartPricing.Price(Cart(German(false, Rate(5), Rate(9.5m, compound: true)), Line(1, 10_000))).Lines[0];
        Assert.Equal([500, 998], line.Taxes.Select(tax => tax.Amount)); // 997.5 on 10,500
        Assert.Equal(11_498, line.Gross.Minor);
    }

    [Fact]
    public void Order_discounts_follow_one_another_and_stop_at_nothing()
    {
        var totals = CartPricing.Price(Cart(TaxRules.None, Line(1, 3_000))
            .Less(new("a", "Sale", 2_000)).Less(new("b", "Voucher", long.MaxValue)).Less(new("c", "Late", 1)));
        Assert.Equal([("a", 2_000), ("b", 1_000)], totals.Lines[0].Discounts.Select(share => (share.SourceId, share.Amount)));
        Assert.Equal(0, totals.Total.Minor);
    }

    [Fact]
    public void An_order_discount_for_some_lines_leaves_the_others_alone()
    {
        var cart = Cart(TaxRules.None, Line(1, 1_000), Line(2, 1_000)).Less(new("o", "Coupon", 5_000) { LineIds = [2] });
        Assert.Equal([1_000, 0], CartPricing.Price(cart).Lines.Select(line => line.Gross.Minor));
    }

    [Fact]
    public void An_empty_cart_costs_nothing()
    {
        var totals = CartPricing.Price(Cart(German(true, Rate(19))).Less(new("o", "Coupon", 100)));
        Assert.Equal(Money.Zero(Currency.Eur), totals.Total);
        Assert.Empty(totals.Explain());
    }

    [Fact]
    public void Shipping_is_taxed_on_what_its_discount_left()
    {
        var cart = Cart(German(false, Rate(19), Rate(7, TaxRate.Shipping)), Line(1, 1_000)) with
        {
            ShippingMethods = [new("post", "Post", [new(["DE"], [ShippingPrice.Flat(Currency.Eur, 500)]) { MinDays = 1, MaxDays = 3 }])],
            ShippingMethod = "post",
            ShippingDiscounts = [new("s", "Two off", 200)],
        };
        var totals = CartPricing.Price(cart);
        Assert.Equal((500, 200, 300, 21), (totals.ShippingTotal.Minor, totals.ShippingDiscount.Minor, totals.Shipping?.Net.Minor, totals.Shipping?.Tax.Minor));
        Assert.Equal(1_190 + 321, totals.Total.Minor);

        var free = CartPricing.Price(cart with { ShippingDiscounts = [new("s", "Free shipping", null)] });
        Assert.Equal((500, 500, 1_190), (free.ShippingTotal.Minor, free.ShippingDiscount.Minor, free.Total.Minor));
    }

    [Fact]
    public void A_total_is_explained_line_by_line()
    {
        var cart = Cart(German(true, Rate(21)), Line(7, 999, quantity: 10)).Less(new("o", "Coupon", 90));
        Assert.Equal(
        [
            new(PriceKind.Line, 7, "10 x 9.99 EUR", 9_990, "unit_price"),
            new(PriceKind.Discount, 7, "Coupon", -90, "order_discount"),
            new(PriceKind.Tax, 7, "VAT 21 %", 1_718, "standard_rate", -0.18182m),
            new(PriceKind.TaxIncluded, 7, "VAT 21 %", -1_718, "price_includes_tax", 0.18182m),
        ], CartPricing.Price(cart).Explain().Select(entry => entry with { Rounding = Math.Round(entry.Rounding, 5) }));
    }
}
