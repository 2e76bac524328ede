using System.Text;
using System.Text.Json;

namespace Aura.Bench;

/// <summary>One run: the shop, the servers, and what was measured.</summary>
internal sealed class Bench(BenchOptions options, Shop shop, Contestant floor, Contestant product, Meter meter, CancellationToken cancellation)
{
    private const int Seed = 20231101;

    public BenchOptions Options => options;
    public Shop Shop => shop;
    public Contestant Floor => floor;
    public Contestant Product => product;
    public Meter Meter => meter;
    public CancellationToken Cancellation => cancellation;

    /// <summary>Among how many products work is chosen, from all over the shop: all, unless it is said otherwise.</summary>
    public int Products { get; init; } = shop.Size.Products;

    /// <summary>Turns of a few seconds before anything is measured, at least.</summary>
    public int TurnsToWarmUp { get; init; } = 3;

    /// <summary>The product against the floor.</summary>
    public async Task<Result> Measure(Workload workload)
    {
        await workload.Prepare(this);
        await shop.Source.Run("CHECKPOINT", cancellation);
        var (reference, subject) = workload.Sides(this);
        return await Entrant.Compare(new(this, workload, reference), new(this, workload, subject), workload.Goal);
    }

    /// <summary>Writes what wrk is to send, and names the script that sends it.</summary>
    public async Task<LoadPlan> Requests(Workload workload, Contestant contestant, IEnumerable<string> lines, bool once = false)
    {
        var file = await Write(workload, contestant, lines);
        return new(Path.Combine(options.Scripts, "requests.lua"), file, [once ? "once" : "many"], 2, options.Connections);
    }

    /// <returns>The file's path.</returns>
    public async Task<string> Write(Workload workload, Contestant contestant, IEnumerable<string> lines)
    {
        var file = Path.Combine(options.Data, $"{shop.Size.Name}.{workload.Name}.{contestant.Name}.txt");
        await File.WriteAllLinesAsync(file, lines, cancellation);
        return file;
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

    public Task<JsonDocument> Get(Contestant contestant, string path) => Send(contestant, HttpMethod.Get, path, null);

    public Task<JsonDocument> Post(Contestant contestant, string path, string body) => Send(contestant, HttpMethod.Post, path, body);

    public void Demand(bool isRight, Contestant contestant, string what)
    {
        if (!isRight)
            throw new BenchFailed($"The {contestant.Name} {what}");
    }

    private async Task<JsonDocument> Send(Contestant contestant, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        }

        using var answer = await contestant.Http.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        Demand(answer.IsSuccessStatusCode, contestant, $"answered {path} with {(int)answer.StatusCode}: {text}");
        return JsonDocument.Parse(text);
    }
}
