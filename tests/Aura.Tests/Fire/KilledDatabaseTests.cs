using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace Aura.Tests.Fire;

/// <summary>A server with a private cluster, as <c>./run</c> starts it: whatever is killed of the cluster, the server brings it back and sells on.</summary>
public sealed class KilledDatabaseTests
{
    private const int Kills = 8, Buyers = 6;

    /// <summary>Whoever is refused for longer than any lease holds is refused for ever.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact(Timeout = 600_000)]
    public async Task A_database_killed_eight_times_under_load_loses_no_answered_order_and_charges_nothing_twice()
    {
        var data = TestCluster.TemporaryDirectory();
        await using var server = await ServerProcess.Start(null, data);
        var client = server.Client(ServerProcess.TestKey);
        var shop = await Shop.Open(client, 100_000);
        var answered = new ConcurrentDictionary<string, string>();
        var postmasters = new HashSet<int>();

        for (var round = 0; round < Kills; round++)
        {
            // The moment varies with the round. Everything at once, and in every other round one backend, after which PostgreSQL starts its others anew.
            var (enough, all) = (2 + round * 5 % 9, round % 2 == 0);
            var killed = new TaskCompletionSource();
            await Task.WhenAll(Enumerable.Range(0, Buyers).Select(async buyer =>
            {
                for (var last = false; !last;)
                {
                    last = killed.Task.IsCompleted; // one more that began after the kill
                    await Buy(shop, answered, server);
                    if (Interlocked.Decrement(ref enough) == 0)
                        try
                        {
                            postmasters.Add(Kill(data, all));
                        }
                        finally
                        {
                            killed.SetResult();
                        }
                }
            }));
            await Verified.All(Database(data));
        }

        Assert.Equal(Kills / 2 + 1, postmasters.Count);
        await client.Ok("POST /v2/test-clock/advance", new { by = "PT1H" });
        foreach (var (cart, order) in answered)
        {
            var again = await shop.Checkout(cart);
            Assert.Equal((200, order, "paid"), (again.Status, (string?)again.Body!["id"], (string?)again.Body["payment_status"]));
            var payment = Assert.Single((await client.Ok($"GET /v2/payments?order_id={order}"))["data"]!.AsArray())!;
            Assert.Equal((decimal)again.Body["total"]!, (decimal)payment["amount"]! / 100);
        }

        await using var source = NpgsqlDataSource.Create(Database(data));
        await using var count = source.CreateCommand("SELECT count(*) FROM orders WHERE placed_at IS NOT NULL AND email = 'buyer@b.co'");
        Assert.Equal((long)answered.Count, await count.ExecuteScalarAsync());
        await Verified.All(Database(data));
    }

    /// <summary>Buys one cart, however often it is refused.</summary>
    private static async Task Buy(Shop shop, ConcurrentDictionary<string, string> answered, ServerProcess server)
    {
        var cart = await Persist(shop, server, () => shop.Client.Send("POST /v2/carts", new { email = "buyer@b.co", items = new[] { new { sku = shop.Sku, quantity = 1 } } }));
        var unsettled = false;
        answered[cart] = await Persist(shop, server, async () =>
        {
            var answer = unsettled ? await shop.Checkout(cart) : await shop.Checkout(cart, ("Idempotency-Key", cart));
            unsettled |= answer.Status == 202; // whether it is paid was not known: the same key would say so for ever
            return answer;
        });
    }

    private static async Task<string> Persist(Shop shop, ServerProcess server, Func<Task<(int Status, JsonNode? Body)>> send)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var (status, body) = await send();
            if (status is 200 or 201)
                return (string)body!["id"]!;
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"Still {status} {body}\n{server.Log}");
            Assert.True(status is 202 or 503 || (string?)body?["error"]?["code"] is "idempotency_in_progress" or "completion_in_progress", $"{status} {body}\n{server.Log}");
            if (status == 202 || (string?)body?["error"]?["code"] == "completion_in_progress")
                await shop.Client.Send("POST /v2/test-clock/advance", new { by = "PT2M" }); // whoever worked on it is gone
            await Task.Delay(20);
        }
    }

    /// <returns>The postmaster that it had.</returns>
    private static int Kill(string data, bool all)
    {
        var postmaster = int.Parse(Pid(data)[0], CultureInfo.InvariantCulture);
        var processes = Cluster.Processes(postmaster);
        Cluster.Signal("KILL", all ? processes : [processes.First(IsClient)]);
        return postmaster;
    }

    /// <summary>One that serves a connection of the server.</summary>
    private static bool IsClient(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains("aura aura [local]", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal static string Database(string data) =>
        new NpgsqlConnectionStringBuilder { Host = Pid(data)[4], Username = "aura", Database = "aura", Pooling = false }.ConnectionString;

    internal static string[] Pid(string data) => File.ReadAllLines(Path.Combine(data, "postgres/cluster/postmaster.pid"));
}
