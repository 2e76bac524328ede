using System.Globalization;

namespace Aura.Orders.History;

/// <summary>What the codes and names of an Online Retail file mean.</summary>
internal static class RetailCodes
{
    /// <summary>The article that stands for everything that is charged and is no goods. It is archived: nobody can buy it.</summary>
    public const string Charges = "CHARGES";

    private static readonly HashSet<string> Postage = ["POST", "DOT", "C2", "C3"];

    /// <summary>Manual entries, discounts, samples, fees, corrections, donations, bad debts.</summary>
    private static readonly HashSet<string> Bookkeeping = ["M", "D", "S", "B", "BANK CHARGES", "AMAZONFEE", "ADJUST", "ADJUST2", "CRUK", "TEST001", "TEST002"];

    private static readonly Dictionary<string, string?> OtherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["EIRE"] = "IE", ["RSA"] = "ZA", ["USA"] = "US", ["Channel Islands"] = "JE", ["Korea"] = "KR", ["Czech Republic"] = "CZ", ["Hong Kong"] = "HK",
        ["European Community"] = null, ["Unspecified"] = null, ["West Indies"] = null,
    };

    private static readonly Lazy<Dictionary<string, string>> Countries = new(() => CultureInfo.GetCultures(CultureTypes.SpecificCultures)
        .Select(culture => new RegionInfo(culture.Name)).Where(region => region.TwoLetterISORegionName.All(char.IsAsciiLetterUpper))
        .DistinctBy(region => region.EnglishName).ToDictionary(region => region.EnglishName, region => region.TwoLetterISORegionName, StringComparer.OrdinalIgnoreCase));

    /// <summary>The code as a SKU: in the file some come in both cases, and one with a blank at its end.</summary>
    public static string Sku(string code) => code.Trim().ToUpperInvariant();

    public static bool IsPostage(string sku) => Postage.Contains(sku);

    /// <summary>Gift vouchers (<c>GIFT_0001_20</c>) are money, not goods.</summary>
    public static bool IsCharge(string sku) => Bookkeeping.Contains(sku) || IsPostage(sku) || sku.StartsWith("GIFT_", StringComparison.Ordinal);

    /// <summary>ISO 3166-1 alpha-2; null for what is no country, such as "Unspecified".</summary>
    public static string? Country(string name) =>
        OtherNames.TryGetValue(name, out var other) ? other : Countries.Value.GetValueOrDefault(name);
}
