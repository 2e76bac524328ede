using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Catalog;
using Aura.Inventory;
using Aura.Persistence;
using Aura.Server.V2;
using Aura.Tests.V2;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aura.Tests.Inventory;

/// <summary>Products are read by SQL of their own; what that says is what the entities say.</summary>
public sealed class ProductsOnOfferTests
{
    [Fact]
    public async Task A_generated_catalogue_reads_the_same_as_through_its_entities()
    {
        var store = await Store.Open();
        await Fill(store, new Random(20260707));
        var (ids, skus, expected) = await store.Database(async (db, services) =>
        {
            var json = services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
            var products = await db.Products.WithParts().OrderByDescending(p => p.Id).ToListAsync();
            var shown = new List<string>();
            foreach (var product in products)
                shown.Add(Text(JsonSerializer.SerializeToNode(await ProductResponse.Of(product).WithStock(db, default), json)!));
            return (products.Select(p => p.Id).ToList(), products.Select(p => p.Sku).ToList(), shown);
        });

        Assert.Equal(expected, Texts((await store.Test.Ok("GET /v2/products?limit=200"))["data"]!.AsArray()));
        Assert.Equal(expected, Texts((await store.Test.Ok("GET /v2/products?limit=200&cursor="))["data"]!.AsArray()));
        Assert.Equal(expected.AsEnumerable().Reverse(), Texts((await store.Test.Ok("GET /v2/products?limit=200&sort=created_at"))["data"]!.AsArray()));
        foreach (var (index, text) in expected.Index())
        {
            Assert.Equal(text, Text(await store.Test.Ok($"GET /v2/products/prod_{ids[index]}")));
            Assert.Equal(text, Text(await store.Test.Ok($"GET /v2/products/{Uri.EscapeDataString(skus[index])}")));
        }
    }

    [Fact]
    public async Task Every_column_is_read()
    {
        var store = await Store.Open();
        await Fill(store, new Random(7));
        await store.Database(async db =>
        {
            foreach (var product in await db.Products.WithParts().ToListAsync())
            {
                var read = await db.OnOffer(new Id<Product>(product.Id), default);
                Same(product, read!.Product, db);
                Assert.Equal(product.Offered.Select(v => v.Id), read.Variants.Select(v => v.Id));
                foreach (var (variant, other) in product.Offered.Zip(read.Variants))
                    Same(variant, other, db);
                foreach (var (image, other) in product.Images.OrderBy(i => i.Position).Zip(read.Images))
                    Same(image, other, db);
            }
        });
    }

    [Fact]
    public async Task Products_of_several_stores_are_read_with_the_stock_of_each()
    {
        var store = await Store.Open();
        var tenants = new List<long>();
        await store.Test.Ok("POST /v2/tenants", new { name = "Second", domain = $"{Guid.CreateVersion7():n}.example" });
        foreach (var tenant in (await store.Test.Ok("GET /v2/tenants"))["data"]!.AsArray())
            await store.Test.Ok("POST /v2/products", new { name = "Lamp", sku = "L", price = 1, inventory = 3 }, ("X-Tenant-ID", (string)tenant!["id"]!));
        var listed = (await store.Test.Ok("GET /v2/products", null, ("X-Tenant-ID", "*")))["data"]!.AsArray();
        Assert.Equal([3, 3], listed.Select(p => (int?)p!["inventory"]));
    }

    [Theory]
    [InlineData("GET /v2/products/{0}", 1)]
    [InlineData("GET /v2/products/{1}", 1)]
    [InlineData("GET /v2/products/{0}?include=reviews", 2)]
    [InlineData("GET /v2/products/{0}?fields=id,name", 1)]
    [InlineData("GET /v2/products", 2)]
    [InlineData("GET /v2/products?cursor=", 2)]
    [InlineData("GET /v2/products?sort=-price&filter[price][gte]=1&search=l&category=lights", 2)]
    public async Task Reading_products_takes_few_commands(string request, int most)
    {
        await using var server = await TestServer.Start(); // of its own: on the shared one other tests have keys looked up anew
        var store = await Store.Open(server: server);
        var product = await store.Test.Ok("POST /v2/products", new { name = "Lamp", sku = "L", price = 1, inventory = 3, categories = new[] { "lights" } });
        var asked = string.Format(System.Globalization.CultureInfo.InvariantCulture, request, product["id"], "L");
        await store.Test.Ok(asked);
        Assert.Equal(most, await SqlCommands.Of(store.Test, asked));
    }

