using System.Diagnostics;

namespace Aura.Server;

/// <summary>Short programs that prepare, start and stop the private cluster.</summary>
internal static class ChildProgram
{
    public static bool Exists(string program) => SearchPath().Any(directory => File.Exists(Path.Combine(directory, program)));

    /// <summary>The folders of PATH, then those of the system that an ordinary user's PATH leaves out.</summary>
    public static IEnumerable<string> SearchPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(["/usr/bin", "/usr/sbin", "/bin", "/sbin"]);

    /// <returns>What it printed.</returns>
    /// <exception cref="PostgresUnavailable">It ended with an error; the message holds what it said.</exception>
    public static async Task<string> Run(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/", // The other account may not be allowed into ours.
        };
        // The caller's PGDATA, PGPORT or PGOPTIONS mean some other cluster.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";
        start.Environment["PATH"] = string.Join(':', SearchPath().Distinct());

        using var process = Process.Start(start) ?? throw new PostgresUnavailable($"{program} cannot be started.");
        // The program alone: a postmaster that pg_ctl has just started is somebody's cluster.
        await using var abandoned = cancellation.Register(process.Kill);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode == 0) return await output;
        throw new PostgresUnavailable($"{Path.GetFileName(program)} ended with code {process.ExitCode}: {(await errors).Trim()}");
    }
}
