using Aura.Tests.Events;
using Npgsql;

namespace Aura.Tests.Fire;

/// <summary>Two processes on one database: what one does, the other knows; what one leaves, the other finishes.</summary>
public sealed class TwoServersTests
{
    [Fact(Timeout = 600_000)]
    public async Task Limits_count_across_both_and_a_change_on_one_is_seen_by_the_other()
    {
        var (database, data) = (await TestCluster.CreateDatabase(), TestCluster.TemporaryDirectory());
        var servers = await Task.WhenAll(ServerProcess.Start(database, data), ServerProcess.Start(database, data));
        var (one, other) = (servers[0].Client(ServerProcess.TestKey), servers[1].Client(ServerProcess.TestKey));

        var key = await one.Ok("POST /v2/api-keys", new { name = "Ten a day", rate_limit = new { day = 10 } });
        HttpClient[] guests = [.. servers.Select(server => server.Client((string)key["key"]!))];
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => guests[i % 2].Send("GET /v2/products?limit=1")));
        var days = await Count(database, "SELECT count(*) FROM rate_windows WHERE span = 'day'"); // one ends at midnight
        Assert.InRange(answers.Count(answer => answer.Status == 200), 10, 10 * days);
        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 429));

        var revoked = await one.Ok("POST /v2/api-keys", new { name = "To be revoked" });
        guests = [.. servers.Select(server => server.Client((string)revoked["key"]!))];
        foreach (var guest in guests)
            await guest.Ok("GET /v2/products?limit=1");
        await one.Ok($"DELETE /v2/api-keys/{revoked["id"]}");
        Assert.Equal(401, (await guests[0].Send("GET /v2/products")).Status);
        await Await.Until(async () => (await guests[1].Send("GET /v2/products")).Status == 401);

        var shop = await Shop.Open(one, 100);
        var product = (await one.Ok($"GET /v2/products?sku={shop.Sku}"))["data"]![0]!;
        foreach (var (writer, reader) in ((HttpClient, HttpClient)[])[(one, other), (other, one)])
            for (var price = 30; price < 40; price++)
            {
                await writer.Ok($"PUT /v2/products/{product["id"]}", new { price });
                var cart = await reader.Ok("POST /v2/carts", new { email = "a@b.co", items = new[] { new { sku = shop.Sku, quantity = 1 } } });
                Assert.Equal(price, (decimal)cart["subtotal"]!);
                Assert.Equal(price, (decimal)(await reader.Ok($"GET /v2/products/{product["id"]}"))["price"]!);
            }

        var promotion = await one.Ok("POST /api/v1/promotions/", new
        {
            name = "Half", promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 50, start_date = "2026-01-01", end_date = "2099-01-01",
        });
        await one.Ok($"POST /api/v1/promotions/{promotion["id"]}/activate");
        Assert.Equal(19.5m, await Discount(other));
        await other.Ok($"POST /api/v1/promotions/{promotion["id"]}/pause");
        Assert.Equal(0m, await Discount(one));

        async Task<decimal> Discount(HttpClient at) =>
            (decimal)(await at.Ok("POST /v2/carts", new { email = "a@b.co", items = new[] { new { sku = shop.Sku, quantity = 1 } } }))["discount_total"]!;

        foreach (var server in servers)
            await server.DisposeAsync();
    }

    [Fact(Timeout = 600_000)]
    public async Task A_job_is_done_once_by_one_of_them_and_the_other_takes_over_what_a_dead_one_held()
    {
        var (database, data) = (await TestCluster.CreateDatabase(), TestCluster.TemporaryDirectory());
        await using var receiver = await WebhookReceiver.Start();
        var first = await ServerProcess.Start(database, data);
        await using var second = await ServerProcess.Start(database, data);
        var client = first.Client(ServerProcess.LiveKey);
        await client.Ok("POST /v2/webhooks", new { url = receiver.Url, events = new[] { "customer.created" } });
        for (var index = 0; index < 60; index++)
            await (index % 2 == 0 ? client : second.Client(ServerProcess.LiveKey)).Ok("POST /v2/customers", new { email = $"{index}@b.co" });
        await receiver.Wait(60);
        await Await.Until(async () => await Count(database, "SELECT count(*) FROM jobs WHERE state IN ('queued', 'processing') AND kind = 'webhook.deliver'") == 0);
        Assert.Equal(60, receiver.Messages.DistinctBy(message => message.Id).Count());
        Assert.Equal(60, receiver.Messages.Count);

        await second.Stop();
        var gone = new TaskCompletionSource();
        receiver.Answer = _ => gone.Task;
        await client.Ok("POST /v2/customers", new { email = "late@b.co" });
        await receiver.Wait(1);
        first.Kill();
        await first.DisposeAsync();
        gone.SetResult();
        await using var third = await ServerProcess.Start(database, data);
        Assert.Equal(1, await Count(database, "SELECT count(*) FROM jobs WHERE state = 'processing' AND kind = 'webhook.deliver'"));
        await Count(database, "WITH passed AS (UPDATE jobs SET lease_until = now() - interval '1 second' WHERE state = 'processing' RETURNING 1) SELECT count(*) FROM passed"); // a minute later
        await receiver.Wait(1);
        Assert.Equal(receiver.Messages[^1].Id, receiver.Messages[^2].Id);
        await Await.Until(async () => await Count(database, "SELECT count(*) FROM webhook_deliveries WHERE status = 'delivered'") == 61);

        var sandbox = third.Client(ServerProcess.TestKey);
        var promotion = await sandbox.Ok("POST /api/v1/promotions/", new
        {
            name = "Short", promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 50, start_date = "2026-01-01", end_date = TimeProvider.System.GetUtcNow().AddDays(30),
        });
        await sandbox.Ok($"POST /api/v1/promotions/{promotion["id"]}/activate");
        await using var fourth = await ServerProcess.Start(database, data);
        await fourth.Client(ServerProcess.TestKey).Ok("POST /v2/test-clock/advance", new { by = "P31D" });
        Assert.Equal("expired", (string?)(await sandbox.Ok($"GET /api/v1/promotions/{promotion["id"]}"))["status"]);
        await Verified.All(database);
    }

    private static async Task<long> Count(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!; // a count is a number
    }
}
