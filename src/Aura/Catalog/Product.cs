using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Catalog;

public enum ProductStatus
{
    Draft,
    Active,
    Archived,
}

/// <summary>Something that is sold. What is bought and stocked is one of its variants; it always has at least one.</summary>
public sealed partial class Product : StoreEntity, IAudited, IPriced
{
    public static string Prefix => "prod";
    public static string Noun => "product";

    public const int MaxVariants = 250;
    public const int MaxImages = 250;
    public const int MaxTags = 250;

    private readonly List<Variant> variants = [];
    private readonly List<ProductImage> images = [];
    private readonly List<ProductCategory> categories = [];

    public string Name { get; private set; } = "";
    public string? Description { get; private set; }

    /// <summary>Unique among the products of a store. A product without variants of its own has one with this SKU.</summary>
    public string Sku { get; private set; } = "";

    public ProductStatus Status { get; private set; } = ProductStatus.Active;

    /// <summary>Of a variant that has no price of its own, in minor units of <see cref="Currency"/>.</summary>
    [MinorUnits] public long Price { get; private set; }

    /// <summary>The store's currency when the product was made.</summary>
    public Currency Currency { get; private init; }

    /// <summary>Prices in other currencies, in their minor units, by currency code.</summary>
    public Dictionary<string, long> Prices { get; private set; } = [];

    /// <summary>What it cost before, to be struck through.</summary>
    [MinorUnits] public long? CompareAtPrice { get; private set; }

    public string? Vendor { get; private set; }
    public string? ProductType { get; private set; }
    public string[] Tags { get; private set; } = [];

    /// <summary>Which tax rate it has: standard, reduced, zero or a category of the store's own.</summary>
    public string TaxCategory { get; private set; } = "standard";

    public bool Taxable { get; private set; } = true;
    public bool RequiresShipping { get; private set; } = true;

    /// <summary>Grams; of a variant without a weight of its own.</summary>
    public int Weight { get; private set; }

    public Dictionary<string, string> Metadata { get; private set; } = [];

    /// <summary>How many published reviews there are; counted by <see cref="Review"/>.</summary>
    public int ReviewCount { get; private set; }

    /// <summary>Their ratings added up.</summary>
    public int RatingSum { get; private set; }

    /// <summary>A number that no other state of this product has: drawn by the database whenever the row, a variant, an image or a place in a category changes.</summary>
    public long Revision { get; private init; }

    /// <summary>Those that were removed included.</summary>
    public IReadOnlyList<Variant> Variants => variants;

    public IReadOnlyList<ProductImage> Images => images;
    public IReadOnlyList<ProductCategory> Categories => categories;

    /// <summary>What can be bought, in order.</summary>
    public IEnumerable<Variant> Offered => variants.Where(v => v.RemovedAt is null).OrderBy(v => v.Position);

    /// <param name="price">In the store's currency.</param>
    /// <param name="variants">None: it gets one with the product's SKU.</param>
    /// <exception cref="Refused">422 for a wrong name, SKU or price, or a SKU that two variants share.</exception>
    public static Product Create(string name, string sku, Money price, IReadOnlyList<Variant> variants)
    {
        var product = new Product { Currency = price.Currency };
        product.Rename(name);
        product.Sku = Catalog.Sku.Checked(sku);
        product.Price = PriceList.NotNegative(price, nameof(Price)).Minor;
        foreach (var variant in variants.Count > 0 ? variants : [Catalog.Variant.Create(product.Sku, price.Currency)])
            product.Add(variant);
        return product;
    }

    public void Rename(string name) =>
        Name = name.Trim() is { Length: > 0 } trimmed ? trimmed : throw Refused.Invalid(nameof(Name), "Must not be empty.");

    public void Explain(string? description) => Description = description;

    /// <summary>Changes the SKU, and that of the variant that has the same.</summary>
    public void ChangeSku(string sku)
    {
        var before = Sku;
        Sku = Catalog.Sku.Checked(sku);
        variants.FirstOrDefault(v => v.RemovedAt is null && v.Sku == before)?.ChangeSku(Sku);
    }

    public void Turn(ProductStatus status) => Status = status;

    /// <summary>Takes it off sale; it stays to be read, and its SKU stays taken.</summary>
    /// <returns>False when it was archived before.</returns>
    public bool Archive()
    {
        var changes = Status != ProductStatus.Archived;
        Status = ProductStatus.Archived;
        return changes;
    }

    /// <param name="amount">Major units of its own currency.</param>
    public void ChangePrice(decimal amount) => Price = Minor(amount, nameof(Price));

    /// <param name="amounts">Major units by currency code; replaces what there was.</param>
    public void PriceAbroad(IReadOnlyDictionary<string, decimal> amounts) => Prices = PriceList.Checked(amounts, Currency);

    /// <returns>Null where it has no price in that currency.</returns>
    public Money? PriceIn(Currency currency) => PriceList.In(currency, Currency, Price, Prices);

    /// <param name="amount">Major units; null: nothing is struck through.</param>
    public void Strike(decimal? amount) => CompareAtPrice = amount is { } given ? Minor(given, nameof(CompareAtPrice)) : null;

    public void Classify(string? vendor, string? productType) => (Vendor, ProductType) = (vendor, productType);

