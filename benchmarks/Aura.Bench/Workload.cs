namespace Aura.Bench;

/// <summary>One kind of work that the product and the floor are asked to do.</summary>
internal abstract class Workload(string name, string about)
{
    public string Name => name;
    public string About => about;

    /// <summary>What the product shall reach of the floor.</summary>
    public virtual double? Goal { get; init; }

    /// <summary>A question to the database whose answer grows by one with each piece of work; null: nothing is made.</summary>
    public virtual string? Made => null;

    /// <summary>Who is measured against whom.</summary>
    public virtual (Contestant Floor, Contestant Product) Sides(Bench bench) => (bench.Floor, bench.Product);

    /// <summary>Changes the shop where the work needs more than was loaded.</summary>
    public virtual Task Prepare(Bench bench) => Task.CompletedTask;

    /// <summary>What wrk sends.</summary>
    public abstract Task<LoadPlan> Requests(Bench bench, Contestant contestant);

    /// <summary>Looks at a few answers: a server that errs fast has won nothing.</summary>
    /// <exception cref="BenchFailed">An answer is not what was asked for.</exception>
    public abstract Task Check(Bench bench, Contestant contestant);
}
