using System.ComponentModel.DataAnnotations;
using Aura.Catalog;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class Variants
{
    private static readonly Listing<Variant, VariantOfProduct> Shape = new Listing<Variant, VariantOfProduct>(v => new VariantOfProduct(v, v.Product))
        .Field("sku", v => v.Sku)
        .Field("barcode", v => v.Barcode)
        .Field("position", v => v.Position)
        .Field("created_at", v => v.CreatedAt)
        .Field("updated_at", v => v.UpdatedAt)
        .SortedBy("position");

    public static void MapVariants(this RouteGroupBuilder api)
    {
        var variants = api.MapGroup("/products/{id}/variants").WithTags("Products").Scope("products").Cached(TimeSpan.FromMinutes(5));
        variants.MapGet("/", List).Lists(Shape).Localised();
        variants.MapGet("/{variantId}", Show).Localised();
        variants.MapPost("/", Create);
        variants.MapPut("/{variantId}", Update);
        variants.MapDelete("/{variantId}", Delete);
    }

    private static async Task<Listed<VariantResponse>> List(Id<Product> id, ListRequest list, PriceForm form, AuraDb db, CancellationToken cancellation)
    {
        await db.Products.Demand(id, cancellation);
        var page = await Shape.List(Of(id, db), list, cancellation);
        return new(await page.Data.Select(v => VariantResponse.Of(v.Variant, v.Product, form)).ToList().WithStock(db, cancellation), page.Pagination);
    }

    private static async Task<VariantResponse> Show(Id<Product> id, Id<Variant> variantId, PriceForm form, AuraDb db, CancellationToken cancellation)
    {
        var found = await Shape.Show(Of(id, db), variantId, cancellation);
        return await VariantResponse.Of(found.Variant, found.Product, form).WithStock(db, cancellation);
    }

    private static Task<Created<VariantResponse>> Create(Id<Product> id, CreateVariant request, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var product = await db.Load(db.Products.Include(p => p.Variants).Where(p => p.Id == id.Value), cancellation);
        var variant = request.ToVariant(product.Currency);
        product.Add(variant);
        db.PublishUpdate(product);
        await db.Save([(variant, request.Inventory)], cancellation);
        return TypedResults.Created(
            $"/v2/products/{id}/variants/{new Id<Variant>(variant.Id)}", await VariantResponse.Of(variant, product, PriceForm.Plain).WithStock(db, cancellation));
    }, cancellation);

    private static Task<VariantResponse> Update(
        Id<Product> id, Id<Variant> variantId, UpdateVariant request, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var variant = await db.Load(Of(id, db).Include(v => v.Product).Where(v => v.Id == variantId.Value), cancellation);
        request.Apply(variant);
        db.PublishUpdate(variant.Product);
        await db.Save([(variant, request.Inventory.IsGiven ? request.Inventory.Or(0) : null)], cancellation);
        return await VariantResponse.Of(variant, variant.Product, PriceForm.Plain).WithStock(db, cancellation);
    }, cancellation);

    private static async Task<NoContent> Delete(Id<Product> id, Id<Variant> variantId, AuraDb db, CancellationToken cancellation)
    {
        var product = await db.Load(db.Products.Include(p => p.Variants).Where(p => p.Id == id.Value), cancellation);
        product.Remove(product.Variant(variantId), db.Now);
        db.PublishUpdate(product);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }

    private static IQueryable<Variant> Of(Id<Product> id, AuraDb db) => db.Variants.Where(v => v.ProductId == id.Value && v.RemovedAt == null);
}

