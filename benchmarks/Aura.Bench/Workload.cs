namespace Aura.Bench;

/// <summary>One kind of work that the product and the floor are asked to do.</summary>
internal abstract class Workload(string name, string about)
{
    public string Name => name;
    public string About => about;

    /// <summary>What the product shall reach of the floor.</summary>
    public double? Goal { get; init; }

    public virtual int Threads => 2;

    /// <summary>Changes the shop where the work needs more than was loaded.</summary>
    public virtual Task Prepare(Bench bench) => Task.CompletedTask;

    /// <summary>The requests that wrk draws from, and the script that sends them.</summary>
    public abstract Task<(string Script, string[] Arguments)> Requests(Bench bench, Contestant contestant);

    /// <summary>Looks at a few answers: a server that errs fast has won nothing.</summary>
    /// <exception cref="BenchFailed">An answer is not what was asked for.</exception>
    public abstract Task Check(Bench bench, Contestant contestant);
}
