using System.Diagnostics;
using System.Globalization;
using Aura.Server;

namespace Aura.Tests.Fire;

/// <summary>A cluster that a test has for itself, and may break. What is committed outlives its processes, if not the machine.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly EmbeddedPostgresOptions options;
    private EmbeddedPostgres postgres = null!; // set by Begin

    private Cluster(EmbeddedPostgresOptions options) => this.options = options;

    /// <summary>The connection string of an empty database.</summary>
    public string Database { get; private set; } = "";

    public static async Task<Cluster> Start(string? directory = null, params (string Name, string Value)[] settings)
    {
        var cluster = new Cluster(new()
        {
            DataDirectory = directory ?? TestCluster.TemporaryDirectory(),
            Settings = new Dictionary<string, string>([
                new("fsync", "off"), new("full_page_writes", "off"), new("shared_buffers", "32MB"), .. settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)),
            ]),
        });
        await cluster.Begin();
        cluster.Database = await cluster.postgres.EnsureDatabase("fire");
        return cluster;
    }

    /// <summary>Starts it again where it was, after a stop.</summary>
    public async Task Begin() => postgres = await EmbeddedPostgres.Start(options);

    /// <summary>Breaks off what runs, and ends: connections are refused from now on.</summary>
    public ValueTask Stop() => postgres.DisposeAsync();

    /// <summary>Whoever is connected, or connects, gets no answer and no refusal.</summary>
    public void Freeze() => Signal("STOP", Processes(postgres.ProcessId));

    public void Thaw() => Signal("CONT", Processes(postgres.ProcessId));

    /// <summary>The processes of a cluster: the postmaster first, then its children.</summary>
    public static List<int> Processes(int postmaster) => [postmaster, .. Directory.GetDirectories("/proc")
        .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && ParentOf(id) == postmaster)];

    public static void Signal(string signal, IEnumerable<int> processes)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", .. processes.Select(id => $"{id}")]) { RedirectStandardError = true })!; // there is a kill
        kill.WaitForExit(); // one that has just ended is no failure
    }

    public async ValueTask DisposeAsync()
    {
        Thaw();
        await postgres.DisposeAsync();
    }

    private static int ParentOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat"); // 42 (name) S 1 ...
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