/// <param name="Price">Null: it costs what the product costs.</param>
/// <param name="Inventory">How many can be sold.</param>
/// <param name="Weight">Grams; null: the product's.</param>
public sealed record CreateVariant(
    string Sku,
    decimal? Price = null,
    [Range(0, CreateVariant.MaxInventory)] long? Inventory = null,
    Dictionary<string, decimal>? Prices = null,
    Dictionary<string, string>? Attributes = null,
    string? Image = null,
    [StringLength(100)] string? Barcode = null,
    [Range(0, 10_000_000)] int? Weight = null,
    decimal? Cost = null,
    bool TracksInventory = true,
    bool AllowsBackorder = false)
{
    public const long MaxInventory = 1_000_000_000;

    public Variant ToVariant(Currency currency)
    {
        var variant = Variant.Create(Sku, currency);
        variant.ChangePrice(Price);
        variant.PriceAbroad(Prices ?? []);
        variant.Distinguish(Attributes ?? []);
        variant.Show(Image);
        variant.Label(Barcode);
        variant.Weigh(Weight);
        variant.ChangeCost(Cost);
        variant.Stock(TracksInventory, AllowsBackorder);
        return variant;
    }
}

public record UpdateVariant
{
    public Change<string> Sku { get; init; }
    public Change<decimal?> Price { get; init; }

    /// <summary>How many can be sold.</summary>
    [Range(0, CreateVariant.MaxInventory)] public Change<long> Inventory { get; init; }

    public Change<Dictionary<string, decimal>> Prices { get; init; }
    public Change<Dictionary<string, string>> Attributes { get; init; }
    public Change<string?> Image { get; init; }
    [StringLength(100)] public Change<string?> Barcode { get; init; }
    [Range(0, 10_000_000)] public Change<int?> Weight { get; init; }
    public Change<decimal?> Cost { get; init; }
    public Change<bool> TracksInventory { get; init; }
    public Change<bool> AllowsBackorder { get; init; }

    public void Apply(Variant variant)
    {
        Sku.Apply(variant.ChangeSku);
        Price.Apply(variant.ChangePrice);
        Prices.Apply(variant.PriceAbroad);
        Attributes.Apply(variant.Distinguish);
        Image.Apply(variant.Show);
        Barcode.Apply(variant.Label);
        Weight.Apply(variant.Weigh);
        Cost.Apply(variant.ChangeCost);
        variant.Stock(TracksInventory.Or(variant.TracksInventory), AllowsBackorder.Or(variant.AllowsBackorder));
    }
}

/// <summary>A variant within an update of its product.</summary>
public sealed record ProductVariantBody : UpdateVariant
{
    /// <summary>Which one; without it the SKU says which, and a SKU that the product does not have makes a new one.</summary>
    public Id<Variant>? Id { get; init; }

    public Variant? Find(Product product)
    {
        var sku = Sku.Or("").Trim();
        return Id is { } id ? product.Variant(id) : product.Offered.FirstOrDefault(v => v.Sku == sku);
    }

    public Variant ApplyTo(Product product)
    {
        if (Find(product) is { } variant)
        {
            Apply(variant);
            return variant;
        }

        variant = Variant.Create(Sku.Or(""), product.Currency);
        Apply(variant);
        product.Add(variant);
        return variant;
    }
}

/// <param name="Price">What it costs: its own price, or the product's. A decimal; with X-Currency an object, and null where there is no price in that currency.</param>
/// <param name="PriceOverride">Its own price; null where it has none.</param>
/// <param name="Weight">Grams: its own weight, or the product's.</param>
public sealed record VariantResponse(
    Id<Variant> Id, Id<Product> ProductId, string Sku, Price? Price, Price? PriceOverride, Dictionary<string, decimal> Prices, Dictionary<string, string> Attributes,
    string? Image, string? Barcode, int Weight, decimal? Cost, bool TracksInventory, bool AllowsBackorder, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    /// <summary>How many can be sold; null where nobody counts.</summary>
    public long? Inventory { get; init; }

    public static VariantResponse Of(Variant v, Product p, PriceForm form) => new(
        v.Id, p.Id, v.Sku, form.Of(p.Currency, currency => v.PriceIn(currency, p)), form.Of(p.Currency, v.OwnPriceIn), Amounts.Major(v.Prices), v.Attributes,
        v.Image, v.Barcode, v.Weight ?? p.Weight, Amounts.Major(v.Cost, p.Currency), v.TracksInventory, v.AllowsBackorder, v.CreatedAt, v.UpdatedAt, v.Version);
}

/// <summary>A variant with the product whose prices it may have.</summary>
public sealed record VariantOfProduct(Variant Variant, Product Product);
