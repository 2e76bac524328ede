using System.Text.Json.Nodes;
using Aura.Events;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.V2;

public sealed class ProductsTests
{
    private static readonly object Headphones = new
    {
        name = "Premium Wireless Headphones",
        description = "High-quality audio experience",
        price = 199.99m,
        sku = "HEADPHONE-001",
        status = "active",
        categories = new[] { "electronics", "audio" },
        variants = new object[]
        {
            new { sku = "HEADPHONE-001-B", attributes = new { color = "Blue" } },
            new { sku = "HEADPHONE-001-G", price = 219.5m, attributes = new { color = "Gold" }, image = "https://example.com/gold.jpg" },
        },
        images = new[] { new { url = "https://example.com/front.jpg", alt = "Front" } },
        metadata = new { warehouse = "west-coast" },
    };

    [Fact]
    public async Task A_product_is_created_as_documented_and_reads_the_same_by_id_and_by_sku()
    {
        var store = await Store.Open();
        var created = await store.Test.Ok("POST /v2/products", Headphones);
        var byId = await store.Test.Ok($"GET /v2/products/{created["id"]}");
        Assert.True(JsonNode.DeepEquals(created, byId), $"{created}\n{byId}");
        Assert.True(JsonNode.DeepEquals(created, await store.Test.Ok("GET /v2/products/HEADPHONE-001")));
        Assert.StartsWith("prod_", (string?)created["id"]);
        Assert.Equal("199.99", created["price"]!.ToJsonString());
        Assert.Equal("""["electronics","audio"]""", created["categories"]!.ToJsonString());
        Assert.Equal(["199.99", "219.5"], created["variants"]!.AsArray().Select(v => v!["price"]!.ToJsonString()));
        Assert.Equal("Gold", (string?)created["variants"]![1]!["attributes"]!["color"]);
        Assert.Equal(1, (int?)created["images"]![0]!["position"]);
        Assert.Equal("west-coast", (string?)created["metadata"]!["warehouse"]);
    }

    [Fact]
    public async Task A_bare_number_is_a_sku_before_it_is_an_id()
    {
        var store = await Store.Open();
        var first = (string)(await store.Test.Ok("POST /v2/products", new { name = "First", price = 1, sku = "FIRST" }))["id"]!;
        var number = first["prod_".Length..];

        Assert.Equal(first, (string?)(await store.Test.Ok($"GET /v2/products/{number}"))["id"]);
        var second = await store.Test.Ok("POST /v2/products", new { name = "Second", price = 1, sku = number });
        Assert.Equal((string?)second["id"], (string?)(await store.Test.Ok($"GET /v2/products/{number}"))["id"]);
        Assert.Equal(first, (string?)(await store.Test.Ok($"GET /v2/products/{first}"))["id"]);
    }

    [Fact]
    public async Task A_product_without_variants_has_one_with_its_own_sku()
    {
        var store = await Store.Open();
        var product = await store.Test.Ok("POST /v2/products", new { name = "Mug", price = 8, sku = "MUG/1" });
        var variant = Assert.Single(product["variants"]!.AsArray());
        Assert.Equal("MUG/1", (string?)variant!["sku"]);
        Assert.Equal("8", variant["price"]!.ToJsonString());
        Assert.Equal("active", (string?)product["status"]);
        Assert.Equal((string?)product["id"], (string?)(await store.Test.Ok("GET /v2/products/MUG%2F1"))["id"]);

        var renamed = await store.Test.Ok($"PUT /v2/products/{product["id"]}", new { sku = "MUG-2" });
        Assert.Equal("MUG-2", (string?)renamed["variants"]![0]!["sku"]);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("price")]
    [InlineData("sku")]
    public async Task A_product_needs_a_name_a_price_and_a_sku(string missing)
    {
        var store = await Store.Open();
        var body = JsonNode.Parse("""{"name": "Mug", "price": 8, "sku": "MUG"}""")!.AsObject();
        body.Remove(missing);
        var error = await store.Test.Refused(422, "POST /v2/products", body.ToJsonString());
        Assert.Equal(missing, (string?)error["details"]![0]!["field"]);
    }

