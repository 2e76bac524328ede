using System.Diagnostics;
using System.Text.Json;
using Aura.Persistence.Verification;
using Aura.Server;

namespace Aura.Bench;

/// <summary>What <c>./bench</c> does on its cluster.</summary>
internal sealed class Benchmarking(BenchOptions options, EmbeddedPostgres postgres, CancellationToken cancellation)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <returns>The exit code.</returns>
    public async Task<int> Run()
    {
        if (options.Check)
            return await Check();
        var found = options.Growth ? await Growth() : await Everything();
        Report.Print(found);
        if (options.Compare is { } former)
            Report.Compare(JsonSerializer.Deserialize<Findings>(await File.ReadAllTextAsync(former, cancellation), Json)!, found); // written by a run
        if (options.Json is { } file)
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(found, Json), cancellation);
        return 0;
    }

    private async Task<Findings> Everything()
    {
        var cold = options.Wants("cold") ? await ColdStart.Measure(options, cancellation) : null; // before the workloads, so that nothing they leave behind runs beside it
        var shop = await Shop.Open(postgres, options.Size, cancellation);
        await using var source = shop.Source;
        var (results, lists) = (new List<Result>(), new List<ListCost>());
        await using (var product = await Contestant.Product(options, shop, cancellation))
        await using (var floor = await Contestant.Floor(options, shop, cancellation))
        {
            var bench = new Bench(options, shop, floor, product, new(source, postgres.ProcessId), cancellation);
            if (options.Wants("lists")) // before the workloads have left work in the background
                foreach (var path in ListCost.Paths)
                    lists.Add(await ListCost.Measure(bench, path));
            foreach (var workload in Workloads.Create().Where(workload => options.Wants(workload.Name)))
                results.Add(await bench.Measure(workload));
        }

        return Found(results) with { Lists = lists, Cold = cold };
    }

    /// <summary>Until a fresh copy of the large shop is in memory, and in the log as it was before its pages were changed: what is compared is how it goes on.</summary>
    private const int TurnsToSettle = 25;

    /// <summary>The large shop in the place of the product, the small one in that of the floor. They are asked for as much: it is the shop that grows, not its traffic.</summary>
    private async Task<Findings> Growth()
    {
        var (small, large) = (await Shop.Open(postgres, options.Size.Hundredth(), cancellation), await Shop.Open(postgres, options.Size, cancellation));
        await using var ofSmall = small.Source;
        await using var ofLarge = large.Source;
        await using var few = await Contestant.Product(options, small, cancellation);
        await using var many = await Contestant.Product(options, large, cancellation);
        var inSmall = new Bench(options, small, few, few, new(ofSmall, postgres.ProcessId), cancellation) { TurnsToWarmUp = TurnsToSettle };
        var inLarge = new Bench(options, large, many, many, new(ofLarge, postgres.ProcessId), cancellation) { Products = small.Size.Products, TurnsToWarmUp = TurnsToSettle };
        var results = new List<Result>();
        foreach (var (one, other) in Workloads.Create().Zip(Workloads.Create()).Where(pair => Workloads.Grows(pair.First) && options.Wants(pair.First.Name)))
        {
            await one.Prepare(inSmall);
            await other.Prepare(inLarge);
            results.Add(await Entrant.Compare(new(inSmall, one, few), new(inLarge, other, many), goal: 0.80));
        }

        return Found(results) with { Sides = ["a hundredth", "all"] };
    }

    private async Task<int> Check()
    {
        var shop = await Shop.Open(postgres, options.Size, cancellation);
        await using var source = shop.Source;
        var differing = 0L;
        foreach (var check in Verification.Everything)
        {
            var result = await source.Run(check, null, cancellation);
            Console.WriteLine($"{check.Name}: {result.Compared} compared, {result.Differing} differ{(result.Differences is [var first, ..] ? $", such as {first}" : "")}");
            differing += result.Differing;
        }

        return differing == 0 ? 0 : 1;
    }

    private Findings Found(IReadOnlyList<Result> results) => new(
        TimeProvider.System.GetUtcNow().UtcDateTime, Commit(), Environment.ProcessorCount, options.Size, options.Rounds, options.Seconds, options.Connections, results);

    private string Commit()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", options.Home, "describe", "--always", "--dirty=+"]) { RedirectStandardOutput = true, RedirectStandardError = true })!; // a program was named
        return git.StandardOutput.ReadToEnd().Trim();
    }
}
