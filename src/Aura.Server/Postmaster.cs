using System.Globalization;

namespace Aura.Server;

/// <summary>A running postmaster, as its <c>postmaster.pid</c> describes it.</summary>
/// <param name="IsReady">It accepts connections; false while it starts, recovers or stops.</param>
internal sealed record Postmaster(int ProcessId, string SocketDirectory, bool IsReady)
{
    /// <summary>Null when no process runs this cluster: a file left behind by a crash names a dead or a foreign process.</summary>
    public static Postmaster? Of(string cluster)
    {
        // The lines: process, data directory, start, port, socket directory, address, shared memory, state.
        // They are written one after the other while the postmaster starts.
        var lines = Lines(Path.Combine(cluster, "postmaster.pid"));
        if (!int.TryParse(lines.FirstOrDefault(), CultureInfo.InvariantCulture, out var process)) return null;
        return CommandLine(process).Contains(cluster)
            ? new(process, lines.ElementAtOrDefault(4) ?? "", lines.ElementAtOrDefault(7)?.Trim() == "ready")
            : null;
    }

    /// <summary>
    /// PostgreSQL sees that a lock file is stale unless its process number is taken. In a container the numbers start over
    /// with every start and the old one soon belongs to another process of the same account, on a busy machine they go round
    /// and it belongs to a child of another cluster, and a killed postmaster stays on as a zombie where nobody collects it:
    /// such files would stop us for ever.
    /// </summary>
    public static void RemoveMisleadingLock(string file)
    {
        if (!int.TryParse(Lines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var process)) return;
        var name = Lines($"/proc/{process}/comm").FirstOrDefault();
        var isPostmaster = name == "postgres" && CommandLine(process) is [var title, ..] && !title.StartsWith("postgres: ", StringComparison.Ordinal); // a zombie has no title
        if (name is not null && !isPostmaster) File.Delete(file);
    }

    private static string[] CommandLine(int process) => Lines($"/proc/{process}/cmdline") is [var line, ..] ? line.Split('\0') : [];

    /// <summary>None when the file is not there or vanishes while it is read.</summary>
    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
