using System.Runtime.CompilerServices;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Aura.Catalog;

public static class ProductQueries
{
    /// <summary>With everything that belongs to them; a query per kind, for together they would multiply.</summary>
    public static IQueryable<Product> WithParts(this IQueryable<Product> products) =>
        products.Include(p => p.Variants).Include(p => p.Images).Include(p => p.Categories).ThenInclude(c => c.Category).AsSplitQuery();

    /// <summary>The keys of the newest products of the store that are older than one, the newest first.</summary>
    /// <param name="id">The one; long.MaxValue: none.</param>
    /// <remarks>Compiled once: this page is read more often than any other, and building its expression takes longer than answering it.</remarks>
    public static async Task<List<RowKey>> ProductsBefore(this AuraDb db, long id, int count, CancellationToken cancellation)
    {
        var keys = new List<RowKey>(count);
        await foreach (var key in Before(db, id, count).WithCancellation(cancellation))
            keys.Add(key);
        return keys;
    }

    /// <remarks>A compiled query belongs to the model that it met first, and a replica's contexts have a model of their own.</remarks>
    private static IAsyncEnumerable<RowKey> Before(AuraDb db, long id, int count) => Compiled.GetValue(db.Model, _ => EF.CompileAsyncQuery((AuraDb own, long before, int most) =>
        own.Products.Where(p => p.Id < before).OrderByDescending(p => p.Id).Select(p => new RowKey(p.TenantId, p.Id)).Take(most)))(db, id, count);

    private static readonly ConditionalWeakTable<IModel, Func<AuraDb, long, int, IAsyncEnumerable<RowKey>>> Compiled = [];

    /// <summary>Says that a product has changed, be it in its variants or images alone: the product gets a new version as well.</summary>
    public static void PublishUpdate(this AuraDb db, Product product)
    {
        db.Entry(product).Property(p => p.UpdatedAt).IsModified = true;
        db.Publish("product.updated", product);
    }
}
