using System.Text.Json.Nodes;

namespace Aura.Tests.V2;

public sealed class ProductListTests
{
    /// <summary>Five products: sku, price, categories, status.</summary>
    private static async Task<Store> Stocked()
    {
        var store = await Store.Open();
        var audio = (await store.Test.Ok("POST /v2/categories", new
        {
            name = "Audio", parent_id = (string?)(await store.Test.Ok("POST /v2/categories", new { name = "Electronics" }))["id"],
        }))["id"];
        await store.Test.Ok("POST /v2/categories", new { name = "Headphones", parent_id = (string?)audio });
        await Add("TV", "Television", 899.5m, ["electronics"]);
        await Add("HP", "Head phones 100%", 120, ["headphones", "gifts"]);
        await Add("AMP", "Amplifier", 340, ["audio"], status: "draft");
        await Add("MUG", "Mug", 8, ["gifts"], vendor: "Kiln & Co");
        await Add("PEN", "Pen", 3, []);
        return store;

        Task<JsonNode> Add(string sku, string name, decimal price, string[] categories, string status = "active", string? vendor = null) =>
            store.Test.Ok("POST /v2/products", new
            {
                sku, name, price, categories, status, vendor,
                tags = new[] { $"t-{sku}", "All" }, metadata = new { aisle = $"{sku.Length}" },
            });
    }

    private static async Task<string> Skus(Store store, string query) =>
        string.Join(' ', (await store.Test.Ok($"GET /v2/products?{query}"))["data"]!.AsArray().Select(p => (string?)p!["sku"]));

    [Fact]
    public async Task Products_are_filtered_by_each_documented_way()
    {
        var store = await Stocked();
        async Task Finds(string expected, string query) => Assert.Equal(expected, await Skus(store, $"sort=sku&{query}"));
        await Finds("AMP HP MUG PEN TV", "");
        await Finds("AMP", "status=draft");
        await Finds("AMP HP TV", "category=electronics");
        await Finds("AMP HP", "category=audio");
        await Finds("HP MUG", "category=Gifts");
        await Finds("", "category=no-such");
        await Finds("AMP HP MUG", "filter[category][in]=audio,gifts");
        await Finds("MUG PEN", "filter[category][nin]=electronics");
        await Finds("HP", "search=head");
        await Finds("HP", "search=100%25");
        await Finds("TV", "search=tv");
        await Finds("AMP HP", "filter[price][gte]=100&filter[price][lte]=400");
        await Finds("TV", "filter[price][gt]=340");
        await Finds("MUG", "filter[price]=8.00");
        await Finds("MUG", "vendor=Kiln+%26+Co");
        await Finds("HP", "sku=HP");
        await Finds("", "sku=HP-2");
        await Finds("AMP", "tags=t-amp");
        await Finds("AMP HP MUG PEN TV", "filter[tags][in]=all");
        await Finds("HP TV", "metadata[aisle]=2");
        await Finds("AMP MUG PEN", "filter[sku][in]=AMP,MUG,PEN");
        await Finds("AMP", "filter[name][starts_with]=amp&filter[name][ends_with]=FIER&filter[name][contains]=lif");
        await Finds("AMP HP MUG PEN TV", "filter[created_at][gte]=2020-01-01");
        await Finds("", "filter[created_at][lt]=2020-01-01");
    }

    [Fact]
    public async Task Products_are_sorted_in_both_spellings()
    {
        var store = await Stocked();
        Assert.Equal("PEN MUG HP AMP TV", await Skus(store, "sort=price"));
        Assert.Equal("TV AMP HP MUG PEN", await Skus(store, "sort=price&order=desc"));
        Assert.Equal("AMP TV MUG HP PEN", await Skus(store, "sort=category,-price"));
        Assert.Equal("AMP HP MUG PEN TV", await Skus(store, "sort=name"));
        Assert.Equal("PEN MUG AMP HP TV", await Skus(store, "sort=-created_at"));
        Assert.Equal("TV HP AMP MUG PEN", await Skus(store, "sort=updated_at"));
    }

