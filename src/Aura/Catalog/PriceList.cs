namespace Aura.Catalog;

/// <summary>Prices that are asked in currencies other than the product's own.</summary>
public static class PriceList
{
    /// <param name="amounts">Major units by ISO 4217 code, in either case.</param>
    /// <param name="own">The product's currency, whose price stands elsewhere.</param>
    /// <returns>Minor units by upper-case code.</returns>
    /// <exception cref="Refused">422 for an unknown currency, the own one, a negative amount, or more decimal places than the currency has.</exception>
    public static Dictionary<string, long> Checked(IReadOnlyDictionary<string, decimal> amounts, Currency own, string field = "Prices")
    {
        var prices = new Dictionary<string, long>();
        foreach (var (code, amount) in amounts)
        {
            var currency = Currency.Of(code, $"{field}.{code}");
            if (currency == own)
                throw Refused.Invalid($"{field}.{code}", $"{own} is the product's own currency: give this amount as its price.");
            prices[currency.Code] = NotNegative(Money.Of(amount, currency, $"{field}.{code}"), $"{field}.{code}").Minor;
        }

        return prices;
    }

    /// <param name="price">Minor units of the own currency.</param>
    /// <param name="abroad">Minor units by code.</param>
    internal static Money? In(Currency currency, Currency own, long? price, Dictionary<string, long> abroad) =>
        currency == own ? price is { } minor ? new(minor, own) : null
        : abroad.TryGetValue(currency.Code, out var other) ? new(other, currency)
        : null;

    /// <exception cref="Refused">422 for less than nothing.</exception>
    public static Money NotNegative(Money price, string field) =>
        price.Minor >= 0 ? price : throw Refused.Invalid(field, "Must not be negative.");
}
