using System.CommandLine;
using Aura.Server;

namespace Aura.Bench;

/// <summary><c>./bench</c>.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var home = new Option<string>("--home") { Hidden = true, Required = true };
        var products = Number("--products", 20_000, "Products, with three variants each; up to 1000000.");
        var orders = Number("--orders", 100_000, "Orders of a year; up to 1000000.");
        var coupons = Number("--coupons", 100_000, "Coupons; up to 1000000.");
        var rounds = Number("--rounds", 3, "How often the two servers take turns.");
        var seconds = Number("--seconds", 5, "How long each turn lasts.");
        var connections = Number("--connections", 64, "Open connections to the server.");
        var only = new Option<string?>("--only") { Description = $"Only these: {string.Join(',', Workloads.Create().Select(w => w.Name))},cold,lists." };
        var quick = new Option<bool>("--quick") { Description = "A look: a small shop, one short round." };
        var growth = new Option<bool>("--growth") { Description = "The server on a shop of a million products, orders and coupons against the server on a hundredth of it, instead of the floor." };
        var check = new Option<bool>("--check") { Description = "Measure nothing: load the shop, and work out again every number that it keeps." };
        var json = new Option<string?>("--json") { Description = "Write all numbers to this file." };
        var compare = new Option<string?>("--compare") { Description = "Say what has changed since the run that wrote this file." };
        var keep = new Option<bool>("--keep") { Description = "Keep the loaded shop for the next run of this size." };
        var command = new RootCommand("Measures the server against its floor: the same visible work without its features, in the same minutes.")
            { home, products, orders, coupons, rounds, seconds, connections, only, quick, growth, check, json, compare, keep };
        command.SetAction((parsed, cancellation) =>
        {
            int Given(Option<int> option, int whenQuick, int? whenGrown = null) => parsed.GetResult(option) is not (null or { Implicit: true }) ? parsed.GetValue(option)
                : parsed.GetValue(growth) && whenGrown is { } grown ? grown
                : parsed.GetValue(quick) ? whenQuick : parsed.GetValue(option);
            return Run(new(
                Path.GetFullPath(parsed.GetValue(home)!), // required
                new(Given(products, 5_000, 1_000_000), Given(orders, 10_000, 1_000_000), Given(coupons, 10_000, 1_000_000)), Given(rounds, 1), Given(seconds, 3), Given(connections, 64),
                parsed.GetValue(only)?.Split(',') ?? [], parsed.GetValue(json), parsed.GetValue(compare), parsed.GetValue(keep), parsed.GetValue(growth), parsed.GetValue(check)), cancellation);
        });
        return command;
    }

    private static Option<int> Number(string name, int usual, string about)
    {
        var option = new Option<int>(name) { Description = about, DefaultValueFactory = _ => usual };
        option.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 1 or > 1_000_000)
                given.AddError($"{name} is a number from 1 to 1000000.");
        });
        return option;
    }

    private static async Task<int> Run(BenchOptions options, CancellationToken cancellation)
    {
        try
        {
            if (options.Size.Products < 500 || options.Growth && options.Size.Products < 50_000)
                throw new BenchFailed("A shop to measure has at least 500 products: give more (--products), a hundredfold with --growth.");
            int code;
            await using (var postgres = await Cluster.Start(options.Cluster, cancellation))
                code = await new Benchmarking(options, postgres, cancellation).Run();
            if (!options.Keep)
                Cluster.Remove(options.Cluster);
            return code;
        }
        catch (Exception failure) when (failure is BenchFailed or PostgresUnavailable)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }
}