    [Theory]
    [InlineData("price", "-1")]
    [InlineData("price", "9.999")]
    [InlineData("price", "\"9.99\"")]
    [InlineData("price", "1e30")]
    [InlineData("name", "\"  \"")]
    [InlineData("sku", "\"\"")]
    [InlineData("sku", "\"prod_7\"")]
    [InlineData("status", "\"sold\"")]
    [InlineData("colour", "\"red\"")]
    [InlineData("weight", "-5")]
    [InlineData("categories", "[\"!!!\"]")]
    [InlineData("images", "[{\"url\": \"javascript:alert(1)\"}]")]
    [InlineData("variants", "[{\"sku\": \"A\"}, {\"sku\": \"A\"}]")]
    [InlineData("variants", "[{\"price\": 5}]")]
    [InlineData("prices", "{\"USD\": 5}")]
    [InlineData("prices", "{\"ABC\": 5}")]
    [InlineData("prices", "{\"JPY\": 5.5}")]
    [InlineData("metadata", "{\"nested\": {}}")]
    [InlineData("tags", "[null]")]
    [InlineData("categories", "[null]")]
    [InlineData("variants", "[null]")]
    [InlineData("images", "[null]")]
    public async Task Wrong_fields_are_refused_by_name(string field, string value)
    {
        var store = await Store.Open();
        var body = JsonNode.Parse("""{"name": "Mug", "price": 8, "sku": "MUG"}""")!.AsObject();
        body[field] = JsonNode.Parse(value);
        var error = await store.Test.Refused(422, "POST /v2/products", body.ToJsonString());
        Assert.Equal("validation_error", (string?)error["code"]);
        Assert.StartsWith(field, (string?)error["details"]![0]!["field"]);
        Assert.Empty((await store.Test.Ok("GET /v2/products"))["data"]!.AsArray());
    }

    [Theory]
    [InlineData("variants[1]", """{"variants": [{"sku": "MUG"}, null]}""")]
    [InlineData("variants[0].sku", """{"variants": [{"sku": null}]}""")]
    [InlineData("variants[0].colour", """{"variants": [{"sku": "MUG", "colour": "red"}]}""")]
    [InlineData("variants[0].price", """{"variants": [{"sku": "MUG", "price": "8"}]}""")]
    [InlineData("variants[1].sku", """{"variants": [{"sku": "MUG"}, {"price": 8}]}""")]
    [InlineData("images[0].url", """{"images": [{"alt": "Front"}]}""")]
    [InlineData("tags[0]", """{"tags": [null]}""")]
    [InlineData("price", """{"price": null}""")]
    [InlineData("inventory", """{"inventory": 1.5}""")]
    [InlineData("weight", """{"weight": "heavy"}""")]
    public async Task Wrong_fields_of_an_update_are_refused_by_their_path(string path, string body)
    {
        var store = await Store.Open();
        var id = (await store.Test.Ok("POST /v2/products", new { name = "Mug", price = 8, sku = "MUG" }))["id"];
        Assert.Equal(path, (string?)(await store.Test.Refused(422, $"PUT /v2/products/{id}", body))["details"]![0]!["field"]);
        await store.Test.Refused(400, $"PUT /v2/products/{id}", """{"variants": [{"sku": "MUG"}""");
    }

    [Fact]
    public async Task Metadata_has_limits()
    {
        var store = await Store.Open();
        Task<JsonNode> With(int status, Dictionary<string, string> metadata) => store.Test.Refused(status, "POST /v2/products", new { name = "Mug", price = 8, sku = "MUG", metadata });
        await With(422, Enumerable.Range(0, 51).ToDictionary(i => $"key{i}", _ => ""));
        await With(422, new() { ["long"] = new('x', 501) });
        await store.Test.Ok("POST /v2/products", new { name = "Mug", price = 8, sku = "MUG", metadata = Enumerable.Range(0, 50).ToDictionary(i => $"key{i}", _ => new string('x', 500)) });
    }

    [Fact]
    public async Task A_sku_in_use_is_a_conflict_within_the_store_only()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/products", Headphones);
        Assert.Equal("conflict", (string?)(await store.Test.Refused(409, "POST /v2/products", new { name = "Other", price = 1, sku = "HEADPHONE-001" }))["code"]);
        await store.Test.Refused(409, "POST /v2/products", new { name = "Other", price = 1, sku = "HEADPHONE-001-B" });
        await store.Live.Ok("POST /v2/products", Headphones);
        await store.Live.Refused(404, "GET /v2/products/prod_1");
        await store.Live.Refused(404, "GET /v2/products/NO-SUCH-SKU");
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_upserts_variants()
    {
        var store = await Store.Open();
        var before = await store.Test.Ok("POST /v2/products", Headphones);
        var (blue, gold) = (before["variants"]![0]!, before["variants"]![1]!);
        var after = await store.Test.Ok($"PUT /v2/products/{before["id"]}", new
        {
            price = 179,
            description = (string?)null,
            categories = new[] { "audio", "Sale Items" },
            prices = new { EUR = 165.5m, JPY = 25000 },
            variants = new object[]
            {
                new { id = (string?)gold["id"], price = (decimal?)null },
                new { sku = "HEADPHONE-001-R", price = 189, barcode = "4006381333931" },
            },
        });
        Assert.Equal("Premium Wireless Headphones", (string?)after["name"]);
        Assert.Null(after["description"]);
        Assert.Equal("""["audio","sale-items"]""", after["categories"]!.ToJsonString());
        Assert.Equal("""{"EUR":165.5,"JPY":25000}""", after["prices"]!.ToJsonString());
        Assert.Equal(["HEADPHONE-001-B 179", "HEADPHONE-001-G 179", "HEADPHONE-001-R 189"],
            after["variants"]!.AsArray().Select(v => $"{v!["sku"]} {v["price"]!.ToJsonString()}"));
        Assert.Equal((string?)blue["id"], (string?)after["variants"]![0]!["id"]);
        Assert.True(JsonNode.DeepEquals(after, await store.Test.Ok($"GET /v2/products/{before["id"]}")));
        await store.Test.Refused(404, "PUT /v2/products/prod_1", new { price = 1 });
        await store.Test.Refused(422, $"PUT /v2/products/{before["id"]}", new { name = (string?)null });
        await store.Test.Refused(422, $"PUT /v2/products/{before["id"]}", new { variants = new[] { new { price = 1 } } });
    }

