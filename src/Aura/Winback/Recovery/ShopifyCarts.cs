using System.Text.Json;
using Aura.Connectors.Shops;
using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>Watches the checkouts of a Shopify shop, and learns from its orders which were bought. Messages may come twice, late and out of order.</summary>
public static class ShopifyCarts
{
    /// <summary>Shopify repeats a message for two days at most. What claims to be older is told for the first time now, and nothing is known of when its owner left.</summary>
    private static readonly TimeSpan Latest = TimeSpan.FromDays(2);

    /// <summary>Takes a message. Needs no transaction.</summary>
    /// <param name="topic">Such as <c>checkouts/update</c>.</param>
    /// <returns>Whether it changed anything; false for other topics, and for what was known or is older.</returns>
    /// <exception cref="Refused">422 for a body that is not what the topic says.</exception>
    public static Task<bool> TakeShopify(this AuraDb db, string topic, ReadOnlyMemory<byte> body, CancellationToken cancellation) => topic switch
    {
        "checkouts/create" or "checkouts/update" => db.Take(Read(body, ShopifyHook.Checkout), cancellation),
        "orders/create" or "orders/updated" or "orders/paid" or "orders/cancelled" => db.Take(Read(body, ShopifyHook.Order), cancellation),
        _ => Task.FromResult(false),
    };

    private static T Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        try
        {
            using var message = JsonDocument.Parse(body);
            return message.RootElement.ValueKind == JsonValueKind.Object ? read(message.RootElement) : throw new FormatException("It is no object.");
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException)
        {
            throw Refused.Invalid("", $"This is no message of its topic. {wrong.Message}");
        }
    }

    private static Task<bool> Take(this AuraDb db, ShopifyCheckout checkout, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        await db.LockKeys(checkout.Keys, cancellation);
        var cart = await db.CartOf(checkout.Keys, cancellation) is { } known ? await db.LockWatched(known, cancellation) : null;
        var touched = db.When(checkout.UpdatedAt);
        if (cart is null)
            db.Add(cart = WatchedCart.Create(CartSource.Shopify, checkout.Keys[0], Currency.Of(checkout.Currency), touched));
        if (cart.IsOver || !cart.Hears(checkout.UpdatedAt))
            return false;
        cart.Name(checkout.Keys);
        cart.Touch(touched);
        await db.Tell(cart, new(Owner(checkout.Person), [.. checkout.Lines.Select(line => new CartContent(line.Title, line.Quantity, line.Price, line.Sku))],
            checkout.Total, cart.Segment, checkout.Url), cancellation);
        await db.Settle(checkout, cart, cancellation);
        await db.SaveChangesAsync(cancellation);
        return true;
    }, cancellation);

    /// <summary>It says itself that it was bought, or its order was told before.</summary>
    private static async Task Settle(this AuraDb db, ShopifyCheckout checkout, WatchedCart cart, CancellationToken cancellation)
    {
        var keys = checkout.Keys.ToArray();
        var order = await db.ShopOrders.Where(o => o.Source == CartSource.Shopify && o.CancelledAt == null && o.Keys.Any(key => keys.Contains(key))).Select(o => o.ExternalId).FirstOrDefaultAsync(cancellation);
        if (checkout.CompletedAt is not null || order is not null)
            await db.Buy(cart, new(null, order, null), db.Now, cancellation);
    }

    private static Task<bool> Take(this AuraDb db, ShopifyOrder told, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        await db.LockCredit(told.Id, cancellation);
        await db.LockKeys([told.Id, .. told.Keys], cancellation);
        var order = await db.ShopOrders.FirstOrDefaultAsync(o => o.Source == CartSource.Shopify && o.ExternalId == told.Id, cancellation);
        var isNew = order is null;
        if (order is null)
            db.Add(order = ShopOrder.Of(CartSource.Shopify, told.Id, db.When(told.CreatedAt)));
        var owner = Owner(told.Person);
        if (!order.Hears(told.UpdatedAt, told.Keys, owner, told.CancelledAt))
            return false;
        if (told.CancelledAt is not null)
            await db.Reverse(new(null, told.Id, null), cancellation);
        else if (isNew)
            await db.Settle(told, owner, order.PlacedAt, cancellation);
        await db.SaveChangesAsync(cancellation);
        return true;
    }, cancellation);

    private static async Task Settle(this AuraDb db, ShopifyOrder told, CartOwner owner, DateTime placed, CancellationToken cancellation)
    {
        var own = await db.CartOf(told.Keys, cancellation);
        var bought = new BoughtCart(null, told.Id, Money.Round(told.Total, Currency.Of(told.Currency)));
        await db.Settle(await db.PeopleOf(owner, cancellation), own, bought, placed, cancellation);
        if (own is { } cart)
            (await db.LockWatched(cart, cancellation))?.Call(told.Id); // its checkout may have said before that it was bought
    }

    private static Task<long?> CartOf(this AuraDb db, IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        var any = keys.ToArray();
        return db.WatchedCarts.Where(c => c.Source == CartSource.Shopify && c.Keys.Any(key => any.Contains(key))).OrderBy(c => c.Id).Select(c => (long?)c.Id).FirstOrDefaultAsync(cancellation);
    }

    private static DateTime When(this AuraDb db, DateTime told) => told > db.Now || told < db.Now - Latest ? db.Now : told;

    private static CartOwner Owner(ShopifyPerson person) => new(person.Id is { } id ? $"shopify_{id}" : null, null, Address(person.Email), person.Phone, person.Name)
    {
        Locale = person.Locale,
        Country = person.Country is { Length: 2 } country && country.All(char.IsAsciiLetter) ? country : null,
    };

    /// <summary>Shops keep addresses that are none; a cart is watched all the same.</summary>
    private static string? Address(string? email) => email is not null && Customer.IsEmail(email) ? email : null;

    /// <summary>Messages about the same checkout follow one another, also while nothing of it is on record yet. In one order, so that two never wait for each other.</summary>
    private static async Task LockKeys(this AuraDb db, IReadOnlyList<string> keys, CancellationToken cancellation)
    {
        foreach (var key in keys.Order(StringComparer.Ordinal))
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({"shopify:" + key}, {db.Tenant}))", cancellation);
    }
}