    [Theory]
    [InlineData("status=sold", 422)]
    [InlineData("filter[colour][eq]=red", 400)]
    [InlineData("filter[price][near]=5", 400)]
    [InlineData("filter[price][gte]=cheap", 400)]
    [InlineData("filter[price][gte]=99999999999999999999999999", 400)]
    [InlineData("sort=colour", 400)]
    [InlineData("order=up&sort=name", 400)]
    [InlineData("page=0", 400)]
    [InlineData("cursor=nonsense", 400)]
    public async Task A_list_that_cannot_be_understood_is_refused(string query, int status) =>
        await (await Store.Open()).Test.Refused(status, $"GET /v2/products?{query}");

    [Theory]
    [InlineData("price")]
    [InlineData("-category,name")]
    [InlineData("vendor,-id")]
    public async Task Pages_by_cursor_meet_every_product_once(string sort)
    {
        var store = await Stocked();
        var whole = await Skus(store, $"sort={sort}");
        var pages = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await store.Test.Ok($"GET /v2/products?limit=2&sort={sort}&cursor={cursor}");
            pages.AddRange(page["data"]!.AsArray().Select(p => (string)p!["sku"]!));
            cursor = (string?)page["pagination"]!["next_cursor"];
        }

        Assert.Equal(whole, string.Join(' ', pages));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&sort=-id")]
    [InlineData("&filter[price][gte]=0")]
    public async Task Pages_of_all_products_by_cursor_lead_on_to_the_last_one_however_they_are_asked_for(string query)
    {
        var store = await Stocked();
        var skus = new List<string>();
        var cursor = "";
        for (var first = true; first || cursor != ""; first = false)
        {
            var page = await store.Test.Ok($"GET /v2/products?limit=2{(skus.Count == 2 ? query : "")}&cursor={cursor}"); // a cursor goes on whichever way it came about
            skus.AddRange(page["data"]!.AsArray().Select(p => (string)p!["sku"]!));
            cursor = (string?)page["pagination"]!["next_cursor"] ?? "";
            Assert.Equal((2, cursor != "", 2), ((int)page["pagination"]!["limit"]!, (bool)page["pagination"]!["has_more"]!, page["pagination"]!.AsObject().Count + (cursor == "" ? 0 : -1)));
        }

        Assert.Equal("PEN MUG AMP HP TV", string.Join(' ', skus));
    }

    [Fact]
    public async Task Another_stores_products_are_not_in_a_page_by_cursor()
    {
        var (store, other) = (await Stocked(), await Stocked());
        Assert.Equal("PEN MUG AMP HP TV", await Skus(store, "cursor="));
        Assert.Equal("", await Skus(store, "cursor=&vendor=nobody"));
        Assert.Equal("HP TV", await Skus(other, "cursor=&metadata[aisle]=2&sort=sku"));
    }

    [Fact]
    public async Task A_list_asks_the_database_as_often_for_one_product_as_for_two_hundred()
    {
        await using var server = await TestServer.Start(); // of its own: on the shared one other tests have keys looked up anew
        var store = await Store.Open(server: server);
        for (var batch = 0; batch < 2; batch++)
            await store.Test.Ok("POST /v2/batch/create", new
            {
                resources = "products",
                items = Enumerable.Range(0, 100).Select(i => new
                {
                    name = $"Product {i}", price = i, categories = new[] { "a", "b" },
                    variants = new[] { new { sku = $"{batch}-{i}-S" }, new { sku = $"{batch}-{i}-L" } },
                    images = new[] { new { url = "https://example.com/1.jpg" }, new { url = "https://example.com/2.jpg" } },
                }),
            });
        var commands = new List<int>();
        foreach (var limit in (int[])[1, 50, 200])
        {
            Assert.Equal(limit, (await store.Test.Ok($"GET /v2/products?limit={limit}"))["data"]!.AsArray().Count);
            commands.Add(await SqlCommands.Of(store.Test, $"GET /v2/products?limit={limit}"));
        }

        Assert.All(commands, count => Assert.Equal(commands[0], count));
        Assert.Equal(2, commands[0]);
    }
}
