using System.Collections.Concurrent;
using Npgsql;

namespace Aura.Tests.Fire;

public sealed class KilledServerTests
{
    private const int Kills = 20;

    [Fact]
    public async Task A_server_killed_twenty_times_under_load_loses_no_answered_order_and_charges_nothing_twice()
    {
        var database = await TestCluster.CreateDatabase();
        var server = await ServerProcess.Start(database);
        var shop = await Shop.Open(server.Client(ServerProcess.TestKey), 100_000);
        var answered = new ConcurrentDictionary<string, string>();

        for (var round = 0; round < Kills; round++)
        {
            // The moment varies with the round: after so many answers, with the other buyers somewhere in between.
            var (buyers, enough) = (shop.At(server.Client(ServerProcess.TestKey)), 3 + round * 7 % 11);
            using var killed = new CancellationTokenSource();
            var load = Enumerable.Range(0, 6).Select(_ => Buy(server, buyers, answered, () =>
            {
                if (Interlocked.Decrement(ref enough) == 0)
                {
                    server.Kill();
                    killed.Cancel();
                }
            }, killed.Token)).ToList();
            await Task.WhenAll(load);
            await server.DisposeAsync();
            server = await ServerProcess.Start(database);
        }

        await using var last = server;
        var client = last.Client(ServerProcess.TestKey);
        await client.Ok("POST /v2/test-clock/advance", new { by = "PT1H" });
        foreach (var (cart, order) in answered)
        {
            var again = await shop.At(client).Checkout(cart);
            Assert.Equal((200, order), (again.Status, (string?)again.Body!["id"]));
            Assert.Equal("paid", (string?)again.Body["payment_status"]);
            var payment = Assert.Single((await client.Ok($"GET /v2/payments?order_id={order}"))["data"]!.AsArray())!;
            Assert.Equal((decimal)again.Body["total"]!, (decimal)payment["amount"]! / 100);
        }

        await Verified.All(database);
    }

    [Fact]
    public async Task Orders_that_were_being_written_together_when_the_server_was_killed_are_there_once_or_not_at_all()
    {
        var (database, data) = (await TestCluster.CreateDatabase(), TestCluster.TemporaryDirectory()); // with the keys that answers are sealed with
        var server = await ServerProcess.Start(database, data);
        var client = server.Client(ServerProcess.TestKey);
        var shop = await Shop.Open(client, 100_000);
        var customer = (string)(await client.Ok("POST /v2/customers", new { email = "buyer@b.co" }))["id"]!;
        var orders = new ConcurrentDictionary<string, string?>();

        for (var round = 0; round < 6; round++)
        {
            var (buyers, enough) = (server.Client(ServerProcess.TestKey), 10 + round * 7 % 11);
            using var killed = new CancellationTokenSource();
            await Task.WhenAll(Enumerable.Range(0, 24).Select(async buyer =>
            {
                for (var (number, answered) = (0, true); answered && !killed.IsCancellationRequested; number++)
                {
                    answered = await Order(buyers, $"{round} {buyer} {number}");
                    if (Interlocked.Decrement(ref enough) == 0)
                    {
                        server.Kill();
                        killed.Cancel();
                    }
                }
            }));
            await server.DisposeAsync();
            server = await ServerProcess.Start(database, data);
        }

        await using var last = server;
        var asked = orders.Keys.ToList();
        foreach (var key in asked) // each gets the answer that it had, or the one that it would have had
            Assert.True(await Order(last.Client(ServerProcess.TestKey), key));
        await using var source = NpgsqlDataSource.Create(database);
        await using var count = source.CreateCommand("SELECT count(*) FROM orders WHERE email = 'buyer@b.co'");
        Assert.Equal((long)asked.Count, await count.ExecuteScalarAsync());
        await Verified.All(database);

        async Task<bool> Order(HttpClient buyer, string key)
        {
            orders.TryAdd(key, null);
            try
            {
                var (status, body) = await buyer.Send("POST /v2/orders", new
                {
                    customer_id = customer,
                    items = new[] { new { sku = shop.Sku, quantity = 1 } },
                    shipping_address = new { name = "Jane Doe", line1 = "1 Main St", city = "Springfield", country = "US" },
                }, ("Idempotency-Key", key));
                Assert.True(status == 201, $"{status} {body} {server.Log}");
                var order = (string)body!["id"]!;
                Assert.True(orders.TryUpdate(key, order, null) || orders[key] == order, $"{key} was {orders[key]} and is {order}");
                return true;
            }
            catch (HttpRequestException)
            {
                return false; // killed in the middle of an answer
            }
        }
    }

    /// <summary>Buys until the server is gone.</summary>
    private static async Task Buy(ServerProcess server, Shop shop, ConcurrentDictionary<string, string> answered, Action bought, CancellationToken killed)
    {
        while (!killed.IsCancellationRequested)
            try
            {
                var cart = await shop.Cart();
                var (status, body) = await shop.Checkout(cart, ("Idempotency-Key", cart));
                Assert.True(status == 201, $"{status} {body} {server.Log}");
                answered[cart] = (string)body!["id"]!;
                bought();
            }
            catch (HttpRequestException)
            {
                return; // killed in the middle of an answer: nothing was promised
            }
    }
}
