using System.Globalization;
using System.Text.Json;
using Aura.Catalog;
using Aura.Inventory;
using Aura.Persistence;
using Aura.Server;
using Aura.Server.V2;
using Aura.Tests.Inventory;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aura.Tests.V2;

/// <summary>Products that are rendered once say at every moment what the ordinary way says.</summary>
public sealed class ShownProductsTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("EUR", null)]
    [InlineData("JPY", "de-DE")]
    [InlineData("USD", "fr")]
    public async Task A_generated_catalogue_is_shown_byte_for_byte_as_the_ordinary_way_shows_it(string? currency, string? language)
    {
        var store = await Store.Open();
        await ProductsOnOfferTests.Fill(store, new Random(5));
        var form = currency is null ? PriceForm.Plain : new(Currency.Of(currency), CultureInfo.GetCultureInfo(language switch { "fr" => "fr-FR", var given => given ?? "en-US" }));
        (string, string)[] headers = [.. new (string, string?)[] { ("X-Currency", currency), ("Accept-Language", language) }.Where(h => h.Item2 is not null).Select(h => (h.Item1, h.Item2!))];
        var expected = await Ordinary(store, form);

        foreach (var _ in (int[])[1, 2]) // first it is rendered, then it has been
        {
            Assert.Equal($"[{string.Join(',', expected.Values)}]", Data(await Body(store.Test, "/v2/products?limit=200&sort=id", headers)));
            foreach (var (id, text) in expected)
                Assert.Equal(text, await Body(store.Test, $"/v2/products/prod_{id}", headers));
        }
    }

    [Theory]
    [InlineData("UPDATE products SET name = 'Other' WHERE tenant_id = $1")]
    [InlineData("UPDATE products SET review_count = 2, rating_sum = 9 WHERE tenant_id = $1")]
    [InlineData("UPDATE variants SET price = 777 WHERE tenant_id = $1 AND position = 1")]
    [InlineData("UPDATE variants SET removed_at = now() WHERE tenant_id = $1 AND position = 1")]
    [InlineData("UPDATE variants SET tracks_inventory = false WHERE tenant_id = $1")]
    [InlineData("INSERT INTO variants (tenant_id, id, product_id, sku, currency, prices, attributes, position, tracks_inventory, allows_backorder, created_at, updated_at, version) SELECT tenant_id, nextval('ids'), id, 'new', 'USD', '{}', '{}', 9, true, false, now(), now(), 1 FROM products WHERE tenant_id = $1")]
    [InlineData("UPDATE product_images SET alt = 'Other' WHERE tenant_id = $1")]
    [InlineData("DELETE FROM product_images WHERE tenant_id = $1")]
    [InlineData("INSERT INTO product_images SELECT tenant_id, nextval('ids'), id, 'https://example.com/new.jpg', NULL, 9 FROM products WHERE tenant_id = $1")]
    [InlineData("UPDATE product_categories SET position = 5 - position WHERE tenant_id = $1")]
    [InlineData("DELETE FROM product_categories WHERE tenant_id = $1")]
    [InlineData("UPDATE categories SET slug = slug || '-other' WHERE tenant_id = $1")]
    [InlineData("DELETE FROM categories WHERE tenant_id = $1")]
    [InlineData("UPDATE stock_levels SET on_hand = on_hand + 1 WHERE tenant_id = $1")]
    [InlineData("UPDATE warehouses SET active = false, is_default = false WHERE tenant_id = $1")]
    [InlineData("UPDATE reservations SET expires_at = now() WHERE tenant_id = $1")]
    public async Task A_change_by_any_statement_of_anybody_is_shown_at_once(string sql)
    {
        var (store, id) = await Lamp();
        await Body(store.Test, $"/v2/products/{id}");
        var before = await Body(store.Test, $"/v2/products/{id}");
        await using var stranger = new NpgsqlConnection(store.Server.Database);
        await stranger.OpenAsync();
        await using var change = new NpgsqlCommand(sql, stranger) { Parameters = { new() { Value = store.Account.Sandbox.Id } } };

        Assert.NotEqual(0, await change.ExecuteNonQueryAsync());

        var expected = (await Ordinary(store, PriceForm.Plain)).Values.Single();
        Assert.NotEqual(before, expected);
        Assert.Equal(expected, await Body(store.Test, $"/v2/products/{id}"));
        Assert.Equal($"[{expected}]", Data(await Body(store.Test, "/v2/products")));
    }

    [Fact]
    public async Task A_change_is_shown_when_it_is_committed_and_not_before()
    {
        var (store, id) = await Lamp();
        var before = await Body(store.Test, $"/v2/products/{id}");
        await store.Database(async db =>
        {
            foreach (var commits in (bool[])[false, true])
            {
                await using var transaction = await db.Database.BeginTransactionAsync();
                await db.Products.ExecuteUpdateAsync(set => set.SetProperty(p => p.Name, "Other"));
                await db.Variants.ExecuteUpdateAsync(set => set.SetProperty(v => v.Barcode, "12345"));
                Assert.Equal(before, await Body(store.Test, $"/v2/products/{id}"));
                Assert.Equal(before, await Body(store.Test, $"/v2/products/{id}"));
                if (commits)
                    await transaction.CommitAsync();
                else
                    await transaction.RollbackAsync();
                Assert.Equal(commits, before != await Body(store.Test, $"/v2/products/{id}"));
            }
        });

        Assert.Equal((await Ordinary(store, PriceForm.Plain)).Values.Single(), await Body(store.Test, $"/v2/products/{id}"));
    }

    [Fact]
    public async Task What_one_server_changes_another_shows_at_once()
    {
        var (store, id) = await Lamp();
        await using var second = await TestServer.Start(store.Server.Database);
        var other = second.Client(store.Account.TestKey);
        for (var price = 10; price < 15; price++)
        {
            await store.Test.Ok($"PUT /v2/products/{id}", new { price });
            Assert.Equal(price, (int)(await other.Ok($"GET /v2/products/{id}"))["price"]!);
            await other.Ok($"PUT /v2/products/{id}", new { name = $"Lamp for {price}" });
            Assert.Equal($"Lamp for {price}", (string?)(await store.Test.Ok("GET /v2/products"))["data"]![0]!["name"]);
        }
    }

    [Fact]
    public async Task An_answer_is_known_by_what_it_shows_stock_included()
    {
        var (store, id) = await Lamp();
        foreach (var path in (string[])[$"/v2/products/{id}", "/v2/products"])
        {
            using var first = await store.Test.Answer($"GET {path}");
            var tag = ("If-None-Match", first.Headers.ETag!.ToString());
            using var same = await store.Test.Answer($"GET {path}", null, tag);
            await store.Database(db => db.Database.ExecuteSqlAsync($"UPDATE stock_levels SET on_hand = on_hand + 1 WHERE tenant_id = {store.Account.Sandbox.Id}"));
            using var changed = await store.Test.Answer($"GET {path}", null, tag);
            Assert.Equal((304, 200), ((int)same.StatusCode, (int)changed.StatusCode));
            Assert.Empty(await same.Content.ReadAsByteArrayAsync());
            Assert.NotEqual(first.Headers.ETag, changed.Headers.ETag);
        }
    }

    [Fact]
    public async Task Text_that_looks_like_stock_is_left_as_it_is()
    {
        var store = await Store.Open();
        const string text = "\"inventory\":0,\\\"inventory\":0";
        await store.Test.Ok("POST /v2/products", new
        {
            name = text, sku = "L", price = 1, description = text, inventory = 7, tags = new[] { text },
            metadata = new Dictionary<string, string> { ["inventory"] = "0", [text] = text },
        });

        Assert.Equal($"[{(await Ordinary(store, PriceForm.Plain)).Values.Single()}]", Data(await Body(store.Test, "/v2/products")));
    }

    [Fact]
    public async Task Many_who_ask_at_once_are_answered_each_with_what_they_asked_for()
    {
        var store = await Store.Open();
        await ProductsOnOfferTests.Fill(store, new Random(11));
        var expected = await Ordinary(store, PriceForm.Plain);
        long[] ids = [.. expected.Keys, 1, 2];

        var bodies = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => (Id: ids[i % ids.Length], Body: await Body(store.Test, $"/v2/products/prod_{ids[i % ids.Length]}"))));

        Assert.All(bodies, answer =>
        {
            if (expected.TryGetValue(answer.Id, out var text))
                Assert.Equal(text, answer.Body);
            else
                Assert.Contains("not_found", answer.Body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Renderings_stay_within_their_bytes_and_what_is_asked_for_stays()
    {
        var (store, id) = await Lamp();
        var options = store.Server.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var rendered = await store.Database(async (db, _) => RenderedProduct.Of((await db.OnOffer(Id<Product>.Parse(id, null), default))!, PriceForm.Plain, options));
        var kept = new RenderedProducts(rendered.Size * 100);
        kept.Keep(new(1, 0), PriceForm.Plain, rendered);
        for (var i = 1; i < 1_000; i++)
        {
            kept.Keep(new(1, i), PriceForm.Plain, rendered);
            Assert.Same(rendered, kept.Find(new(1, 0), PriceForm.Plain));
            Assert.InRange(kept.Bytes, 0, rendered.Size * 102);
        }

        Assert.Null(kept.Find(new(1, 500), PriceForm.Plain));
        Assert.Null(kept.Find(new(2, 999), PriceForm.Plain));
        Assert.NotNull(kept.Find(new(1, 999), PriceForm.Plain));
    }

    /// <summary>Two variants, two images, two categories, stock and a reservation.</summary>
    private static async Task<(Store Store, string Id)> Lamp()
    {
        var store = await Store.Open();
        var lamp = await store.Test.Ok("POST /v2/products", new
        {
            name = "Lamp", sku = "L", price = 12.5m, categories = new[] { "light", "home" },
            variants = new[] { new { sku = "L1", inventory = 5 }, new { sku = "L2", inventory = 6 } },
            images = new[] { new { url = "https://example.com/1.jpg" }, new { url = "https://example.com/2.jpg" } },
        });
        var variant = long.Parse(((string)lamp["variants"]![0]!["id"]!)[4..], CultureInfo.InvariantCulture);
        var until = (await store.Database((db, _) => Task.FromResult(db.Now))).AddDays(1);
        await store.Stock(stock => stock.Reserve([new(variant, 1, null)], new(until), default));
        return (store, (string)lamp["id"]!);
    }

    /// <summary>The products of the sandbox through their entities, by id.</summary>
    private static Task<Dictionary<long, string>> Ordinary(Store store, PriceForm form) => store.Database(async (db, services) =>
    {
        var json = services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var shown = new Dictionary<long, string>();
        foreach (var product in await db.Products.WithParts().OrderBy(p => p.Id).ToListAsync())
        {
            var available = await db.Available(product.Offered.Select(variant => variant.Id), default);
            var offer = new ProductOnOffer(product, [.. product.Offered], [.. product.Images.OrderBy(i => i.Position)],
                [.. product.Categories.OrderBy(c => c.Position).Select(c => c.Category.Slug)], available);
            shown[product.Id] = JsonSerializer.Serialize(ProductResponse.Of(offer, form), json);
        }

        return shown;
    });

    private static async Task<string> Body(HttpClient client, string path, params (string, string)[] headers)
    {
        using var answer = await client.Answer($"GET {path}", null, headers);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>The items of a list, as they came.</summary>
    private static string Data(string list) => list[8..list.LastIndexOf(",\"pagination\":", StringComparison.Ordinal)];
}
