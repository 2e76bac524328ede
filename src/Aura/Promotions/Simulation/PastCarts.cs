using System.Runtime.CompilerServices;
using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Pricing;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Simulation;

/// <summary>Makes carts of past orders again, a page at a time: goods and quantities as they were ordered, at the prices they were sold for before
/// discounts, the shipping price as it was; categories, tags and segments as they are today; coupons as far as they still exist.</summary>
internal static class PastCarts
{
    private const int PageSize = 500;

    public static async IAsyncEnumerable<PastCart> Of(
        AuraDb db, PromotionShelf.Compiled store, Currency currency, long[] orders, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var page in orders.Chunk(PageSize))
        {
            var placed = (await db.Lines(page, cancellation)).ToDictionary(order => order.Id);
            var facts = await db.Facts(store, [.. placed.Values], cancellation);
            foreach (var id in page)
                if (placed.TryGetValue(id, out var order) && order.Lines.All(line => line is { Quantity: > 0, UnitPrice: >= 0 }))
                    yield return new(id, order.PlacedAt, Cart(order, currency, facts, db.Now), CustomerKey.Of(db.Caller.TenantId, order.Email) ?? (order.CustomerId is { } customer ? $"{customer}" : null));
        }
    }

    private static PromotionCart Cart(PastOrder order, Currency currency, PageFacts facts, DateTime now)
    {
        var priced = new PricedCart(currency, [.. order.Lines.Select(line => new PricedLine(line.Id, line.VariantId, line.ProductId, new(line.UnitPrice, currency), line.Quantity)
        {
            RequiresShipping = line.RequiresShipping,
        })], TaxRules.None);
        if (order is { ShippingMethod: { } method, ShippingTotal: > 0 })
            priced = priced with
            {
                ShippingMethod = method,
                ShippingMethods = [new(method, method, [new([ShippingZone.AnywhereElse], [ShippingPrice.Flat(currency, order.ShippingTotal)])])],
                ShipTo = new("ZZ"), // anywhere: the price is known
            };
        return new(priced, order.Lines.ToDictionary(line => line.Id, line => new PromotionLine([.. facts.Categories[line.ProductId]])), now)
        {
            Customer = new(order.CustomerId, order.CustomerId is { } customer ? [.. facts.Segments[customer]] : [], facts.First.Contains(order.Id)),
            Coupons = [.. order.Coupons.Select(code => facts.Coupons.TryGetValue(Coupon.KeyOf(code), out var coupon) ? new PresentedCoupon(code, coupon.PromotionId, coupon.Id) : new(code))],
        };
    }

    private static Task<List<PastOrder>> Lines(this AuraDb db, long[] page, CancellationToken cancellation) => db.Orders.Where(o => page.Contains(o.Id))
        .Select(o => new PastOrder(o.Id, o.PlacedAt!.Value, o.CustomerId, o.Email, o.Coupons, o.ShippingMethod, o.ShippingTotal, // placed, so there is a time
            o.Lines.OrderBy(l => l.Position).Select(l => new PastLine(l.Id, l.VariantId, l.ProductId, l.UnitPrice, l.Quantity, l.RequiresShipping)).ToList()))
        .ToListAsync(cancellation);

    /// <summary>What the promotions may ask, for a page of orders: at most six queries.</summary>
    private static async Task<PageFacts> Facts(this AuraDb db, PromotionShelf.Compiled store, List<PastOrder> orders, CancellationToken cancellation)
    {
        var products = orders.SelectMany(order => order.Lines).Select(line => line.ProductId).Distinct().ToList();
        var categories = store.AsksCategories ? await db.CategoriesOf(products, cancellation) : [];
        var customers = orders.Select(order => order.CustomerId).OfType<long>().Distinct().ToList();
        var segments = store.AsksSegments && customers.Count > 0 ? await db.Segments(store.Segments, customers, cancellation) : [];
        var codes = orders.SelectMany(order => order.Coupons).Select(Coupon.KeyOf).Distinct().ToList();
        var coupons = codes.Count == 0 ? [] : await db.Coupons.AsNoTracking().Where(c => codes.Contains(c.CodeKey)).ToDictionaryAsync(c => c.CodeKey, cancellation);
        var ids = orders.Select(order => order.Id).ToList();
        var first = !store.AsksFirstPurchase ? [] : await db.Orders.Where(o => ids.Contains(o.Id) && !db.Orders.Any(e =>
            e.Status != OrderStatus.Cancelled && (e.PlacedAt < o.PlacedAt || e.PlacedAt == o.PlacedAt && e.Id < o.Id) &&
            (e.CustomerId != null && e.CustomerId == o.CustomerId || e.Email != null && e.Email == o.Email))).Select(o => o.Id).ToListAsync(cancellation);
        return new(categories.ToLookup(place => place.Product, place => place.Category), segments.ToLookup(own => own.Customer, own => own.Segment), coupons, [.. first]);
    }

    private static async Task<List<(long Customer, string Segment)>> Segments(
        this AuraDb db, IReadOnlyList<CustomerSegment> segments, List<long> customers, CancellationToken cancellation)
    {
        var tags = await db.Customers.Where(c => customers.Contains(c.Id)).Select(c => new { c.Id, c.Tags }).ToListAsync(cancellation);
        var own = tags.SelectMany(customer => customer.Tags.Select(tag => (customer.Id, tag))).ToList();
        var ruled = segments.Where(segment => !segment.Rule.IsEmpty).ToList();
        if (ruled.Count > 0)
            foreach (var (customer, history) in await db.Bought(customers, cancellation))
                own.AddRange(ruled.Where(segment => segment.Rule.Takes(history, db.Now)).Select(segment => (customer, segment.Name)));
        return own;
    }

    private sealed record PastOrder(
        long Id, DateTime PlacedAt, long? CustomerId, string? Email, string[] Coupons, string? ShippingMethod, long ShippingTotal, List<PastLine> Lines);

    private sealed record PastLine(long Id, long VariantId, long ProductId, long UnitPrice, int Quantity, bool RequiresShipping);

    private sealed record PageFacts(ILookup<long, long> Categories, ILookup<long, string> Segments, Dictionary<string, Coupon> Coupons, HashSet<long> First);
}
