using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>What watched carts and journeys know of somebody.</summary>
internal sealed class CartData : IPersonalData
{
    public string Name => "carts";

    public async Task<object?> Export(AuraDb db, Shopper shopper, CancellationToken cancellation) =>
        (await db.WatchedCarts.AsNoTracking().Where(c => c.ShopperId == shopper.Id).OrderBy(c => c.Id).ToListAsync(cancellation)).Select(cart => new
        {
            CartId = $"{new Id<WatchedCart>(cart.Id)}", Source = Words<CartSource>.Of(cart.Source), Status = Words<WatchedStatus>.Of(cart.Status), cart.Contents.Items, cart.Segment,
            CartValue = new Money(cart.Value, cart.Currency).Amount, Currency = cart.Currency.Code, cart.LastActivityAt, cart.AbandonedAt, cart.RecoveredAt,
        });

    /// <summary>Carts and journeys stay as numbers that were counted; whose they were is gone, and nothing more is done about them.</summary>
    public async Task<string?> Forget(AuraDb db, Shopper shopper, CancellationToken cancellation)
    {
        var contact = await db.Contact(shopper, cancellation);
        foreach (var id in await db.WatchedCarts.Where(c => c.ShopperId == shopper.Id).OrderBy(c => c.Id).Select(c => c.Id).ToListAsync(cancellation))
        {
            await db.EndJourneys(id, JourneyExit.Ended, cancellation);
            (await db.LockWatched(id, cancellation))?.Forget();
        }

        foreach (var journey in await db.RecoveryJourneys.Where(j => j.ShopperId == shopper.Id).ToListAsync(cancellation))
            journey.Forget();
        var (email, phone) = (contact.Email?.ToLowerInvariant(), Exits.Digits(contact.Phone));
        foreach (var order in await db.ShopOrders.Where(o => o.Email == email && email != null || o.Phone == phone && phone != null || o.Reference == shopper.Reference).ToListAsync(cancellation))
            order.Forget();
        return null;
    }
}