    internal static async Task Fill(Store store, Random random)
    {
        var north = await store.Test.Ok("POST /v2/warehouses", new { name = "North" });
        var closed = await store.Test.Ok("POST /v2/warehouses", new { name = "Closed" });
        var until = (await store.Database((db, _) => Task.FromResult(db.Now))).AddDays(1);
        string[] words = ["Tea", "Cup", "O'Neil \"Quoted\"", "Ünïcode 茶", "a/b", "Lamp"];
        for (var i = 0; i < 30; i++)
        {
            bool Maybe() => random.Next(3) > 0;
            string Word() => words[random.Next(words.Length)];
            var variants = Enumerable.Range(0, random.Next(1, 5)).Select(v => new
            {
                sku = $"{i}/{v} x", price = Maybe() ? random.Next(1, 900) : (decimal?)null, inventory = Maybe() ? random.Next(0, 9) : (int?)null,
                prices = Maybe() ? new Dictionary<string, decimal> { ["EUR"] = random.Next(900), ["JPY"] = random.Next(900) } : [],
                attributes = Maybe() ? new Dictionary<string, string> { ["Size"] = Word(), ["Color"] = Word() } : [],
                image = Maybe() ? "https://example.com/v.jpg" : null, barcode = Maybe() ? $"{random.Next()}" : null, weight = Maybe() ? random.Next(900) : (int?)null,
                cost = Maybe() ? random.Next(90) : (decimal?)null, tracks_inventory = Maybe(), allows_backorder = !Maybe(),
            }).ToList();
            var made = await store.Test.Ok("POST /v2/products", new
            {
                name = $"{Word()} {i}", sku = $"P{i} {Word()}", price = random.Next(1, 900) + 0.5m, description = Maybe() ? Word() : null,
                compare_at_price = Maybe() ? random.Next(900) : (decimal?)null, vendor = Maybe() ? Word() : null, product_type = Maybe() ? Word() : null,
                tags = Enumerable.Range(0, random.Next(3)).Select(t => $"t{t}"), categories = Enumerable.Range(0, random.Next(4)).Select(c => $"c{random.Next(9)}").Distinct(),
                tax_category = Word(), taxable = Maybe(), requires_shipping = Maybe(), weight = random.Next(900), variants,
                images = Enumerable.Range(0, random.Next(4)).Select(n => new { url = $"https://example.com/{n}.jpg", alt = Maybe() ? Word() : null }),
                prices = Maybe() ? new Dictionary<string, decimal> { ["GBP"] = random.Next(900) } : [],
                metadata = Maybe() ? new Dictionary<string, string> { ["aisle"] = Word() } : [],
                status = Maybe() ? "active" : "draft",
            });
            var ids = made["variants"]!.AsArray().Select(v => (string)v!["id"]!).ToList();
            foreach (var id in ids)
            {
                var number = long.Parse(id[4..], System.Globalization.CultureInfo.InvariantCulture);
                await store.Receive(number, random.Next(1, 9), Number(north));
                await store.Receive(number, random.Next(1, 9), Number(closed));
                await store.Stock(stock => stock.Reserve([new(number, 1, Number(Maybe() ? north : closed))], new(until), default));
            }

            if (ids.Count > 2)
                await store.Test.Ok($"DELETE /v2/products/{made["id"]}/variants/{ids[1]}");
        }

        await store.Test.Ok($"PATCH /v2/warehouses/{closed["id"]}", new { active = false });
    }

    private static long Number(JsonNode thing) => long.Parse(((string)thing["id"]!).Split('_')[1], System.Globalization.CultureInfo.InvariantCulture);

    private static void Same(object expected, object read, AuraDb db)
    {
        foreach (var property in db.Model.FindEntityType(expected.GetType())!.GetProperties())
            Assert.Equal(Shown(expected), Shown(read));

        string Shown(object of) => string.Join('\n', db.Model.FindEntityType(of.GetType())!.GetProperties().Select(p => $"{p.Name}: {JsonSerializer.Serialize(p.PropertyInfo!.GetValue(of))}"));
    }

    private static string Text(JsonNode node) => node.ToJsonString(Plain);

    private static List<string> Texts(JsonArray nodes) => [.. nodes.Select(node => Text(node!))];

    private static readonly JsonSerializerOptions Plain = new();
}