    /// <exception cref="Refused">422 for more than 250 tags or one over 50 characters.</exception>
    public void Tag(IReadOnlyList<string> tags)
    {
        var distinct = tags.Select(tag => tag.Trim().ToLowerInvariant()).Where(tag => tag != "").Distinct().ToArray();
        if (distinct.Length > MaxTags || distinct.Any(tag => tag.Length > 50))
            throw Refused.Invalid(nameof(Tags), $"At most {MaxTags} tags of at most 50 characters.");
        Tags = distinct;
    }

    public void Tax(bool taxable, string category) => (Taxable, TaxCategory) = (taxable, category);

    /// <param name="weight">Grams.</param>
    public void Ship(bool required, int weight) => (RequiresShipping, Weight) = (required, weight);

    public void Describe(Dictionary<string, string> metadata) => Metadata = Aura.Metadata.Checked(metadata);

    /// <summary>Puts it into these categories and no others; the first is the one that lists sort by.</summary>
    public void Place(IReadOnlyList<Category> wanted)
    {
        categories.RemoveAll(place => !wanted.Contains(place.Category));
        foreach (var (position, category) in wanted.Index())
        {
            var place = categories.FirstOrDefault(p => p.Category == category);
            if (place is null)
                categories.Add(place = ProductCategory.Of(category));
            place.Position = position;
        }
    }

    /// <exception cref="Refused">422 for a SKU that another of its variants has, or one variant too many.</exception>
    public void Add(Variant variant)
    {
        if (Offered.Any(v => v.Sku == variant.Sku))
            throw Refused.Invalid(nameof(Variants), $"Two variants have the SKU {variant.Sku}.");
        if (Offered.Count() == MaxVariants)
            throw Refused.Invalid(nameof(Variants), $"A product has at most {MaxVariants} variants.");
        variant.Product = this;
        variant.Position = variants.Count == 0 ? 0 : variants.Max(v => v.Position) + 1;
        variants.Add(variant);
    }

    /// <exception cref="Refused">404 where the product has no such variant on sale.</exception>
    public Variant Variant(Id<Variant> id) =>
        Offered.FirstOrDefault(v => v.Id == id.Value) ?? throw Refused.NotFound(Catalog.Variant.Noun);

    /// <exception cref="Refused">409 for the last one.</exception>
    public void Remove(Variant variant, DateTime now)
    {
        if (!Offered.Any(other => other != variant))
            throw Refused.Conflict("last_variant", "A product keeps at least one variant. Archive the product instead.");
        variant.Remove(now);
    }

    /// <summary>Adds a picture at a place from 1, and moves those behind it; without a place, at the end.</summary>
    /// <exception cref="Refused">422 for one picture too many.</exception>
    public void Add(ProductImage image, int? place = null)
    {
        if (images.Count == MaxImages)
            throw Refused.Invalid(nameof(Images), $"A product has at most {MaxImages} images.");
        Number([.. images.OrderBy(i => i.Position)], image, place);
        images.Add(image);
    }

    /// <summary>Has these pictures and no others, in this order; a picture with the same address stays the one it was.</summary>
    public void Picture(IReadOnlyList<ProductImage> wanted)
    {
        var before = images.ToList();
        images.Clear();
        foreach (var image in wanted)
        {
            var same = before.FirstOrDefault(i => i.Url == image.Url);
            before.Remove(same!); // removing nothing is fine
            same?.Caption(image.Alt);
            Add(same ?? image);
        }
    }

    /// <exception cref="Refused">404 where the product has no such picture.</exception>
    public void Remove(Id<ProductImage> id)
    {
        if (images.RemoveAll(i => i.Id == id.Value) == 0)
            throw Refused.NotFound(ProductImage.Noun);
        foreach (var (position, image) in images.OrderBy(i => i.Position).Index())
            image.Position = position + 1;
    }

    private static void Number(List<ProductImage> row, ProductImage image, int? place)
    {
        row.Insert(Math.Clamp((place ?? int.MaxValue) - 1, 0, row.Count), image);
        foreach (var (position, other) in row.Index())
            other.Position = position + 1;
    }

    private long Minor(decimal amount, string field) => PriceList.NotNegative(Money.Of(amount, Currency, field), field).Minor;
}

internal sealed class ProductMapping : IEntityTypeConfiguration<Product>
{
    public void Configure(EntityTypeBuilder<Product> product)
    {
        product.Ignore(p => p.Offered);
        var revision = product.Property(p => p.Revision).Metadata;
        revision.SetBeforeSaveBehavior(PropertySaveBehavior.Ignore);
        revision.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);
        product.HasIndex(p => new { p.TenantId, p.Sku }).IsUnique();
        product.HasMany(p => p.Variants).WithOne(v => v.Product).HasForeignKey(v => new { v.TenantId, v.ProductId });
        product.HasMany(p => p.Images).WithOne().HasForeignKey(i => new { i.TenantId, i.ProductId });
        product.HasMany(p => p.Categories).WithOne().HasForeignKey(c => new { c.TenantId, c.ProductId });
        product.Navigation(p => p.Variants).HasField("variants");
        product.Navigation(p => p.Images).HasField("images");
        product.Navigation(p => p.Categories).HasField("categories");
    }
}
