using Aura.Carts;
using Aura.Jobs;
using Aura.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>Keeps an eye on carts: when nobody has touched one for long enough, it is abandoned.</summary>
public sealed class CartWatch(AuraDb db, BasketPricing pricing)
{
    /// <summary>A cart to be changed, its row locked; one of the store's own is first seen here. Needs a transaction.</summary>
    /// <exception cref="Refused">404 without the cart.</exception>
    public async Task<WatchedCart> Lock(Id<WatchedCart> id, CancellationToken cancellation)
    {
        if (await db.LockWatched(id.Value, cancellation) is { } known)
            return known.Source == CartSource.Store ? await Refresh(known, cancellation) : known;
        var own = await Own(id.Value, cancellation) ?? throw Refused.NotFound(WatchedCart.Noun);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({own.Id})", cancellation); // two that see it first follow one another
        if (await db.LockWatched(id.Value, cancellation) is { } seen)
            return seen;
        var cart = WatchedCart.Create(CartSource.Store, null, own.Currency, own.LastActivityAt);
        cart.Identify(db.Tenant, own.Id);
        db.Add(cart);
        await Copy(own, cart, cancellation);
        await db.SaveChangesAsync(cancellation);
        return cart;
    }

    /// <summary>Reads one of the store's own carts anew; others are as they were told.</summary>
    public async Task<WatchedCart> Refresh(WatchedCart cart, CancellationToken cancellation)
    {
        if (cart.Source == CartSource.Store && !cart.IsOver && await Own(cart.Id, cancellation) is { CompletedAt: null } own)
            await Copy(own, cart, cancellation);
        return cart;
    }

    /// <summary>Looks whether a cart has been left, and if not, plans the next look. Needs a transaction, the row locked.</summary>
    /// <returns>When to look next; null: there is nothing to wait for.</returns>
    public async Task<DateTime?> Look(WatchedCart cart, CancellationToken cancellation)
    {
        if (cart.Status != WatchedStatus.Active || cart.Contents.Count == 0 && cart.Value == 0)
            return null;
        if (cart.IdleAt > db.Now)
            return cart.IdleAt;
        var payment = await db.PaymentOf(cart, cancellation);
        if (payment == CartPayment.Pending)
            return db.Now + WatchedCart.CheckoutPatience;
        await db.Abandon(cart, payment == CartPayment.Failed ? Abandonment.PaymentFailed : cart.HasContact ? Abandonment.Checkout : Abandonment.Cart, null, null, cancellation);
        return null;
    }

    private Task<Cart?> Own(long id, CancellationToken cancellation) =>
        db.Carts.AsNoTracking().Include(c => c.Lines.OrderBy(line => line.Id)).FirstOrDefaultAsync(c => c.Id == id, cancellation);

    private async Task Copy(Cart own, WatchedCart cart, CancellationToken cancellation)
    {
        var priced = await pricing.Price(Basket.Of(own), cancellation);
        var contents = own.Lines.Select(line => Content(line, priced)).ToList();
        var owner = await db.OwnerOf(new(CustomerId: own.CustomerId, Email: own.Email, Phone: own.ShippingAddress?.Phone ?? own.BillingAddress?.Phone, Name: own.ShippingAddress?.Name) { Country = own.ShippingAddress?.Country }, cancellation);
        cart.Fill(new(contents), priced.Totals.Subtotal - priced.Totals.DiscountTotal);
        cart.Belong(owner?.Id, own.Email is not null || own.CustomerId is not null, cart.Segment);
        cart.Touch(own.LastActivityAt);
    }

    private static CartContent Content(CartLine line, PricedBasket priced)
    {
        var variant = priced.Variants.GetValueOrDefault(line.VariantId);
        var price = priced.Totals.Lines.FirstOrDefault(sold => sold.LineId == line.Id)?.UnitPrice.Amount;
        return new(variant?.Product.Name ?? "", line.Quantity, price, variant?.Sku, line.VariantId);
    }
}

internal enum CartPayment
{
    None,
    Pending,
    Failed,
}

public static class WatchedCartRows
{
    /// <summary>Null where there is none. The lock is a statement of its own, for one that waits sees other rows as before it waited.</summary>
    public static async Task<WatchedCart?> LockWatched(this AuraDb db, long id, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM watched_carts WHERE tenant_id = {db.Tenant} AND id = {id} FOR NO KEY UPDATE", cancellation);
        return await db.WatchedCarts.FirstOrDefaultAsync(c => c.Id == id, cancellation);
    }

