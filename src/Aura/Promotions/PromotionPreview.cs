using Aura.Carts;
using Aura.Persistence;
using Aura.Pricing;
using Aura.Promotions.AbTests;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>Items that are in no cart of the store, for the engine.</summary>
public static class PromotionPreview
{
    /// <summary>What the store's promotions would give. Consumes nothing.</summary>
    /// <param name="items">All in one currency, at least one.</param>
    public static async Task<PromotionOutcome> Preview(
        this AuraDb db, PromotionShelf shelf, IReadOnlyList<OfferedItem> items, long? customer, CancellationToken cancellation)
    {
        var store = await shelf.Of(db, cancellation);
        var facts = await db.FactsOf(store, items, customer, [], cancellation);
        return store.Set.Evaluate(facts with { Withheld = store.Withheld([]) }, StoreDiscounts.Options(db)); // nobody is in an A/B test yet
    }

    /// <summary>The items with what the given promotions may ask of them.</summary>
    internal static async Task<PromotionCart> FactsOf(
        this AuraDb db, PromotionShelf.Compiled promotions, IReadOnlyList<OfferedItem> items, long? customer, IReadOnlyList<string> codes, CancellationToken cancellation)
    {
        var currency = items[0].UnitPrice.Currency;
        var email = customer is null ? null : await db.Customers.Where(c => c.Id == customer).Select(c => c.Email).FirstOrDefaultAsync(cancellation);
        var cart = new PricedCart(currency, [.. items.Index().Select(item => new PricedLine(item.Index, 0, item.Item.ProductId, item.Item.UnitPrice, item.Item.Quantity))], TaxRules.None);
        var basket = new Basket(currency, []) { CustomerId = customer, Email = customer is null ? null : email ?? CustomerKey.ByNumber(customer.Value), Coupons = codes };
        var facts = await db.Facts(promotions, cart, basket, cancellation);
        if (items.All(item => item.CategoryId is null && item.BrandId is null))
            return facts;
        return facts with { Lines = (await db.Places(items, cancellation)).Index().ToDictionary(place => (long)place.Index, place => new PromotionLine(place.Item.Categories, place.Item.Brand)) };
    }
}
