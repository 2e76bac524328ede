using Aura.Catalog;
using Aura.Connectors.Shops;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.ProductFiles;

/// <summary>What the store has already of the things that some steps through a file name. A fixed number of queries, however many they are.</summary>
internal sealed class Shelf
{
    private readonly Dictionary<string, ShopListing> byHandle = [];
    private readonly Dictionary<string, ShopListing> byExternalId = [];
    private readonly Dictionary<long, ShopListing> byProduct = [];
    private readonly Dictionary<long, Product> products = [];
    private readonly Dictionary<string, (long Product, long Variant)> variantSkus = [];
    private readonly Dictionary<string, long> productSkus = [];
    private readonly Dictionary<long, long> available = [];
    private readonly Dictionary<string, long> seen = [];
    private readonly Dictionary<string, long> seenIds = [];

    private Shelf(CategoryShelf categories) => Categories = categories;

    public CategoryShelf Categories { get; }

    public static async Task<Shelf> Load(AuraDb db, ProductImport import, IReadOnlyList<ShopItem> items, CancellationToken cancellation)
    {
        var said = items.Select(item => item.Product).OfType<ShopProduct>().ToList();
        var variations = items.Select(item => item.Variation).OfType<ShopVariation>().ToList();
        var shelf = new Shelf(await CategoryShelf.Load(db, [.. said.SelectMany(product => product.Categories)], cancellation));
        string[] handles = [.. said.SelectMany(ShopNames.Handles)];
        string[] ids = [.. said.Select(product => product.ExternalId).Concat(variations.Select(variation => ShopNames.ParentId(variation.Parent))).OfType<string>()];
        string[] skus = [.. said.SelectMany(product => product.Variants.Select(variant => variant.Sku).Append(product.Sku))
            .Concat(variations.SelectMany(variation => new[] { variation.Parent, variation.Variant.Sku })).OfType<string>()];
        string[] seenIds = [.. ids, .. variations.Select(variation => ShopNames.SkuKey(variation.Variant)).OfType<string>()];
        string[] keys = [.. said.Select(ShopNames.Key), .. variations.Select(ShopNames.Key), .. variations.Select(variation => $"sku:{variation.Parent}")];

        await shelf.LoadNames(db, handles, ids, skus, cancellation);
        await shelf.LoadProducts(db, cancellation);
        await shelf.LoadSeen(db, import, keys, seenIds, cancellation);
        return shelf;
    }

    public ShopListing? WithHandle(string handle) => byHandle.GetValueOrDefault(handle);
    public ShopListing? WithExternalId(string id) => byExternalId.GetValueOrDefault(id);
    public ShopListing? ListingOf(Product product) => byProduct.GetValueOrDefault(product.Id);
    public Product? Product(long id) => products.GetValueOrDefault(id);
    public Product? ProductWithSku(string sku) => productSkus.TryGetValue(sku, out var id) ? Product(id) : null;
    public Product? ProductWithVariant(string sku) => variantSkus.TryGetValue(sku, out var holder) ? Product(holder.Product) : null;

    public bool IsProductSkuFree(string sku) => !productSkus.ContainsKey(sku);

    /// <param name="self">Who may have it already.</param>
    public bool IsVariantSkuFree(string sku, Variant? self) =>
        !variantSkus.TryGetValue(sku, out var holder) || self is not null && self.Id != 0 && holder.Variant == self.Id;

    /// <summary>What could be sold of a variant before; 0 of a new one.</summary>
    public long Available(Variant variant) => available.GetValueOrDefault(variant.Id);

    /// <summary>The row of the same import that had this already.</summary>
    public long? Seen(string key, string? externalId) =>
        seen.TryGetValue(key, out var row) || externalId is not null && seenIds.TryGetValue(externalId, out row) ? row : null;

    public void See(string key, string? externalId, long row)
    {
        seen[key] = row;
        if (externalId is not null)
            seenIds[externalId] = row;
    }

    public void TakeVariantSku(string sku, Product product, Variant variant) => variantSkus[sku] = (product.Id, variant.Id);

    public void Put(Product product, ShopListing listing)
    {
        products[product.Id] = product;
        productSkus[product.Sku] = product.Id;
        Put(listing);
    }

    public void Put(ShopListing listing)
    {
        byProduct[listing.ProductId] = listing;
        byHandle[listing.Handle] = listing;
        if (listing.ExternalId is { } id)
            byExternalId[id] = listing;
    }

    private async Task LoadNames(AuraDb db, string[] handles, string[] ids, string[] skus, CancellationToken cancellation)
    {
        foreach (var listing in await db.ShopListings.Where(l => handles.Contains(l.Handle) || ids.Contains(l.ExternalId!)).ToListAsync(cancellation)) // null is in no list
            Put(listing);
        var wanted = skus.Concat(handles).ToArray();
        foreach (var holder in await db.Variants.Where(v => v.RemovedAt == null && wanted.Contains(v.Sku)).Select(v => new { v.Sku, v.Id, v.ProductId }).ToListAsync(cancellation))
            variantSkus[holder.Sku] = (holder.ProductId, holder.Id);
        foreach (var product in await db.Products.Where(p => wanted.Contains(p.Sku)).Select(p => new { p.Sku, p.Id }).ToListAsync(cancellation))
            productSkus[product.Sku] = product.Id;
    }

    private async Task LoadProducts(AuraDb db, CancellationToken cancellation)
    {
        long[] wanted = [.. byProduct.Keys.Concat(productSkus.Values).Concat(variantSkus.Values.Select(holder => holder.Product)).Distinct()];
        if (wanted.Length == 0)
            return;
        foreach (var product in await db.Products.WithParts().Where(p => wanted.Contains(p.Id)).ToListAsync(cancellation))
            products[product.Id] = product;
        var unknown = wanted.Except(byProduct.Keys).ToArray();
        foreach (var listing in await db.ShopListings.Where(l => unknown.Contains(l.ProductId)).ToListAsync(cancellation))
            Put(listing);
        var stocks = db.Variants.Where(v => wanted.Contains(v.ProductId) && v.RemovedAt == null).Select(v => new { v.Id, Quantity = AuraDb.AvailableStock(v.TenantId, v.Id) });
        foreach (var stock in await stocks.ToListAsync(cancellation))
            available[stock.Id] = stock.Quantity;
    }

    private async Task LoadSeen(AuraDb db, ProductImport import, string[] keys, string[] ids, CancellationToken cancellation)
    {
        var rows = db.ImportRows.Where(r => r.ImportId == import.Id);
        foreach (var row in await rows.Where(r => keys.Contains(r.Key!)).Select(r => new { r.Key, r.Number }).ToListAsync(cancellation))
            seen[row.Key!] = row.Number; // it is in the list
        if (ids.Length > 0)
            foreach (var row in await rows.Where(r => ids.Contains(r.ExternalId!)).Select(r => new { r.ExternalId, r.Number }).ToListAsync(cancellation))
                seenIds[row.ExternalId!] = row.Number;
    }
}
