using System.CommandLine;
using Npgsql;
using Spectre.Console;

namespace Aura.Server.Cli;

/// <summary><c>aura doctor</c>: looks at what the server needs and says what is wrong with it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Check what the server needs.");
        command.SetAction((_, cancellation) => Run(cancellation));
        return command;
    }

    private static async Task<int> Run(CancellationToken cancellation)
    {
        var options = ServerOptions.FromEnvironment();
        var ill = 0;
        ill += await Check("Data directory", () => Task.FromResult(Writable(options.Data)));
        ill += await Check("PostgreSQL", () => Postgres(options, cancellation));
        return ill == 0 ? 0 : 1;
    }

    private static async Task<int> Check(string what, Func<Task<string>> look)
    {
        try
        {
            AnsiConsole.MarkupLine($"[green]ok[/]    {what}: {Markup.Escape(await look())}");
            return 0;
        }
        catch (Exception ill) // whatever it is, the doctor reports it and goes on to the next check
        {
            AnsiConsole.MarkupLine($"[red]wrong[/] {what}: {Markup.Escape(ill.Message)}");
            return 1;
        }
    }

    private static string Writable(string directory)
    {
        Directory.CreateDirectory(directory);
        var probe = Path.Combine(directory, $".probe-{Environment.ProcessId}");
        File.WriteAllText(probe, "");
        File.Delete(probe);
        var free = new DriveInfo(directory).AvailableFreeSpace;
        return free > 1L << 30 ? $"{directory}, {free >> 30} GiB free" : throw new IOException($"{directory} has only {free >> 20} MiB free.");
    }

    private static async Task<string> Postgres(ServerOptions options, CancellationToken cancellation)
    {
        await using var server = await OpenServer.Open(options, cancellation);
        var source = server.App.Services.GetRequiredService<NpgsqlDataSource>();
        await using var command = source.CreateCommand(
            "SELECT version(), (SELECT count(*) FROM jobs WHERE state = 'failed'), (SELECT count(*) FROM schema_migrations)");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var version = reader.GetString(0).Split(" on ")[0];
        return reader.GetInt64(1) == 0
            ? $"{version}, {reader.GetInt64(2)} migrations, no failed jobs"
            : throw new InvalidOperationException($"{version}: {reader.GetInt64(1)} jobs have failed; GET /v2/jobs/ID says why.");
    }
}
