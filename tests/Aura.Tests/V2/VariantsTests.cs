namespace Aura.Tests.V2;

public sealed class VariantsTests
{
    private static async Task<(HttpClient Api, string Product)> Shirt()
    {
        var store = await Store.Open();
        var shirt = await store.Test.Ok("POST /v2/products", new
        {
            name = "Shirt", price = 20, sku = "SHIRT", weight = 200,
            variants = new object[] { new { sku = "SHIRT-S", inventory = 7 }, new { sku = "SHIRT-L", price = 22, tracks_inventory = false } },
        });
        return (store.Test, (string)shirt["id"]!);
    }

    [Fact]
    public async Task A_variant_shows_its_own_price_and_weight_or_the_products()
    {
        var (api, product) = await Shirt();
        var variant = await api.Ok($"POST /v2/products/{product}/variants", new
        {
            sku = "SHIRT-XL", price = 25.5, inventory = 3, attributes = new { size = "XL" }, weight = 260, barcode = "123", cost = 9.25, prices = new { EUR = 23 },
        });
        Assert.StartsWith("var_", (string?)variant["id"]);
        Assert.Equal("25.5", variant["price"]!.ToJsonString());
        Assert.Equal(3, (int?)variant["inventory"]);
        var own = await api.Ok($"PUT /v2/products/{product}/variants/{variant["id"]}", new { price = (decimal?)null, weight = (int?)null });
        Assert.Equal("20", own["price"]!.ToJsonString());
        Assert.Null(own["price_override"]);
        Assert.Equal(200, (int?)own["weight"]);
        Assert.Equal("123", (string?)own["barcode"]);
        Assert.Equal(["SHIRT-S", "SHIRT-L", "SHIRT-XL"], (await api.Ok($"GET /v2/products/{product}/variants"))["data"]!.AsArray().Select(v => (string?)v!["sku"]));
        Assert.Equal("SHIRT-XL", (string?)(await api.Ok($"GET /v2/products/{product}/variants/{variant["id"]}"))["sku"]);
    }

    [Fact]
    public async Task Inventory_is_what_can_be_sold_and_can_be_set()
    {
        var (api, product) = await Shirt();
        var shirt = await api.Ok($"GET /v2/products/{product}");
        Assert.Equal(7, (int?)shirt["inventory"]);
        Assert.Null(shirt["variants"]![1]!["inventory"]);
        var small = shirt["variants"]![0]!["id"];
        Assert.Equal(4, (int?)(await api.Ok($"PUT /v2/products/{product}/variants/{small}", new { inventory = 4 }))["inventory"]);
        Assert.Equal(9, (int?)(await api.Ok($"PUT /v2/products/{product}", new { variants = new[] { new { id = (string?)small, inventory = 9 } } }))["inventory"]);
        Assert.Equal(9, (int?)(await api.Ok("GET /v2/products"))["data"]![0]!["inventory"]);
        await api.Refused(422, $"PUT /v2/products/{product}/variants/{small}", new { inventory = -1 });
        await api.Refused(422, $"PUT /v2/products/{product}", new { inventory = 5 });
        Assert.Equal(12, (int?)(await api.Ok("POST /v2/products", new { name = "Mug", price = 1, sku = "MUG", inventory = 12 }))["inventory"]);
    }

    [Fact]
    public async Task Every_variant_but_the_last_can_be_removed_and_its_sku_used_again()
    {
        var (api, product) = await Shirt();
        var variants = (await api.Ok($"GET /v2/products/{product}/variants"))["data"]!;
        Assert.Equal(204, (await api.Send($"DELETE /v2/products/{product}/variants/{variants[0]!["id"]}")).Status);
        await api.Refused(404, $"DELETE /v2/products/{product}/variants/{variants[0]!["id"]}");
        await api.Refused(404, $"GET /v2/products/{product}/variants/{variants[0]!["id"]}");
        var error = await api.Refused(409, $"DELETE /v2/products/{product}/variants/{variants[1]!["id"]}");
        Assert.Equal("last_variant", (string?)error["code"]);
        await api.Ok($"POST /v2/products/{product}/variants", new { sku = "SHIRT-S" });
        Assert.Equal(0, (int?)(await api.Ok($"GET /v2/products/{product}"))["inventory"]);
    }

    [Fact]
    public async Task Variants_of_other_products_and_taken_skus_are_refused()
    {
        var (api, product) = await Shirt();
        var mug = await api.Ok("POST /v2/products", new { name = "Mug", price = 1, sku = "MUG" });
        var mugs = mug["variants"]![0]!["id"];
        await api.Refused(404, $"GET /v2/products/{product}/variants/{mugs}");
        await api.Refused(404, $"PUT /v2/products/{product}/variants/{mugs}", new { price = 1 });
        await api.Refused(404, $"PUT /v2/products/{product}", new { variants = new[] { new { id = (string?)mugs, price = 1 } } });
        await api.Refused(409, $"POST /v2/products/{product}/variants", new { sku = "MUG" });
        await api.Refused(422, $"POST /v2/products/{product}/variants", new { sku = "SHIRT-S" });
        await api.Refused(422, $"POST /v2/products/{product}/variants", new { price = 3 });
        await api.Refused(404, "GET /v2/products/prod_1/variants");
        var error = await api.Refused(422, "POST /v2/products", new { name = "A", price = 1, sku = "A", variants = new object[] { new { sku = "A1" }, new { sku = "A2", price = -4 } } });
        Assert.Equal("variants[1].price", (string?)error["details"]![0]!["field"]);
    }
}
