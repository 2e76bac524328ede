using Aura.Carts;
using Aura.Orders;
using Aura.Persistence;
using Aura.Pricing;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>Looks up what the store's promotions may ask of a basket, and nothing that none of them asks. The number of queries
/// depends neither on the lines nor on the promotions.</summary>
internal static class PromotionFacts
{
    public static async Task<PromotionCart> Facts(
        this AuraDb db, PromotionShelf.Compiled store, PricedCart cart, Basket basket, CancellationToken cancellation)
    {
        var facts = new PromotionCart(cart, await db.Places(store, cart, cancellation), db.Now)
        {
            Customer = await db.Buyer(store, basket, cancellation),
            Coupons = await db.Presented(basket, cancellation),
        };
        return facts with { Uses = await db.Left(store, facts, CustomerKey.Of(db.Caller.TenantId, basket.Email), cancellation) };
    }

    /// <summary>The codes of the basket with what is known of their coupons.</summary>
    private static async Task<IReadOnlyList<PresentedCoupon>> Presented(this AuraDb db, Basket basket, CancellationToken cancellation)
    {
        if (basket.Coupons.Count == 0)
            return [];
        var keys = basket.Coupons.Select(Coupon.KeyOf).ToList();
        var coupons = await db.Coupons.AsNoTracking().Where(c => keys.Contains(c.CodeKey) && c.DeletedAt == null).ToDictionaryAsync(c => c.CodeKey, cancellation);
        var limited = coupons.Values.Where(coupon => coupon.MaxUsesPerCustomer is not null).Select(coupon => coupon.Id).ToList();
        var key = CustomerKey.Of(db.Caller.TenantId, basket.Email);
        var uses = limited.Count == 0 || key is null ? [] : await db.PromotionCustomers.AsNoTracking()
            .Where(c => limited.Contains(c.CouponId) && c.CustomerKey == key).ToDictionaryAsync(c => c.CouponId, c => c.Uses, cancellation);
        return [.. basket.Coupons.Select(code => coupons.TryGetValue(Coupon.KeyOf(code), out var coupon)
            ? new PresentedCoupon(code, coupon.PromotionId, coupon.Id, coupon.RefusalFor(basket.CustomerId, uses.GetValueOrDefault(coupon.Id), db.Now))
            : new PresentedCoupon(code))];
    }

    /// <summary>The categories of the lines' products, with all above them.</summary>
    private static async Task<IReadOnlyDictionary<long, PromotionLine>> Places(
        this AuraDb db, PromotionShelf.Compiled store, PricedCart cart, CancellationToken cancellation)
    {
        if (!store.AsksCategories)
            return new Dictionary<long, PromotionLine>();
        var places = await db.CategoriesOf([.. cart.Lines.Select(line => line.ProductId).Distinct()], cancellation);
        var byProduct = places.GroupBy(place => place.Product).ToDictionary(group => group.Key, group => new PromotionLine([.. group.Select(place => place.Category)]));
        return cart.Lines.Where(line => byProduct.ContainsKey(line.ProductId)).ToDictionary(line => line.Id, line => byProduct[line.ProductId]);
    }

    /// <summary>The categories of products, with all above them.</summary>
    internal static async Task<List<(long Product, long Category)>> CategoriesOf(this AuraDb db, List<long> products, CancellationToken cancellation) =>
        [.. (await db.ProductCategories.Where(p => products.Contains(p.ProductId))
            .SelectMany(p => db.Categories.Where(above => p.Category.Path.Contains(above.Slug)), (p, above) => new { p.ProductId, above.Id })
            .Distinct().ToListAsync(cancellation)).Select(place => (place.ProductId, place.Id))];

    private static async Task<PromotionCustomer> Buyer(this AuraDb db, PromotionShelf.Compiled store, Basket basket, CancellationToken cancellation)
    {
        var segments = store.AsksSegments && basket.CustomerId is { } id ? await db.SegmentsOf(id, store.Segments, cancellation) : [];
        var first = store.AsksFirstPurchase && !await db.Orders.AnyAsync(o => o.Status != OrderStatus.Cancelled &&
            (o.CustomerId != null && o.CustomerId == basket.CustomerId || o.Email != null && o.Email == basket.Email), cancellation);
        return new(basket.CustomerId, [.. segments], first);
    }

    /// <summary>What is left of the promotions that have limits and could apply.</summary>
    private static async Task<IReadOnlyDictionary<long, UsesLeft>> Left(
        this AuraDb db, PromotionShelf.Compiled store, PromotionCart cart, string? key, CancellationToken cancellation)
    {
        var asked = store.HasLimits ? [.. store.Set.Candidates(cart).Select(id => store.Promotions[id]).Where(p => p.IsLimited || p.MaxUsesPerCustomer is not null)] : new List<Promotion>();
        if (asked.Count == 0)
            return new Dictionary<long, UsesLeft>();
        var ids = asked.Select(promotion => promotion.Id).ToList();
        var counts = await db.PromotionCounters.Where(c => ids.Contains(c.PromotionId)).GroupBy(c => c.PromotionId)
            .Select(part => new { part.Key, Uses = part.Sum(c => c.Reserved + c.Used), Spent = part.Sum(c => c.Held + c.Spent) })
            .ToDictionaryAsync(c => c.Key, cancellation);
        var own = key is null || asked.All(p => p.MaxUsesPerCustomer is null) ? [] : await db.PromotionCustomers
            .Where(c => ids.Contains(c.PromotionId) && c.CouponId == 0 && c.CustomerKey == key).ToDictionaryAsync(c => c.PromotionId, c => c.Uses, cancellation);
        return asked.ToDictionary(promotion => promotion.Id, promotion => new UsesLeft(
            promotion.MaxUses - (counts.GetValueOrDefault(promotion.Id)?.Uses ?? 0),
            promotion.MaxUsesPerCustomer - own.GetValueOrDefault(promotion.Id),
            promotion.Budget - (counts.GetValueOrDefault(promotion.Id)?.Spent ?? 0)));
    }
}
