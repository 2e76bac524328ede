using System.Text.Json.Serialization;
using Aura.Catalog;
using Aura.Inventory;
using Aura.Server.Http;

namespace Aura.Server.V2;

/// <param name="Price">A decimal; with X-Currency an object, and null where the product has no price in that currency.</param>
/// <param name="Currency">The product's own, in which its price stands without X-Currency.</param>
public sealed record ProductResponse(
    Id<Product> Id, string Name, string? Description, Price? Price, Currency Currency, Dictionary<string, decimal> Prices, Price? CompareAtPrice, string Sku,
    ProductStatus Status, IReadOnlyList<string> Categories, IReadOnlyList<VariantResponse> Variants, IReadOnlyList<ImageResponse> Images,
    string? Vendor, string? ProductType, IReadOnlyList<string> Tags, string TaxCategory, bool Taxable, bool RequiresShipping, int Weight,
    RatingResponse Rating, Dictionary<string, string> Metadata, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    /// <summary>How many can be sold of all variants together; null where nobody counts.</summary>
    public long? Inventory => Variants.Any(v => v.Inventory is not null) ? Variants.Sum(v => v.Inventory ?? 0) : null;

    /// <summary>The newest ones, where they were asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ReviewResponse>? Reviews { get; init; }

    public static ProductResponse Of(ProductOnOffer offer, PriceForm form) =>
        Of(offer.Product, offer.Variants, offer.Images, offer.Categories, form).With(offer.Available);

    public static ProductResponse Of(Product p) =>
        Of(p, [.. p.Offered], [.. p.Images.OrderBy(i => i.Position)], [.. p.Categories.OrderBy(c => c.Position).Select(c => c.Category.Slug)], PriceForm.Plain);

    private static ProductResponse Of(Product p, IReadOnlyList<Variant> variants, IReadOnlyList<ProductImage> images, IReadOnlyList<string> categories, PriceForm form) => new(
        p.Id, p.Name, p.Description, form.Of(p.Currency, p.PriceIn), p.Currency, Amounts.Major(p.Prices), form.Of(p.CompareAtPrice, p.Currency), p.Sku,
        p.Status, categories, [.. variants.Select(v => VariantResponse.Of(v, p, form))], [.. images.Select(ImageResponse.Of)],
        p.Vendor, p.ProductType, p.Tags, p.TaxCategory, p.Taxable, p.RequiresShipping, p.Weight,
        RatingResponse.Of(p), p.Metadata, p.CreatedAt, p.UpdatedAt, p.Version);
}

/// <param name="Average">1 to 5 with two decimal places; null without a review.</param>
/// <param name="Count">Of the published reviews.</param>
public sealed record RatingResponse(decimal? Average, int Count)
{
    public static RatingResponse Of(Product p) =>
        new(p.ReviewCount == 0 ? null : Math.Round((decimal)p.RatingSum / p.ReviewCount, 2, MidpointRounding.AwayFromZero), p.ReviewCount);
}

/// <summary>Amounts as this dialect writes them in the catalogue: decimals of major units.</summary>
internal static class Amounts
{
    public static decimal Major(long minor, Currency currency) => new Money(minor, currency).Amount;

    public static decimal? Major(long? minor, Currency currency) => minor is { } given ? Major(given, currency) : null;

    public static Dictionary<string, decimal> Major(Dictionary<string, long> prices) =>
        prices.ToDictionary(price => price.Key, price => Major(price.Value, Currency.Of(price.Key)));
}
