using System.Text;

namespace Aura.Server;

/// <summary>The settings of the private cluster: written anew at every cold start, so that they follow the machine and the release.</summary>
internal static class PostgresSettings
{
    public const string FileName = "settings.conf";

    private const long Megabyte = 1 << 20;

    /// <param name="memory">Bytes that this machine or container has.</param>
    /// <param name="disk">Bytes that are free where the cluster is.</param>
    /// <param name="compression">Of whole pages in the log: after each checkpoint they are most of what an order writes.</param>
    public static Dictionary<string, string> For(long memory, long disk, string sockets, string compression) => new()
    {
        ["listen_addresses"] = "",
        ["unix_socket_directories"] = sockets,
        ["unix_socket_permissions"] = "0700",
        ["max_connections"] = "200",
        ["max_locks_per_transaction"] = "256",

        ["shared_buffers"] = $"{Math.Clamp(memory / 4 / Megabyte, 32, 8192)}MB", // as the manual advises
        ["effective_cache_size"] = $"{Math.Max(memory / 2 / Megabyte, 64)}MB",
        ["work_mem"] = "16MB",
        ["maintenance_work_mem"] = "128MB",
        ["random_page_cost"] = "1.1", // The disks are solid.
        ["jit"] = "off", // Compiling costs more than our short statements last.

        ["fsync"] = "on",
        ["synchronous_commit"] = "on",
        ["full_page_writes"] = "on",
        ["wal_level"] = "replica",
        ["wal_compression"] = compression,
        ["min_wal_size"] = "128MB",
        ["max_wal_size"] = $"{Math.Clamp(disk / 10 / Megabyte, 512, 8192)}MB", // Checkpoints come by time, not by size, as long as there is room: after each, whole pages are logged again.
        ["checkpoint_timeout"] = "15min",

        ["timezone"] = "UTC",
        ["log_timezone"] = "UTC",
        // One file per weekday, emptied when its day comes again. The server reports failed statements itself, and
        // their text and details can hold a customer's data: neither is written here.
        ["logging_collector"] = "on",
        ["log_directory"] = "../log",
        ["log_filename"] = "postgres-%a.log",
        ["log_rotation_age"] = "1d",
        ["log_rotation_size"] = "0",
        ["log_truncate_on_rotation"] = "on",
        ["log_min_messages"] = "log",
        ["log_min_error_statement"] = "panic",
        ["log_error_verbosity"] = "terse",
    };

    public static async Task Write(string home, string sockets, string compression, IReadOnlyDictionary<string, string> changes, CancellationToken cancellation)
    {
        var settings = For(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, new DriveInfo(home).AvailableFreeSpace, sockets, compression);
        foreach (var (name, value) in changes) settings[name] = value;
        var text = new StringBuilder("# Written by Aura at every start.\n");
        foreach (var (name, value) in settings) text.Append($"{name} = '{value.Replace("'", "''", StringComparison.Ordinal)}'\n");

        var file = Path.Combine(home, FileName);
        await File.WriteAllTextAsync(file + ".new", text.ToString(), cancellation);
        await ChildProgram.Run("chmod", ["0644", file + ".new"], cancellation);
        File.Move(file + ".new", file, overwrite: true);
    }
}
