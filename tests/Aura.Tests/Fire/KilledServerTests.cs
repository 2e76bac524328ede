using System.Collections.Concurrent;

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
            var load = Enumerable.Range(0, 6).Select(_ => Buy(buyers, answered, () =>
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

    /// <summary>Buys until the server is gone.</summary>
    private static async Task Buy(Shop shop, ConcurrentDictionary<string, string> answered, Action bought, CancellationToken killed)
    {
        while (!killed.IsCancellationRequested)
            try
            {
                var cart = await shop.Cart();
                var (status, body) = await shop.Checkout(cart, ("Idempotency-Key", cart));
                Assert.True(status == 201, $"{status} {body}");
                answered[cart] = (string)body!["id"]!;
                bought();
            }
            catch (HttpRequestException)
            {
                return; // killed in the middle of an answer: nothing was promised
            }
    }
}
