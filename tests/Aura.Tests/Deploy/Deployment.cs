using System.Diagnostics;
using System.Globalization;
using Aura.Tests.Fire;
using Npgsql;

namespace Aura.Tests.Deploy;

/// <summary>What deploy/up starts, by deploy/up itself: two PostgreSQL servers, pgbouncer, two servers that answer, one that works, a balancer.</summary>
public sealed class Deployment : IAsyncLifetime
{
    private const int Parts = 9;

    private readonly string folder = TestCluster.TemporaryDirectory();
    private readonly int port = Ports.Free(Parts);

    public Uri Address => new($"http://127.0.0.1:{port}");

    /// <summary>Where the replica is now: a or b.</summary>
    public string Replica => File.ReadAllText(Path.Combine(folder, "primary")).Trim() == "a" ? "b" : "a";

    public string Primary => Replica == "a" ? "b" : "a";

    private Dictionary<string, string> Keys => field ??= System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(folder, "aura", "keys.json")))!; // deploy/up made it

    public async Task InitializeAsync() => await Run("up", "--api", "2", "--workers", "1", "--port", $"{port}", "--set", "fsync=off");

    public async Task DisposeAsync() => await Run("down", "--wipe");

    /// <param name="server">api-1 and so on; null: the balancer.</param>
    public HttpClient Client(string? server = null) => new()
    {
        BaseAddress = server is null ? Address : new($"http://127.0.0.1:{port + 4 + int.Parse(server[^1..], CultureInfo.InvariantCulture)}"),
        DefaultRequestHeaders = { Authorization = new("Bearer", Keys["test_key"]) },
        Timeout = TimeSpan.FromMinutes(2),
    };

    /// <summary>Runs one of the commands of deploy/ to its end.</summary>
    public async Task Run(string command, params string[] arguments)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Aura.slnx")))
            root = root.Parent!; // the tests are built inside the repository
        var log = Path.Combine(folder, "..", $"{Path.GetFileName(folder)}.log");
        // Its output goes to a file, for what it starts lives longer than itself and keeps it open.
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", "\"$0\" \"$@\" >\"$LOG\" 2>&1", Path.Combine(root.FullName, "deploy", command), .. arguments])
        {
            Environment = { ["AURA_DEPLOY"] = folder, ["AURA_SERVER"] = Path.Combine(AppContext.BaseDirectory, "aura-server.dll"), ["AURA_LOG"] = "Error", ["LOG"] = log },
        })!; // bash is there
        await process.WaitForExitAsync();
        var said = await File.ReadAllTextAsync(log);
        File.Delete(log);
        Assert.True(process.ExitCode == 0, $"deploy/{command} ended with {process.ExitCode}: {said}");
    }

    public void Kill(string server) => Cluster.Signal("KILL", [ProcessOf(server)]);

    /// <summary>The whole PostgreSQL server at once, as when its machine goes.</summary>
    public void KillPostgres(string node) => Cluster.Signal("KILL", Cluster.Processes(ReadNumber(Path.Combine(node, "postmaster.pid"))));

    /// <summary>Servers that answer nobody for so long, and then go on.</summary>
    public async Task Hold(TimeSpan duration, params string[] servers)
    {
        var processes = servers.Select(ProcessOf).ToList();
        Cluster.Signal("STOP", processes);
        await Task.Delay(duration);
        Cluster.Signal("CONT", processes);
    }

    private int ProcessOf(string server) => ReadNumber(Path.Combine("run", $"{server}.pid"));

    private int ReadNumber(string file) => int.Parse(File.ReadLines(Path.Combine(folder, file)).First(), CultureInfo.InvariantCulture);

    /// <summary>A connection to one PostgreSQL server, past the pooler.</summary>
    /// <param name="superuser">Over the socket, which only root and the servers' account may enter.</param>
    public string Connection(string node, string database, bool superuser = false) => new NpgsqlConnectionStringBuilder
    {
        Host = superuser ? Path.Combine(folder, "sockets") : "127.0.0.1",
        Port = port + (node == "a" ? 2 : 3),
        Database = database,
        Username = superuser ? "postgres" : "aura",
        Passfile = Path.Combine(folder, "pgpass"),
        Pooling = !superuser,
    }.ConnectionString;

    /// <summary>Connections as the deployed servers have them.</summary>
    public string Pooled(string database) =>
        $"Host=127.0.0.1;Port={port + 1};Username=aura;Passfile={Path.Combine(folder, "pgpass")};Database={database};Max Auto Prepare=0";

    public async Task<object?> Sql(string node, string statement, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(Connection(node, database, superuser: true));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Waits for something that comes by itself, for some minutes at most.</summary>
    public static async Task Until(Func<Task<bool>> condition, string what)
    {
        for (var started = Stopwatch.GetTimestamp(); !await condition(); await Task.Delay(20))
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(3), $"In vain waited: {what}");
    }
}
