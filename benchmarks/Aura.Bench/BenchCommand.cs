using System.CommandLine;
using Aura.Server;

namespace Aura.Bench;

/// <summary><c>./bench</c>.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var home = new Option<string>("--home") { Hidden = true, Required = true };
        var products = Size("--products", 20_000, "Products, with three variants each; up to 1000000.");
        var orders = Size("--orders", 100_000, "Orders of a year; up to 1000000.");
        var coupons = Size("--coupons", 100_000, "Coupons; up to 1000000.");
        var rounds = Size("--rounds", 3, "How often the two servers take turns.");
        var seconds = Size("--seconds", 5, "How long each turn lasts.");
        var connections = Size("--connections", 64, "Open connections to the server.");
        var only = new Option<string?>("--only") { Description = $"Only these: {string.Join(',', Workloads.All.Select(w => w.Name))}." };
        var quick = new Option<bool>("--quick") { Description = "A look in about two minutes: a small shop, one short round." };
        var json = new Option<string?>("--json") { Description = "Write all numbers to this file." };
        var keep = new Option<bool>("--keep") { Description = "Keep the loaded shop for the next run of this size." };
        var command = new RootCommand("Measures the server against its floor: the same visible work without its features, in the same minutes.")
            { home, products, orders, coupons, rounds, seconds, connections, only, quick, json, keep };
        command.SetAction(async (parsed, cancellation) =>
        {
            int Number(Option<int> option, int whenQuick) => parsed.GetValue(quick) && parsed.GetResult(option) is null or { Implicit: true } ? whenQuick : parsed.GetValue(option);
            return await Run(new(
                Path.GetFullPath(parsed.GetValue(home)!), // required
                new(Number(products, 5_000), Number(orders, 10_000), Number(coupons, 10_000)),
                Number(rounds, 1), Number(seconds, 3), Number(connections, 64),
                parsed.GetValue(only)?.Split(',') ?? [], parsed.GetValue(json), null, parsed.GetValue(keep)), cancellation);
        });
        return command;
    }

    private static Option<int> Size(string name, int usual, string about) => new(name) { Description = about, DefaultValueFactory = _ => usual };

    private static async Task<int> Run(BenchOptions options, CancellationToken cancellation)
    {
        try
        {
            var data = Path.Combine(options.Data, options.Size.Name);
            await using (var postgres = await EmbeddedPostgres.Start(new() { DataDirectory = data, Settings = Settings }, cancellation))
                Report.Print(await Measure(options, postgres, cancellation));
            if (!options.Keep)
                Remove(data);
            return 0;
        }
        catch (Exception failure) when (failure is BenchFailed or PostgresUnavailable)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }

    private static async Task<IReadOnlyList<Result>> Measure(BenchOptions options, EmbeddedPostgres postgres, CancellationToken cancellation)
    {
        var shop = await Shop.Open(postgres, options.Size, cancellation);
        await using var source = shop.Source;
        await using var product = await Contestant.Product(options, shop, cancellation);
        await using var floor = await Contestant.Floor(options, shop, cancellation);
        var bench = new Bench(options, shop, floor, product, new(source, postgres.ProcessId), cancellation);
        var results = new List<Result>();
        foreach (var workload in Workloads.All.Where(workload => options.Wants(workload.Name)))
            results.Add(await bench.Measure(workload));
        return results;
    }

    /// <summary>The folder of the cluster may be a link to where PostgreSQL's account can reach it.</summary>
    private static void Remove(string data)
    {
        if (new DirectoryInfo(Path.Combine(data, "postgres")) is { LinkTarget: { } place })
            Directory.Delete(place, recursive: true);
        Directory.Delete(data, recursive: true);
    }

    /// <summary>Beside the settings that every private cluster has.</summary>
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["shared_preload_libraries"] = "pg_stat_statements",
        ["pg_stat_statements.max"] = "10000",
    };
}
