using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Catalog;

/// <summary>A place in the tree of categories; known by its slug.</summary>
public sealed class Category : StoreEntity, IAudited
{
    public static string Prefix => "cat";
    public static string Noun => "category";

    public const int MaxDepth = 20;

    public string Name { get; private set; } = "";

    /// <summary>Lower case, digits and hyphens; unique in a store.</summary>
    public string Slug { get; private set; } = "";

    public long? ParentId { get; private set; }

    /// <summary>The slugs from the root of the tree down to this one. What is below a category has its slug here.</summary>
    public string[] Path { get; private set; } = [];

    /// <param name="slug">Null: made from the name.</param>
    /// <exception cref="Refused">422 for an empty name, a slug without letters, or a tree too deep.</exception>
    public static Category Create(string name, string? slug, Category? parent)
    {
        var category = new Category();
        category.Rename(name);
        category.Slug = Catalog.Slug.Checked(slug ?? name, nameof(Slug));
        category.MoveUnder(parent, []);
        return category;
    }

    public void Rename(string name) =>
        Name = name.Trim() is { Length: > 0 } trimmed ? trimmed : throw Refused.Invalid(nameof(Name), "Must not be empty.");

    /// <param name="below">All that is below it, at any depth.</param>
    public void ChangeSlug(string slug, IReadOnlyList<Category> below)
    {
        Slug = Catalog.Slug.Checked(slug, nameof(Slug));
        Lead([.. Path[..^1], Slug], below);
    }

    /// <param name="parent">Null: to the root.</param>
    /// <param name="below">All that is below it, at any depth; it moves along.</param>
    /// <exception cref="Refused">409 where the parent is itself or below it; 422 where the tree gets deeper than 20.</exception>
    public void MoveUnder(Category? parent, IReadOnlyList<Category> below)
    {
        if (parent is not null && (parent == this || below.Contains(parent)))
            throw Refused.Conflict("category_cycle", "A category cannot be below itself.");
        ParentId = parent?.Id;
        Lead([.. parent?.Path ?? [], Slug], below);
    }

    private void Lead(string[] path, IReadOnlyList<Category> below)
    {
        foreach (var category in below)
            category.Path = Shallow([.. path, .. category.Path[Path.Length..]]);
        Path = Shallow(path);
    }

    private static string[] Shallow(string[] path) =>
        path.Length <= MaxDepth ? path : throw Refused.Invalid(nameof(ParentId), $"Categories are at most {MaxDepth} levels deep.");
}

/// <summary>A product is in a category.</summary>
public sealed class ProductCategory : StoreRow
{
    public long ProductId { get; private set; }
    public long CategoryId { get; private set; }
    public Category Category { get; private set; } = null!; // loaded where it is needed

    /// <summary>Among the categories of the product, from 0.</summary>
    public int Position { get; internal set; }

    internal static ProductCategory Of(Category category) => new() { Category = category };
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