    [Fact]
    public async Task Images_of_an_update_replace_the_others_and_keep_their_ids()
    {
        var store = await Store.Open();
        var before = await store.Test.Ok("POST /v2/products", Headphones);
        var after = await store.Test.Ok($"PUT /v2/products/{before["id"]}", new
        {
            images = new[] { new { url = "https://example.com/back.jpg", alt = "Back" }, new { url = "https://example.com/front.jpg", alt = "The front" } },
        });
        Assert.Equal(["back.jpg 1 Back", "front.jpg 2 The front"],
            after["images"]!.AsArray().Select(i => $"{((string)i!["url"]!)[20..]} {i["position"]} {i["alt"]}"));
        Assert.Equal((string?)before["images"]![0]!["id"], (string?)after["images"]![1]!["id"]);
    }

    [Fact]
    public async Task A_deleted_product_is_archived_and_still_reads()
    {
        var store = await Store.Open();
        var id = (await store.Test.Ok("POST /v2/products", Headphones))["id"];
        Assert.Equal(204, (await store.Test.Send($"DELETE /v2/products/{id}")).Status);
        Assert.Equal(204, (await store.Test.Send($"DELETE /v2/products/{id}")).Status);
        Assert.Equal("archived", (string?)(await store.Test.Ok($"GET /v2/products/{id}"))["status"]);
        Assert.Single((await store.Test.Ok("GET /v2/products?status=archived"))["data"]!.AsArray());
        Assert.Empty((await store.Test.Ok("GET /v2/products?status=active"))["data"]!.AsArray());
        Assert.Equal(["product.created", "product.deleted"], (await Events(store)).Select(e => e.Type));
        await store.Test.Refused(404, "DELETE /v2/products/prod_1");
    }

    [Fact]
    public async Task Changes_are_told_with_the_product()
    {
        var store = await Store.Open();
        var id = (await store.Test.Ok("POST /v2/products", Headphones))["id"];
        await store.Test.Ok($"PUT /v2/products/{id}", new { price = 5 });
        var events = await Events(store);
        Assert.Equal(["product.created", "product.updated"], events.Select(e => e.Type));
        var told = await store.Test.Ok($"GET /v2/events/evt_{events[1].Id}");
        Assert.True(JsonNode.DeepEquals(await store.Test.Ok($"GET /v2/products/{id}"), told["data"]!["object"]));
    }

    [Fact]
    public async Task Of_two_writers_of_one_version_the_second_is_refused()
    {
        var store = await Store.Open();
        var id = (await store.Test.Ok("POST /v2/products", Headphones))["id"];
        var tag = (await store.Test.Answer($"GET /v2/products/{id}")).Headers.ETag!.ToString();
        await store.Test.Ok($"PUT /v2/products/{id}", new { variants = new[] { new { sku = "HEADPHONE-001-B", price = 5 } } }, ("If-Match", tag));
        await store.Test.Refused(409, $"PUT /v2/products/{id}", new { price = 6 }, ("If-Match", tag));
    }

    [Fact]
    public async Task A_product_may_be_kept_for_five_minutes()
    {
        var store = await Store.Open();
        var id = (await store.Test.Ok("POST /v2/products", Headphones))["id"];
        var answer = await store.Test.Answer($"GET /v2/products/{id}");
        Assert.Equal(TimeSpan.FromMinutes(5), answer.Headers.CacheControl!.MaxAge);
        Assert.True(answer.Headers.CacheControl.Private);
        Assert.Equal(304, (int)(await store.Test.Answer($"GET /v2/products/{id}", null, ("If-None-Match", answer.Headers.ETag!.ToString()))).StatusCode);
    }

    [Fact]
    public async Task Only_asked_fields_come()
    {
        var store = await Store.Open();
        var id = (await store.Test.Ok("POST /v2/products", Headphones))["id"];
        Assert.Equal(["id", "name", "price"], (await store.Test.Ok($"GET /v2/products/{id}?fields=id,name,price")).AsObject().Select(p => p.Key));
        Assert.Equal(["id", "name"], (await store.Test.Ok("GET /v2/products?fields=id,name"))["data"]![0]!.AsObject().Select(p => p.Key));
    }

    /// <summary>Straight from the table: the log shows an event only once all older transactions are over, other tests' too.</summary>
    private static Task<List<StoreEvent>> Events(Store store) =>
        store.Database((db, _) => db.Events.AsNoTracking().Where(e => e.Subject == "product").OrderBy(e => e.Id).ToListAsync());
}
