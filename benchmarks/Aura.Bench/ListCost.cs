using System.Diagnostics;

namespace Aura.Bench;

/// <summary>What pages of a list cost.</summary>
/// <param name="Commands">SQL commands of a page of 1, 50 and 200 rows.</param>
/// <param name="FirstPage">Milliseconds of 50 rows.</param>
/// <param name="FarPage">Of 50 rows far behind, by cursor.</param>
/// <param name="FarRow">How many rows come before that page: those of 1,000 pages, or fewer where there are not so many.</param>
internal sealed record ListCost(string Path, IReadOnlyList<long> Commands, double FirstPage, double FarPage, int FarRow)
{
    private const int Far = 50_000;
    private const int Samples = 20;

    public static IReadOnlyList<string> Paths { get; } = ["/v2/products", "/v2/orders", "/v2/customers", "/v2/payments", "/v2/coupons", "/v2/inventory"];

    public static async Task<ListCost> Measure(Bench bench, string path)
    {
        var commands = new List<long>();
        foreach (var limit in (int[])[1, 50, 200])
            commands.Add(await LeastCommands(bench, $"{path}?limit={limit}"));
        var (cursor, row) = await Walk(bench, path);
        return new(path, commands, await Milliseconds(bench, $"{path}?limit=50&cursor="), await Milliseconds(bench, $"{path}?limit=50&cursor={cursor}"), row);
    }

    private static async Task<long> CommandsOnce(Bench bench, string path)
    {
        var before = await bench.Meter.Read(bench.Product, bench.Cancellation);
        using var answer = await bench.Get(bench.Product, path);
        return (await bench.Meter.Read(bench.Product, bench.Cancellation) - before).Commands;
    }

    /// <summary>The least of a few: work in the background only ever adds.</summary>
    private static async Task<long> LeastCommands(Bench bench, string path)
    {
        var least = long.MaxValue;
        for (var sample = 0; sample < 5; sample++)
            least = Math.Min(least, await CommandsOnce(bench, path));
        return least;
    }

    private static async Task<(string Cursor, int Row)> Walk(Bench bench, string path)
    {
        var (cursor, row) = ("", 0);
        while (row < Far)
        {
            using var answer = await bench.Get(bench.Product, $"{path}?limit=200&cursor={cursor}");
            if (!answer.RootElement.GetProperty("pagination").TryGetProperty("next_cursor", out var next) || next.GetString() is not { } place)
                break;
            (cursor, row) = (place, row + 200);
        }

        return (cursor, row);
    }

    private static async Task<double> Milliseconds(Bench bench, string path)
    {
        var samples = new List<double>();
        for (var sample = 0; sample < Samples; sample++)
        {
            var clock = Stopwatch.StartNew();
            using var answer = await bench.Get(bench.Product, path);
            samples.Add(clock.Elapsed.TotalMilliseconds);
        }

        return Result.Middle(samples);
    }
}
