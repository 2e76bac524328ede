using System.CommandLine;
using Spectre.Console;

namespace Aura.Server.Cli;

/// <summary><c>aura run</c>: serves until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command("run", "Start the server.");
        command.SetAction((_, cancellation) => Run(cancellation));
        return command;
    }

    private static async Task<int> Run(CancellationToken cancellation)
    {
        var options = ServerOptions.FromEnvironment();
        await using var server = await OpenServer.Open(options, cancellation);
        await server.App.StartAsync(cancellation);
        Greet(server);
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
