namespace Aura.Bench;

/// <param name="Home">The repository: where the published server, the floor and the scripts for wrk are.</param>
/// <param name="Only">Workloads by name; none: all.</param>
/// <param name="Seconds">Of one round of one server.</param>
internal sealed record BenchOptions(
    string Home, DataSize Size, int Rounds, int Seconds, int Connections, IReadOnlyList<string> Only, string? Json, string? Compare, bool Keep, bool Growth, bool Check)
{
    /// <summary>Where clusters lie: on a disk, for a commit that waits for none is no commit.</summary>
    public string Data => Path.Combine(Home, "artifacts", "bench");

    public string Cluster => Path.Combine(Data, "cluster");
    public string Server => Path.Combine(Home, "artifacts", "server", "aura-server");
    public string Floor => Path.Combine(Home, "benchmarks", "Aura.Floor", "bin", "Release", "net10.0", "aura-floor");
    public string Scripts => Path.Combine(Home, "benchmarks", "wrk");

    public bool Wants(string workload) => Only.Count == 0 || Only.Contains(workload, StringComparer.OrdinalIgnoreCase);
}

/// <summary>How much a shop has. Each product has three variants.</summary>
internal sealed record DataSize(int Products, int Orders, int Coupons)
{
    /// <summary>Each orders five times, about.</summary>
    public int Customers => Orders / 5 + 1_000;

    public DataSize Hundredth() => new(Products / 100, Orders / 100, Coupons / 100);

    public string Name => $"p{Products}_o{Orders}_c{Coupons}";
}
