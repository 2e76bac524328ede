using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Catalog;

public enum ProductStatus
{
    Draft,
    Active,
    Archived,
}

/// <summary>Something that is sold. What is bought and stocked is one of its variants; it always has at least one.</summary>
public sealed class Product : StoreEntity, IAudited, IPriced
{
    public static string Prefix => "prod";
    public static string Noun => "product";

    public const int MaxVariants = 250;
    public const int MaxImages = 250;

    private readonly List<Variant> variants = [];
    private readonly List<ProductImage> images = [];
    private readonly List<ProductCategory> categories = [];

    public string Name { get; private set; } = "";
    public string? Description { get; private set; }

    /// <summary>Unique among the products of a store. A product without variants of its own has one with this SKU.</summary>
    public string Sku { get; private set; } = "";

    public ProductStatus Status { get; private set; }

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

    public IReadOnlyList<Variant> Variants => variants;
    public IReadOnlyList<ProductImage> Images => images;
    public IReadOnlyList<ProductCategory> Categories => categories;
}

internal sealed class ProductMapping : IEntityTypeConfiguration<Product>
{
    public void Configure(EntityTypeBuilder<Product> product)
    {
        product.HasIndex(p => new { p.TenantId, p.Sku }).IsUnique();
        product.HasMany(p => p.Variants).WithOne(v => v.Product).HasForeignKey(v => new { v.TenantId, v.ProductId });
        product.HasMany(p => p.Images).WithOne().HasForeignKey(i => new { i.TenantId, i.ProductId });
        product.HasMany(p => p.Categories).WithOne().HasForeignKey(c => new { c.TenantId, c.ProductId });
        product.Navigation(p => p.Variants).HasField("variants");
        product.Navigation(p => p.Images).HasField("images");
        product.Navigation(p => p.Categories).HasField("categories");
    }
}
