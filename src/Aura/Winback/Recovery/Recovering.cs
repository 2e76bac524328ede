using Aura.Accounts;
using Aura.Customers;
using Aura.Events;
using Aura.Jobs;
using Aura.Messages;
using Aura.Orders;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>What happens when a cart's owner buys, or never does.</summary>
public static class Recovering
{
    /// <summary>Whoever credits an order, claims it for a cart or cancels it waits for the others. Needs a transaction in which no cart is locked yet.</summary>
    /// <param name="reference">An id of this store's order, or what another shop calls its own; null: nobody waits.</param>
    public static Task LockCredit(this AuraDb db, string? reference, CancellationToken cancellation) => reference is null ? Task.CompletedTask
        : db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({$"winback.order:{reference}"}, {db.Tenant}))", cancellation);

    /// <summary>The cart was bought: its journeys end, and if it had been abandoned the world hears that it was won back. Needs a transaction, the row locked.</summary>
    /// <param name="people">Who bought it; null: whose it is.</param>
    /// <exception cref="Refused">409 where that is known already.</exception>
    public static async Task Buy(this AuraDb db, WatchedCart cart, BoughtCart order, DateTime at, CancellationToken cancellation, long[]? people = null)
    {
        var credit = await db.CreditOf(cart, people ?? await db.PeopleOf(cart, cancellation), at, cancellation);
        cart.Buy(order, credit, at);
        await db.EndJourneys(cart.Id, JourneyExit.Ordered, cancellation);
        if (cart.Status != WatchedStatus.Recovered)
            return;
        db.Sell(credit, cart, order, at);
        db.Publish("recovery.success", cart, await db.FactsFor(cart, cancellation) with
        {
            OrderId = order.OrderId is { } own ? $"{new Id<Order>(own)}" : order.Reference,
            Revenue = new Money(cart.Revenue, cart.Currency).Amount,
            Attribution = cart.Attribution is { } attribution ? Words<Attribution>.Of(attribution) : null,
        });
    }

    /// <summary>Nothing more is done for the cart. Needs a transaction, the row locked.</summary>
    /// <exception cref="Refused">409 for one that was bought.</exception>
    public static async Task GiveUp(this AuraDb db, WatchedCart cart, CancellationToken cancellation)
    {
        cart.Lose();
        await db.EndJourneys(cart.Id, JourneyExit.Ended, cancellation);
        db.Publish("recovery.failed", cart, await db.FactsFor(cart, cancellation));
    }

    /// <summary>An order was placed, over whichever path: the carts that it settles, and to what it is owed. One of the carts that were left is credited with it, the one that it was or else the last.</summary>
    internal static async Task Settle(this AuraDb db, Order order, CancellationToken cancellation)
    {
        var placed = order.PlacedAt ?? db.Now;
        var bought = new BoughtCart(order.Id, null, new Money(order.Total, order.Currency));
        var buyer = new CartOwner(CustomerId: order.CustomerId, Email: order.Email, Phone: order.ShippingAddress?.Phone ?? order.BillingAddress?.Phone);
        await db.Settle(await db.PeopleOf(buyer, cancellation), order.CartId, bought, placed, cancellation);
    }

    /// <param name="people">Who bought.</param>
    /// <param name="own">The cart that the order was; null: nobody knows.</param>
    internal static async Task Settle(this AuraDb db, long[] people, long? own, BoughtCart bought, DateTime placed, CancellationToken cancellation)
    {
        var others = await db.CartsOf(people, placed, cancellation);
        var carts = new List<WatchedCart>();
        foreach (var id in (own is { } first ? others.Append(first) : others).Distinct().Order())
            if (await db.LockWatched(id, cancellation) is { IsOver: false } cart)
                carts.Add(cart);
        var isCredited = await db.IsCredited(bought, own, cancellation);
        var credited = isCredited ? null : carts.Where(cart => cart.AbandonedAt is not null).MaxBy(cart => (cart.Id == own, cart.AbandonedAt, cart.Id));
        if (credited is null && !isCredited)
            db.Sell(await db.CreditOf(null, people, placed, cancellation), null, bought, placed);
        foreach (var cart in carts)
            if (cart == credited || cart.Id == own && cart.AbandonedAt is null)
                await db.Buy(cart, bought, placed, cancellation, people);
            else if (cart.AbandonedAt is not null)
                await db.Close(cart, cancellation);
    }

    /// <summary>The order was cancelled: nothing was earned by it. Needs a transaction.</summary>
    internal static async Task Reverse(this AuraDb db, BoughtCart order, CancellationToken cancellation)
    {
        var ids = await db.WonBackBy(order).OrderBy(c => c.Id).Select(c => c.Id).ToListAsync(cancellation);
        foreach (var id in ids)
            (await db.LockWatched(id, cancellation))?.Reverse();
        foreach (var sale in await db.SalesOf(order).Union(db.MessageSales.Where(s => s.CartId != null && ids.Contains(s.CartId.Value))).ToListAsync(cancellation))
            sale.Reverse();
    }

    /// <summary>The carts of people that were left before a time, in the last thirty days.</summary>
    internal static Task<List<long>> CartsOf(this AuraDb db, long[] people, DateTime before, CancellationToken cancellation)
    {
        var since = before - RecoveryLink.Lifetime;
        return db.WatchedCarts
            .Where(c => c.ShopperId != null && people.Contains(c.ShopperId.Value) && (c.Status == WatchedStatus.Active || c.Status == WatchedStatus.Abandoned || c.Status == WatchedStatus.Lost)
                && c.LastActivityAt >= since && c.LastActivityAt <= before)
            .Select(c => c.Id).ToListAsync(cancellation);
    }

    private static async Task Close(this AuraDb db, WatchedCart cart, CancellationToken cancellation)
    {
        cart.Close();
        await db.EndJourneys(cart.Id, JourneyExit.Ordered, cancellation);
    }
}

