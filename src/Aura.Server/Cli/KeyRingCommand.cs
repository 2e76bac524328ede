using System.CommandLine;
using System.Globalization;
using Aura.Accounts;
using Spectre.Console;

namespace Aura.Server.Cli;

/// <summary><c>aura keyring</c>: shows the keys that seal secrets, without what they are, and adds one.</summary>
internal static class KeyRingCommand
{
    public static Command Create()
    {
        var rotate = new Option<bool>("--rotate") { Description = "Add a key. Servers seal with it from now on; what the others sealed still opens." };
        var command = new Command("keyring", "List the keys that seal secrets, or add one.") { rotate };
        command.SetAction(parsed => Run(ServerOptions.FromEnvironment(), parsed.GetValue(rotate)));
        return command;
    }

    private static int Run(ServerOptions options, bool rotates)
    {
        var ring = KeyRing.Open(options.KeyRing ?? Path.Combine(options.Data, "keyring"), TimeProvider.System);
        try
        {
            if (rotates)
                ring.Rotate();
        }
        catch (Refused refusal)
        {
            Console.Error.WriteLine(refusal.Message);
            return 1;
        }

        var table = new Table().AddColumns("Key", "Since");
        foreach (var key in ring.Keys)
            table.AddRow(key.Name, key.CreatedAt is { } since ? since.ToString("u", CultureInfo.InvariantCulture) : "given as text");
        AnsiConsole.Write(table);
        return 0;
    }
}
