using System.Text.Json;

namespace Aura.Bench;

/// <summary>W1: a product with its variants.</summary>
/// <param name="hot">How many different products are asked for; null: as many as there are to choose among.</param>
internal sealed class ProductById(string name, string about, int? hot = null) : Workload(name, about)
{
    public override Task<LoadPlan> Requests(Bench bench, Contestant contestant) => bench.Requests(
        this, contestant, Draw(bench).Select(id => $"GET\t/v2/products/{Prefix(contestant)}{id}"));

    public override async Task Check(Bench bench, Contestant contestant)
    {
        foreach (var id in Draw(bench).Take(20))
        {
            using var answer = await bench.Get(contestant, $"/v2/products/{Prefix(contestant)}{id}");
            var product = answer.RootElement;
            bench.Demand(product.GetProperty("id").GetString() == $"prod_{id}" && product.GetProperty("variants").GetArrayLength() == 3
                && product.GetProperty("images").GetArrayLength() == 2 && product.GetProperty("inventory").GetInt64() > 0, contestant, $"answered for product {id} {product}");
        }
    }

    private static string Prefix(Contestant contestant) => contestant.IsFloor ? "" : "prod_";

    private IEnumerable<long> Draw(Bench bench) => bench.Draw(hot ?? Math.Min(bench.Products, 200_000), bench.Shop.Loaded.FirstProduct, bench.Shop.Size.Products);
}

/// <summary>W2: fifty products from anywhere in the list of all, by cursor.</summary>
internal sealed class ProductPage() : Workload("W2", "50 products from a random place, by cursor")
{
    public override async Task<LoadPlan> Requests(Bench bench, Contestant contestant)
    {
        var places = bench.Draw(Places(bench), bench.Shop.Loaded.FirstProduct + 51, bench.Shop.Size.Products - 51);
        return await bench.Requests(this, contestant, contestant.IsFloor
            ? places.Select(id => $"GET\t/v2/products?limit=50&after={id}")
            : (await Cursors(bench, contestant)).Select(cursor => $"GET\t/v2/products?limit=50&cursor={cursor}"));
    }

    public override async Task Check(Bench bench, Contestant contestant)
    {
        foreach (var line in File.ReadLines((await Requests(bench, contestant)).File).Take(10))
        {
            using var answer = await bench.Get(contestant, line.Split('\t')[1]);
            var ids = answer.RootElement.GetProperty("data").EnumerateArray().Select(p => long.Parse(p.GetProperty("id").GetString()!["prod_".Length..], null)).ToList();
            bench.Demand(ids.Count == 50 && ids.Zip(ids.Skip(1)).All(pair => pair.First == pair.Second + 1)
                && answer.RootElement.GetProperty("pagination").GetProperty("next_cursor").ValueKind == JsonValueKind.String, contestant, $"gave the page {string.Join(' ', ids)}");
        }
    }

    private static int Places(Bench bench) => Math.Min(1_000, bench.Products / 50);

    /// <summary>Cursors come from the product alone: the first page of the products made before some moment ends where one leads on.</summary>
    private static async Task<IReadOnlyList<string>> Cursors(Bench bench, Contestant product)
    {
        var moments = bench.Draw(Places(bench), 51, bench.Shop.Size.Products - 101)
            .Select(n => new DateTime(2023, 1, 1, 0, 0, 0, DateTimeKind.Utc) + TimeSpan.FromDays(365 * 0.8 * n / bench.Shop.Size.Products)).ToList();
        var cursors = new string[moments.Count];
        await Parallel.ForAsync(0, moments.Count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = bench.Cancellation }, async (i, _) =>
        {
            using var answer = await bench.Get(product, $"/v2/products?limit=1&sort=-id&cursor=&filter[created_at][lt]={moments[i]:O}");
            cursors[i] = answer.RootElement.GetProperty("pagination").GetProperty("next_cursor").GetString()!; // there are more
        });
        return cursors;
    }
}
