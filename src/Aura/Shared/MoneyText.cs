using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;

namespace Aura;

/// <summary>Amounts as people write them.</summary>
public static class MoneyText
{
    private static readonly ConcurrentDictionary<(string Culture, Currency Currency), NumberFormatInfo> Formats = new();

    /// <summary>With the currency's decimal places and the culture's separators, order and symbol: <c>$199.99</c>, <c>199,99 €</c>, <c>¥19,999</c>.</summary>
    /// <param name="culture">Of a region, such as de-DE: it says which dollar is simply the dollar.</param>
    public static string Formatted(this Money money, CultureInfo culture) =>
        money.Amount.ToString("C", Formats.GetOrAdd((culture.Name, money.Currency), key => Format(culture, key.Currency)));

    private static NumberFormatInfo Format(CultureInfo culture, Currency currency)
    {
        var format = (NumberFormatInfo)culture.NumberFormat.Clone();
        format.CurrencyDecimalDigits = currency.Exponent;
        format.CurrencySymbol = Symbol(culture, currency);
        if (char.IsLetter(format.CurrencySymbol[^1]) && format.CurrencyPositivePattern == 0)
            (format.CurrencyPositivePattern, format.CurrencyNegativePattern) = (2, 12); // "$ n": letters do not touch digits
        return format;
    }

    private static string Symbol(CultureInfo culture, Currency currency)
    {
        if (culture is { IsNeutralCulture: false, Name: not "" } && new RegionInfo(culture.Name).ISOCurrencySymbol == currency.Code)
            return culture.NumberFormat.CurrencySymbol;
        var symbol = Symbols.GetValueOrDefault(currency.Code, currency.Code);
        return symbol == culture.NumberFormat.CurrencySymbol ? Distinct.GetValueOrDefault(currency.Code, currency.Code) : symbol;
    }

    /// <summary>CLDR's symbols for currencies outside their own countries; the code of all others.</summary>
    private static readonly FrozenDictionary<string, string> Symbols = new Dictionary<string, string>
    {
        ["USD"] = "$", ["EUR"] = "€", ["GBP"] = "£", ["JPY"] = "¥", ["INR"] = "₹", ["KRW"] = "₩", ["ILS"] = "₪", ["VND"] = "₫", ["PHP"] = "₱",
        ["CNY"] = "CN¥", ["BRL"] = "R$", ["CAD"] = "CA$", ["AUD"] = "A$", ["NZD"] = "NZ$", ["HKD"] = "HK$", ["TWD"] = "NT$", ["MXN"] = "MX$",
    }.ToFrozenDictionary();

    /// <summary>Where the country's own currency has the same symbol.</summary>
    private static readonly FrozenDictionary<string, string> Distinct = new Dictionary<string, string> { ["USD"] = "US$", ["JPY"] = "JP¥" }.ToFrozenDictionary();
}
