using System.Text.Json.Nodes;

namespace Aura.Tests.V2;

public sealed class CartsTests
{
    [Fact]
    public async Task A_cart_costs_what_the_catalogue_says_now()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 20m);
        var cart = await store.Cart((goods, 2));
        Assert.Equal(45m, await Total(store, cart));

        await store.Test.Ok($"PUT /v2/products/{goods.Product}", new { price = 30m });

        Assert.Equal(65m, await Total(store, cart));
    }

    [Fact]
    public async Task Twenty_adds_at_once_lose_nothing()
    {
        var store = await Store.Open();
        var goods = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.Stocked()));
        var cart = await store.Cart();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.Test.Ok($"POST /v2/carts/{cart}/items", new { variant_id = goods[i % 4].Variant, quantity = 1 })));

        var items = (await store.Test.Ok($"GET /v2/carts/{cart}"))["items"]!.AsArray();
        Assert.Equal([5, 5, 5, 5], items.Select(item => (int)item!["quantity"]!));
    }

    [Fact]
    public async Task Items_are_changed_replaced_and_removed()
    {
        var store = await Store.Open();
        var (one, two) = (await store.Stocked(price: 10m), await store.Stocked(price: 7m));
        var cart = await store.Cart((one, 1));
        var item = (await store.Test.Ok($"GET /v2/carts/{cart}"))["items"]![0]!["id"];

        Assert.Equal(4, (int)(await store.Test.Ok($"PATCH /v2/carts/{cart}/items/{item}", new { quantity = 4 }))["items"]![0]!["quantity"]!);
        var replaced = await store.Test.Ok($"PUT /v2/carts/{cart}/items", new { items = new[] { new { variant_id = two.Variant, quantity = 2 } } });
        Assert.Equal(14m, (decimal)replaced["subtotal"]!);
        var emptied = await store.Test.Ok($"DELETE /v2/carts/{cart}/items/{replaced["items"]![0]!["id"]}");
        Assert.Empty(emptied["items"]!.AsArray());
        await store.Test.Refused(404, $"PATCH /v2/carts/{cart}/items/{item}", new { quantity = 1 });
    }

    [Fact]
    public async Task Every_cent_of_the_total_is_explained()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/tax-regions", new { country = "US", state = "CA", rates = new object[] { new { rate = 7.25m, name = "Sales tax" }, new { rate = 3m, name = "Soda tax", category = "soda" } } });
        var cart = await store.Cart((await store.Stocked(price: 9.99m), 3), (await store.Stocked(price: 1.29m, taxCategory: "soda"), 7));

        var explained = await store.Test.Ok($"GET /v2/carts/{cart}?explain=true");

        Assert.Equal((decimal)explained["total"]!, explained["explain"]!.AsArray().Sum(entry => (decimal)entry!["amount"]!));
        Assert.Equal((decimal)explained["tax_total"]!, explained["explain"]!.AsArray().Where(e => (string?)e!["kind"] == "tax").Sum(e => (decimal)e!["amount"]!));
        Assert.True((decimal)explained["tax_total"]! > 0);
        Assert.Null((await store.Test.Ok($"GET /v2/carts/{cart}"))["explain"]);
    }

    [Fact]
    public async Task Without_a_tax_region_there_is_no_tax_and_the_order_says_why()
    {
        var store = await Store.Open();

        var order = await store.PaidOrder((await store.Stocked(), 1));

        Assert.Equal(0m, (decimal)order["tax_total"]!);
        Assert.Equal("no_region", (string?)order["items"]![0]!["taxes"]![0]!["reason"]);
    }

    [Fact]
    public async Task More_than_there_is_may_lie_in_a_cart_with_a_warning()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(stock: 3);

        var cart = await store.Cart((goods, 5));

        var warning = Assert.Single((await store.Test.Ok($"GET /v2/carts/{cart}"))["warnings"]!.AsArray())!;
        Assert.Equal("insufficient_stock", (string?)warning["code"]);
        var error = await store.Test.Refused(409, $"POST /v2/carts/{cart}/checkout", new { payment_method = "card" });
        Assert.Equal((5, 3), ((int)error["items"]![0]!["requested"]!, (int)error["items"]![0]!["available"]!));
    }

    [Fact]
    public async Task What_is_no_longer_sold_is_warned_of_and_cannot_be_bought()
    {
        var store = await Store.Open();
        var (kept, gone) = (await store.Stocked(price: 10m), await store.Stocked(price: 20m));
        var cart = await store.Cart((kept, 1), (gone, 1));
        await store.Test.Ok($"PUT /v2/products/{gone.Product}", new { status = "archived" });

        var read = await store.Test.Ok($"GET /v2/carts/{cart}");

        Assert.Equal((10m, "item_unavailable"), ((decimal)read["subtotal"]!, (string?)read["warnings"]![0]!["code"]));
        Assert.Equal("item_unavailable", (string?)(await store.Test.Refused(422, $"POST /v2/carts/{cart}/checkout", new { payment_method = "card" }))["code"]);
    }

    [Fact]
    public async Task A_coupon_that_nobody_knows_is_refused()
    {
        var store = await Store.Open();
        var cart = await store.Cart((await store.Stocked(), 1));

        var error = await store.Test.Refused(422, $"PUT /v2/carts/{cart}", new { coupon = "FREE" });

        Assert.Equal("coupon_not_found", (string?)error["code"]);
        Assert.Empty((await store.Test.Ok($"GET /v2/carts/{cart}"))["coupons"]!.AsArray());
    }

    [Fact]
    public async Task Shipping_options_say_what_each_method_costs_or_why_not()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/shipping/methods", new
        {
            code = "tiered", name = "Tiered", zones = new[] { new { countries = new[] { "US" }, prices = new object[] { new { currency = "USD", amount = 9m, free_over = 50m } } } },
        });
        await store.Test.Ok("POST /v2/shipping/methods", new
        {
            code = "alps", name = "Alps", zones = new[] { new { countries = new[] { "CH" }, prices = new object[] { new { currency = "USD", amount = 30m } } } },
        });
        var goods = await store.Stocked(price: 30m);
        var cart = (string)(await store.Test.Ok("POST /v2/carts", new { items = new[] { new { variant_id = goods.Variant } }, shipping_address = Shop.Address }))["id"]!;

        string Options(JsonNode list) => string.Join(' ', list["data"]!.AsArray().Select(o => $"{o!["code"]}:{o["price"]}:{o["reason"]}"));
        Assert.Equal("tiered:9:offered alps::no_zone", Options(await store.Test.Ok($"GET /v2/carts/{cart}/shipping-options")));
        await store.Test.Ok($"POST /v2/carts/{cart}/items", new { variant_id = goods.Variant });
        Assert.Equal("tiered:0:free_over alps::no_zone", Options(await store.Test.Ok($"GET /v2/carts/{cart}/shipping-options")));
    }

    [Theory]
    [InlineData("""{"items":[{"quantity":1}]}""", "items[0].variant_id")]
    [InlineData("""{"items":[{"variant_id":"var_1","quantity":1}]}""", "items[0].variant_id")]
    [InlineData("""{"items":[{"variant_id":"var_1","quantity":10000}]}""", "items[0].quantity")]
    [InlineData("""{"customer_id":"cust_1"}""", "customer_id")]
    [InlineData("""{"currency":"EURO"}""", "currency")]
    [InlineData("""{"shipping_address":{"line1":"1","city":"X","country":"Germany"}}""", "shipping_address.country")]
    [InlineData("""{"total":5}""", "total")]
    public async Task A_wrong_cart_is_refused_by_field(string body, string field)
    {
        var store = await Store.Open();

        var error = await store.Test.Refused(422, "POST /v2/carts", body);

        Assert.Equal(field, (string?)error["details"]![0]!["field"]);
    }

    [Fact]
    public async Task Reading_a_cart_takes_as_many_commands_at_1_line_as_at_30()
    {
        await using var server = await TestServer.Start();
        var store = await Store.Open(server: server);
        var goods = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => store.Stocked(stock: 1)));
        var (small, large) = (await store.Cart((goods[0], 1)), await store.Cart([.. goods.Select(g => (g, 1))]));
        await SqlCommands.Of(store.Test, $"GET /v2/carts/{small}");

        Assert.Equal(await SqlCommands.Of(store.Test, $"GET /v2/carts/{small}"), await SqlCommands.Of(store.Test, $"GET /v2/carts/{large}"));
    }

    [Fact]
    public async Task A_cart_of_another_version_is_not_overwritten()
    {
        var store = await Store.Open();
        var cart = await store.Cart((await store.Stocked(), 1));

        await store.Test.Ok($"PUT /v2/carts/{cart}", new { email = "a@example.com" }, ("If-Match", "\"1\""));

        await store.Test.Refused(409, $"PUT /v2/carts/{cart}", new { email = "b@example.com" }, ("If-Match", "\"1\""));
    }

    private static async Task<decimal> Total(Store store, string cart) => (decimal)(await store.Test.Ok($"GET /v2/carts/{cart}"))["total"]!;
}