    /// <summary>What became of the last attempt to pay for one of the store's own carts.</summary>
    internal static async Task<CartPayment> PaymentOf(this AuraDb db, WatchedCart cart, CancellationToken cancellation)
    {
        if (cart.Source != CartSource.Store)
            return CartPayment.None;
        var last = await db.PaymentIntents.Where(i => db.AllOrders.Any(o => o.Id == i.OrderId && o.CartId == cart.Id)).OrderByDescending(i => i.Id)
            .Select(i => new { i.Status, i.DeclineCode }).FirstOrDefaultAsync(cancellation);
        return last switch
        {
            null => CartPayment.None,
            { Status: IntentStatus.Processing or IntentStatus.RequiresAction or IntentStatus.RequiresCapture or IntentStatus.Succeeded } => CartPayment.Pending,
            { Status: IntentStatus.Failed } or { DeclineCode: not null } => CartPayment.Failed,
            _ => CartPayment.None,
        };
    }

    /// <summary>Plans when a cart of another shop is looked at, where nobody does yet. A look that comes too early plans the next one.</summary>
    internal static void PlanLook(this AuraDb db, WatchedCart cart, DateTime? at)
    {
        cart.Await(at);
        if (at is { } due)
            db.Enqueue<LookAtCart>(new LookAtCart.Payload(cart.Id), due, FormattableString.Invariant($"{cart.Id}:{due.Ticks}"));
    }

    /// <summary>Carts of the store that somebody has just touched are watched from the first workflow on; those that were left before are left alone.</summary>
    public static Task WatchOwnCarts(this AuraDb db, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        SELECT plan_cart_look(tenant_id, id, last_activity_at) FROM carts
        WHERE tenant_id = {db.Tenant} AND completed_at IS NULL AND last_activity_at > {db.Now - WatchedCart.CartPatience}
        """, cancellation);
}

/// <summary>Looks at a cart of another shop.</summary>
internal sealed class LookAtCart(AuraDb db, CartWatch watch) : IJobHandler
{
    public static string Kind => "winback.look";

    public Task<object?> Run(Job job, CancellationToken cancellation) => db.InTransaction<object?>(async () =>
    {
        if (await db.LockWatched(job.Read<Payload>().Cart, cancellation) is not { } cart || !(cart.LookAt <= db.Now))
            return null;
        db.PlanLook(cart, await watch.Look(cart, cancellation));
        await db.SaveChangesAsync(cancellation);
        return null;
    }, cancellation);

    public sealed record Payload(long Cart);
}

/// <summary>Looks at a cart of the store; the database itself plans the first look (see the migration).</summary>
/// <remarks>SQL by hand: the row of the look is the lock between this and whoever changes the cart.</remarks>
internal sealed class LookAtStoreCart(AuraDb db, CartWatch watch) : IJobHandler
{
    public static string Kind => "winback.look_store";

    public Task<object?> Run(Job job, CancellationToken cancellation) => db.InTransaction<object?>(async () =>
    {
        var id = job.Read<Payload>().Cart;
        var due = await db.Database.SqlQuery<DateTime>($"SELECT look_at AS \"Value\" FROM cart_looks WHERE tenant_id = {db.Tenant} AND cart_id = {id} FOR UPDATE").ToListAsync(cancellation);
        if (due is not [var planned] || planned > db.Now)
            return null;
        var next = await db.Carts.AnyAsync(c => c.Id == id && c.CompletedAt == null && c.Lines.Count > 0, cancellation)
            ? await watch.Look(await watch.Lock(id, cancellation), cancellation)
            : null;
        if (next is { } at)
            db.Enqueue<LookAtStoreCart>(new Payload(id), at, FormattableString.Invariant($"{id}:{at.Ticks}"));
        await db.Database.ExecuteSqlAsync(next is null
            ? $"DELETE FROM cart_looks WHERE tenant_id = {db.Tenant} AND cart_id = {id}"
            : (FormattableString)$"UPDATE cart_looks SET look_at = {next} WHERE tenant_id = {db.Tenant} AND cart_id = {id}", cancellation);
        await db.SaveChangesAsync(cancellation);
        return null;
    }, cancellation);

    public sealed record Payload(long Cart);
}
