using System.Text.Json.Nodes;
using Aura.Tests.Promotions;

namespace Aura.Tests.V2;

public sealed class AutomaticDiscountsTests
{
    private const string All = "/v2/discounts/automatic";

    [Fact]
    public async Task The_discount_of_the_document_frees_the_cheapest_of_three_for_those_it_is_for()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/categories", new { name = "Electronics" });
        var (status, made) = await store.Test.Send($"POST {All}", """
            {"name": "Buy 2 Get 1 Free", "type": "buy_x_get_y",
             "conditions": {"buy_quantity": 2, "get_quantity": 1, "customer_tags": ["vip"], "product_categories": ["electronics"]},
             "start_date": "2026-02-01", "end_date": "2099-03-31"}
            """);
        Assert.Equal(201, status);
        Assert.Equal(("2026-02-01", "2099-03-31", "2099-04-01T00:00:00Z"), ((string?)made!["start_date"], (string?)made["end_date"], (string?)made["ends_at"]));
        Assert.Equal((2, 1, "vip", "electronics"), ((int)made["conditions"]!["buy_quantity"]!, (int)made["conditions"]!["get_quantity"]!,
            (string?)made["conditions"]!["customer_tags"]![0], (string?)made["conditions"]!["product_categories"]![0]));
        Assert.True(JsonNode.DeepEquals(made, await store.Test.Ok($"GET {All}/{made["id"]}")));

        var (phone, cable, lamp) = (await Product(store, 100, "electronics"), await Product(store, 10, "electronics"), await Product(store, 5, "light"));
        var (vip, other) = (await store.Customer(), await store.Customer());
        await store.Test.Ok($"PUT /v2/customers/{vip}", new { tags = new[] { "vip" } });
        Assert.Equal(10m, await Discount(store, vip, (phone, 2), (cable, 1), (lamp, 1)));
        Assert.Equal(0m, await Discount(store, other, (phone, 2), (cable, 1)));
        Assert.Equal(0m, await Discount(store, vip, (phone, 2), (lamp, 1)));
    }

    [Theory]
    [InlineData("percentage", 10, 6)]
    [InlineData("fixed_amount", 250, 2.5)]
    public async Task Other_types_hold_from_their_first_day_to_the_end_of_their_last(string type, int amount, decimal discount)
    {
        var store = await Store.Open();
        var goods = await Product(store, 60, "any");
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        await store.Test.Ok($"POST {All}", new
        {
            name = "Later", type, amount, conditions = new { minimum_amount = 6000 }, start_date = today.AddDays(3).ToString("yyyy-MM-dd"), end_date = today.AddDays(4).ToString("yyyy-MM-dd"),
        });

        foreach (var (after, given) in new[] { (1, 0m), (2, discount), (1, discount), (1, 0m) })
        {
            await store.Advance($"P{after}D");
            Assert.Equal(given, await Discount(store, null, (goods, 1)));
        }

        Assert.Equal("expired", (string?)(await store.Test.Ok($"GET {All}"))["data"]![0]!["status"]);
    }

    [Theory]
    [InlineData("""{"name": "X", "type": "mystery", "conditions": {}}""")]
    [InlineData("""{"name": "X", "type": "percentage", "conditions": {}}""")]
    [InlineData("""{"name": "X", "type": "buy_x_get_y"}""")]
    [InlineData("""{"name": "X", "type": "buy_x_get_y", "conditions": {"buy_quantity": 0}}""")]
    [InlineData("""{"name": "X", "type": "buy_x_get_y", "conditions": {"product_categories": ["nowhere"]}}""")]
    [InlineData("""{"name": "X", "type": "buy_x_get_y", "conditions": {}, "start_date": "soon"}""")]
    [InlineData("""{"name": "X", "type": "buy_x_get_y", "conditions": {}, "start_date": "2026-03-01", "end_date": "2026-02-01"}""")]
    public async Task What_makes_no_sense_is_refused(string body) =>
        Assert.Equal(422, (await (await Store.Open()).Test.Send($"POST {All}", body)).Status);

    [Fact]
    public async Task It_is_changed_paused_and_deleted()
    {
        var store = await Store.Open();
        var goods = await Product(store, 100, "any");
        var one = $"{All}/{(await store.Test.Ok($"POST {All}", new { name = "Ten", type = "percentage", amount = 10, conditions = new { } }))["id"]}";
        await store.Offer(Offers.Percent(1) with { CanStack = true });

        Assert.Equal(10.9m, await Discount(store, null, (goods, 1))); // 10 % and then 1 % of the rest
        var changed = await store.Test.Ok($"PUT {one}", new { amount = 20, end_date = "2099-01-01" });
        Assert.Equal((20m, "Ten", "2099-01-01"), ((decimal)changed["amount"]!, (string?)changed["name"], (string?)changed["end_date"]));
        Assert.Equal("paused", (string?)(await store.Test.Ok($"PUT {one}", new { active = false }))["status"]);
        Assert.Single((await store.Test.Ok($"GET {All}"))["data"]!.AsArray()); // the other is no automatic discount
        Assert.Empty((await store.Test.Ok($"GET {All}?active=true"))["data"]!.AsArray());
        Assert.Equal("active", (string?)(await store.Test.Ok($"PUT {one}", new { active = true }))["status"]);
        Assert.Equal(204, (await store.Test.Send($"DELETE {one}")).Status);
        await store.Test.Refused(404, $"GET {one}");
    }

    [Fact]
    public async Task An_order_can_be_evaluated_before_there_is_one()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok($"POST {All}", new { name = "2+1", type = "buy_x_get_y", conditions = new { buy_quantity = 2, get_quantity = 1 } });
        var product = await Product(store, 100, "any");

        var answer = await store.Test.Ok($"POST {All}/evaluate", new { items = new[] { new { product_id = product, quantity = 2, price = 9.99m }, new { product_id = product, quantity = 1, price = 5m } } });

        Assert.Equal(((string?)made["id"], 5m, 5m), ((string?)answer["applied"]![0]!["discount_id"], (decimal)answer["applied"]![0]!["amount"]!, (decimal)answer["total_discount"]!));
        await store.Test.Refused(422, $"POST {All}/evaluate", new { items = Array.Empty<object>() });
    }

    private static async Task<string> Product(Store store, int price, string category)
    {
        if ((await store.Test.Send($"GET /v2/categories/{category}")).Status == 404)
            await store.Test.Ok("POST /v2/categories", new { name = category, slug = category });
        return (string)(await store.Test.Ok("POST /v2/products", new { name = $"Thing for {price}", sku = $"T{Guid.CreateVersion7():n}", price, categories = new[] { category } }))["id"]!;
    }

    private static async Task<decimal> Discount(Store store, string? customer, params (string Product, int Quantity)[] items) =>
        (decimal)(await store.Test.Ok("POST /v2/carts", new { customer_id = customer, items = items.Select(item => new { product_id = item.Product, quantity = item.Quantity }) }))["discount_total"]!;
}
