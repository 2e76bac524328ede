using System.CommandLine;
using System.Diagnostics;
using Aura.Server.Demo;
using Spectre.Console;

namespace Aura.Server.Cli;

/// <summary><c>aura demo</c>: fills the first account's store and its sandbox with a shop to look at.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new Command("demo", "Fill the empty store and its sandbox with an invented shop.");
        command.SetAction((_, cancellation) => Run(cancellation));
        return command;
    }

    private static async Task<int> Run(CancellationToken cancellation)
    {
        await using var server = await OpenServer.Open(ServerOptions.FromEnvironment(), cancellation);
        return await Load(server.App, cancellation) ? 0 : 1;
    }

    /// <returns>Whether the demo is there now, in both stores.</returns>
    public static async Task<bool> Load(WebApplication app, CancellationToken cancellation)
    {
        var outcomes = new List<(string Store, DemoOutcome Outcome)>();
        var watch = Stopwatch.StartNew();
        await AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async progress =>
        {
            foreach (var name in (string[])["live", "sandbox"])
                outcomes.Add((name, await Fill(app, name, progress, cancellation)));
        });
        foreach (var (store, outcome) in outcomes)
            AnsiConsole.WriteLine(outcome switch
            {
                DemoOutcome.Filled => $"The {store} store is filled.",
                DemoOutcome.WasThere => $"The {store} store has the demo already.",
                _ => $"The {store} store sells things of its own: the demo stays out of it.",
            });
        AnsiConsole.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s");
        return outcomes.All(o => o.Outcome != DemoOutcome.Occupied);
    }

    /// <summary>Gives a new sandbox products, customers and orders to try the API with.</summary>
    public static async Task LoadSamples(WebApplication app, CancellationToken cancellation)
    {
        await using var scope = await app.Enter("sandbox", cancellation);
        await ActivatorUtilities.CreateInstance<DemoStore>(scope.ServiceProvider).Fill(DemoSize.Sample, _ => { }, cancellation);
    }

    private static async Task<DemoOutcome> Fill(WebApplication app, string name, ProgressContext progress, CancellationToken cancellation)
    {
        var task = progress.AddTask($"Filling the {name} store", maxValue: 1);
        await using var scope = await app.Enter(name, cancellation);
        var demo = ActivatorUtilities.CreateInstance<DemoStore>(scope.ServiceProvider);
        var outcome = await demo.Fill(name == "live" ? DemoSize.Year : DemoSize.Sample, done => task.Value = done, cancellation);
        task.Value = 1;
        return outcome;
    }
}
