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
    public static readonly TimeSpan DirectWindow = TimeSpan.FromDays(7);
    public static readonly TimeSpan AssistedWindow = TimeSpan.FromDays(5);

    /// <summary>The cart was bought: its journeys end, and if it had been abandoned the world hears that it was won back. Needs a transaction, the row locked.</summary>
    /// <exception cref="Refused">409 where that is known already.</exception>
    public static async Task Buy(this AuraDb db, WatchedCart cart, BoughtCart order, DateTime at, CancellationToken cancellation)
    {
        cart.Buy(order, await db.CreditOf(cart, at, cancellation), at);
        await db.EndJourneys(cart.Id, JourneyExit.Ordered, cancellation);
        if (cart.Status == WatchedStatus.Recovered)
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

    /// <summary>An order was placed, over whichever path: the carts that it settles. One of those that were left is credited with it, the cart that it was or else the last.</summary>
    internal static async Task Settle(this AuraDb db, Order order, CancellationToken cancellation)
    {
        var placed = order.PlacedAt ?? db.Now;
        var bought = new BoughtCart(order.Id, null, new Money(order.Total, order.Currency));
        var others = await db.CartsOf(new(CustomerId: order.CustomerId, Email: order.Email, Phone: order.ShippingAddress?.Phone ?? order.BillingAddress?.Phone), placed, cancellation);
        await db.Settle(order.CartId is { } own ? [own, .. others] : others, order.CartId, bought, placed, cancellation);
    }

    /// <param name="own">The cart that the order was; null: nobody knows.</param>
    internal static async Task Settle(this AuraDb db, IEnumerable<long> ids, long? own, BoughtCart bought, DateTime placed, CancellationToken cancellation)
    {
        var carts = new List<WatchedCart>();
        foreach (var id in ids.Distinct().Order())
            if (await db.LockWatched(id, cancellation) is { IsOver: false } cart)
                carts.Add(cart);
        var credited = carts.Where(cart => cart.AbandonedAt is not null).MaxBy(cart => (cart.Id == own, cart.AbandonedAt, cart.Id));
        foreach (var cart in carts)
            if (cart == credited || cart.Id == own)
                await db.Buy(cart, bought, placed, cancellation);
            else if (cart.AbandonedAt is not null)
                await db.Close(cart, cancellation);
    }

    /// <summary>The carts of a person that were left before a time, in the last thirty days.</summary>
    /// <remarks>SQL by hand, for the reasons of <see cref="Exits.OrderOf"/>.</remarks>
    internal static async Task<List<long>> CartsOf(this AuraDb db, CartOwner owner, DateTime before, CancellationToken cancellation)
    {
        var (email, phone, since) = (owner.Email?.Trim().ToLowerInvariant(), Exits.Digits(owner.Phone), before - RecoveryLink.Lifetime);
        return await db.Database.SqlQuery<long>($"""
            WITH same AS (
              SELECT id FROM shoppers WHERE tenant_id = {db.Tenant} AND customer_id = {owner.CustomerId}
              UNION SELECT id FROM shoppers WHERE tenant_id = {db.Tenant} AND reference = {owner.Reference}
              UNION SELECT id FROM shoppers WHERE tenant_id = {db.Tenant} AND email_key = {email}
              UNION SELECT id FROM shoppers WHERE tenant_id = {db.Tenant} AND customer_id IS NULL AND phone_digits(phone) = {phone}
              UNION SELECT s.id FROM customers c JOIN shoppers s ON s.tenant_id = c.tenant_id AND s.customer_id = c.id WHERE c.tenant_id = {db.Tenant} AND c.email_key = {email}
              UNION SELECT s.id FROM customers c JOIN shoppers s ON s.tenant_id = c.tenant_id AND s.customer_id = c.id
                WHERE c.tenant_id = {db.Tenant} AND phone_digits(c.phone) = {phone})
            SELECT w.id AS "Value" FROM same JOIN watched_carts w ON w.tenant_id = {db.Tenant} AND w.shopper_id = same.id
            WHERE w.status IN ('active', 'abandoned', 'lost') AND w.last_activity_at BETWEEN {since} AND {before}
            """).ToListAsync(cancellation);
    }

    private static async Task Close(this AuraDb db, WatchedCart cart, CancellationToken cancellation)
    {
        cart.Close();
        await db.EndJourneys(cart.Id, JourneyExit.Ordered, cancellation);
    }

    /// <summary>What the last message that reached the customer has to do with it.</summary>
    private static async Task<Credit> CreditOf(this AuraDb db, WatchedCart cart, DateTime at, CancellationToken cancellation)
    {
        var journeys = await db.RecoveryJourneys.AsNoTracking().Where(j => j.CartId == cart.Id && j.Messages > 0).ToListAsync(cancellation);
        var keys = journeys.SelectMany(journey => Enumerable.Range(0, journey.Done).Select(step => RecoveryMessages.KeyOf(journey.Id, step))).ToList();
        var last = await db.Messages.Where(m => keys.Contains(m.OnceKey) && m.SentAt <= at).OrderByDescending(m => m.SentAt).Select(m => new { m.Channel, m.SentAt }).FirstOrDefaultAsync(cancellation);
        return journeys.Any(j => j.ClickedAt <= at && at - j.ClickedAt <= DirectWindow) ? new(Attribution.Direct, last?.Channel)
            : last is not null && at - last.SentAt <= AssistedWindow ? new(Attribution.Assisted, last.Channel)
            : new(Attribution.Unaided, null);
    }
}

/// <summary>Hears of orders that are placed or cancelled, where carts are watched.</summary>
public sealed class OrderedCarts(EventCursor cursor) : IEventReader
{
    private const string Reader = "winback";

    private const string Wanted = "type IN ('order.created', 'order.cancelled') AND EXISTS (SELECT FROM watched_carts w WHERE w.tenant_id = e.tenant_id)";

    public Task<int> Read(CancellationToken cancellation) => cursor.ReadByStore(Reader, Wanted, Take, cancellation);

    public Task<bool> IsBehind(AuraDb db, CancellationToken cancellation) => EventCursor.IsBehind(Reader, db, cancellation);

    private static Task Take(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation)
    {
        foreach (var happened in events)
            db.Enqueue<TakeOrder>(new TakeOrder.Payload(happened.SubjectId), key: $"{happened.Id}");
        return db.SaveChangesAsync(cancellation);
    }
}

/// <summary>Settles what an order means for watched carts. It may be taken twice.</summary>
internal sealed class TakeOrder(AuraDb db) : IJobHandler
{
    public static string Kind => "winback.order";

    public Task<object?> Run(Job job, CancellationToken cancellation) => db.InTransaction<object?>(async () =>
    {
        var id = job.Read<Payload>().Order;
        if (await db.Orders.AsNoTracking().FirstOrDefaultAsync(o => o.Id == id, cancellation) is not { } order)
            return null;
        if (order.Status != OrderStatus.Cancelled)
            await db.Settle(order, cancellation);
        else
            foreach (var cart in await db.WatchedCarts.Where(c => c.OrderId == id).OrderBy(c => c.Id).Select(c => c.Id).ToListAsync(cancellation))
                (await db.LockWatched(cart, cancellation))?.Reverse();
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
        var at = db.Now + Recovering.DirectWindow;
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
