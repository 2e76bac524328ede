using Aura.Catalog;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>What <c>/inventory/{product_id}</c> speaks of: a product with all its variants, or one variant.</summary>
/// <param name="IsVariant">It was addressed as a variant, by its id or SKU.</param>
internal sealed record InventoryTarget(long ProductId, IReadOnlyList<long> VariantIds, bool IsVariant)
{
    /// <param name="key">The id of a product or of a variant, or a SKU.</param>
    /// <exception cref="Refused">404 where the store has none of them.</exception>
    public static async Task<InventoryTarget> Find(string key, AuraDb db, CancellationToken cancellation)
    {
        var offered = db.Variants.Where(v => v.RemovedAt == null);
        if (Id<Product>.ToNumber(key) is { } product)
            return await Of(offered.Where(v => v.ProductId == product), false, cancellation) ?? throw Refused.NotFound(Product.Noun);
        if (Id<Variant>.ToNumber(key) is { } variant)
            return await Of(offered.Where(v => v.Id == variant), true, cancellation) ?? throw Refused.NotFound(Variant.Noun);
        var sku = key.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase); // routing leaves this one escaped
        return await Of(offered.Where(v => v.Sku == sku), true, cancellation)
            ?? await Of(offered.Where(v => v.Product.Sku == sku), false, cancellation)
            ?? throw Refused.NotFound(Product.Noun);
    }

    /// <summary>The one variant that a change is for.</summary>
    /// <exception cref="Refused">422 where it must be named, or is not one of these.</exception>
    public long One(Id<Variant>? named) => (named, VariantIds) switch
    {
        ({ } id, _) => VariantIds.Contains(id.Value) ? id.Value : throw Refused.Invalid("VariantId", "Is no variant of this product."),
        (_, [var only]) => only,
        _ => throw Refused.Invalid("VariantId", "This product has several variants: say which one."),
    };

    private static async Task<InventoryTarget?> Of(IQueryable<Variant> variants, bool isVariant, CancellationToken cancellation)
    {
        var found = await variants.OrderBy(v => v.Position).ThenBy(v => v.Id).Select(v => new { v.ProductId, v.Id }).ToListAsync(cancellation);
        return found.Count == 0 ? null : new(found[0].ProductId, [.. found.Select(v => v.Id)], isVariant);
    }
}
