using System.Text.Json.Serialization;

namespace Aura.Pricing;

/// <summary>A way to send a cart, with its rate tables.</summary>
/// <param name="Code">Unique in the store: <c>standard</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="Zones">A zone that names the country wins over one for <see cref="ShippingZone.AnywhereElse"/>.</param>
public sealed record ShippingMethod(string Code, string Name, IReadOnlyList<ShippingZone> Zones)
{
    internal ShippingZone? ZoneOf(string country) =>
        Zones.FirstOrDefault(zone => zone.Names(country)) ?? Zones.FirstOrDefault(zone => zone.Names(ShippingZone.AnywhereElse));
}

/// <param name="Countries">ISO 3166-1 alpha-2, or <see cref="AnywhereElse"/>.</param>
/// <param name="Prices">At most one per currency. Amounts are never converted: without a price in the cart's currency the
/// method is not offered.</param>
public sealed record ShippingZone(IReadOnlyList<string> Countries, IReadOnlyList<ShippingPrice> Prices)
{
    public const string AnywhereElse = "*";

    /// <summary>Days until delivery, at least; null when not promised.</summary>
    public int? MinDays { get; init; }

    /// <summary>Days until delivery, at most; null when not promised.</summary>
    public int? MaxDays { get; init; }

    internal bool Names(string country) => Countries.Any(own => TaxRules.Same(own, country));
}

/// <summary>What a price is looked up by.</summary>
[JsonConverter(typeof(SnakeEnum<ShippingRate>))]
public enum ShippingRate
{
    /// <summary>One price for every cart.</summary>
    Flat,
    /// <summary>Bands of grams.</summary>
    ByWeight,
    /// <summary>Bands of the value of the goods to ship, after discounts, in minor units.</summary>
    ByTotal,
}

/// <param name="Currency">Of all amounts here.</param>
/// <param name="Bands">The narrowest that fits decides; a flat price has one. A cart beyond the last band cannot be sent.</param>
public sealed record ShippingPrice(Currency Currency, ShippingRate Rate, IReadOnlyList<ShippingBand> Bands)
{
    /// <summary>Goods of this value (minor units, after discounts) or more are sent for nothing. The bands still decide whether
    /// they can be sent.</summary>
    public long? FreeOver { get; init; }

    /// <param name="amount">Minor units, zero or more.</param>
    public static ShippingPrice Flat(Currency currency, long amount) => new(currency, ShippingRate.Flat, [new(null, amount)]);

    internal ShippingBand? BandOf(Parcel parcel) => Rate switch
    {
        ShippingRate.Flat => Bands.FirstOrDefault(),
        ShippingRate.ByWeight => Narrowest(parcel.Grams),
        _ => Narrowest(parcel.Value),
    };

    private ShippingBand? Narrowest(long measure) => Bands
        .Where(band => band.UpTo is not { } limit || measure <= limit)
        .MinBy(band => band.UpTo ?? long.MaxValue);
}

/// <param name="UpTo">Grams or minor units, the limit included; null means without limit.</param>
/// <param name="Amount">Minor units, zero or more.</param>
public sealed record ShippingBand(long? UpTo, long Amount);
