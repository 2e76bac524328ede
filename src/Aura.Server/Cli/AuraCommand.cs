using System.CommandLine;
using Npgsql;

namespace Aura.Server.Cli;

/// <summary>The command line: <c>aura run</c>, <c>aura keys</c> and so on.</summary>
internal static class AuraCommand
{
    public static Task<int> Run(string[] args)
    {
        var root = new RootCommand("Aura, a commerce server.")
        {
            RunCommand.Create(),
            KeysCommand.Create(),
            KeyRingCommand.Create(),
            ImportCommand.Create(),
            ExportCommand.Create(),
            DoctorCommand.Create(),
            DemoCommand.Create(),
            VerifyCommand.Create(),
            TrainIntentCommand.Create(),
            ScriptCommand.Create(),
        };
        return Invoke(root.Parse(args));
    }

    /// <summary>What the person at the terminal can mend is said in a sentence; anything else shows where it happened.</summary>
    private static async Task<int> Invoke(ParseResult parsed)
    {
        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false });
        }
        catch (Exception failure) when (failure is PostgresUnavailable or NpgsqlException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }
}
