using System.Globalization;

namespace Aura.Bench;

/// <summary>A server with the work that it is to do.</summary>
internal sealed record Entrant(Bench Bench, Workload Workload, Contestant Contestant)
{
    private const int MostTurns = 40, Seconds = 3;

    /// <summary>Of one processor's time.</summary>
    private const double Little = 0.03;

    private LoadPlan plan = null!; // made ready before its first turn

    /// <summary>Looks at a few answers, and lets the runtime compile what is hot until it has little more to do: on few processors that takes a while, beside the work.</summary>
    public async Task MakeReady()
    {
        await Workload.Check(Bench, Contestant);
        plan = await Workload.Requests(Bench, Contestant);
        var compiled = double.MaxValue;
        for (var turn = 0; turn < MostTurns && (turn < Bench.TurnsToWarmUp || compiled > Little); turn++)
        {
            var before = Usage.OfCompiler(Contestant.ProcessId);
            await Wrk.Run(Contestant, plan, Seconds, Bench.Cancellation);
            compiled = (Usage.OfCompiler(Contestant.ProcessId) - before) / Seconds;
        }
    }

    public async Task<Turn> Take()
    {
        var (seconds, source) = (Bench.Options.Seconds, Bench.Shop.Source);
        var made = Workload.Made is { } question ? await source.Ask<long>(question, Bench.Cancellation) : 0;
        var before = await Bench.Meter.Read(Contestant, Bench.Cancellation);
        var load = await Wrk.Run(Contestant, plan, seconds, Bench.Cancellation);
        var used = await Bench.Meter.Read(Contestant, Bench.Cancellation) - before;
        Bench.Demand(load.Work > 0, Contestant, $"finished nothing within {seconds} s: take longer turns (--seconds), or fewer connections.");
        if (Workload.Made is not null)
        {
            // What was on its way when wrk stopped, now or the turn before, may be there as well, and was not counted.
            made = await source.Ask<long>(Workload.Made, Bench.Cancellation) - made;
            Bench.Demand(made >= load.Work && made <= load.Work + 2 * plan.Connections, Contestant, $"confirmed {load.Work} of {Workload.Name}, and the database has {made} more.");
        }

        var (memory, most) = Usage.Memory(Contestant.ProcessId);
        return new(load, used, memory, most);
    }

    /// <summary>Lets two take turns; who begins changes with every round.</summary>
    public static async Task<Result> Compare(Entrant floor, Entrant product, double? goal)
    {
        await floor.MakeReady();
        await product.MakeReady();
        var rounds = new List<Round>();
        for (var number = 0; number < product.Bench.Options.Rounds; number++)
        {
            var first = number % 2 == 0 ? await floor.Take() : null;
            var turn = await product.Take();
            rounds.Add(new(first ?? await floor.Take(), turn));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{product.Workload.Name} round {number + 1}: {floor.Contestant.Name} {rounds[^1].Floor.Load.PerSecond:0}/s, {product.Contestant.Name} {turn.Load.PerSecond:0}/s"));
        }

        return new(product.Workload.Name, product.Workload.About, goal, rounds);
    }
}
