namespace Aura.Tests.V2;

public sealed class CheckoutCostTests
{
    /// <summary>What each step may ask of the database. The numbers may fall; who lets one rise says why.</summary>
    [Fact]
    public async Task A_purchase_takes_no_more_commands_than_it_did()
    {
        await using var server = await TestServer.Start(); // of its own: on the shared one other tests have keys looked up anew
        var store = await Store.Open(server: server);
        Shop.Goods[] goods = [await store.Stocked(), await store.Stocked(), await store.Stocked()];
        await Buy(store, goods, int.MaxValue); // ids and rate limits are taken in blocks
        await Buy(store, goods, 16);
    }

    private static async Task Buy(Store store, Shop.Goods[] goods, int most)
    {
        var card = (await store.Test.Ok("POST /v2/payment-methods", new { type = "card", card = new { number = "4242424242424242", exp_month = 12, exp_year = 2030, cvc = "123" } }))["id"];
        var created = await SqlCommands.Of(store.Test, "POST /v2/carts", new { email = "buyer@example.com" });
        var cart = (await store.Test.Ok("GET /v2/carts?limit=1"))["data"]![0]!["id"];
        var added = new List<int>();
        foreach (var good in goods)
            added.Add(await SqlCommands.Of(store.Test, $"POST /v2/carts/{cart}/items", new { variant_id = good.Variant, quantity = 1 }));
        var addressed = await SqlCommands.Of(store.Test, $"PUT /v2/carts/{cart}", new { shipping_address = Shop.Address, shipping_method = "standard" });
        var bought = await SqlCommands.Of(store.Test, $"POST /v2/carts/{cart}/checkout", new { payment_method = card });
        Assert.True(created + added.Sum() + addressed + bought <= most, $"create {created}, add {string.Join(", ", added)}, address {addressed}, check out {bought}");
    }
}
