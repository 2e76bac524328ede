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
        var carts = await db.WatchedCarts.Where(c => c.ShopperId == shopper.Id).OrderBy(c => c.Id).Select(c => c.Id).ToArrayAsync(cancellation);
        await ForgetInEvents(db, carts, cancellation);
        foreach (var id in carts)
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

    /// <summary>Events keep what happened and which cart it was. A reference may be an address itself.</summary>
    private static Task ForgetInEvents(AuraDb db, long[] carts, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        UPDATE events e SET facts = e.facts - 'customer_id'
        WHERE e.tenant_id = {db.Tenant} AND e.facts ? 'customer_id' AND (
          e.subject = {WatchedCart.Noun} AND e.subject_id = ANY({carts})
          OR e.subject = {RecoveryWorkflow.Noun} AND e.facts ->> 'cart_id' = ANY({carts.Select(id => $"{new Id<WatchedCart>(id)}").ToArray()})
            AND e.subject_id IN (SELECT workflow_id FROM recovery_journeys WHERE tenant_id = {db.Tenant} AND cart_id = ANY({carts})))
        """, cancellation);
}
