using System.Text.Json;
using Aura.Pricing;
using static Aura.Tests.Pricing.Carts;

namespace Aura.Tests.Pricing;

public sealed class TaxRulesTests
{
    private static readonly TaxRules Europe = new(
    [
        new("DE", [Rate(19), Rate(7, "food"), Rate(0, "stamps")]),
        new("FR", [Rate(20, jurisdiction: "FR")]) { ShippingTaxable = false },
        new("US", [Rate(1, jurisdiction: "US")]),
        new("US", [Rate(6, jurisdiction: "CA")]) { State = "CA" },
        new("US", [Rate(9, jurisdiction: "CA-945")]) { State = "CA", PostalPrefix = "945" },
        new("US", [Rate(8, jurisdiction: "945")]) { PostalPrefix = "945" },
        new("US", [Rate(10, jurisdiction: "94501")]) { PostalPrefix = "94501" },
        new("NO", []),
    ])
    { Home = Berlin, Union = ["DE", "FR", "NL"] };

    [Theory]
    [InlineData("US", null, null, "US")]
    [InlineData("us", "ca", null, "CA")]
    [InlineData("US", "CA", "945-99", "CA-945")]
    [InlineData("US", "NV", "945 99", "945")]
    [InlineData("US", "CA", "94501", "94501")]
    [InlineData("US", "NY", "10001", "US")]
    public void The_most_specific_region_wins(string country, string? state, string? postalCode, string jurisdiction) =>
        Assert.Equal(jurisdiction, TaxOf(Line(1, 100), new(country, state, postalCode)).Jurisdiction);

    [Theory]
    [InlineData("standard", TaxReason.StandardRate, 19)]
    [InlineData("Food", TaxReason.ReducedRate, 7)]
    [InlineData("stamps", TaxReason.ZeroRated, 0)]
    [InlineData("unheard", TaxReason.StandardRate, 19)]
    public void The_category_decides_the_rate(string category, TaxReason reason, int rate)
    {
        var tax = TaxOf(Line(1, 100, category: category), Berlin);
        Assert.Equal((reason, rate), (tax.Reason, (int)tax.Rate));
    }

    [Fact]
    public void Each_zero_has_its_own_reason()
    {
        var line = Line(1, 100);
        Assert.Equal(TaxReason.NotTaxable, ZeroOf(line with { Taxable = false }, Berlin));
        Assert.Equal(TaxReason.ExemptCustomer, ZeroOf(line, Berlin, new(Exempt: true)));
        Assert.Equal(TaxReason.ReverseCharge, ZeroOf(line, new("FR"), new(VatId: "FR40303265045")));
        Assert.Equal(TaxReason.ReverseCharge, ZeroOf(line, new("nl"), new(VatId: "NL1")));
        Assert.Equal(TaxReason.Export, ZeroOf(line, new("CH")));
        Assert.Equal(TaxReason.Export, ZeroOf(line, new("CH"), new(VatId: "CHE-1")));
        Assert.Equal(TaxReason.NoRegion, ZeroOf(line, new("NL")));
        Assert.Equal(TaxReason.ZeroRated, ZeroOf(line, new("NO")));
    }

    [Fact]
    public void A_business_at_home_or_without_a_vat_id_pays_tax()
    {
        Assert.Equal(19, TaxOf(Line(1, 100), Berlin, new(VatId: "DE1")).Rate);
        Assert.Equal(20, TaxOf(Line(1, 100), new("FR"), new(VatId: " ")).Rate);
    }

    [Fact]
    public void A_region_outside_the_union_taxes_a_business_too() =>
        Assert.Equal(6, TaxOf(Line(1, 100), new("US", "CA"), new(VatId: "FR1")).Rate);

    [Fact]
    public void A_store_without_a_home_has_no_exports() =>
        Assert.Equal(TaxReason.NoRegion, CartPricing.Price(Cart(TaxRules.None, Line(1, 100))).Lines[0].Taxes[0].Reason);

    [Fact]
    public void Before_the_address_is_known_the_tax_of_the_home_is_estimated() => Assert.Equal(19, TaxOf(Line(1, 100), null).Rate);

    [Fact]
    public void Goods_are_taxed_where_they_go_and_the_rest_where_the_customer_is_billed()
    {
        var cart = new PricedCart(Currency.Eur, [Line(1, 100), Line(2, 100) with { RequiresShipping = false }], Europe)
        {
            ShipTo = new("FR"),
            BillTo = Berlin,
        };
        Assert.Equal([20, 19], CartPricing.Price(cart).Lines.Select(line => line.Taxes[0].Rate));
        Assert.Equal([19, 19], CartPricing.Price(cart with { ShipTo = null }).Lines.Select(line => line.Taxes[0].Rate));
        Assert.Equal([20, 20], CartPricing.Price(cart with { BillTo = null }).Lines.Select(line => line.Taxes[0].Rate));
    }

    [Fact]
    public void A_region_may_differ_from_the_store_in_whether_prices_include_tax()
    {
        var rules = new TaxRules([new("DE", [Rate(19)]), new("US", [Rate(6)]) { PricesIncludeTax = false }]) { PricesIncludeTax = true, Home = Berlin };
        Assert.Equal(119, CartPricing.Price(Cart(rules, Line(1, 119))).Total.Minor);
        Assert.Equal(126, CartPricing.Price(Cart(rules, Line(1, 119)) with { ShipTo = new("US") }).Total.Minor);
    }

    [Fact]
    public void Where_no_tax_is_due_a_price_with_tax_is_all_net()
    {
        var cart = Cart(Europe with { PricesIncludeTax = true }, Line(1, 119)) with { ShipTo = new("CH") };
        Assert.Equal((119, 119), ((int)CartPricing.Price(cart).Lines[0].Net.Minor, (int)CartPricing.Price(cart).Total.Minor));
    }

    [Fact]
    public void Shipping_is_untaxed_where_the_region_says_so()
    {
        var cart = Cart(Europe, Line(1, 100)) with
        {
            ShippingMethods = [new("post", "Post", [new(["*"], [ShippingPrice.Flat(Currency.Eur, 500)])])],
            ShippingMethod = "post",
        };
        Assert.Equal((TaxReason.StandardRate, 95), ShippingTax(cart));
        Assert.Equal((TaxReason.NotTaxable, 0), ShippingTax(cart with { ShipTo = new("FR") }));
        Assert.Equal((TaxReason.Export, 0), ShippingTax(cart with { ShipTo = new("CH") }));
    }

    [Fact]
    public void Rules_come_back_from_json_as_they_were_with_reasons_in_words()
    {
        var json = JsonSerializer.Serialize(Europe);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<TaxRules>(json)));
        Assert.Equal("\"reverse_charge\"", JsonSerializer.Serialize(TaxReason.ReverseCharge));
    }

    private static (TaxReason, int) ShippingTax(PricedCart cart) =>
        CartPricing.Price(cart).Shipping is { } shipping ? (shipping.Taxes[0].Reason, (int)shipping.Tax.Minor) : throw new InvalidOperationException("No shipping.");

    private static TaxReason ZeroOf(PricedLine line, Destination to, TaxCustomer? customer = null)
    {
        var tax = TaxOf(line, to, customer);
        Assert.Equal((0m, 0L), (tax.Rate, tax.Amount));
        return tax.Reason;
    }

    private static TaxLine TaxOf(PricedLine line, Destination? to, TaxCustomer? customer = null) =>
        CartPricing.Price(new PricedCart(Currency.Eur, [line], Europe) { ShipTo = to, Customer = customer ?? new() }).Lines.Single().Taxes.Single();
}
