using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Persistence;
using Aura.Pricing;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Shipping;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.V2;

internal static class ShippingMethods
{
    private static readonly Listing<DeliveryMethod, ShippingMethodResponse> Shape = new Listing<DeliveryMethod, ShippingMethodResponse>(ShippingMethodResponse.From)
        .Field("code", m => m.Code)
        .Field("name", m => m.Name)
        .Field("enabled", m => m.Enabled)
        .Field("position", m => m.Position)
        .Field("created_at", m => m.CreatedAt)
        .SortedBy("position");

    public static void MapShippingMethods(this RouteGroupBuilder api)
    {
        var methods = api.MapGroup("/shipping/methods").WithTags("Shipping").Scope("shipping").Configuration();
        methods.MapGet("/", List).Lists(Shape);
        methods.MapGet("/{id}", Show);
        methods.MapPost("/", Create);
        methods.MapPut("/{id}", Update);
        methods.MapDelete("/{id}", Delete);
    }

    private static async Task<Listed<ShippingMethodResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        await db.EnsureStandard(cancellation);
        return await Shape.List(db.ShippingMethods, list, cancellation);
    }

    private static Task<ShippingMethodResponse> Show(Id<DeliveryMethod> id, AuraDb db, CancellationToken cancellation) =>
        Shape.Show(db.ShippingMethods, id, cancellation);

    private static Task<Created<ShippingMethodResponse>> Create(CreateShippingMethod request, AuraDb db, CancellationToken cancellation) =>
        db.Create(request.ToMethod(), ShippingMethodResponse.Of, method => $"/v2/shipping/methods/{method.Id}", cancellation);

    private static Task<ShippingMethodResponse> Update(Id<DeliveryMethod> id, UpdateShippingMethod request, AuraDb db, CancellationToken cancellation) =>
        db.Change(id, request.Apply, ShippingMethodResponse.Of, cancellation);

    private static Task<NoContent> Delete(Id<DeliveryMethod> id, AuraDb db, CancellationToken cancellation) => db.Delete(id, cancellation);
}

public sealed record CreateShippingMethod(
    string Code,
    [StringLength(200, MinimumLength = 1)] string Name,
    IReadOnlyList<ShippingZoneBody> Zones,
    bool Enabled = true,
    [Range(0, 1_000_000)] int Position = 0)
{
    public DeliveryMethod ToMethod()
    {
        var method = DeliveryMethod.Create(Code, Name, ShippingZoneBody.ToZones(Zones));
        method.Offer(Enabled);
        method.Place(Position);
        return method;
    }
}

public sealed record UpdateShippingMethod
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<IReadOnlyList<ShippingZoneBody>> Zones { get; init; }
    public Change<bool> Enabled { get; init; }
    [Range(0, 1_000_000)] public Change<int> Position { get; init; }

    public void Apply(DeliveryMethod method)
    {
        Name.Apply(method.Rename);
        Enabled.Apply(method.Offer);
        Position.Apply(method.Place);
        Zones.Apply(zones => method.Tabulate(ShippingZoneBody.ToZones(zones)));
    }
}

/// <param name="Countries">ISO 3166-1 alpha-2, or * for anywhere else.</param>
public sealed record ShippingZoneBody(IReadOnlyList<string> Countries, IReadOnlyList<ShippingPriceBody> Prices, int? MinDays = null, int? MaxDays = null)
{
    public static ShippingZone[] ToZones(IReadOnlyList<ShippingZoneBody> zones) => [.. zones.Select((zone, index) => zone.ToZone(index))];

    private ShippingZone ToZone(int index) => new(
        [.. Countries.Select(country => country.Trim().ToUpperInvariant())],
        [.. Prices.Index().Select(price => price.Item.ToPrice($"Zones[{index}].Prices[{price.Index}]"))])
    {
        MinDays = MinDays, MaxDays = MaxDays,
    };

    public static IReadOnlyList<ShippingZoneBody> Of(ShippingZone[] zones) => [.. zones.Select(Of)];

    private static ShippingZoneBody Of(ShippingZone zone) => new(zone.Countries, [.. zone.Prices.Select(ShippingPriceBody.Of)], zone.MinDays, zone.MaxDays);
}

/// <param name="Amount">Of a flat price.</param>
/// <param name="Bands">Of a price by weight (up_to in grams) or by total (up_to an amount); the narrowest that fits decides.</param>
/// <param name="FreeOver">Goods worth this much or more are sent for nothing.</param>
public sealed record ShippingPriceBody(
    Currency Currency, ShippingRate Rate = ShippingRate.Flat, decimal? Amount = null, IReadOnlyList<ShippingBandBody>? Bands = null, decimal? FreeOver = null)
{
    public ShippingPrice ToPrice(string field)
    {
        ShippingBand[] bands = Rate == ShippingRate.Flat
            ? [new(null, Money.Of(Amount ?? throw Refused.Invalid($"{field}.Amount", "A flat price has an amount."), Currency, $"{field}.Amount").Minor)]
            : [.. (Bands ?? []).Select(band => new ShippingBand(Limit(band.UpTo, field), Money.Of(band.Amount, Currency, $"{field}.Bands").Minor))];
        return new(Currency, Rate, bands) { FreeOver = FreeOver is { } over ? Money.Of(over, Currency, $"{field}.FreeOver").Minor : null };
    }

    public static ShippingPriceBody Of(ShippingPrice price)
    {
        decimal? Shown(long? minor) => minor is { } amount ? new Money(amount, price.Currency).Amount : null;
        var flat = price.Rate == ShippingRate.Flat;
        return new(price.Currency, price.Rate, flat ? Shown(price.Bands[0].Amount) : null,
            flat ? null : [.. price.Bands.Select(band => new ShippingBandBody(new Money(band.Amount, price.Currency).Amount,
                price.Rate == ShippingRate.ByWeight ? band.UpTo : Shown(band.UpTo)))], Shown(price.FreeOver));
    }

    private long? Limit(decimal? upTo, string field) => upTo switch
    {
        null => null,
        { } amount when Rate == ShippingRate.ByTotal => Money.Of(amount, Currency, $"{field}.Bands").Minor,
        >= 0 and <= int.MaxValue => (long)decimal.Truncate(upTo.Value),
        _ => throw Refused.Invalid($"{field}.Bands", "A limit is in grams, zero or more."),
    };
}

public sealed record ShippingBandBody(decimal Amount, decimal? UpTo = null);

public sealed record ShippingMethodResponse(
    Id<DeliveryMethod> Id, string Code, string Name, IReadOnlyList<ShippingZoneBody> Zones, bool Enabled, int Position,
    DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<DeliveryMethod, ShippingMethodResponse>> From = m => new(
        m.Id, m.Code, m.Name, ShippingZoneBody.Of(m.Zones), m.Enabled, m.Position, m.CreatedAt, m.UpdatedAt, m.Version);

    public static readonly Func<DeliveryMethod, ShippingMethodResponse> Of = From.Compile();
}
