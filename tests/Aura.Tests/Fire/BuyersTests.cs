namespace Aura.Tests.Fire;

public sealed class BuyersTests
{
    [Fact]
    public async Task Two_thousand_buyers_of_a_hundred_pieces_in_three_warehouses_buy_exactly_a_hundred()
    {
        var store = await Store.Open();
        var shop = await Shop.Open(store.Test, 50, 30, 20);
        var carts = new List<string>();
        foreach (var some in Enumerable.Range(0, 2000).Chunk(40))
            carts.AddRange(await Task.WhenAll(some.Select(_ => shop.Cart())));

        var answers = await Task.WhenAll(carts.Select(shop.CheckoutWhenThereIsRoom));

        Assert.Equal(100, answers.Count(answer => answer.Status is 200 or 201));
        Assert.All(answers.Where(answer => answer.Status is not (200 or 201)), answer =>
        {
            Assert.Equal(409, answer.Status);
            Assert.Equal("insufficient_stock", (string?)answer.Body!["error"]!["code"]);
        });
        var stock = await store.Test.Ok($"GET /v2/inventory/{shop.Sku}");
        Assert.Equal((0, 100), ((int)stock["total_available"]!, (int)stock["total_reserved"]!));
        await store.Verify();
    }

    [Fact]
    public async Task The_same_checkout_sent_fifty_times_at_once_is_one_order_and_one_charge()
    {
        var store = await Store.Open();
        var shop = await Shop.Open(store.Test, 10);
        var cart = await shop.Cart(2);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => shop.Checkout(cart)));

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 201 or 202 or 409, $"{answer.Status} {answer.Body}"));
        Assert.Single(answers, answer => answer.Status == 201);
        var order = Assert.Single(answers.Where(answer => answer.Status is 200 or 201).Select(answer => (string)answer.Body!["id"]!).Distinct());
        Assert.Equal(order, (string?)(await shop.Checkout(cart)).Body!["id"]);
        Assert.Single((await store.Test.Ok("GET /v2/orders"))["data"]!.AsArray());
        Assert.Equal(45m, (decimal)Assert.Single((await store.Test.Ok($"GET /v2/payments?order_id={order}"))["data"]!.AsArray())!["amount"]! / 100);
        Assert.Equal(8, (int)(await store.Test.Ok($"GET /v2/inventory/{shop.Sku}"))["total_available"]!);
        await store.Verify();
    }
}
