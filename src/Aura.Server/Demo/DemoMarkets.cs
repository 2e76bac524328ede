using Aura.Persistence;
using Aura.Pricing;
using Aura.Shipping;
using Aura.Taxes;

namespace Aura.Server.Demo;

/// <summary>Where the demo shop delivers, for how much, and which taxes it collects there.</summary>
internal static class DemoMarkets
{
    private static readonly string[] EuroCountries = ["DE", "FR", "NL", "AT", "BE", "IE", "IT", "ES"];

    public static List<DeliveryMethod> Methods()
    {
        var standard = DeliveryMethod.Create("standard", "Standard",
        [
            Zone(["US"], 3, 6, (Currency.Usd, 5.95m, 75)),
            Zone(["GB"], 4, 8, (Currency.Gbp, 4.95m, 65)),
            Zone(EuroCountries, 4, 8, (Currency.Eur, 5.90m, 80)),
            Zone(["CH"], 4, 8, (Currency.Of("CHF"), 7.90m, 90)),
            Zone(["JP"], 6, 12, (Currency.Jpy, 900, 12_000)),
            Zone([ShippingZone.AnywhereElse], 8, 20, (Currency.Usd, 14.95m, 150), (Currency.Eur, 14.90m, 150), (Currency.Gbp, 12.50m, 130)),
        ]);
        var express = DeliveryMethod.Create("express", "Express",
        [
            Zone(["US"], 1, 2, (Currency.Usd, 14.95m, null)),
            Zone(["GB"], 1, 3, (Currency.Gbp, 9.95m, null)),
            Zone(EuroCountries, 1, 3, (Currency.Eur, 12.90m, null)),
            Zone(["CH"], 1, 3, (Currency.Of("CHF"), 16.90m, null)),
            Zone(["JP"], 2, 4, (Currency.Jpy, 2_400, null)),
        ]);
        express.Place(1);
        return [standard, express];
    }

    /// <summary>Rates as they stood in 2026: a shop to look at, not tax advice.</summary>
    public static List<TaxArea> Taxes() =>
    [
        State("CA", 7.25m, shipping: false), State("NY", 4, shipping: true), State("TX", 6.25m, shipping: true), State("WA", 6.5m, shipping: true),
        State("IL", 6.25m, shipping: false), State("FL", 6, shipping: false), State("CO", 2.9m, shipping: false), State("MA", 6.25m, shipping: false),
        Vat("GB", "VAT", 20, 0), Vat("DE", "MwSt.", 19, 7), Vat("FR", "TVA", 20, 5.5m), Vat("NL", "btw", 21, 9), Vat("AT", "USt.", 20, 10),
        Vat("BE", "btw/TVA", 21, 6), Vat("IE", "VAT", 23, 0), Vat("IT", "IVA", 22, 4), Vat("ES", "IVA", 21, 4),
        Vat("CH", "MWST", 8.1m, 2.6m), Vat("JP", "Consumption tax", 10, 8),
    ];

    private static ShippingZone Zone(string[] countries, int minDays, int maxDays, params (Currency Currency, decimal Amount, decimal? FreeOver)[] prices) =>
        new(countries, [.. prices.Select(p => ShippingPrice.Flat(p.Currency, Money.Of(p.Amount, p.Currency).Minor) with
        {
            FreeOver = p.FreeOver is { } limit ? Money.Of(limit, p.Currency).Minor : null,
        })])
        {
            MinDays = minDays,
            MaxDays = maxDays,
        };

    /// <summary>Sales tax comes on top of the price; food for the kitchen is free of it.</summary>
    private static TaxArea State(string state, decimal percent, bool shipping)
    {
        var area = TaxArea.Create("US", state, null, [new("standard", percent, "Sales tax", $"US-{state}"), new("reduced", 0, "Sales tax", $"US-{state}")]);
        area.Treat(shipping, pricesIncludeTax: false);
        return area;
    }

    /// <summary>Value added tax is in the price.</summary>
    private static TaxArea Vat(string country, string name, decimal percent, decimal reduced)
    {
        var area = TaxArea.Create(country, null, null, [new("standard", percent, name, country), new("reduced", reduced, name, country)]);
        area.Treat(shippingTaxable: true, pricesIncludeTax: true);
        return area;
    }
}
