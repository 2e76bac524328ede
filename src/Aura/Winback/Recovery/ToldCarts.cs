using Aura.Orders;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>What another shop says of one of its carts.</summary>
/// <param name="Owner">Null: whoever it was before.</param>
/// <param name="Value">In major units; null: what the items cost together.</param>
public sealed record ToldCart(CartOwner? Owner, IReadOnlyList<CartContent> Items, decimal? Value, string? Segment, string? ResumeUrl);

/// <summary>Carts of other shops, as those tell of them. All of it with the row locked, to be saved by the caller.</summary>
public static class ToldCarts
{
    /// <summary>Writes down what was told, and plans when to look whether the cart was left.</summary>
    /// <exception cref="Refused">422 for an amount or address that cannot be.</exception>
    public static async Task Tell(this AuraDb db, WatchedCart cart, ToldCart told, CancellationToken cancellation)
    {
        var amount = told.Value ?? told.Items.Sum(item => (item.Price ?? 0) * item.Quantity);
        cart.Fill(new(told.Items), Money.Of(amount, cart.Currency, "CartValue"));
        var owner = told.Owner is null ? null : await db.OwnerOf(told.Owner, cancellation);
        var known = told.Owner is null ? cart.HasContact : owner is not null && (await Customers.ShopperRows.Contact(db, owner, cancellation) is { } contact && (contact.Email ?? contact.Phone) is not null);
        cart.Belong(told.Owner is null ? cart.ShopperId : owner?.Id ?? cart.ShopperId, known, told.Segment);
        cart.Resume(told.ResumeUrl);
        if (cart.Status == WatchedStatus.Active && cart.LookAt is null)
            db.PlanLook(cart, cart.IdleAt);
    }

    /// <exception cref="Refused">409 for a cart of the store itself.</exception>
    public static void DemandForeign(this WatchedCart cart)
    {
        if (cart.Source == CartSource.Store)
            throw Refused.Conflict("cart_is_own", "This is a cart of the store itself, which changes it at /v2/carts.");
    }

    /// <summary>Somebody says that the cart was won back, by an order of this store or another one, whose credit is locked (<see cref="Recovering.LockCredit"/>).</summary>
    /// <exception cref="Refused">409 where it was bought already, or the order won back another cart.</exception>
    public static async Task Claim(this AuraDb db, WatchedCart cart, string? reference, CancellationToken cancellation)
    {
        if (cart.Status == WatchedStatus.Active)
            cart.Abandon(cart.HasContact ? Abandonment.Checkout : Abandonment.Cart, db.Now); // or there would be nothing to win back
        var order = Id<Order>.ToNumber(reference) is not { } number ? null : await db.Orders.AsNoTracking().FirstOrDefaultAsync(o => o.Id == number, cancellation);
        var bought = order is null ? new BoughtCart(null, reference, null) : new(order.Id, null, new Money(order.Total, order.Currency));
        await db.Free(bought, cancellation);
        await db.Buy(cart, bought, db.Now, cancellation);
    }

    /// <summary>An order is credited anew, with the cart that it won back, unless it has one.</summary>
    private static async Task Free(this AuraDb db, BoughtCart order, CancellationToken cancellation)
    {
        if (await db.WonBackBy(order).Select(c => (long?)c.Id).FirstOrDefaultAsync(cancellation) is { } other)
            throw Refused.Conflict("order_credited", $"This order won back {new Id<WatchedCart>(other)}.");
        await db.SalesOf(order).ExecuteDeleteAsync(cancellation);
    }

    /// <exception cref="Refused">404 without the row, 409 where the caller expects another version.</exception>
    public static WatchedCart Expect(this AuraDb db, WatchedCart? cart) => db.Expected(cart);
}
