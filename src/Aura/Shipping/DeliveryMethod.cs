using System.Text.RegularExpressions;
using Aura.Persistence;
using Aura.Pricing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;

namespace Aura.Shipping;

/// <summary>A shipping method of a store with its rate tables, as the merchant keeps it.</summary>
public sealed partial class DeliveryMethod : StoreEntity, IAudited
{
    public static string Prefix => "shm";
    public static string Noun => "shipping method";

    public const int MaxZones = 250;
    public const int MaxPrices = 50;
    public const int MaxBands = 100;

    /// <summary>What carts and orders call it, unique in a store: <c>standard</c>.</summary>
    public string Code { get; private init; } = "";

    public string Name { get; private set; } = "";
    public ShippingZone[] Zones { get; private set; } = [];

    /// <summary>Without it, no new cart is offered the method.</summary>
    public bool Enabled { get; private set; } = true;

    /// <summary>Its place among the methods that are offered.</summary>
    public int Position { get; private set; }

    /// <exception cref="Refused">422 for a code that is no word, or rate tables that cannot be used.</exception>
    public static DeliveryMethod Create(string code, string name, IReadOnlyList<ShippingZone> zones)
    {
        if (!CodePattern.IsMatch(code))
            throw Refused.Invalid(nameof(Code), "Must be 1 to 50 lower-case letters, digits, hyphens or underscores.");
        var method = new DeliveryMethod { Code = code };
        method.Rename(name);
        method.Tabulate(zones);
        return method;
    }

    /// <summary>What a new store sells with until its merchant says otherwise: five units of its currency, to anywhere.</summary>
    public static DeliveryMethod Standard(Currency currency) =>
        Create("standard", "Standard", [new([ShippingZone.AnywhereElse], [ShippingPrice.Flat(currency, 5L * currency.Scale)])]);

    public void Rename(string name) => Name = name;

    public void Offer(bool enabled) => Enabled = enabled;

    public void Place(int position) => Position = position;

    /// <exception cref="Refused">422 for a zone without a country or price, two prices in one currency, or an amount out of range.</exception>
    public void Tabulate(IReadOnlyList<ShippingZone> zones)
    {
        if (zones.Count is 0 or > MaxZones)
            throw Refused.Invalid(nameof(Zones), $"1 to {MaxZones} zones.");
        for (var i = 0; i < zones.Count; i++)
            Check(zones[i], $"{nameof(Zones)}[{i}]");
        Zones = [.. zones];
    }

    public ShippingMethod ToMethod() => new(Code, Name, Zones);

    private static void Check(ShippingZone zone, string field)
    {
        if (zone.Countries.Count == 0 || zone.Countries.Any(country => country != ShippingZone.AnywhereElse && !CountryPattern.IsMatch(country)))
            throw Refused.Invalid($"{field}.Countries", "ISO 3166-1 codes such as US, or * for anywhere else.");
        if (zone.MinDays < 0 || zone.MaxDays < zone.MinDays)
            throw Refused.Invalid($"{field}.MaxDays", "The days are zero or more, the least first.");
        if (zone.Prices.Count is 0 or > MaxPrices || zone.Prices.DistinctBy(price => price.Currency).Count() < zone.Prices.Count)
            throw Refused.Invalid($"{field}.Prices", $"1 to {MaxPrices} prices, one per currency.");
        for (var i = 0; i < zone.Prices.Count; i++)
            Check(zone.Prices[i], $"{field}.Prices[{i}]");
    }

    private static void Check(ShippingPrice price, string field)
    {
        if (price.Bands.Count is 0 or > MaxBands || price.Rate == ShippingRate.Flat && price.Bands.Count > 1)
            throw Refused.Invalid($"{field}.Bands", $"1 to {MaxBands} bands; a flat price has one.");
        if (price.FreeOver < 0)
            throw Refused.Invalid($"{field}.FreeOver", "An amount is zero or more.");
        if (price.Bands.Any(band => band.Amount is < 0 or > PricedCart.MaxMinor || band.UpTo < 0))
            throw Refused.Invalid($"{field}.Bands", "Amounts and limits are zero or more.");
    }

    [GeneratedRegex("^[a-z0-9_-]{1,50}$")]
    private static partial Regex CodePattern { get; }

    [GeneratedRegex("^[A-Z]{2}$")]
    private static partial Regex CountryPattern { get; }
}

/// <summary>How stores send their goods, kept in memory: every price asks for it.</summary>
public sealed class DeliveryMethods
{
    private readonly KeptByStore<ShippingMethod[]> offered = new();

    /// <summary>The methods that carts are offered, in the merchant's order. A store without any gets the standard one.</summary>
    public ValueTask<ShippingMethod[]> Offered(AuraDb db, StoreVersions versions, CancellationToken cancellation) => offered.Of(db, versions.Shipping, async () =>
    {
        var methods = await db.ShippingMethods.AsNoTracking().OrderBy(m => m.Position).ThenBy(m => m.Id).ToListAsync(cancellation);
        if (methods.Count == 0)
        {
            await db.EnsureStandard(cancellation);
            methods = await db.ShippingMethods.AsNoTracking().ToListAsync(cancellation);
        }

        return [.. methods.Where(m => m.Enabled).Select(m => m.ToMethod())];
    });
}

public static class StandardDelivery
{
    /// <summary>Gives a store without shipping methods the standard one.</summary>
    /// <remarks>SQL by hand: many may need it first at the same time, inside transactions that a refused insert would end.</remarks>
    public static async Task EnsureStandard(this AuraDb db, CancellationToken cancellation)
    {
        if (await db.ShippingMethods.AnyAsync(cancellation))
            return;
        var standard = DeliveryMethod.Standard(db.Caller.Currency);
        db.ShippingMethods.Add(standard).State = EntityState.Detached; // adding gave it its keys
        var zones = new NpgsqlParameter { Value = standard.Zones, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb };
        var now = db.Now;
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO shipping_methods (tenant_id, id, code, name, zones, enabled, position, created_at, updated_at, version)
            VALUES ({standard.TenantId}, {standard.Id}, {standard.Code}, {standard.Name}, {zones}, true, 0, {now}, {now}, 1)
            ON CONFLICT (tenant_id, code) DO NOTHING
            """, cancellation);
    }
}

internal sealed class DeliveryMethodMapping : IEntityTypeConfiguration<DeliveryMethod>
{
    public void Configure(EntityTypeBuilder<DeliveryMethod> method)
    {
        method.ToTable("shipping_methods");
        method.HasIndex(m => new { m.TenantId, m.Code }).IsUnique();
        method.Property(m => m.Zones).Json();
    }
}
