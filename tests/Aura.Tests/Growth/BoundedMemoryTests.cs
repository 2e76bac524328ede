using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Aura.Tests.Growth;

/// <summary>
/// Files are larger than memory. Each command runs in a process whose managed heap the runtime holds to a size that the file, kept whole, would burst:
/// it ends then, whatever the machine has.
/// </summary>
public sealed class BoundedMemoryTests
{
    private const int Products = 30_000, Lines = 200_000;

    [Fact]
    public async Task A_catalogue_is_written_to_a_file_in_64_MB()
    {
        var database = await TestCluster.CreateDatabaseApart();
        var directory = TestCluster.TemporaryDirectory();
        await Run(database, 64, "doctor"); // makes the first account
        await using (var source = NpgsqlDataSource.Create(database))
        await using (var load = source.CreateCommand($"""
            WITH store AS (SELECT id FROM stores WHERE NOT is_test), made AS (
              INSERT INTO products (tenant_id, id, name, description, sku, status, price, currency, prices, tags, tax_category, taxable, requires_shipping, weight,
                metadata, review_count, rating_sum, created_at, updated_at, version)
              SELECT store.id, 1000000000 + n, 'Lamp ' || n, repeat('It gives light. ', 100), 'LAMP-' || n, 'active', 1000, 'USD', jsonb_build_object(), ARRAY[]::text[], 'standard', true, true, 0,
                jsonb_build_object(), 0, 0, now(), now(), 1 FROM store, generate_series(1, {Products}) n RETURNING tenant_id, id, sku)
            INSERT INTO variants (tenant_id, id, product_id, sku, currency, prices, attributes, position, tracks_inventory, allows_backorder, created_at, updated_at, version)
            SELECT tenant_id, id, id, sku, 'USD', jsonb_build_object(), jsonb_build_object(), 0, true, false, now(), now(), 1 FROM made
            """))
            await load.ExecuteNonQueryAsync();

        var file = Path.Combine(directory, "products.csv");
        var told = await Run(database, 64, "export", "products", "--format", "shopify", "-o", file);

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{Products} products"), told, StringComparison.Ordinal);
        Assert.True(new FileInfo(file).Length > Products * 1_600L, "the file is larger than half of the memory");
    }

    [Fact]
    public async Task A_history_of_orders_is_read_from_a_file_in_192_MB()
    {
        var database = await TestCluster.CreateDatabaseApart();
        var file = Path.Combine(TestCluster.TemporaryDirectory(), "history.csv");
        await using (var text = File.CreateText(file))
        {
            await text.WriteLineAsync("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country");
            for (var i = 0; i < Lines; i++)
                await text.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{100_000 + i / 20},A{i % 500},{new string('x', 200)} {i % 977},1,2010-01-04 10:00:00,2.00,{i / 20 % 4_000 + 1},Germany"));
        }

        await Run(database, 192, "import", "orders", file);

        await using var source = NpgsqlDataSource.Create(database);
        await using var count = source.CreateCommand("SELECT count(*) FROM order_lines");
        Assert.Equal((long)Lines, await count.ExecuteScalarAsync());
    }

    /// <returns>What it said.</returns>
    private static async Task<string> Run(string database, int megabytes, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "aura-server.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["AURA_DATABASE"] = database,
                ["AURA_DATA"] = TestCluster.TemporaryDirectory(),
                ["AURA_LOG"] = "Error",
                ["DOTNET_gcServer"] = "0",
                ["DOTNET_GCHeapHardLimit"] = string.Create(CultureInfo.InvariantCulture, $"0x{megabytes * 1024L * 1024:X}"),
            },
        };
        using var process = Process.Start(start)!; // dotnet is there
        var said = process.StandardOutput.ReadToEndAsync();
        var complained = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)} ended with {process.ExitCode}: {await said} {await complained}");
        return await said;
    }
}
