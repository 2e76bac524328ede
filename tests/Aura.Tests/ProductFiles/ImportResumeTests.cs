using System.Diagnostics;
using Aura.Inventory;
using Aura.ProductFiles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.ProductFiles;

/// <summary>A run may end at any moment, and several may be at one import: every row is done once all the same.</summary>
public sealed class ImportResumeTests
{
    private const string Shopify = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Product Category,Image Src\n"
        + "mug,Mug,,,M,8,shopify,5,Kitchen > Mugs,https://i.example/1\nshirt,Shirt,Size,S,S-S,10,shopify,3,Clothes,https://i.example/2\nshirt,,,M,S-M,11,shopify,4,,\n"
        + "bad,Bad,,,B,abc,,,,\nbowl,Bowl,,,W,9.999,,,,\nlamp,Lamp,,,L,20,shopify,1,Home,\nmug2,Mug again,,,M,8,shopify,2,Kitchen > Mugs,\n";

    private const string WooCommerce = "ID,Type,SKU,Name,Regular price,Stock,Parent,Attribute 1 name,Attribute 1 value(s),Categories\n"
        + "1,variation,S-M,,10,3,S,Size,M,\n2,variable,S,Shirt,,,,Size,\"M, L\",Clothes\n3,variation,S-L,,11,4,id:2,Size,L,\n4,variation,N,,1,,nobody,Size,L,\n5,simple,M,Mug,8,5,,,,Kitchen > Mugs\n6,simple,M,Mug again,8,5,,,,\n";

    [Theory]
    [InlineData(Shopify, 7)]
    [InlineData(WooCommerce, 6)]
    public async Task A_run_that_is_broken_off_at_any_command_goes_on_without_losing_or_repeating_a_row(string csv, int rows)
    {
        var (whole, broken) = (await Store.Open(), await Store.Open());
        var expected = await whole.Import(csv);
        var id = await Receive(broken, csv);

        var commands = 0;
        while (!await RunUntil(broken, id, ++commands % 40))
            Assert.True(commands < 1_000, "The import does not come to an end.");

        var import = await broken.Test.Ok($"GET /v2/imports/{new Id<ProductImport>(id)}");
        await broken.AssertAccountedFor(import, rows);
        Assert.True(commands > 20, $"It was broken off {commands} times only.");
        Assert.Equal(expected["rows"]!.ToJsonString(), import["rows"]!.ToJsonString());
        Assert.Equal(await whole.Rows(expected), await broken.Rows(import));
        Assert.Equal(await whole.Catalogue(), await broken.Catalogue());
        Assert.Equal(["products.imported"], await broken.Database((db, _) => db.Events.Where(e => e.Subject == "import").Select(e => e.Type).ToListAsync()));
        Assert.Equal(0, await broken.Database((db, _) => db.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM import_chunks WHERE import_id = {id}").SingleAsync()));
    }

    [Fact]
    public async Task Two_workers_at_one_import_do_every_row_once()
    {
        var (alone, store) = (await Store.Open(), await Store.Open());
        var csv = "Handle,Title,Variant Price,Variant Inventory Tracker,Variant Inventory Qty\n"
            + string.Concat(Enumerable.Range(1, 60).Select(i => $"p{i},Product {i},{i},shopify,{i}\n"));
        await alone.Import(csv);
        var id = await Receive(store, csv);

        await Task.WhenAll(Run(store, id, 3), Run(store, id, 4), Run(store, id, 5));

        var import = await store.Test.Ok($"GET /v2/imports/{new Id<ProductImport>(id)}");
        await store.AssertAccountedFor(import, 60);
        Assert.Equal(60, (int)import["products"]!["created"]!);
        Assert.Equal(await alone.Catalogue(), await store.Catalogue());
        Assert.Equal(60, await store.Database((db, _) => db.StockMovements.CountAsync()));
    }

    [Fact]
    public async Task Two_imports_of_one_file_at_once_make_its_products_once()
    {
        var store = await Store.Open();
        var csv = "Handle,Title,Variant SKU,Variant Price,Product Category\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"p{i},Product {i},S{i},{i},A > B{i % 3}\n"));
        var (one, other) = (await Receive(store, csv), await Receive(store, csv));

        await Task.WhenAll(Run(store, one, 3), Run(store, other, 5));

        Assert.Equal(40, (await store.Catalogue()).Count);
        foreach (var id in (long[])[one, other])
        {
            var import = await store.Test.Ok($"GET /v2/imports/{new Id<ProductImport>(id)}");
            await store.AssertAccountedFor(import, 40);
            Assert.Equal(0, (int)import["rows"]!["rejected"]!);
        }
    }

    [Fact]
    public async Task An_import_whose_file_cannot_be_read_to_its_end_fails_and_says_why()
    {
        var store = await Store.Open();
        var id = await Receive(store, Shopify);
        await store.Database(db => db.Database.ExecuteSqlAsync($"DELETE FROM import_chunks WHERE import_id = {id}"));

        var refused = await Assert.ThrowsAsync<Refused>(() => Run(store, id, 100));

        var import = await store.Test.Ok($"GET /v2/imports/{new Id<ProductImport>(id)}");
        Assert.Equal(("failed", refused.Message), ((string?)import["status"], (string?)import["error"]));
        Assert.Equal("file_gone", (string?)(await store.Test.Refused(409, $"POST /v2/imports/{import["id"]}/resume"))["code"]);
    }

    [Fact]
    public async Task A_broken_import_is_resumed_over_the_API()
    {
        var store = await Store.Open();
        var id = await Receive(store, Shopify);
        await RunUntil(store, id, 25);

        var accepted = await store.Test.Ok($"POST /v2/imports/{new Id<ProductImport>(id)}/resume");
        var again = await store.Test.Ok($"POST /v2/imports/{new Id<ProductImport>(id)}/resume");
        await Run(store, id, 100);

        Assert.NotNull((string?)accepted["job_id"]);
        Assert.Equal((string?)accepted["job_id"], (string?)again["job_id"]);
        await store.AssertAccountedFor(await store.Test.Ok($"GET /v2/imports/{new Id<ProductImport>(id)}"), 7);
    }

    private static Task<long> Receive(Store store, string csv) => store.Database(async (db, _) =>
        (await db.Receive(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(csv)), "products.csv", null, false, default)).Id);

    private static Task Run(Store store, long id, int steps, CancellationToken cancellation = default) => store.Database((db, services) =>
        new ImportRun(db, services.GetRequiredService<Stock>()) { MostSteps = steps }.Run(id, null, cancellation));

    /// <summary>Runs an import, product by product, until so many commands have gone to the database.</summary>
    /// <returns>Whether it came to its end before.</returns>
    private static async Task<bool> RunUntil(Store store, long id, int commands)
    {
        using var cut = new CancellationTokenSource();
        using var run = new Activity("broken run").Start();
        var sent = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = command =>
            {
                if (command.TraceId == run.TraceId && Interlocked.Increment(ref sent) > commands)
                    cut.Cancel();
            },
        };
        ActivitySource.AddActivityListener(listener);
        try
        {
            await Run(store, id, 1, cut.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
