using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Persistence;
using Aura.Pricing;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Taxes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.V2;

internal static class TaxRegions
{
    private static readonly Listing<TaxArea, TaxRegionResponse> Shape = new Listing<TaxArea, TaxRegionResponse>(TaxRegionResponse.From)
        .Field("country", a => a.Country)
        .Field("state", a => a.State)
        .Field("postal_prefix", a => a.PostalPrefix)
        .Field("created_at", a => a.CreatedAt)
        .Parameter("country");

    public static void MapTaxRegions(this RouteGroupBuilder api)
    {
        var regions = api.MapGroup("/tax-regions").WithTags("Taxes").Scope("taxes").Configuration();
        regions.MapGet("/", List).Lists(Shape);
        regions.MapGet("/{id}", Show);
        regions.MapPost("/", Create);
        regions.MapPut("/{id}", Update);
        regions.MapDelete("/{id}", Delete);
    }

    private static Task<Listed<TaxRegionResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.TaxRegions, list, cancellation);

    private static Task<TaxRegionResponse> Show(Id<TaxArea> id, AuraDb db, CancellationToken cancellation) => Shape.Show(db.TaxRegions, id, cancellation);

    private static Task<Created<TaxRegionResponse>> Create(CreateTaxRegion request, AuraDb db, CancellationToken cancellation) =>
        db.Create(request.ToArea(), TaxRegionResponse.Of, area => $"/v2/tax-regions/{area.Id}", cancellation);

    private static Task<TaxRegionResponse> Update(Id<TaxArea> id, UpdateTaxRegion request, AuraDb db, CancellationToken cancellation) =>
        db.Change(id, request.Apply, TaxRegionResponse.Of, cancellation);

    private static Task<NoContent> Delete(Id<TaxArea> id, AuraDb db, CancellationToken cancellation) => db.Delete(id, cancellation);
}

public sealed record CreateTaxRegion(
    string Country,
    IReadOnlyList<TaxRateBody> Rates,
    [StringLength(100)] string? State = null,
    [StringLength(20)] string? PostalPrefix = null,
    bool ShippingTaxable = true,
    bool? PricesIncludeTax = null)
{
    public TaxArea ToArea()
    {
        var area = TaxArea.Create(Country, State, PostalPrefix, [.. Rates.Select(rate => rate.ToRate(Country))]);
        area.Treat(ShippingTaxable, PricesIncludeTax);
        return area;
    }
}

public sealed record UpdateTaxRegion
{
    public Change<IReadOnlyList<TaxRateBody>> Rates { get; init; }
    public Change<bool> ShippingTaxable { get; init; }
    public Change<bool?> PricesIncludeTax { get; init; }

    public void Apply(TaxArea area)
    {
        Rates.Apply(rates => area.Charge([.. rates.Select(rate => rate.ToRate(area.Country))]));
        area.Treat(ShippingTaxable.Or(area.ShippingTaxable), PricesIncludeTax.Or(area.PricesIncludeTax));
    }
}

/// <param name="Rate">Percent.</param>
/// <param name="Category">The tax category of products, or <c>shipping</c>.</param>
/// <param name="Jurisdiction">Who gets it; the country where it is not given.</param>
/// <param name="Compound">Charged on the price plus the taxes listed before it.</param>
public sealed record TaxRateBody(
    decimal Rate,
    [StringLength(50, MinimumLength = 1)] string Category = TaxRate.Standard,
    [StringLength(100)] string Name = "Tax",
    [StringLength(100)] string? Jurisdiction = null,
    bool Compound = false)
{
    public TaxRate ToRate(string country) => new(Category.Trim().ToLowerInvariant(), Rate, Name, Jurisdiction ?? country.ToUpperInvariant(), Compound);

    public static IReadOnlyList<TaxRateBody> Of(TaxRate[] rates) => [.. rates.Select(Of)];

    private static TaxRateBody Of(TaxRate rate) => new(rate.Percent, rate.Category, rate.Name, rate.Jurisdiction, rate.Compound);
}

public sealed record TaxRegionResponse(
    Id<TaxArea> Id, string Country, string? State, string? PostalPrefix, IReadOnlyList<TaxRateBody> Rates, bool ShippingTaxable, bool? PricesIncludeTax,
    DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<TaxArea, TaxRegionResponse>> From = a => new(
        a.Id, a.Country, a.State == "" ? null : a.State, a.PostalPrefix == "" ? null : a.PostalPrefix, TaxRateBody.Of(a.Rates),
        a.ShippingTaxable, a.PricesIncludeTax, a.CreatedAt, a.UpdatedAt, a.Version);

    public static readonly Func<TaxArea, TaxRegionResponse> Of = From.Compile();
}
