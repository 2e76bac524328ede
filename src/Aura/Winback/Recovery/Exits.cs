using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>Why nothing is to be sent about a cart any more. Asked when a step is taken, and once more when its message is sent.</summary>
internal static class Exits
{
    /// <summary>A telephone number is the same if its last nine digits are: some are written with the country, some without. <c>phone_digits</c> is the same in SQL.</summary>
    private const int PhoneDigits = 9;

    /// <returns>Null where nothing stands against it.</returns>
    public static async Task<JourneyExit?> ExitOf(this AuraDb db, WatchedCart cart, CancellationToken cancellation)
    {
        if (cart.Status is WatchedStatus.Recovered or WatchedStatus.Closed || await db.OrderOf(cart, cancellation) is not null)
            return JourneyExit.Ordered;
        if (cart.Status == WatchedStatus.Lost)
            return JourneyExit.Ended;
        if (cart.Source != CartSource.Store)
            return cart.Contents.Count == 0 && cart.Value == 0 ? JourneyExit.CartEmpty : null;
        var own = await db.Carts.Where(c => c.Id == cart.Id).Select(c => new { c.CompletedAt, IsEmpty = c.Lines.Count == 0 }).FirstOrDefaultAsync(cancellation);
        return own is null ? JourneyExit.CartGone
            : own.CompletedAt is not null ? JourneyExit.Ordered
            : own.IsEmpty ? JourneyExit.CartEmpty
            : await db.IsSoldOut(cart.Id, cancellation) ? JourneyExit.OutOfStock
            : null;
    }

    /// <summary>The first order of the cart's owner since they last did something in it, however it was placed; null: there is none.</summary>
    /// <remarks>SQL by hand: four ways to be the same person, of which the telephone number is written in many ways. Each is a part of its own, so that each has its index.</remarks>
    /// <returns>Its number, of this store or among what other shops told.</returns>
    public static async Task<long?> OrderOf(this AuraDb db, WatchedCart cart, CancellationToken cancellation)
    {
        var shopper = await db.Shoppers.AsNoTracking().FirstOrDefaultAsync(s => s.Id == cart.ShopperId, cancellation);
        var contact = shopper is null ? new(null, null, null) : await db.Contact(shopper, cancellation);
        var (email, phone, since) = (contact.Email?.ToLowerInvariant(), Digits(contact.Phone), cart.LastActivityAt);
        var found = await db.Database.SqlQuery<long>($"""
            SELECT id AS "Value" FROM orders WHERE tenant_id = {db.Tenant} AND cart_id = {cart.Id} AND placed_at IS NOT NULL AND status <> 'cancelled'
            UNION ALL
            (SELECT id FROM (
               SELECT id, placed_at FROM orders WHERE tenant_id = {db.Tenant} AND customer_id = {shopper?.CustomerId} AND placed_at >= {since} AND status <> 'cancelled'
               UNION ALL
               SELECT id, placed_at FROM orders WHERE tenant_id = {db.Tenant} AND lower(email) = {email} AND placed_at >= {since} AND status <> 'cancelled'
               UNION ALL
               SELECT id, placed_at FROM orders
               WHERE tenant_id = {db.Tenant} AND phone_digits(coalesce(shipping_address ->> 'phone', billing_address ->> 'phone')) = {phone}
                 AND placed_at >= {since} AND status <> 'cancelled') own
             ORDER BY placed_at, id LIMIT 1)
            UNION ALL
            (SELECT id FROM (
               SELECT id, placed_at FROM shop_orders WHERE tenant_id = {db.Tenant} AND email = {email} AND placed_at >= {since} AND cancelled_at IS NULL
               UNION ALL
               SELECT id, placed_at FROM shop_orders WHERE tenant_id = {db.Tenant} AND phone = {phone} AND placed_at >= {since} AND cancelled_at IS NULL
               UNION ALL
               SELECT id, placed_at FROM shop_orders WHERE tenant_id = {db.Tenant} AND reference = {shopper?.Reference} AND placed_at >= {since} AND cancelled_at IS NULL) told
             ORDER BY placed_at, id LIMIT 1)
            """).ToListAsync(cancellation);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Whether the customer did something in the cart since a time.</summary>
    public static async Task<bool> IsBack(this AuraDb db, WatchedCart cart, DateTime since, CancellationToken cancellation) =>
        cart.LastActivityAt > since || cart.Source == CartSource.Store && await db.Carts.AnyAsync(c => c.Id == cart.Id && c.LastActivityAt > since, cancellation);

    /// <returns>Null for what is too short to be a number.</returns>
    internal static string? Digits(string? phone)
    {
        var digits = string.Concat((phone ?? "").Where(char.IsAsciiDigit));
        return digits.Length < 7 ? null : digits[^Math.Min(PhoneDigits, digits.Length)..];
    }

    /// <summary>Whether nothing in the cart can be had.</summary>
    private static Task<bool> IsSoldOut(this AuraDb db, long cart, CancellationToken cancellation) =>
        db.CartLines.Where(line => line.CartId == cart).AllAsync(line => db.Variants.Any(v =>
            v.Id == line.VariantId && v.TracksInventory && !v.AllowsBackorder && AuraDb.AvailableStock(db.Tenant, v.Id) <= 0), cancellation);
}
