using System.Globalization;
using System.Text.Json;

namespace Aura.Bench;

/// <summary>One run: the shop, the servers, and what was measured.</summary>
internal sealed class Bench(BenchOptions options, Shop shop, Contestant floor, Contestant product, Meter meter, CancellationToken cancellation)
{
    private const int Seed = 20231101;
    private const int EnoughRequests = 3_000;

    public BenchOptions Options => options;
    public Shop Shop => shop;
    public Contestant Floor => floor;
    public Contestant Product => product;
    public CancellationToken Cancellation => cancellation;

    /// <summary>Warms both servers up, then lets them work in turns; who begins changes with every round.</summary>
    public async Task<Result> Measure(Workload workload)
    {
        await workload.Prepare(this);
        await shop.Source.Run("CHECKPOINT", cancellation);
        var plans = new Dictionary<Contestant, (string Script, string[] Arguments)>();
        foreach (var contestant in (Contestant[])[floor, product])
        {
            await workload.Check(this, contestant);
            plans[contestant] = await workload.Requests(this, contestant);
            await WarmUp(workload, contestant, plans[contestant]);
        }

        var rounds = new List<Round>();
        for (var round = 0; round < options.Rounds; round++)
        {
            var turns = new Dictionary<Contestant, Turn>();
            foreach (var contestant in round % 2 == 0 ? (Contestant[])[floor, product] : [product, floor])
                turns[contestant] = await Turn(workload, contestant, plans[contestant]);
            rounds.Add(new(turns[floor], turns[product]));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{workload.Name} round {round + 1}: floor {turns[floor].Load.PerSecond:0}/s, product {turns[product].Load.PerSecond:0}/s"));
        }

        return new(workload.Name, workload.About, workload.Goal, rounds);
    }

    /// <summary>Writes what wrk is to send, and names the script that sends it.</summary>
    public async Task<(string Script, string[] Arguments)> Requests(Workload workload, Contestant contestant, IEnumerable<string> lines, bool once = false)
    {
        var file = Path.Combine(options.Data, $"{workload.Name}.{contestant.Name}.txt");
        await File.WriteAllLinesAsync(file, lines, cancellation);
        return (Path.Combine(options.Scripts, "requests.lua"), [file, once ? "once" : "many"]);
    }

    /// <summary>Different numbers, in no order; the same in every run.</summary>
    public IEnumerable<long> Draw(int count, long first, long among)
    {
        var random = new Random(Seed);
        if (count >= among)
        {
            var all = Enumerable.Range(0, (int)among).Select(n => first + n).ToArray();
            random.Shuffle(all);
            return all;
        }

        var drawn = new HashSet<long>();
        while (drawn.Count < count)
            drawn.Add(first + random.NextInt64(among));
        return drawn;
    }

    public async Task<JsonDocument> Get(Contestant contestant, string path)
    {
        using var answer = await contestant.Http.GetAsync(path, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        Demand(answer.IsSuccessStatusCode, contestant, $"answered {path} with {(int)answer.StatusCode}: {text}");
        return JsonDocument.Parse(text);
    }

    public void Demand(bool isRight, Contestant contestant, string what)
    {
        if (!isRight)
            throw new BenchFailed($"The {contestant.Name} {what}");
    }

    /// <summary>Until the runtime has compiled what is hot, which it does after some hundred calls and beside the work.</summary>
    private async Task WarmUp(Workload workload, Contestant contestant, (string, string[]) plan)
    {
        var requests = 0L;
        for (var turn = 0; turn < 8 && requests < EnoughRequests; turn++)
            requests += (await Load(workload, contestant, plan, 2)).Requests;
    }

    private async Task<Turn> Turn(Workload workload, Contestant contestant, (string, string[]) plan)
    {
        var before = await meter.Read(contestant, cancellation);
        var load = await Load(workload, contestant, plan, options.Seconds);
        Demand(load.Requests > 0, contestant, $"answered nothing within {options.Seconds} s: take longer turns (--seconds), or fewer connections.");
        var used = await meter.Read(contestant, cancellation) - before;
        var (memory, most) = Usage.Memory(contestant.ProcessId);
        return new(load, used, memory, most);
    }

    private Task<Load> Load(Workload workload, Contestant contestant, (string Script, string[] Arguments) plan, int seconds) =>
        Wrk.Run(contestant, plan.Script, plan.Arguments, workload.Threads, options.Connections, seconds, cancellation);
}

/// <param name="Memory">Bytes after the turn.</param>
/// <param name="MostMemory">Bytes at most since the server started.</param>
internal sealed record Turn(Load Load, Usage Used, long Memory, long MostMemory)
{
    public double MicrosecondsOfServer => Used.Server * 1e6 / Load.Requests;
    public double MicrosecondsOfDatabase => Used.Database * 1e6 / Load.Requests;
    public double Commands => (double)Used.Commands / Load.Requests;
    public double Control => (double)Used.Control / Load.Requests;
}

internal sealed record Round(Turn Floor, Turn Product)
{
    public double Ratio => Product.Load.PerSecond / Floor.Load.PerSecond;
}

internal sealed record Result(string Name, string About, double? Goal, IReadOnlyList<Round> Rounds)
{
    public double Ratio => Median(round => round.Ratio);
    public bool IsMet => Goal is not { } goal || Ratio >= goal;

    public double Median(Func<Round, double> of)
    {
        var values = Rounds.Select(of).Order().ToArray();
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[values.Length / 2 - 1] + values[values.Length / 2]) / 2;
    }
}
