using System.Text.Json.Nodes;
using Aura.Tests.V2;
using Aura.Wallets;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Wallets;

/// <summary>What customers of a sandbox have.</summary>
internal static class Purse
{
    /// <summary>A customer with so much credit, in major units of the store's currency.</summary>
    public static async Task<string> CustomerWith(this Store store, decimal credit)
    {
        var customer = await store.Customer();
        await store.Test.Ok($"POST /v2/customers/{customer}/wallet/adjust", new { unit = "USD", amount = credit, reason = "gift" });
        return customer;
    }

    /// <summary>A cart of a customer that only has to be checked out.</summary>
    public static async Task<string> CartOf(this Store store, string customer, Shop.Goods goods, int quantity = 1)
    {
        var cart = await store.Cart((goods, quantity));
        await store.Test.Ok($"PUT /v2/carts/{cart}", new { customer_id = customer });
        return cart;
    }

    public static Task<(int Status, JsonNode? Body)> PayWithCredit(this Store store, string cart, string? rest = null, decimal? most = null) =>
        store.Test.Send($"POST /v2/carts/{cart}/checkout", new { use_credit = true, max_credit = most, payment_method = rest });

    /// <summary>Available, pending and held.</summary>
    public static async Task<(decimal Available, decimal Pending, decimal Held)> Wallet(this Store store, string customer, string unit = "USD")
    {
        var wallet = await store.Test.Ok($"GET /v2/customers/{customer}/wallet");
        return wallet["balances"]!.AsArray().FirstOrDefault(balance => (string?)balance!["unit"] == unit) is { } own
            ? ((decimal)own["available"]!, (decimal)own["pending"]!, (decimal)own["held"]!)
            : default;
    }

    public static Task<List<WalletFact>> Facts(this Store store, string customer, string unit = "USD") => store.Database((db, _) =>
        db.WalletEntries.Where(e => e.CustomerId == Id<Aura.Customers.Customer>.Parse(customer, null).Value && e.Unit == unit).OrderBy(e => e.Id).Select(e => e.Kind).ToListAsync());
}
