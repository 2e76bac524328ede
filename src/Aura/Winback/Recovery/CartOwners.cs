using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Winback.Triggers;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>Whose a cart is, as far as anybody said.</summary>
/// <param name="Reference">See <see cref="Shopper.Reference"/>.</param>
/// <param name="CustomerId">Of this store.</param>
public sealed record CartOwner(string? Reference = null, long? CustomerId = null, string? Email = null, string? Phone = null, string? Name = null)
{
    /// <summary>A language tag.</summary>
    public string? Locale { get; init; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string? Country { get; init; }
}

public static class CartOwners
{
    /// <summary>The person, who is made where nobody knew of them; null where nothing is known.</summary>
    /// <exception cref="Refused">422 for a reference or address that cannot be one.</exception>
    internal static async Task<Shopper?> OwnerOf(this AuraDb db, CartOwner owner, CancellationToken cancellation)
    {
        var shopper = owner switch
        {
            { CustomerId: { } customer } => await db.ShopperOf(new Id<Customer>(customer), cancellation),
            { Reference: { } reference } => await db.ShopperOf(reference, cancellation),
            { Email: { } email } => await db.OfEmail(email.Trim(), cancellation),
            { Phone: { } phone } => await db.ShopperOf(phone.Trim(), cancellation),
            _ => null,
        };
        if (shopper is { CustomerId: null })
            shopper.Reach(owner.Email, owner.Phone, owner.Name);
        shopper?.Live(owner.Locale, null, owner.Country);
        return shopper;
    }

    /// <summary>The numbers of all the shoppers that somebody is known as.</summary>
    /// <remarks>SQL by hand, for the reasons of <see cref="Exits.OrderOf"/>.</remarks>
    internal static Task<long[]> PeopleOf(this AuraDb db, CartOwner owner, CancellationToken cancellation)
    {
        var (email, phone) = (owner.Email?.Trim().ToLowerInvariant(), Exits.Digits(owner.Phone));
        return db.Database.SqlQuery<long>($"""
            SELECT id AS "Value" FROM shoppers WHERE tenant_id = {db.Tenant} AND customer_id = {owner.CustomerId}
            UNION SELECT id FROM shoppers WHERE tenant_id = {db.Tenant} AND reference = {owner.Reference}
            UNION SELECT id FROM shoppers WHERE tenant_id = {db.Tenant} AND email_key = {email}
            UNION SELECT id FROM shoppers WHERE tenant_id = {db.Tenant} AND customer_id IS NULL AND phone_digits(phone) = {phone}
            UNION SELECT s.id FROM customers c JOIN shoppers s ON s.tenant_id = c.tenant_id AND s.customer_id = c.id WHERE c.tenant_id = {db.Tenant} AND c.email_key = {email}
            UNION SELECT s.id FROM customers c JOIN shoppers s ON s.tenant_id = c.tenant_id AND s.customer_id = c.id
              WHERE c.tenant_id = {db.Tenant} AND phone_digits(c.phone) = {phone}
            """).ToArrayAsync(cancellation);
    }

    /// <inheritdoc cref="PeopleOf(AuraDb, CartOwner, CancellationToken)"/>
    internal static async Task<long[]> PeopleOf(this AuraDb db, WatchedCart cart, CancellationToken cancellation)
    {
        if (await db.Shoppers.FirstOrDefaultAsync(s => s.Id == cart.ShopperId, cancellation) is not { } shopper)
            return [];
        var contact = await db.Contact(shopper, cancellation);
        return await db.PeopleOf(new CartOwner(shopper.Reference, shopper.CustomerId, contact.Email, contact.Phone), cancellation);
    }

    /// <summary>The store's customer of that address, or somebody who left it before.</summary>
    private static async Task<Shopper> OfEmail(this AuraDb db, string email, CancellationToken cancellation)
    {
        var key = email.ToLowerInvariant();
        if (await db.Customers.Where(c => c.EmailKey == key).Select(c => (long?)c.Id).FirstOrDefaultAsync(cancellation) is { } customer)
            return await db.ShopperOf(new Id<Customer>(customer), cancellation);
        return await db.Shoppers.OrderBy(s => s.Id).FirstOrDefaultAsync(s => s.EmailKey == key, cancellation)
            ?? await db.ShopperOf(key.Length <= Shopper.MaxReference ? key : key[..Shopper.MaxReference], cancellation);
    }

    /// <summary>What conditions may ask about a cart, as it is now.</summary>
    public static async Task<TriggerFacts> FactsOf(this AuraDb db, WatchedCart cart, CancellationToken cancellation)
    {
        var values = new Dictionary<string, object?>
        {
            ["cart_value"] = new Money(cart.Value, cart.Currency).Amount,
            ["cart_currency"] = cart.Currency.Code,
            ["cart_items"] = (decimal)cart.Contents.Count,
            ["cart_products"] = cart.Contents.Items.SelectMany(item => new[] { item.Sku, item.Name }).OfType<string>().ToHashSet(),
            ["abandonment"] = cart.Abandonment is { } how ? Words<Abandonment>.Of(how) : null,
            ["customer_known"] = cart.ShopperId is not null,
        };
        HashSet<string> segments = cart.Segment is null ? [] : [cart.Segment];
        if (await db.Shoppers.AsNoTracking().FirstOrDefaultAsync(s => s.Id == cart.ShopperId, cancellation) is { } shopper)
        {
            var contact = await db.Contact(shopper, cancellation);
            (values["has_email"], values["has_phone"]) = (contact.Email is not null, contact.Phone is not null);
            (values["customer_country"], values["customer_locale"]) = (shopper.Country, shopper.Locale);
            segments.UnionWith(shopper.Segments);
            if (shopper.CustomerId is { } customer)
                segments.UnionWith(await db.History(customer, values, cancellation));
        }

        if (segments.Count > 0)
            values["customer_segment"] = segments;
        return new(values, db.Now) { LastActivityAt = cart.LastActivityAt };
    }

    /// <summary>Adds what a customer of the store bought.</summary>
    /// <returns>The customer's segments.</returns>
    private static async Task<HashSet<string>> History(this AuraDb db, long customer, Dictionary<string, object?> values, CancellationToken cancellation)
    {
        var history = await db.Bought(new Id<Customer>(customer), cancellation);
        (values["customer_orders"], values["customer_spent"]) = ((decimal)history.Orders, history.InStoreCurrency.Amount);
        return await db.SegmentsOf(customer, await db.CustomerSegments.AsNoTracking().ToListAsync(cancellation), cancellation);
    }
}
