using Aura.Server;

namespace Aura.Bench;

/// <summary>The private PostgreSQL of the benchmark.</summary>
internal static class Cluster
{
    public static Task<EmbeddedPostgres> Start(string data, CancellationToken cancellation) =>
        EmbeddedPostgres.Start(new() { DataDirectory = data, Settings = Settings }, cancellation);

    /// <summary>The folder of a cluster may be a link to where PostgreSQL's account can reach it.</summary>
    public static void Remove(string data)
    {
        if (new DirectoryInfo(Path.Combine(data, "postgres")) is { LinkTarget: { } place })
            Directory.Delete(place, recursive: true);
        Directory.Delete(data, recursive: true);
    }

    /// <summary>Beside the settings that every private cluster has.</summary>
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["shared_preload_libraries"] = "pg_stat_statements",
        ["pg_stat_statements.max"] = "10000",
    };
}
