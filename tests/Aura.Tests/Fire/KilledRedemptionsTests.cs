using System.Collections.Concurrent;

namespace Aura.Tests.Fire;

public sealed class KilledRedemptionsTests
{
    private const int Uses = 60, Orders = 160, Kills = 2;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_coupon_is_used_exactly_as_often_as_it_may_be_by_a_server_that_is_killed_meanwhile(bool keyed)
    {
        var (database, data) = (await TestCluster.CreateDatabase(), TestCluster.TemporaryDirectory()); // with the keys that answers are sealed with
        var server = await ServerProcess.Start(database, data);
        var client = server.Client(ServerProcess.TestKey);
        var promotion = await client.Ok("POST /api/v1/promotions/", new
        {
            name = "Sale", promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 25, start_date = "2026-01-01", end_date = "2099-01-01", max_uses = 10 * Uses,
        });
        await client.Ok($"POST /api/v1/promotions/{promotion["id"]}/activate");
        await client.Ok($"POST /api/v1/coupons/{promotion["id"]}", new { code = "SIXTY", max_uses = Uses });
        var answered = new ConcurrentDictionary<int, (int Status, long? Redemption)>();

        for (var round = 0; round <= Kills; round++)
        {
            var enough = round < Kills ? 15 : int.MaxValue; // then to the end
            var waiting = new ConcurrentQueue<int>(Enumerable.Range(1, Orders).Where(order => !answered.ContainsKey(order)));
            client = server.Client(ServerProcess.TestKey);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                while (waiting.TryDequeue(out var order) && await Redeem(server, client, order, keyed) is { } answer)
                {
                    answered[order] = answer;
                    if (Interlocked.Decrement(ref enough) == 0)
                        server.Kill();
                }
            }));
            if (round == Kills)
                break;
            await server.DisposeAsync();
            server = await ServerProcess.Start(database, data);
        }

        Assert.Equal(Orders, answered.Count);
        Assert.Equal(Uses, answered.Values.Count(answer => answer.Status == 200));
        foreach (var (order, answer) in answered.Where(pair => pair.Value.Status == 200))
            Assert.Equal(answer, await Redeem(server, client, order, keyed)); // what was promised is kept, and not counted again
        Assert.Equal((Uses, "exhausted"), ((int)(await client.Ok("GET /api/v1/coupons/SIXTY"))["current_uses"]!, (string?)(await client.Ok("GET /api/v1/coupons/SIXTY"))["status"]));
        await server.DisposeAsync();
        await Verified.All(database);
    }

    /// <returns>Null when the server was killed before it answered: nothing was promised.</returns>
    private static async Task<(int Status, long? Redemption)?> Redeem(ServerProcess server, HttpClient client, int order, bool keyed)
    {
        try
        {
            var (status, body) = await client.Send("POST /api/v1/coupons/redeem/SIXTY", new { customer_id = order, order_id = order, order_amount = 80 },
                keyed ? [("Idempotency-Key", $"{order}")] : []);
            if ((string?)body?["code"] == "IDEMPOTENCY_IN_PROGRESS") // PostgreSQL has not noticed yet that the first who asked is dead
                return await Redeem(server, client, order, keyed);
            Assert.True(status is 200 or 409, $"{status} {body} {server.Log}");
            return (status, (long?)body?["redemption_id"]);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
