using System.Collections.Frozen;
using System.Globalization;

namespace Aura.ProductFiles;

/// <summary>The currency of a market, as far as its name tells it.</summary>
internal static class MarketCurrency
{
    private static readonly FrozenDictionary<string, Currency> Countries = ByCountry();

    /// <param name="market">A country in English, its ISO 3166-1 code, or a currency's ISO 4217 code.</param>
    /// <returns>Null for a market of several countries, and for any name that a merchant made up.</returns>
    public static Currency? Of(string market) =>
        Countries.TryGetValue(market.Trim(), out var currency) || Currency.TryParse(market, out currency) ? currency : null;

    private static FrozenDictionary<string, Currency> ByCountry()
    {
        var countries = new Dictionary<string, Currency>(StringComparer.OrdinalIgnoreCase) { ["European Union"] = Currency.Eur, ["Eurozone"] = Currency.Eur };
        foreach (var culture in CultureInfo.GetCultures(CultureTypes.SpecificCultures))
        {
            var region = new RegionInfo(culture.Name);
            if (!Currency.TryParse(region.ISOCurrencySymbol, out var currency))
                continue;
            countries.TryAdd(region.EnglishName, currency);
            countries.TryAdd(region.TwoLetterISORegionName, currency);
        }

        return countries.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
