namespace Aura.Bench;

/// <param name="Memory">Bytes after the turn.</param>
/// <param name="MostMemory">Bytes at most since the server started.</param>
internal sealed record Turn(Load Load, Usage Used, long Memory, long MostMemory)
{
    public double MicrosecondsOfServer => Used.Server * 1e6 / Load.Work;
    public double MicrosecondsOfDatabase => Used.Database * 1e6 / Load.Work;
    public double Commands => (double)Used.Commands / Load.Work;
    public double Control => (double)Used.Control / Load.Work;
}

internal sealed record Round(Turn Floor, Turn Product)
{
    public double Ratio => Product.Load.PerSecond / Floor.Load.PerSecond;
}

internal sealed record Result(string Name, string About, double? Goal, IReadOnlyList<Round> Rounds)
{
    public double Ratio => Median(round => round.Ratio);
    public double Least => Rounds.Min(round => round.Ratio);
    public double Most => Rounds.Max(round => round.Ratio);
    public bool IsMet => Goal is not { } goal || Ratio >= goal;

    public double Median(Func<Round, double> of) => Middle(Rounds.Select(of));

    public static double Middle(IEnumerable<double> of)
    {
        var values = of.Order().ToArray();
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[values.Length / 2 - 1] + values[values.Length / 2]) / 2;
    }
}

/// <summary>Everything that a run has found, as it is kept in JSON.</summary>
/// <param name="Commit">Of the repository, with a plus where it was changed since; empty where there is none.</param>
internal sealed record Findings(DateTime At, string Commit, int Processors, DataSize Size, int Rounds, int Seconds, int Connections, IReadOnlyList<Result> Results)
{
    /// <summary>Who was measured against whom.</summary>
    public IReadOnlyList<string> Sides { get; init; } = ["floor", "product"];

    public ColdStart? Cold { get; init; }
    public IReadOnlyList<ListCost> Lists { get; init; } = [];
}
