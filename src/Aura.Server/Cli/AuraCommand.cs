using System.CommandLine;

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
            ImportCommand.Create(),
            ExportCommand.Create(),
            DoctorCommand.Create(),
            DemoCommand.Create(),
            VerifyCommand.Create(),
        };
        return root.Parse(args).InvokeAsync();
    }
}
