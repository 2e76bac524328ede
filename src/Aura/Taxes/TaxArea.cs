using System.Text.RegularExpressions;
using Aura.Persistence;
using Aura.Pricing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Taxes;

/// <summary>A place where the store collects tax, and its rates there.</summary>
public sealed partial class TaxArea : StoreEntity, IAudited
{
    public static string Prefix => "taxr";
    public static string Noun => "tax region";

    public const int MaxRates = 50;

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string Country { get; private init; } = "";

    /// <summary>Empty: the whole country.</summary>
    public string State { get; private init; } = "";

    /// <summary>Empty: the whole state.</summary>
    public string PostalPrefix { get; private init; } = "";

    public TaxRate[] Rates { get; private set; } = [];
    public bool ShippingTaxable { get; private set; } = true;

    /// <summary>Null: as the store.</summary>
    public bool? PricesIncludeTax { get; private set; }

    /// <exception cref="Refused">422 for a country that is no code, or rates out of range.</exception>
    public static TaxArea Create(string country, string? state, string? postalPrefix, IReadOnlyList<TaxRate> rates)
    {
        country = country.Trim().ToUpperInvariant();
        if (!CountryPattern.IsMatch(country))
            throw Refused.Invalid(nameof(Country), "Must be an ISO 3166-1 code such as US.");
        var area = new TaxArea { Country = country, State = state?.Trim() ?? "", PostalPrefix = postalPrefix?.Trim() ?? "" };
        area.Charge(rates);
        return area;
    }

    /// <exception cref="Refused">422 for a rate outside 0 to 1000 percent.</exception>
    public void Charge(IReadOnlyList<TaxRate> rates)
    {
        if (rates.Count is 0 or > MaxRates)
            throw Refused.Invalid(nameof(Rates), $"1 to {MaxRates} rates.");
        for (var i = 0; i < rates.Count; i++)
            if (rates[i].Percent is < 0 or > 1000)
                throw Refused.Invalid($"{nameof(Rates)}[{i}].Percent", "A tax rate is between 0 and 1000 percent.");
        if (rates.GroupBy(rate => rate.Category, StringComparer.OrdinalIgnoreCase).Any(category => category.Sum(rate => rate.Percent) > 500))
            throw Refused.Invalid(nameof(Rates), "The rates of one category together are at most 500 percent.");
        Rates = [.. rates];
    }

    public void Treat(bool shippingTaxable, bool? pricesIncludeTax) => (ShippingTaxable, PricesIncludeTax) = (shippingTaxable, pricesIncludeTax);

    public TaxRegion ToRegion() => new(Country, Rates)
    {
        State = State, PostalPrefix = PostalPrefix, ShippingTaxable = ShippingTaxable, PricesIncludeTax = PricesIncludeTax,
    };

    [GeneratedRegex("^[A-Z]{2}$")]
    private static partial Regex CountryPattern { get; }
}

/// <summary>What stores know about tax, kept in memory: every price asks for it.</summary>
public sealed class TaxAreas
{
    /// <summary>Members of the European Union: one VAT system (Directive 2006/112/EC).</summary>
    private static readonly string[] EuropeanUnion =
    [
        "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT", "LU", "MT", "NL", "PL",
        "PT", "RO", "SK", "SI", "ES", "SE",
    ];

    private readonly KeptByStore<TaxRegion[]> regions = new();

    /// <summary>What the caller's store knows about tax.</summary>
    public async ValueTask<TaxRules> Of(AuraDb db, StoreVersions versions, CancellationToken cancellation)
    {
        var settings = db.Caller.Settings;
        return new(await regions.Of(db, versions.Taxes, async () =>
            [.. (await db.TaxRegions.AsNoTracking().OrderBy(area => area.Id).ToListAsync(cancellation)).Select(area => area.ToRegion())]))
        {
            PricesIncludeTax = settings.PricesIncludeTax,
            Home = new(settings.Country),
            Union = EuropeanUnion.Contains(settings.Country, StringComparer.OrdinalIgnoreCase) ? EuropeanUnion : [],
        };
    }
}

internal sealed class TaxAreaMapping : IEntityTypeConfiguration<TaxArea>
{
    public void Configure(EntityTypeBuilder<TaxArea> area)
    {
        area.ToTable("tax_regions");
        area.HasIndex(a => new { a.TenantId, a.Country, a.State, a.PostalPrefix }).IsUnique();
        area.Property(a => a.Rates).Json();
    }
}
