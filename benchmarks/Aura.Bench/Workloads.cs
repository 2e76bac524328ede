namespace Aura.Bench;

/// <summary>All kinds of work, in the order in which they are measured.</summary>
internal static class Workloads
{
    public static readonly IReadOnlyList<Workload> All =
    [
        new ProductById("W1", "product by id, any") { Goal = 0.60 },
        new ProductById("W1hot", "product by id, 200 of them", hot: 200) { Goal = 1.0 },
        new ProductPage { Goal = 0.70 },
    ];
}
