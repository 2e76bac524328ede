using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Aura.Persistence;
using Aura.ProductFiles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.ProductFiles;

/// <summary>Product files in a sandbox: sent over the API, or run here.</summary>
internal static class Importing
{
    /// <summary>Sends a file over the API and waits for its end by working on it too: whoever runs an import returns when it is done.</summary>
    public static async Task<JsonNode> Import(this Store store, string csv, string query = "")
    {
        var accepted = await store.Test.Ok($"POST /v2/imports/products{query}", Csv(csv));
        await store.Join((string)accepted["id"]!);
        return await store.Test.Ok($"GET /v2/imports/{accepted["id"]}");
    }

    public static Task Join(this Store store, string id) =>
        store.Database((_, services) => services.GetRequiredService<ImportRun>().Run(Id<ProductImport>.Parse(id, null), null, default));

    public static StringContent Csv(string csv) => new(csv, Encoding.UTF8, new MediaTypeHeaderValue("text/csv"));

    /// <summary>The rows of an import as <c>number outcome column message</c>.</summary>
    public static async Task<List<string>> Rows(this Store store, JsonNode import, string? outcome = null)
    {
        var rows = await store.Test.Ok($"GET /v2/imports/{import["id"]}/rows?limit=200{(outcome is null ? "" : $"&outcome={outcome}")}");
        return [.. rows["data"]!.AsArray().Select(row => $"{row!["row"]} {row["outcome"]} {row["column"]} {row["message"]}".Trim())];
    }

    /// <summary>Every row of the file has one outcome, and every rejected one a reason.</summary>
    public static async Task AssertAccountedFor(this Store store, JsonNode import, int rows)
    {
        var all = (await store.Test.Ok($"GET /v2/imports/{import["id"]}/rows?limit=200&filter[outcome][ne]=warning"))["data"]!.AsArray();
        Assert.Equal(Enumerable.Range(1, rows), all.Select(row => (int)row!["row"]!));
        Assert.All(all, row => Assert.True((string)row!["outcome"]! != "rejected" || (string?)row["message"] is { Length: > 0 }));
        Assert.Equal(rows, (int)import["rows"]!["read"]!);
        Assert.Equal("completed", (string?)import["status"]);
    }

    /// <summary>The catalogue without what differs from store to store: ids and times.</summary>
    public static async Task<List<string>> Catalogue(this Store store)
    {
        var products = (await store.Test.Ok("GET /v2/products?limit=200&sort=sku"))["data"]!.AsArray();
        var stock = await store.Stock();
        foreach (var product in products)
            foreach (var thing in product!["variants"]!.AsArray().Append(product).Concat(product["images"]!.AsArray()))
            {
                if ((string?)thing!["sku"] is { } sku && thing != product)
                    thing["stock"] = stock.GetValueOrDefault(sku);
                foreach (var own in (string[])["id", "product_id", "created_at", "updated_at", "version"])
                    thing.AsObject().Remove(own);
            }

        return [.. products.Select(product => product!.ToJsonString())];
    }

    /// <summary>What can be sold, by SKU.</summary>
    public static Task<Dictionary<string, long>> Stock(this Store store) => store.Database((db, _) => db.Variants.Where(v => v.RemovedAt == null)
        .Select(v => new { v.Sku, Quantity = AuraDb.AvailableStock(v.TenantId, v.Id) }).ToDictionaryAsync(v => v.Sku, v => v.Quantity));

    public static async Task<string> Export(this Store store, string format, string query = "")
    {
        using var answer = await store.Test.Answer($"GET /v2/exports/products?format={format}{query}");
        Assert.Equal(200, (int)answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }
}
