using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Carts;

/// <summary>Changes carts, one change of a cart after the other, and says what they cost then.</summary>
public sealed class CartEditing(AuraDb db, BasketPricing pricing)
{
    /// <summary>Makes a cart, or changes one; nothing is kept when the result is more than a cart can hold.</summary>
    /// <param name="id">Null: a new cart in <paramref name="currency"/>.</param>
    /// <exception cref="Refused">409 while the cart is locked by a checkout; 422 <c>coupon_not_found</c> and the like for a new code.</exception>
    public Task<(Cart Cart, PricedBasket Priced)> Edit(Id<Cart>? id, Currency currency, Func<Cart, Task> change, CancellationToken cancellation) =>
        db.InTransaction(async () =>
        {
            var cart = id is { } known ? await db.LockCart(known, cancellation) : Cart.Create(currency, db.Now);
            var coupons = cart.Coupons;
            cart.Touch(db.Now);
            await change(cart);
            if (id is null)
                db.Carts.Add(cart);
            db.ChangeTracker.DetectChanges(); // new lines get their ids, which the price refers to
            var priced = await pricing.Price(Basket.Of(cart) with { IsEdited = true }, cancellation);
            if (cart.Coupons.Except(coupons).Any() && priced.Problems.FirstOrDefault(p => p.Step == "discounts") is { } problem)
                throw Refused.Rule(problem.Code, problem.Message);
            await db.SaveChangesAsync(cancellation);
            return (cart, await WithScarcity(priced, cancellation));
        }, cancellation);

    /// <param name="explain">Tells what became of each promotion, too.</param>
    /// <exception cref="Refused">404 without the cart.</exception>
    public async Task<(Cart Cart, PricedBasket Priced)> Read(Id<Cart> id, CancellationToken cancellation, bool explain = false)
    {
        var cart = await db.Carts.AsNoTracking().Include(c => c.Lines.OrderBy(line => line.Id)).FirstOrDefaultAsync(c => c.Id == id.Value, cancellation)
            ?? throw Refused.NotFound(Cart.Noun);
        return (cart, await WithScarcity(await pricing.Price(Basket.Of(cart) with { Explain = explain }, cancellation), cancellation));
    }

    /// <summary>Puts items into a cart.</summary>
    public async Task Add(Cart cart, IReadOnlyList<CartItem> items, CancellationToken cancellation)
    {
        if (items.Count == 0)
            return;
        var variants = await db.Choose([.. items.Select(item => item.Choice)], cancellation);
        foreach (var (variant, item) in variants.Zip(items))
            cart.Add(variant.ProductId, variant.Id, item.Quantity, item.Metadata);
    }

    /// <summary>Puts these items into a cart instead of what it has.</summary>
    public Task Replace(Cart cart, IReadOnlyList<CartItem> items, CancellationToken cancellation)
    {
        cart.Empty();
        return Add(cart, items, cancellation);
    }

    /// <summary>Says whose cart it is; a customer's e-mail address is known.</summary>
    /// <exception cref="Refused">422 without such a customer.</exception>
    public async Task Belong(Cart cart, long? customerId, string? email, CancellationToken cancellation)
    {
        var known = customerId is null
            ? null
            : await db.Customers.Where(c => c.Id == customerId).Select(c => c.Email).FirstOrDefaultAsync(cancellation)
                ?? throw Refused.Invalid(nameof(Cart.CustomerId), "There is no such customer.");
        cart.Belong(customerId, email ?? known);
    }

    /// <summary>Adds what is short right now. It only warns: whether the goods can be had is decided when they are set aside.</summary>
    private async Task<PricedBasket> WithScarcity(PricedBasket priced, CancellationToken cancellation)
    {
        var wanted = priced.Cart.Lines.GroupBy(line => line.VariantId).ToDictionary(lines => lines.Key, lines => lines.Sum(line => (long)line.Quantity));
        var ids = priced.Variants.Values.Where(v => v is { TracksInventory: true, AllowsBackorder: false }).Select(v => v.Id).ToList();
        if (ids.Count == 0)
            return priced;
        var available = await db.Variants.Where(v => ids.Contains(v.Id))
            .Select(v => new { v.Id, Left = AuraDb.AvailableStock(v.TenantId, v.Id) }).ToDictionaryAsync(v => v.Id, v => v.Left, cancellation);
        return priced with
        {
            Problems =
            [
                .. priced.Problems,
                .. priced.Basket.Lines.Index()
                    .Where(line => available.TryGetValue(line.Item.VariantId, out var left) && left < wanted.GetValueOrDefault(line.Item.VariantId))
                    .Select(line => new BasketProblem("items", $"Items[{line.Index}].Quantity", "insufficient_stock",
                        $"Only {Math.Max(0, available[line.Item.VariantId])} are left.", line.Item.Id)),
            ],
        };
    }
}

public sealed record CartItem(ItemChoice Choice, int Quantity, Dictionary<string, string>? Metadata = null);
