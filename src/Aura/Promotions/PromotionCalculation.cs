using Aura.Orders;
using Aura.Persistence;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>An item of an order that the store need not know.</summary>
/// <param name="CategoryId">Null: the categories of the product, if it is the store's.</param>
public sealed record OfferedItem(long ProductId, Money UnitPrice, int Quantity, long? CategoryId = null, long? BrandId = null);

/// <summary>What one promotion by itself would give, with the limits and customers of the store.</summary>
public static class PromotionCalculation
{
    /// <summary>Consumes nothing. A draft is worked out as if it had been activated.</summary>
    /// <param name="existing">Minor units given elsewhere.</param>
    public static async Task<SingleDiscount> Calculate(
        this AuraDb db, Promotion promotion, IReadOnlyList<OfferedItem> items, long? customer, long existing, CancellationToken cancellation)
    {
        var given = await db.Promotions.Where(p => p.Id == promotion.Id)
            .Select(p => new { Uses = p.Counters.Sum(c => c.Reserved + c.Used), Spent = p.Counters.Sum(c => c.Held + c.Spent) }).SingleAsync(cancellation);
        var rule = promotion.ToRule() with { BudgetLeft = promotion.Budget is { } budget ? Math.Max(0, budget - given.Spent) : null };
        var draft = promotion.Status == PromotionStatus.Draft;
        var discount = SinglePromotion.Calculate(draft ? rule with { StartsAt = null } : rule,
            await db.Places(items, cancellation), await db.Buyer(promotion, customer, cancellation), existing, db.Now);
        return (draft || promotion.StatusAt(db.Now) is PromotionStatus.Active or PromotionStatus.Expired) && !(given.Uses >= promotion.MaxUses) ? discount
            : Without(discount, given.Uses >= promotion.MaxUses ? PromotionReason.MaxUsesReached : PromotionReason.NotActive);
    }

    private static SingleDiscount Without(SingleDiscount discount, PromotionReason reason) => discount with
    {
        Applicable = false, Discount = Money.Zero(discount.Discount.Currency), Code = reason, CappedBy = null,
        Reason = PromotionWords.Missed(reason, null, discount.Discount.Currency),
    };

    internal static async Task<PromotionCustomer> Buyer(this AuraDb db, Promotion promotion, long? customer, CancellationToken cancellation)
    {
        if (customer is not { } id)
            return new(null, [], promotion.Details.FirstPurchaseOnly);
        var segments = promotion.Segments.Length == 0 ? []
            : await db.SegmentsOf(id, await db.CustomerSegments.AsNoTracking().ToListAsync(cancellation), cancellation);
        return new(id, [.. segments], promotion.Details.FirstPurchaseOnly && !await db.Orders.AnyAsync(o => o.CustomerId == id && o.Status != OrderStatus.Cancelled, cancellation));
    }

    /// <summary>The items with their categories and all above them, as far as the store has them.</summary>
    internal static async Task<IReadOnlyList<SingleItem>> Places(this AuraDb db, IReadOnlyList<OfferedItem> items, CancellationToken cancellation)
    {
        var named = items.Select(item => item.CategoryId).OfType<long>().Distinct().ToList();
        var above = named.Count == 0 ? [] : await db.Categories.Where(c => named.Contains(c.Id))
            .SelectMany(c => db.Categories.Where(a => c.Path.Contains(a.Slug)), (c, a) => new { c.Id, Above = a.Id }).ToListAsync(cancellation);
        var byCategory = above.ToLookup(pair => pair.Id, pair => pair.Above);
        var products = items.Where(item => item.CategoryId is null).Select(item => item.ProductId).Distinct().ToList();
        var byProduct = products.Count == 0 ? null : (await db.CategoriesOf(products, cancellation)).ToLookup(place => place.Product, place => place.Category);
        return [.. items.Select(item => new SingleItem(item.ProductId, item.UnitPrice, item.Quantity,
            item.CategoryId is { } category ? [category, .. byCategory[category].Where(id => id != category)] : [.. byProduct![item.ProductId]], item.BrandId))]; // asked for, then
    }
}
