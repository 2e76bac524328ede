using System.Text.Json.Serialization;

namespace Aura.Pricing;

/// <summary>What a store knows about tax.</summary>
/// <remarks>A price that includes tax is never changed by pricing: where no tax is due, all of it is net. A store that sells
/// to businesses at net prices gives those prices as exclusive.</remarks>
public sealed record TaxRules(IReadOnlyList<TaxRegion> Regions)
{
    /// <summary>No tax anywhere.</summary>
    public static readonly TaxRules None = new([]);

    /// <summary>Prices and discounts are with tax, unless the region says otherwise.</summary>
    public bool PricesIncludeTax { get; init; }

    /// <summary>Where the store is. Tax is estimated for it while the customer's address is not known.</summary>
    public Destination? Home { get; init; }

    /// <summary>Countries (ISO 3166-1 alpha-2) that share a VAT system with the store, such as the EU. A business with a VAT id
    /// in another one of them accounts for the tax itself; what leaves them untaxed is an export.</summary>
    public IReadOnlyList<string> Union { get; init; } = [];

    internal bool InUnion(string country) => Union.Contains(country, StringComparer.OrdinalIgnoreCase);

    internal bool IsHome(string country) => Home is null || Same(Home.Country, country);

    /// <summary>The most specific region: the longest postal prefix, then one with a state; the first of equals.</summary>
    internal TaxRegion? RegionOf(Destination place) => Regions
        .Where(region => region.Covers(place))
        .OrderByDescending(region => TaxRegion.Plain(region.PostalPrefix).Length)
        .ThenByDescending(region => !string.IsNullOrEmpty(region.State))
        .FirstOrDefault();

    internal static bool Same(string? a, string? b) => string.Equals(a?.Trim(), b?.Trim(), StringComparison.OrdinalIgnoreCase);
}

/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Rates">Several of one category add up on a line (state and county). A category that has none here is taxed
/// as <see cref="TaxRate.Standard"/>; where that has none either, at zero.</param>
public sealed record TaxRegion(string Country, IReadOnlyList<TaxRate> Rates)
{
    public string? State { get; init; }
    public string? PostalPrefix { get; init; }

    /// <summary>Shipping is taxed at <see cref="TaxRate.Shipping"/>, or at the standard rate where that has none.</summary>
    public bool ShippingTaxable { get; init; } = true;

    /// <summary>Null: as the store.</summary>
    public bool? PricesIncludeTax { get; init; }

    internal bool Covers(Destination place) =>
        TaxRules.Same(Country, place.Country) &&
        (string.IsNullOrEmpty(State) || TaxRules.Same(State, place.State)) &&
        Plain(place.PostalCode).StartsWith(Plain(PostalPrefix), StringComparison.Ordinal);

    internal TaxRate[] RatesFor(string category)
    {
        var own = Rates.Where(rate => TaxRules.Same(rate.Category, category)).ToArray();
        return own.Length > 0 || TaxRules.Same(category, TaxRate.Standard) ? own : RatesFor(TaxRate.Standard);
    }

    internal static string Plain(string? postalCode) =>
        postalCode is null ? "" : postalCode.Replace(" ", "").Replace("-", "").ToUpperInvariant();
}

/// <param name="Category">The tax category of the lines it is for, in either case.</param>
/// <param name="Percent">0 to 1000; all rates on a line together reach at most 1000.</param>
/// <param name="Name">As on the invoice: <c>MwSt.</c>, <c>Sales tax</c>.</param>
/// <param name="Jurisdiction">Who gets it: <c>DE</c>, <c>US-CA</c>, <c>Alameda County</c>.</param>
/// <param name="Compound">Charged on the price plus the taxes listed before it, instead of on the price alone.</param>
public sealed record TaxRate(string Category, decimal Percent, string Name, string Jurisdiction, bool Compound = false)
{
    public const string Standard = "standard";
    public const string Shipping = "shipping";
}

/// <summary>Why a line is taxed as it is. The zeros differ in law, so they differ here.</summary>
[JsonConverter(typeof(SnakeEnum<TaxReason>))]
public enum TaxReason
{
    StandardRate,
    /// <summary>Less than the standard rate of the region.</summary>
    ReducedRate,
    /// <summary>Taxable, at 0 %.</summary>
    ZeroRated,
    /// <summary>The customer is exempt.</summary>
    ExemptCustomer,
    /// <summary>A business in another country of the union owes the tax itself.</summary>
    ReverseCharge,
    /// <summary>It leaves the country and the union, to where the store collects no tax.</summary>
    Export,
    /// <summary>No region covers the address: the store collects no tax there.</summary>
    NoRegion,
    /// <summary>The product is not taxable, or the region does not tax shipping.</summary>
    NotTaxable,
}

/// <summary>One tax on one line; a line that bears none has one with a rate of 0 and its reason.</summary>
/// <param name="Rate">Percent.</param>
/// <param name="Amount">Minor units, zero or more.</param>
/// <param name="Inclusive">The amount is contained in the price, not added to it.</param>
/// <param name="Rounding">Minor units that rounding gave (above 0) or took (below 0): the amount less the exact tax.</param>
public sealed record TaxLine(decimal Rate, long Amount, string Jurisdiction, string Name, TaxReason Reason, bool Inclusive, decimal Rounding = 0);
