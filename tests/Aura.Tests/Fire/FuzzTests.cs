using System.Collections.Concurrent;
using System.Globalization;
using Aura.Tests.Http.Generated;

namespace Aura.Tests.Fire;

/// <summary>A hundred thousand requests that are almost right or quite wrong, to every route of every description: refused, but never a fault of the server.</summary>
/// <remarks><c>AURA_FUZZ_SEED=7 ./test Fuzz</c> sends what a failure with the seed 7 had sent, <c>AURA_FUZZ_REQUESTS</c> as many as one likes.</remarks>
public sealed class FuzzTests
{
    private const int Connections = 16;

    /// <summary>The last third of the requests may leave the server this much larger than the first.</summary>
    private const double Growth = 1.3;

    [Fact(Timeout = 600_000)]
    public async Task Nonsense_is_refused_with_an_envelope_and_leaves_the_memory_flat_and_every_ledger_in_order()
    {
        var (seed, requests) = (Setting("AURA_FUZZ_SEED", 1), Setting("AURA_FUZZ_REQUESTS", 100_000));
        var data = TestCluster.TemporaryDirectory();
        await using var maker = await TestServer.Start(options: options => options with { Data = data });
        var full = await FullStore.Open(maker);
        var victims = new List<string>();
        for (var count = 0; count < 10; count++)
            victims.Add((await Store.Open(server: maker)).Account.TestKey);
        var nonsense = new Nonsense([.. (await Api.Routes()).Where(route => !route.Streams)], await full.Ids(), full.Store.Account.TestKey, full.Store.Account.Sandbox.Domain, victims);
        await using var server = await ServerProcess.Start(maker.Database, data);
        var (wrong, sent, memory) = (new ConcurrentQueue<string>(), 0, new long[3]);

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            using var line = new RawLine(server.Address);
            for (int number; (number = Interlocked.Increment(ref sent)) <= requests && wrong.Count < 20;)
            {
                var attack = nonsense.Next(HashCode(seed, number));
                if (await Fault(line, attack) is { } fault)
                    wrong.Enqueue($"Seed {seed}, request {number}: {fault}\n{attack.Curl(server.Address)}");
                if (number % (requests / 3) == 0)
                    memory[number / (requests / 3) - 1] = server.Memory;
            }
        })));

        Assert.True(wrong.IsEmpty, string.Join("\n\n", wrong));
        Assert.InRange(memory[2], 0, (long)(memory[0] * Growth));
        Assert.Equal(200, (await server.Client(full.Store.Account.TestKey).Send("GET /v2/products")).Status);
        await Verified.All(maker.Database);
    }

    /// <returns>What is wrong with the answer, or null.</returns>
    private static async Task<string?> Fault(RawLine line, Attack attack)
    {
        try
        {
            var (status, body) = await line.Send(attack.Bytes(), attack.Method == "HEAD", attack.IsLast);
            return status >= 500 && !IsWebServers(status) || attack.IsHttp && (status == 0 || status >= 400 && attack.Method != "HEAD" && !body.Contains("\"code\"", StringComparison.Ordinal) && !body.Contains("\"success\":false", StringComparison.Ordinal) && !IsWebServers(status))
                ? $"{status} {body[..Math.Min(body.Length, 600)]}"
                : null;
        }
        catch (TimeoutException silence)
        {
            return silence.Message;
        }
    }

    /// <summary>A path with %00, a wrong length and the like never reach a dialect.</summary>
    private static bool IsWebServers(int status) => status is 400 or 405 or 411 or 413 or 414 or 417 or 431 or 501 or 505;

    private static int Setting(string name, int otherwise) => Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>The same in every process.</summary>
    private static int HashCode(int seed, int number) => unchecked((seed * 486187739 + number) * 16777619);
}
