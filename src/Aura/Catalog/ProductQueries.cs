using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Catalog;

public static class ProductQueries
{
    /// <summary>With everything that belongs to them; a query per kind, for together they would multiply.</summary>
    public static IQueryable<Product> WithParts(this IQueryable<Product> products) =>
        products.Include(p => p.Variants).Include(p => p.Images).Include(p => p.Categories).ThenInclude(c => c.Category).AsSplitQuery();

    /// <summary>Says that a product has changed, be it in its variants or images alone: the product gets a new version as well.</summary>
    public static void PublishUpdate(this AuraDb db, Product product)
    {
        db.Entry(product).Property(p => p.UpdatedAt).IsModified = true;
        db.Publish("product.updated", product);
    }
}
