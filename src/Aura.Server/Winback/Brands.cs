using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Brands;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

internal static class Brands
{
    private static readonly Listing<Brand, BrandResponse> Shape = new Listing<Brand, BrandResponse>(BrandResponse.From)
        .Field("name", b => b.Name);

    public static void MapBrands(this RouteGroupBuilder api)
    {
        var brands = api.MapGroup("/whitelabel/brands").WithTags("Brands").Scope("brands");
        brands.MapGet("/", List).Lists(Shape);
        brands.MapGet("/{id}", Show);
        brands.MapPost("/", Create);
        brands.MapPut("/{id}", Update);
        brands.MapDelete("/{id}", Delete);
    }

    private static Task<BrandList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Brands, list, rows => new BrandList(rows), cancellation);

    private static async Task<OneBrand> Show(Id<Brand> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.Brands, id, cancellation));

    private static Task<MadeBrand> Create(CreateBrand request, AuraDb db, CancellationToken cancellation) => db.Make(request.ToBrand(), MadeBrand.Of, cancellation);

    private static Task<MadeBrand> Update(Id<Brand> id, UpdateBrand request, AuraDb db, CancellationToken cancellation) => db.Change(id, request.Apply, MadeBrand.Of, cancellation);

    private static Task<DeletedBrand> Delete(Id<Brand> id, AuraDb db, CancellationToken cancellation) => db.Remove(id, gone => new DeletedBrand(true, gone), cancellation);
}

/// <param name="PrimaryColor">#rrggbb.</param>
public sealed record CreateBrand(
    [StringLength(200, MinimumLength = 1)] string Name, string? PrimaryColor = null, string? SecondaryColor = null,
    [StringLength(2000)] string? LogoUrl = null, string? FontFamily = null)
{
    public Brand ToBrand()
    {
        var brand = Brand.Create(Name);
        brand.Paint(PrimaryColor, SecondaryColor);
        brand.ShowLogo(LogoUrl);
        brand.SetIn(FontFamily);
        return brand;
    }
}

public sealed record UpdateBrand
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<string?> PrimaryColor { get; init; }
    public Change<string?> SecondaryColor { get; init; }
    [StringLength(2000)] public Change<string?> LogoUrl { get; init; }
    public Change<string?> FontFamily { get; init; }

    public void Apply(Brand brand)
    {
        Name.Apply(brand.Rename);
        brand.Paint(PrimaryColor.Or(brand.PrimaryColor), SecondaryColor.Or(brand.SecondaryColor));
        LogoUrl.Apply(brand.ShowLogo);
        FontFamily.Apply(brand.SetIn);
    }
}

public sealed record BrandList(IReadOnlyList<BrandResponse> Brands) : Listed;

public sealed record OneBrand(BrandResponse Brand) : IVersioned
{
    [JsonIgnore] public int Version => Brand.Version;
    [JsonIgnore] public DateTime UpdatedAt => Brand.UpdatedAt;
}

public sealed record MadeBrand(bool Success, Id<Brand> BrandId)
{
    public static MadeBrand Of(Brand brand) => new(true, brand.Id);
}

public sealed record DeletedBrand(bool Deleted, Id<Brand> BrandId);

public sealed record BrandResponse(
    Id<Brand> Id, string Name, string? PrimaryColor, string? SecondaryColor, string? LogoUrl, string? FontFamily, DateTime CreatedAt, DateTime UpdatedAt,
    [property: JsonIgnore] int Version) : IVersioned
{
    public static readonly Expression<Func<Brand, BrandResponse>> From = b => new(
        b.Id, b.Name, b.PrimaryColor, b.SecondaryColor, b.LogoUrl, b.FontFamily, b.CreatedAt, b.UpdatedAt, b.Version);
}
