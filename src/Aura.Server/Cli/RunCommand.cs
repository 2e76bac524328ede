using System.CommandLine;
using Aura.Persistence;
using Spectre.Console;

namespace Aura.Server.Cli;

/// <summary><c>aura run</c>: serves until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var demo = new Option<bool>("--demo") { Description = "Fill an empty store with an invented shop first." };
        var command = new Command("run", "Start the server.") { demo };
        command.SetAction((parsed, cancellation) => Run(parsed.GetValue(demo), cancellation));
        return command;
    }

    private static async Task<int> Run(bool demo, CancellationToken cancellation)
    {
        var options = ServerOptions.FromEnvironment();
        await using var server = await OpenServer.Open(options, cancellation);
        if (demo)
            await DemoCommand.Load(server.App, cancellation);
        else if (server.IsFirstStart)
            await DemoCommand.LoadSamples(server.App, cancellation);
        await server.App.StartAsync(cancellation);
        Greet(server);
        await StoreModel.Prepare();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // a start leaves some 40 MB behind, which an idle server would keep
        await server.App.WaitForShutdownAsync(cancellation);
        return 0;
    }

    private static void Greet(OpenServer server)
    {
        var address = server.App.Urls.First();
        var table = new Grid().AddColumn().AddColumn();
        table.AddRow("Aura is at", address);
        table.AddRow("API reference", $"{address}/docs");
        if (server.Keys is { } keys)
        {
            table.AddRow("Live key", keys.LiveKey);
            table.AddRow("Test key", keys.TestKey);
        }

        AnsiConsole.Write(table);
    }
}
