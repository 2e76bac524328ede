using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Aura.Server;
using Npgsql;

namespace Aura.Tests;

/// <summary>
/// One throw-away cluster for the test run, started by the first test that needs a database. Nothing of it survives the
/// run: what a crash of the machine loses is of no use to anybody, so it is told not to wait for the disk.
/// </summary>
public static class TestCluster
{
    private static readonly Lazy<Task<EmbeddedPostgres>> Running = new(Start);
    private static readonly Lazy<Task<EmbeddedPostgres>> Apart = new(Start);
    private static readonly ConcurrentBag<Process?> Cleaners = []; // Collecting one as garbage would close its input.
    private static int created;

    /// <returns>The connection string of a fresh, empty database.</returns>
    public static Task<string> CreateDatabase() => Create(Running, "template0");

    /// <summary>In a second cluster, for tests with long transactions: readers of events wait for those of all databases of a cluster.</summary>
    public static Task<string> CreateDatabaseApart() => Create(Apart, "template0");

    /// <param name="template">The name of a database that nobody is connected to; the new one starts as its copy.</param>
    /// <returns>The connection string of the new database.</returns>
    public static Task<string> CreateDatabase(string template) => Create(Running, template);

    private static async Task<string> Create(Lazy<Task<EmbeddedPostgres>> cluster, string template)
    {
        var postgres = await cluster.Value;
        var name = $"test_{Interlocked.Increment(ref created)}";
        var administration = new NpgsqlConnectionStringBuilder(postgres.ConnectionString("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(administration.ConnectionString);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE \"{template}\"", connection);
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(postgres.ConnectionString(name)) { IncludeErrorDetail = true }.ConnectionString;
    }

    private static Task<EmbeddedPostgres> Start() =>
        EmbeddedPostgres.Start(new()
        {
            DataDirectory = TemporaryDirectory(),
            Settings = new Dictionary<string, string>
            {
                ["fsync"] = "off",
                ["synchronous_commit"] = "off",
                ["full_page_writes"] = "off",
                ["wal_level"] = "minimal",
                ["max_wal_senders"] = "0",
                ["autovacuum"] = "off",
                ["shared_buffers"] = "128MB",
                ["max_connections"] = "400",
                ["log_min_messages"] = "error",
            },
        });

    /// <summary>
    /// A directory that disappears with this process, however it ends. A small shell waits for the end of its input, which
    /// the kernel closes with us, ends what was left running in the directory, and removes it. Directories that even the
    /// shell did not survive are removed here.
    /// </summary>
    public static string TemporaryDirectory()
    {
        var root = Path.Combine(Path.GetTempPath(), $"aura-tests-{Environment.UserName}");
        Directory.CreateDirectory(root);
        foreach (var left in Directory.GetDirectories(root))
            if (!Directory.Exists($"/proc/{Path.GetFileName(left).Split('-')[0]}"))
                Remove(left);

        var directory = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Guid.NewGuid():N}"));
        Directory.CreateDirectory(directory);
        const string cleaner = """
            exec >/dev/null 2>&1
            trap '' INT TERM HUP
            cat
            find "$1" -name postmaster.pid | while read -r file; do kill -QUIT "$(head -n 1 "$file")"; done
            find "$1" -name '*.pid' | while read -r file; do
              id="$(head -n 1 "$file")"
              grep -qF "$1" "/proc/$id/environ" "/proc/$id/cmdline" && kill -KILL "$id"
            done
            until rm -rf "$1"; do sleep 0.1; done
            """;
        Cleaners.Add(Process.Start(new ProcessStartInfo("sh", ["-c", cleaner, "cleaner", directory]) { RedirectStandardInput = true }));
        return directory;
    }

    /// <summary>The directory's own shell, or another test run, may be removing it at the same time.</summary>
    private static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (IOException)
        {
        }
    }
}
