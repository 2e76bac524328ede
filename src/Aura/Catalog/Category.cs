using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Catalog;

/// <summary>A place in the tree of categories; known by its slug.</summary>
public sealed class Category : StoreEntity, IAudited
{
    public static string Prefix => "cat";
    public static string Noun => "category";

    public string Name { get; private set; } = "";

    /// <summary>Lower case, digits and hyphens; unique in a store.</summary>
    public string Slug { get; private set; } = "";

    public long? ParentId { get; private set; }
}

/// <summary>A product is in a category.</summary>
public sealed class ProductCategory : StoreRow
{
    public long ProductId { get; private set; }
    public long CategoryId { get; private set; }
    public Category Category { get; private set; } = null!; // loaded where it is needed
}

/// <summary>A picture of a product.</summary>
public sealed class ProductImage : StoreRow, IIdentified
{
    public static string Prefix => "img";
    public static string Noun => "image";

    public long ProductId { get; private set; }
    public string Url { get; private set; } = "";
    public string? Alt { get; private set; }
    public int Position { get; private set; }
}

internal sealed class CategoryMapping : IEntityTypeConfiguration<Category>
{
    public void Configure(EntityTypeBuilder<Category> category) => category.HasIndex(c => new { c.TenantId, c.Slug }).IsUnique();
}

internal sealed class ProductCategoryMapping : IEntityTypeConfiguration<ProductCategory>
{
    public void Configure(EntityTypeBuilder<ProductCategory> place)
    {
        place.HasIndex(p => new { p.TenantId, p.ProductId, p.CategoryId }).IsUnique();
        place.HasOne(p => p.Category).WithMany().HasForeignKey(p => new { p.TenantId, p.CategoryId });
    }
}
