using Aura.Messages;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>
/// To what an order is owed. The last link that its buyer followed within <see cref="DirectWindow"/> before it: one of the journeys of the cart that it won back, or one of a campaign or of a message
/// that was sent directly. Without any, the last message of those journeys within <see cref="AssistedWindow"/>. An order is owed to one message at most.
/// </summary>
internal static class Crediting
{
    public static readonly TimeSpan DirectWindow = TimeSpan.FromDays(7);
    public static readonly TimeSpan AssistedWindow = TimeSpan.FromDays(5);

    /// <param name="cart">The cart that the order wins back; null: none.</param>
    /// <param name="people">Who bought: see <see cref="CartOwners.PeopleOf"/>.</param>
    public static async Task<Credit> CreditOf(this AuraDb db, WatchedCart? cart, long[] people, DateTime at, CancellationToken cancellation)
    {
        var journeys = cart is null ? [] : await db.RecoveryJourneys.AsNoTracking().Where(j => j.CartId == cart.Id && j.Messages > 0).ToListAsync(cancellation);
        var followed = journeys.Where(j => j.ClickedAt <= at && at - j.ClickedAt <= DirectWindow).Max(j => j.ClickedAt);
        if (await db.LastFollowed(people, at, cancellation) is { } click && !(followed >= click.At))
            return new(Attribution.Direct, click.Channel, click.Message);
        var keys = journeys.SelectMany(journey => Enumerable.Range(0, journey.Done).Select(step => RecoveryMessages.KeyOf(journey.Id, step))).ToList();
        var last = keys.Count == 0 ? null
            : await db.Messages.Where(m => keys.Contains(m.OnceKey) && m.SentAt <= at).OrderByDescending(m => m.SentAt).Select(m => new { m.Channel, m.SentAt }).FirstOrDefaultAsync(cancellation);
        return followed is not null ? new(Attribution.Direct, last?.Channel)
            : last is not null && at - last.SentAt <= AssistedWindow ? new(Attribution.Assisted, last.Channel)
            : new(Attribution.Unaided, null);
    }

    /// <summary>Writes down that an order is owed to a message that no journey sent, if it is.</summary>
    public static void Sell(this AuraDb db, Credit credit, WatchedCart? cart, BoughtCart order, DateTime at)
    {
        if (credit.Message is { } message && (order.Total ?? (cart is null ? null : new Money(cart.Value, cart.Currency))) is { } revenue)
            db.MessageSales.Add(MessageSale.Of(message, cart?.Id, order, revenue, at));
    }

    /// <summary>Whether it is known already to what an order is owed.</summary>
    /// <param name="own">The cart that it was.</param>
    public static async Task<bool> IsCredited(this AuraDb db, BoughtCart order, long? own, CancellationToken cancellation)
    {
        return order.OrderId is null && own is not null && await db.WatchedCarts.AnyAsync(c => c.Id == own && c.Status == WatchedStatus.Recovered, cancellation) ||
            await db.WonBackBy(order).AnyAsync(cancellation) || await db.SalesOf(order).AnyAsync(cancellation);
    }

    /// <summary>The cart that an order won back.</summary>
    public static IQueryable<WatchedCart> WonBackBy(this AuraDb db, BoughtCart order) => order switch
    {
        { OrderId: { } id } => db.WatchedCarts.Where(c => c.OrderId == id && c.Status == WatchedStatus.Recovered),
        { Reference: { } reference } => db.WatchedCarts.Where(c => c.OrderReference == reference && c.Status == WatchedStatus.Recovered),
        _ => db.WatchedCarts.Where(_ => false),
    };

    /// <summary>What an order is owed to that won back no cart; of this store's orders, those that did too.</summary>
    public static IQueryable<MessageSale> SalesOf(this AuraDb db, BoughtCart order) => order switch
    {
        { OrderId: { } id } => db.MessageSales.Where(s => s.OrderId == id),
        { Reference: { } reference } => db.MessageSales.Where(s => s.OrderReference == reference && s.CartId == null),
        _ => db.MessageSales.Where(_ => false),
    };

    /// <summary>The message whose link one of these people followed last, of those that no journey sent.</summary>
    private static async Task<Click?> LastFollowed(this AuraDb db, long[] people, DateTime at, CancellationToken cancellation)
    {
        var since = at - DirectWindow;
        var clicks = await db.Messages
            .Where(m => m.ShopperId != null && people.Contains(m.ShopperId.Value) && m.ClickedAt <= at && m.LastClickedAt >= since && m.ExitCheck != RecoveryExit.Called)
            .Select(m => new Click(m.Id, m.Channel, m.LastClickedAt <= at ? m.LastClickedAt : m.ClickedAt)).ToListAsync(cancellation);
        return clicks.Where(click => click.At >= since).MaxBy(click => (click.At, click.Message));
    }

    private sealed record Click(long Message, Channel Channel, DateTime? At);
}
