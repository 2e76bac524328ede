using System.Globalization;

namespace Aura.Bench;

/// <summary>What processes have used, from /proc.</summary>
/// <param name="Server">CPU time in seconds.</param>
/// <param name="Database">CPU time of the postmaster and of all its children, also of those that have ended.</param>
/// <param name="Commands">SQL commands that the server has sent, without those that only begin and end transactions.</param>
/// <param name="Control">Those.</param>
internal readonly record struct Usage(double Server, double Database, long Commands, long Control)
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux

    public static Usage operator -(Usage after, Usage before) =>
        new(after.Server - before.Server, after.Database - before.Database, after.Commands - before.Commands, after.Control - before.Control);

    /// <summary>Seconds of CPU that a process has used, without its children.</summary>
    public static double OfProcess(int process) => Read($"{process}") is { } stat ? stat.Own / TicksPerSecond : 0;

    /// <summary>Seconds of CPU that the thread has used in which .NET compiles anew what turned out to be hot. It ends when there is nothing to do for a while, and then begins at zero.</summary>
    public static double OfCompiler(int process) =>
        Directory.EnumerateDirectories($"/proc/{process}/task").Select(thread => Read(Path.GetRelativePath("/proc", thread), ".NET Tiered")).Sum(stat => stat?.Own ?? 0) / TicksPerSecond;

    public static double OfDatabase(int postmaster)
    {
        var ticks = Read($"{postmaster}") is { } own ? own.Own + own.Ended : 0;
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
            if (Path.GetFileName(directory) is var name && int.TryParse(name, CultureInfo.InvariantCulture, out _) && Read(name) is { } stat && stat.Parent == postmaster)
                ticks += stat.Own;
        return ticks / TicksPerSecond;
    }

    /// <returns>Bytes that a process keeps in memory: now, and at most so far.</returns>
    public static (long Now, long Most) Memory(int process)
    {
        var lines = File.ReadAllLines($"/proc/{process}/status");
        return (Bytes("VmRSS:"), Bytes("VmHWM:"));

        long Bytes(string name) =>
            1024 * long.Parse(lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    /// <param name="task">A process, or a thread of one: where it stands under /proc.</param>
    /// <param name="called">How its name begins.</param>
    /// <returns>Null where it is called otherwise, or has just ended.</returns>
    private static (int Parent, long Own, long Ended)? Read(string task, string called = "")
    {
        try
        {
            // The name in parentheses may hold anything; the fields behind it are numbers: state, parent, ..., the 14th of the line is utime.
            var text = File.ReadAllText($"/proc/{task}/stat");
            if (!text.AsSpan(text.IndexOf('(') + 1).StartsWith(called))
                return null;
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
            return ((int)Field(4), Field(14) + Field(15), Field(16) + Field(17));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
