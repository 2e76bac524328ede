using Aura.Catalog;
using Aura.Inventory;
using Aura.Persistence;

namespace Aura.Server.V2;

/// <summary>Stock as the catalogue shows and takes it: one number for each variant, over all warehouses.</summary>
internal static class ProductStock
{
    public static async Task<ProductResponse> WithStock(this ProductResponse product, AuraDb db, CancellationToken cancellation) =>
        product.With(await db.Available(product.Variants.Select(v => v.Id.Value), cancellation));

    public static async Task<IReadOnlyList<VariantResponse>> WithStock(this IReadOnlyList<VariantResponse> variants, AuraDb db, CancellationToken cancellation)
    {
        var available = await db.Available(variants.Select(v => v.Id.Value), cancellation);
        return [.. variants.Select(v => v.With(available))];
    }

    public static async Task<VariantResponse> WithStock(this VariantResponse variant, AuraDb db, CancellationToken cancellation) =>
        (await new[] { variant }.WithStock(db, cancellation))[0];

    /// <summary>Saves, with the stock of the variants that have a quantity.</summary>
    /// <returns>What can now be sold of these.</returns>
    public static async Task<Dictionary<long, long>> Save(this AuraDb db, IEnumerable<(Variant Variant, long? Quantity)> stock, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation); // stock is kept of variants that are there
        var targets = stock.Where(s => s.Quantity is not null).GroupBy(s => s.Variant.Id, (id, all) => new StockQuantity(id, all.Last().Quantity ?? 0)).ToList();
        if (targets.Count == 0)
            return [];
        await new Stock(db).SetAvailable(targets, "catalog", cancellation);
        await db.SaveChangesAsync(cancellation);
        return targets.ToDictionary(target => target.VariantId, target => target.Quantity);
    }

    /// <summary>The variant that a product's own quantity is about.</summary>
    /// <exception cref="Refused">422 where there are several.</exception>
    public static Variant Only(this Product product, string field) => product.Offered.ToList() is [var only]
        ? only
        : throw Refused.Invalid(field, "This product has several variants; say it of each variant.");

    /// <param name="available">By variant; 0 of one that is not there.</param>
    public static ProductResponse With(this ProductResponse product, IReadOnlyDictionary<long, long> available) =>
        product with { Variants = [.. product.Variants.Select(v => v.With(available))] };

    private static VariantResponse With(this VariantResponse variant, IReadOnlyDictionary<long, long> available) =>
        variant with { Inventory = variant.TracksInventory ? available.GetValueOrDefault(variant.Id.Value) : null };
}
