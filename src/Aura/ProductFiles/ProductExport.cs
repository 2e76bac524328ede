using System.Runtime.CompilerServices;
using Aura.Catalog;
using Aura.Connectors.Shops;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.ProductFiles;

/// <summary>Writes products as another shop's file. Holds some hundred of them in memory, however many there are.</summary>
public sealed class ProductExport(AuraDb db)
{
    private const int Batch = 200;

    /// <summary>A file begins with its header, which depends on all products: they are gone through twice. Each is as it was when its page was read; inside a transaction, as it was then.</summary>
    /// <param name="stream">Left open. However slowly it takes what is written, no connection waits for it, unless there is a transaction.</param>
    /// <param name="only">Which products; they come in the order in which they were made.</param>
    /// <exception cref="Refused">409 where a product meanwhile came to need a column which the header does not have.</exception>
    public async Task<ShopWritten> Write(ProductFileFormat format, IQueryable<Product> only, Stream stream, CancellationToken cancellation)
    {
        var names = await db.Categories.AsNoTracking().ToDictionaryAsync(c => c.Slug, c => c.Name, cancellation);
        var columns = await ShopColumns.Of(Products(format, only, names, cancellation), cancellation);
        var products = Products(format, only, names, cancellation).Select(product => columns.Hold(product) ? product : throw Refused.Conflict(
            "catalogue_changed", $"While it was exported, '{product.Title}' came to need another column. Export the products again."));
        return format == ProductFileFormat.Shopify
            ? await ShopifyCsvWriter.Write(products, stream, columns, cancellation)
            : await WooCommerceCsvWriter.Write(products, stream, columns, cancellation);
    }

    private async IAsyncEnumerable<ShopProduct> Products(
        ProductFileFormat format, IQueryable<Product> only, IReadOnlyDictionary<string, string> names, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long after = 0; ;)
        {
            var page = await only.Where(p => p.Id > after).OrderBy(p => p.Id).Take(Batch).WithParts().AsNoTracking().ToListAsync(cancellation);
            if (page.Count == 0)
                yield break;
            after = page[^1].Id;
            long[] ids = [.. page.Select(p => p.Id)];
            var listings = await db.ShopListings.AsNoTracking().Where(l => ids.Contains(l.ProductId)).ToDictionaryAsync(l => l.ProductId, cancellation);
            var stock = await db.Variants.Where(v => ids.Contains(v.ProductId) && v.RemovedAt == null && v.TracksInventory)
                .Select(v => new { v.Id, Quantity = AuraDb.AvailableStock(v.TenantId, v.Id) }).ToDictionaryAsync(v => v.Id, v => v.Quantity, cancellation);
            foreach (var product in page)
                yield return new ListedProduct(product, listings.GetValueOrDefault(product.Id), stock, names).As(format);
        }
    }
}
