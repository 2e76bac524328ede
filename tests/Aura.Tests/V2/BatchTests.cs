using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.V2;

public sealed class BatchTests
{
    private static object[] Products(int count) =>
        [.. Enumerable.Range(1, count).Select(i => new { name = $"Product {i}", price = 99.99m + i })];

    [Fact]
    public async Task The_documented_batch_creates_products_without_a_sku()
    {
        var store = await Store.Open();
        var (status, answer) = await store.Test.Send("POST /v2/batch/create", """
            {"resources": "products",
             "items": [{"name": "Product 1", "price": 99.99}, {"name": "Product 2", "price": 149.99}],
             "options": {"atomic": true, "return_created": true}}
            """);
        Assert.Equal(201, status);
        Assert.Equal(2, (int?)answer!["created"]);
        Assert.Empty(answer["errors"]!.AsArray());
        Assert.Equal(["Product 1", "Product 2"], answer["items"]!.AsArray().Select(p => (string?)p!["name"]));
        Assert.StartsWith("PRODUCT-1-", (string?)answer["items"]![0]!["sku"]);
        Assert.True(JsonNode.DeepEquals(answer["items"]![0], await store.Test.Ok($"GET /v2/products/{answer["items"]![0]!["id"]}")));
        Assert.Equal(2, await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "product.created")));
    }

    [Fact]
    public async Task Without_return_created_only_counts_come()
    {
        var answer = await (await Store.Open()).Test.Ok("POST /v2/batch/create", new { resources = "products", items = Products(100) });
        Assert.Equal(100, (int?)answer["created"]);
        Assert.False(answer.AsObject().ContainsKey("items"));
    }

    [Fact]
    public async Task More_than_a_hundred_items_are_refused_and_none_is_written()
    {
        var store = await Store.Open();
        await store.Test.Refused(422, "POST /v2/batch/create", new { resources = "products", items = Products(101) });
        await store.Test.Refused(422, "POST /v2/batch/create", new { resources = "products", items = Array.Empty<object>() });
        await store.Test.Refused(422, "PATCH /v2/batch/update", new { resources = "products", updates = Enumerable.Range(0, 101).Select(_ => new { id = "prod_1" }) });
        await store.Test.Refused(422, "POST /v2/batch/delete", new { resources = "products", ids = Enumerable.Range(0, 101).Select(i => $"prod_{i}") });
        Assert.Empty((await store.Test.Ok("GET /v2/products"))["data"]!.AsArray());
    }

    [Fact]
    public async Task One_bad_item_undoes_an_atomic_batch()
    {
        var store = await Store.Open();
        var error = await store.Test.Refused(422, "POST /v2/batch/create", new
        {
            resources = "products", items = Products(99).Append(new { name = "Bad", price = -1, categories = new[] { "undone" } }), options = new { atomic = true },
        });
        Assert.Equal("batch_failed", (string?)error["code"]);
        Assert.Equal("items[99].price", (string?)error["details"]![0]!["field"]);
        Assert.Equal(99, (int?)error["errors"]![0]!["index"]);
        Assert.Empty((await store.Test.Ok("GET /v2/products"))["data"]!.AsArray());
        Assert.Empty((await store.Test.Ok("GET /v2/categories"))["data"]!.AsArray());
        Assert.False(await store.Database((db, _) => db.Events.AnyAsync(e => e.Subject == "product")));
    }

    [Fact]
    public async Task Without_atomic_the_good_items_stay_and_each_bad_one_is_explained()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/products", new { name = "There", price = 1, sku = "THERE" });
        var answer = await store.Test.Ok("POST /v2/batch/create", """
            {"resources": "products", "items": [
              {"name": "Good", "price": 1},
              {"name": "Taken", "price": 1, "sku": "THERE", "categories": ["of-the-bad"]},
              {"price": 1},
              {"name": "Unknown field", "price": 1, "colour": "red"},
              {"name": "Long", "price": 1, "vendor": "VENDOR"},
              {"name": "Good too", "price": 2}]}
            """.Replace("VENDOR", new('v', 256)));
        Assert.Equal(2, (int?)answer["created"]);
        Assert.Equal(["1 conflict ", "2 validation_error name", "3 validation_error colour", "4 validation_error vendor"],
            answer["errors"]!.AsArray().Select(e => $"{e!["index"]} {e["error"]!["code"]} {e["error"]!["details"]!.AsArray().FirstOrDefault()?["field"]}"));
        Assert.Equal(3, (await store.Test.Ok("GET /v2/products"))["data"]!.AsArray().Count);
        Assert.Empty((await store.Test.Ok("GET /v2/categories"))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_batch_update_changes_price_and_stock()
    {
        var store = await Store.Open();
        var items = (await store.Test.Ok("POST /v2/batch/create", new { resources = "products", items = Products(2), options = new { return_created = true } }))["items"]!;
        var (first, second) = ((string?)items[0]!["id"], (string?)items[1]!["id"]);
        var answer = await store.Test.Ok("PATCH /v2/batch/update", new
        {
            resources = "products",
            updates = new object[] { new { id = second, stock = 50 }, new { id = first, price = 79.99 }, new { id = "prod_1", price = 1 }, new { price = 1 } },
        });
        Assert.Equal(2, (int?)answer["updated"]);
        Assert.Equal([second, first], answer["items"]!.AsArray().Select(p => (string?)p!["id"]));
        Assert.Equal(["2 not_found", "3 validation_error"], answer["errors"]!.AsArray().Select(e => $"{e!["index"]} {e["error"]!["code"]}"));
        Assert.Equal("79.99", (await store.Test.Ok($"GET /v2/products/{first}"))["price"]!.ToJsonString());
        Assert.Equal(50, (int?)(await store.Test.Ok($"GET /v2/products/{second}"))["inventory"]);
    }

    [Theory]
    [InlineData("DELETE", true)]
    [InlineData("POST", true)]
    [InlineData("DELETE", false)]
    public async Task A_batch_delete_takes_its_ids_from_the_body_or_the_query(string method, bool body)
    {
        var store = await Store.Open();
        var items = (await store.Test.Ok("POST /v2/batch/create", new { resources = "products", items = Products(3), options = new { return_created = true } }))["items"]!;
        string[] ids = [(string)items[0]!["id"]!, (string)items[2]!["id"]!, "prod_1"];
        var answer = body
            ? await store.Test.Ok($"{method} /v2/batch/delete", new { resources = "products", ids })
            : await store.Test.Ok($"{method} /v2/batch/delete?resources=products&ids={string.Join(',', ids)}");
        Assert.Equal(2, (int?)answer["deleted"]);
        Assert.Equal(2, (int?)answer["errors"]![0]!["index"]);
        Assert.Equal(["active", "archived", "archived"], (await store.Test.Ok("GET /v2/products?sort=status"))["data"]!.AsArray().Select(p => (string?)p!["status"]));
    }

    [Fact]
    public async Task A_batch_of_products_takes_hardly_more_commands_than_one_of_them()
    {
        await using var server = await TestServer.Start(); // of its own: on the shared one other tests have keys looked up anew
        var store = await Store.Open(server: server);
        await store.Test.Ok("POST /v2/batch/create", Create(1)); // ids and rate limits are taken in blocks
        var one = await SqlCommands.Of(store.Test, "POST /v2/batch/create", Create(1));
        var created = await SqlCommands.Of(store.Test, "POST /v2/batch/create", Create(40));
        var ids = (await store.Test.Ok("GET /v2/products?limit=40"))["data"]!.AsArray().Select(p => (string?)p!["id"]).ToList();
        var updated = await SqlCommands.Of(store.Test, "PATCH /v2/batch/update", new
        {
            resources = "products", updates = ids.Select(id => new { id, price = 7, categories = new[] { "new" }, variants = new[] { new { sku = $"{id}-M", inventory = 2 } } }),
        });
        Assert.InRange(created, 1, one + 10); // ten blocks of a hundred ids at most
        Assert.InRange(updated, 1, one + 10);
        Assert.All((await store.Test.Ok("GET /v2/products?limit=40"))["data"]!.AsArray(), product => Assert.Equal(22, (int?)product!["inventory"]));

        static object Create(int count) => new
        {
            resources = "products",
            items = Enumerable.Range(0, count).Select(i => Guid.CreateVersion7().ToString("n")).Select(sku => new
            {
                sku, name = "Shirt", price = 1, categories = new[] { "shirts" }, variants = new[] { new { sku = $"{sku}-S", inventory = 10 }, new { sku = $"{sku}-L", inventory = 10 } },
            }),
        };
    }

    [Fact]
    public async Task Customers_and_categories_come_in_batches_too()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/batch/create", new { resources = "customers", items = new[] { new { email = "a@b.co" }, new { email = "b@b.co" } } });
        Assert.Equal(2, (await store.Test.Ok("GET /v2/customers"))["data"]!.AsArray().Count);
        await store.Test.Ok("POST /v2/batch/create", new { resources = "categories", items = new[] { new { name = "A" } } });
        Assert.Single((await store.Test.Ok("GET /v2/categories"))["data"]!.AsArray());
        var error = await store.Test.Refused(422, "POST /v2/batch/create", new { resources = "planets", items = Products(1) });
        Assert.Equal("resources", (string?)error["details"]![0]!["field"]);
    }

    [Fact]
    public async Task What_cannot_be_deleted_in_batches_is_refused_as_a_whole()
    {
        var store = await Store.Open();
        await store.Test.Refused(422, "DELETE /v2/batch/delete", new { resources = "orders", ids = new[] { "ord_1" } });
        await store.Test.Refused(422, "DELETE /v2/batch/delete");
    }

    [Fact]
    public async Task A_key_without_the_scope_of_the_resource_is_refused()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Reader", scopes = new[] { "products:read", "customers:write" } });
        var reader = store.Server.Client((string?)key["key"] ?? (string)key["secret"]!);
        await reader.Refused(403, "POST /v2/batch/create", new { resources = "products", items = Products(1) });
        await reader.Ok("POST /v2/batch/create", new { resources = "customers", items = new[] { new { email = "a@b.co" } } });
    }

    [Fact]
    public async Task A_batch_sent_twice_with_one_key_is_done_once()
    {
        var store = await Store.Open();
        var batch = new { resources = "products", items = Products(2) };
        for (var i = 0; i < 2; i++)
            await store.Test.Ok("POST /v2/batch/create", batch, ("Idempotency-Key", "batch-1"));
        Assert.Equal(2, (await store.Test.Ok("GET /v2/products"))["data"]!.AsArray().Count);
    }
}
