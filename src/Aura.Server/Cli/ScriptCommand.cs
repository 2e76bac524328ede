using System.CommandLine;
using Aura.Server.Scripts;

namespace Aura.Server.Cli;

/// <summary>What the server starts itself with to run a script; of no use to people.</summary>
internal static class ScriptCommand
{
    public static Command Create()
    {
        var command = new Command(ScriptProcess.Command, "Runs one script from standard input.") { Hidden = true };
        command.SetAction(_ => ScriptChild.Run());
        return command;
    }
}
