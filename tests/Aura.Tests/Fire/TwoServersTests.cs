using Aura.Tests.Events;
using Npgsql;

namespace Aura.Tests.Fire;

/// <summary>Two processes on one database: what one does, the other knows; what one leaves, the other finishes.</summary>
public sealed class TwoServersTests
{
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
