using Aura.Carts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>Brings customers who follow a link back into their cart.</summary>
public sealed class CartReturn(AuraDb db, CartEditing editing)
{
    /// <summary>Notes the click and makes the cart ready: in one of the store's own lies the coupon that the journey gave.</summary>
    /// <returns>The cart; null where it is gone.</returns>
    public async Task<WatchedCart?> Follow(long journeyId, CancellationToken cancellation)
    {
        if (await db.Click(journeyId, cancellation) is not { } journey || await db.WatchedCarts.AsNoTracking().FirstOrDefaultAsync(c => c.Id == journey.CartId, cancellation) is not { } cart)
            return null;
        if (cart.Source == CartSource.Store && await db.Carts.AnyAsync(c => c.Id == cart.Id && c.CompletedAt == null, cancellation))
            await Restore(cart, journey.CouponCode, cancellation);
        return cart;
    }

    private async Task Restore(WatchedCart cart, string? code, CancellationToken cancellation)
    {
        try
        {
            await editing.Edit(cart.Id, cart.Currency, new((own, _) => own.Apply([.. own.Coupons, .. code is null ? (string[])[] : [code]])), cancellation);
        }
        catch (Refused refused) when (refused.Kind is Refusal.Invalid or Refusal.Conflict)
        {
            // The coupon is no longer good, or the cart is just being checked out: it is shown as it is.
        }
    }
}
