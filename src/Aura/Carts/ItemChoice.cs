using Aura.Catalog;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Carts;

/// <summary>How a caller names what to buy: a variant, a SKU, or a product that has one variant.</summary>
public sealed record ItemChoice(long? VariantId, long? ProductId, string? Sku);

public static class ItemChoices
{
    /// <summary>The variants that are meant, in the order of the choices.</summary>
    /// <exception cref="Refused">422 with every choice that names nothing that is sold, or a product without saying which variant.</exception>
    public static async Task<Variant[]> Choose(this AuraDb db, IReadOnlyList<ItemChoice> choices, CancellationToken cancellation)
    {
        return choices.Pick(await db.Variants.AsNoTracking().Where(Named(choices)).Include(v => v.Product).ToListAsync(cancellation));
    }

    /// <param name="found">Everything that the choices may name.</param>
    /// <inheritdoc cref="Choose"/>
    internal static Variant[] Pick(this IReadOnlyList<ItemChoice> choices, IReadOnlyCollection<Variant> found)
    {
        var sold = found.Where(variant => variant.IsOnSale()).ToList();
        var errors = new List<FieldError>();
        var chosen = new Variant[choices.Count];
        foreach (var (index, choice) in choices.Index())
            if (sold.FindAll(choice.Means) is [var only])
                chosen[index] = only;
            else
                errors.Add(choice.Error($"Items[{index}]", sold));
        return errors.Count == 0
            ? chosen
            : throw new Refused(Refusal.Invalid, null, errors is [var one] ? one.Message : "Some items cannot be bought.") { Fields = errors };
    }

    /// <summary>A removed variant and a product that is no longer or not yet offered are not sold.</summary>
    public static bool IsOnSale(this Variant variant) => variant.RemovedAt is null && variant.Product.Status == ProductStatus.Active;

    private static bool Means(this ItemChoice choice, Variant variant) =>
        (choice.VariantId is null || choice.VariantId == variant.Id) &&
        (choice.ProductId is null || choice.ProductId == variant.ProductId) &&
        (choice.Sku is null || choice.Sku == variant.Sku) &&
        choice != new ItemChoice(null, null, null);

    private static FieldError Error(this ItemChoice choice, string field, List<Variant> sold) => choice switch
    {
        { VariantId: null, ProductId: null, Sku: null } => new($"{field}.VariantId", "Name a variant_id, a product_id or a sku."),
        { VariantId: not null } => new($"{field}.VariantId", "There is no such variant on sale."),
        { Sku: not null } => new($"{field}.Sku", "There is no such item on sale."),
        _ when sold.Any(variant => variant.ProductId == choice.ProductId) => new($"{field}.VariantId", "This product has several variants; say which."),
        _ => new($"{field}.ProductId", "There is no such product on sale."),
    };

    /// <summary>Only the conditions that the choices need, so that each is answered from one index.</summary>
    private static System.Linq.Expressions.Expression<Func<Variant, bool>> Named(IReadOnlyList<ItemChoice> choices)
    {
        var variants = choices.Select(choice => choice.VariantId).OfType<long>().ToList();
        var products = choices.Where(choice => choice.VariantId is null && choice.Sku is null).Select(choice => choice.ProductId).OfType<long>().ToList();
        var skus = choices.Where(choice => choice.VariantId is null).Select(choice => choice.Sku).OfType<string>().ToList();
        return (products.Count, skus.Count) switch
        {
            (0, 0) => v => variants.Contains(v.Id),
            (_, 0) when variants.Count == 0 => v => products.Contains(v.ProductId) && v.RemovedAt == null,
            (0, _) when variants.Count == 0 => v => skus.Contains(v.Sku) && v.RemovedAt == null,
            _ => v => variants.Contains(v.Id) || products.Contains(v.ProductId) && v.RemovedAt == null || skus.Contains(v.Sku) && v.RemovedAt == null,
        };
    }
}
