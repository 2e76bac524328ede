using System.Text.Json.Serialization;

namespace Aura.Pricing;

/// <summary>What has to be sent.</summary>
/// <param name="To">Null while it is not known.</param>
/// <param name="Items">Units that need shipping.</param>
/// <param name="Grams">Their weight together.</param>
/// <param name="Value">Their price together after line and order discounts, in minor units.</param>
public sealed record Parcel(Currency Currency, Destination? To, long Items, long Grams, long Value);

[JsonConverter(typeof(SnakeEnum<QuoteReason>))]
public enum QuoteReason
{
    /// <summary>Offered at the price of the rate table.</summary>
    Offered,
    /// <summary>Offered for nothing, because the goods are worth enough.</summary>
    FreeOver,
    /// <summary>Nothing in the cart needs shipping.</summary>
    NothingToShip,
    NoAddress,
    /// <summary>The method does not go to this country.</summary>
    NoZone,
    NoPriceInCurrency,
    TooHeavy,
    /// <summary>The goods are worth more than the last band, or there is no band at all.</summary>
    BeyondBands,
}

/// <summary>One method's answer to one parcel, offered or not.</summary>
/// <param name="Price">Null when it is not offered.</param>
/// <param name="MinDays">Days until delivery, at least.</param>
/// <param name="MaxDays">Days until delivery, at most.</param>
public sealed record ShippingQuote(string Code, string Name, QuoteReason Reason, Money? Price, int? MinDays, int? MaxDays)
{
    public bool Offered => Price is not null;

    /// <summary>One quote per method, in the given order.</summary>
    /// <exception cref="Refused">422 when a table holds a price below zero or above <see cref="PricedCart.MaxMinor"/>.</exception>
    public static ShippingQuote[] Quote(IEnumerable<ShippingMethod> methods, Parcel parcel) =>
        [.. methods.Select(method => Of(method, parcel))];

    private static ShippingQuote Of(ShippingMethod method, Parcel parcel)
    {
        if (parcel.Items == 0)
            return Not(method, QuoteReason.NothingToShip);
        if (parcel.To is null)
            return Not(method, QuoteReason.NoAddress);
        if (method.ZoneOf(parcel.To.Country) is not { } zone)
            return Not(method, QuoteReason.NoZone);
        if (zone.Prices.FirstOrDefault(price => price.Currency == parcel.Currency) is not { } table)
            return Not(method, QuoteReason.NoPriceInCurrency);
        if (table.BandOf(parcel) is not { } band)
            return Not(method, table is { Rate: ShippingRate.ByWeight, Bands.Count: > 0 } ? QuoteReason.TooHeavy : QuoteReason.BeyondBands);
        if (band.Amount is < 0 or > PricedCart.MaxMinor)
            throw Refused.Invalid("ShippingMethods", $"A price of the shipping method {method.Code} is out of range.");

        var free = parcel.Value >= table.FreeOver;
        return new(method.Code, method.Name, free ? QuoteReason.FreeOver : QuoteReason.Offered,
            new Money(free ? 0 : band.Amount, parcel.Currency), zone.MinDays, zone.MaxDays);
    }

    private static ShippingQuote Not(ShippingMethod method, QuoteReason reason) => new(method.Code, method.Name, reason, null, null, null);
}