/// <summary>Hears of orders that are placed or cancelled, where carts are watched or links of messages were followed.</summary>
public sealed class OrderedCarts(EventCursor cursor) : IEventReader
{
    private const string Reader = "winback";

    private const string Wanted = """
        type IN ('order.created', 'order.cancelled') AND (
          EXISTS (SELECT FROM watched_carts w WHERE w.tenant_id = e.tenant_id) OR EXISTS (SELECT FROM messages m WHERE m.tenant_id = e.tenant_id AND m.clicked_at IS NOT NULL))
        """;

    public Task<int> Read(CancellationToken cancellation) => cursor.ReadByStore(Reader, Wanted, Take, cancellation);

    public Task<bool> IsBehind(AuraDb db, CancellationToken cancellation) => EventCursor.IsBehind(Reader, db, cancellation);

    private static Task Take(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation)
    {
        foreach (var happened in events)
            db.Enqueue<TakeOrder>(new TakeOrder.Payload(happened.SubjectId), key: $"{happened.Id}");
        return db.SaveChangesAsync(cancellation);
    }
}

/// <summary>Settles what an order means for watched carts and messages. It may be taken twice.</summary>
internal sealed class TakeOrder(AuraDb db) : IJobHandler
{
    public static string Kind => "winback.order";

    public Task<object?> Run(Job job, CancellationToken cancellation) => db.InTransaction<object?>(async () =>
    {
        var id = job.Read<Payload>().Order;
        await db.LockCredit($"{new Id<Order>(id)}", cancellation); // what was placed is settled before it is reversed, or not at all
        if (await db.Orders.AsNoTracking().FirstOrDefaultAsync(o => o.Id == id, cancellation) is not { } order)
            return null;
        if (order.Status != OrderStatus.Cancelled)
            await db.Settle(order, cancellation);
        else
            await db.Reverse(new(id, null, null), cancellation);
        await db.SaveChangesAsync(cancellation);
        return null;
    }, cancellation);

    public sealed record Payload(long Order);
}

/// <summary>Gives a cart up when the last message about it is long past.</summary>
internal sealed class SettleCart(AuraDb db) : IJobHandler
{
    public static string Kind => "winback.settle";

    public static void Plan(AuraDb db, WatchedCart cart)
    {
        var at = db.Now + Crediting.DirectWindow;
        db.Enqueue<SettleCart>(new Payload(cart.Id, cart.LastActivityAt.Ticks), at, FormattableString.Invariant($"{cart.Id}:{at.Ticks}"));
    }

    public Task<object?> Run(Job job, CancellationToken cancellation) => db.InTransaction<object?>(async () =>
    {
        var (id, activity) = job.Read<Payload>();
        if (await db.LockWatched(id, cancellation) is not { Status: WatchedStatus.Abandoned } cart || cart.LastActivityAt.Ticks != activity ||
            await db.RecoveryJourneys.AnyAsync(j => j.CartId == id && j.Status == JourneyStatus.Running, cancellation))
            return null;
        await db.GiveUp(cart, cancellation);
        await db.SaveChangesAsync(cancellation);
        return null;
    }, cancellation);

    public sealed record Payload(long Cart, long Activity);
}
