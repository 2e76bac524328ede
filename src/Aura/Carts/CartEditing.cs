using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Carts;

/// <summary>Changes carts, one change of a cart after the other, and says what they cost then.</summary>
public sealed class CartEditing(AuraDb db, BasketPricing pricing)
{
    /// <summary>Makes a cart, or changes one; nothing is kept when the result is more than a cart can hold.</summary>
    /// <param name="id">Null: a new cart in <paramref name="currency"/>.</param>
    /// <exception cref="Refused">409 while the cart is locked by a checkout; 422 <c>coupon_not_found</c> and the like for a new code.</exception>
    public Task<(Cart Cart, PricedBasket Priced)> Edit(Id<Cart>? id, Currency currency, CartChange change, CancellationToken cancellation) =>
        db.InOneWrite(async () =>
        {
            var facts = await db.LookUp(new()
            {
                CartId = id?.Value ?? 0, Locked = true, Choices = [.. change.Items.Select(item => item.Choice)], CustomerId = change.CustomerId, Stock = true,
            }, cancellation);
            var cart = id is null ? Cart.Create(currency, db.Now) : db.Expected(facts.Cart);
            if (id is not null)
                cart.Watch(db);
            var (coupons, lines) = (cart.Coupons, cart.Lines.ToDictionary(line => line.Id, line => line.Quantity));
            cart.Touch(db.Now);
            change.Apply(cart, facts);
            cart.Number(db); // the price refers to the lines
            var priced = await pricing.Price(Basket.Of(cart) with { IsEdited = true }, facts, cancellation);
            if (cart.Coupons.Except(coupons).Any() && priced.Problems.FirstOrDefault(p => p.Step == "discounts") is { } problem)
                throw Refused.Rule(problem.Code, problem.Message);
            cart.Save(db, lines);
            return (cart, WithScarcity(priced, facts));
        }, cancellation, mayWait: true);

    /// <param name="explain">Tells what became of each promotion, too.</param>
    /// <exception cref="Refused">404 without the cart.</exception>
    public async Task<(Cart Cart, PricedBasket Priced)> Read(Id<Cart> id, CancellationToken cancellation, bool explain = false)
    {
        var facts = await db.LookUp(new() { CartId = id.Value, Stock = true }, cancellation);
        var cart = facts.Cart ?? throw Refused.NotFound(Cart.Noun);
        return (cart, WithScarcity(await pricing.Price(Basket.Of(cart) with { Explain = explain }, facts, cancellation), facts));
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
    private static PricedBasket WithScarcity(PricedBasket priced, BasketFacts facts)
    {
        if (facts.Left.Count == 0)
            return priced;
        var wanted = priced.Cart.Lines.GroupBy(line => line.VariantId).ToDictionary(lines => lines.Key, lines => lines.Sum(line => (long)line.Quantity));
        return priced with
        {
            Problems =
            [
                .. priced.Problems,
                .. priced.Basket.Lines.Index()
                    .Where(line => facts.Left.TryGetValue(line.Item.VariantId, out var left) && left < wanted.GetValueOrDefault(line.Item.VariantId))
                    .Select(line => new BasketProblem("items", $"Items[{line.Index}].Quantity", "insufficient_stock",
                        $"Only {Math.Max(0, facts.Left[line.Item.VariantId])} are left.", line.Item.Id)),
            ],
        };
    }
}

public sealed record CartItem(ItemChoice Choice, int Quantity, Dictionary<string, string>? Metadata = null);

/// <summary>A change of a cart: what has to be looked up for it, and what is done then.</summary>
public sealed record CartChange(Action<Cart, BasketFacts> Apply)
{
    /// <summary>What is put in.</summary>
    public IReadOnlyList<CartItem> Items { get; init; } = [];

    /// <summary>Whose it becomes; null: it stays whose it is.</summary>
    public long? CustomerId { get; init; }
}
