using System.Text.Json;
using Aura.Pricing;
using static Aura.Tests.Pricing.Carts;

namespace Aura.Tests.Pricing;

public sealed class ShippingQuoteTests
{
    private static readonly Currency Eur = Currency.Eur;

    private static readonly ShippingMethod Parcels = new("parcel", "Parcel",
    [
        new([ShippingZone.AnywhereElse], [ShippingPrice.Flat(Eur, 2_000)]) { MinDays = 5, MaxDays = 12 },
        new(["DE", "AT"], [new(Eur, ShippingRate.ByWeight, [new(10_000, 900), new(1_000, 400), new(5_000, 600)]) { FreeOver = 10_000 }]) { MinDays = 1, MaxDays = 2 },
    ]);

    private static readonly ShippingMethod Insured = new("insured", "Insured",
        [new(["DE"], [new(Eur, ShippingRate.ByTotal, [new(5_000, 500), new(null, 1_500)])])]);

    [Theory]
    [InlineData(0, 400)]
    [InlineData(1_000, 400)]
    [InlineData(1_001, 600)]
    [InlineData(5_001, 900)]
    [InlineData(10_000, 900)]
    public void The_narrowest_weight_band_that_fits_decides(long grams, long price) =>
        Assert.Equal((QuoteReason.Offered, new Money(price, Eur)), Answer(Parcels, Sent(grams: grams)));

    [Fact]
    public void Heavier_than_the_last_band_is_not_offered_even_when_it_would_be_free()
    {
        Assert.Equal((QuoteReason.TooHeavy, null), Answer(Parcels, Sent(grams: 10_001)));
        Assert.Equal((QuoteReason.TooHeavy, null), Answer(Parcels, Sent(grams: 10_001, value: 99_999)));
    }

    [Theory]
    [InlineData(5_000, 500)]
    [InlineData(5_001, 1_500)]
    [InlineData(PricedCart.MaxMinor, 1_500)]
    public void The_value_decides_where_bands_are_by_total(long value, long price) =>
        Assert.Equal((QuoteReason.Offered, new Money(price, Eur)), Answer(Insured, Sent(value: value)));

    [Theory]
    [InlineData(9_999, QuoteReason.Offered, 400)]
    [InlineData(10_000, QuoteReason.FreeOver, 0)]
    public void Enough_value_makes_it_free(long value, QuoteReason reason, long price) =>
        Assert.Equal((reason, new Money(price, Eur)), Answer(Parcels, Sent(value: value)));

    [Fact]
    public void A_named_country_wins_over_anywhere_else_and_has_its_own_days()
    {
        var home = ShippingQuote.Quote([Parcels], Sent(to: new("at"))).Single();
        var abroad = ShippingQuote.Quote([Parcels], Sent(to: new("JP"))).Single();
        Assert.Equal((400, 1, 2), (home.Price?.Minor, home.MinDays, home.MaxDays));
        Assert.Equal((2_000, 5, 12), (abroad.Price?.Minor, abroad.MinDays, abroad.MaxDays));
    }

    [Fact]
    public void Every_method_answers_and_says_why_it_is_not_offered()
    {
        Assert.Equal((QuoteReason.NoZone, null), Answer(Insured, Sent(to: new("FR"))));
        Assert.Equal((QuoteReason.NoPriceInCurrency, null), Answer(Insured, Sent() with { Currency = Currency.Usd }));
        Assert.Equal((QuoteReason.NoAddress, null), Answer(Insured, Sent() with { To = null }));
        Assert.Equal((QuoteReason.NothingToShip, null), Answer(Insured, Sent() with { Items = 0 }));
        Assert.Equal((QuoteReason.BeyondBands, null), Answer(new("none", "None", [new(["*"], [new(Eur, ShippingRate.Flat, [])])]), Sent()));
        Assert.Equal(["parcel", "insured"], ShippingQuote.Quote([Parcels, Insured], Sent()).Select(quote => quote.Code));
    }

    [Fact]
    public void A_cart_is_quoted_by_what_is_shipped_after_discounts()
    {
        var cart = Cart(TaxRules.None, Line(1, 6_000, quantity: 2) with { Grams = 600 }, Line(2, 50_000) with { RequiresShipping = false, Grams = 90_000 }) with
        {
            ShippingMethods = [Parcels],
        };
        Assert.Equal(QuoteReason.FreeOver, CartPricing.Quote(cart).Single().Reason);
        var discounted = CartPricing.Quote(cart.Less(new("o", "Coupon", 2_001) { LineIds = [1] })).Single();
        Assert.Equal((QuoteReason.Offered, 600), (discounted.Reason, discounted.Price?.Minor));
    }

    [Theory]
    [InlineData("insured", "FR")]
    [InlineData("no such", "DE")]
    public void Choosing_what_is_not_offered_is_refused(string code, string country)
    {
        var cart = Cart(TaxRules.None, Line(1, 100)) with { ShippingMethods = [Parcels, Insured], ShippingMethod = code, ShipTo = new(country) };
        Assert.Equal("shipping_method_unavailable", Assert.Throws<Refused>(() => CartPricing.Price(cart)).Code);
    }

    [Fact]
    public void Nothing_is_charged_when_nothing_is_shipped()
    {
        var cart = Cart(TaxRules.None, Line(1, 100) with { RequiresShipping = false }) with { ShippingMethods = [Parcels], ShippingMethod = "parcel" };
        Assert.Null(CartPricing.Price(cart).Shipping);
    }

    [Fact]
    public void Methods_come_back_from_json_as_they_were()
    {
        var json = JsonSerializer.Serialize(Parcels);
        Assert.Contains("\"by_weight\"", json);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<ShippingMethod>(json)));
    }

    private static Parcel Sent(Destination? to = null, long grams = 100, long value = 1_000) => new(Eur, to ?? Berlin, 1, grams, value);

    private static (QuoteReason, Money?) Answer(ShippingMethod method, Parcel parcel)
    {
        var quote = ShippingQuote.Quote([method], parcel).Single();
        Assert.Equal(quote.Price is not null, quote.Offered);
        return (quote.Reason, quote.Price);
    }
}
