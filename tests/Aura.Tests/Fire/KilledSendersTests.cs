using Aura.Tests.Connectors.Messages;
using Npgsql;

namespace Aura.Tests.Fire;

/// <summary>Carts are left by the hundred while the servers that write to their owners are killed: nobody hears twice.</summary>
public sealed class KilledSendersTests
{
    private const string Api = "/api/abandoned-checkout-winback";

    /// <summary>A thousand with AURA_FIRE_CARTS=1000; that takes minutes.</summary>
    private static readonly int Carts = int.TryParse(Environment.GetEnvironmentVariable("AURA_FIRE_CARTS"), out var wanted) ? wanted : 120;

    private const int Kills = 6;

    [Fact(Timeout = 1_200_000)]
    public async Task Two_servers_killed_in_turn_while_they_send_write_to_nobody_twice_and_forget_nobody()
    {
        await using var mail = MailServer.Start();
        var (database, data) = (await TestCluster.CreateDatabase(), TestCluster.TemporaryDirectory());
        ServerProcess[] servers = [await ServerProcess.Start(database, data), await ServerProcess.Start(database, data)];
        await using var source = AuraServices.DataSource(database);
        var shop = (string)(await Scalar(source, "SELECT domain FROM stores WHERE is_test"))!;
        var client = servers[0].Client(ServerProcess.TestKey);
        await SendBy(mail, client, shop);
        await client.Ok($"POST {Api}/ai/orchestration/recovery-workflows?shop={shop}", new { name = "All", triggers = Array.Empty<string>(), actions = new[] { "send_email" } });
        var carts = await Leave(client, shop);

        for (var kill = 0; kill < Kills; kill++)
        {
            var enough = (kill + 1) * Carts / (Kills + 2);
            await Await.Until(async () => mail.Mails.Count >= enough || await Left(source) == 0);
            var victim = kill % 2;
            servers[victim].Kill();
            await servers[victim].DisposeAsync();
            servers[victim] = await ServerProcess.Start(database, data);
        }

        // What the killed ones held is free once their leases are over; nobody who lives holds one as long as that.
        await Await.Until(async () => await Left(source) == 0);
        var twice = mail.Mails.CountBy(letter => letter.To).Where(same => same.Value > 1).ToList();
        var unknown = (long)(await Scalar(source, "SELECT count(*) FROM messages WHERE state = 'unknown'"))!;
        foreach (var server in servers)
            await server.DisposeAsync();

        Assert.Empty(twice);
        Assert.Equal((long)carts, await Scalar(source, "SELECT count(*) FROM messages"));
        Assert.Equal((long)carts, await Scalar(source, "SELECT count(*) FROM recovery_journeys WHERE status = 'completed'"));
        Assert.Equal((long)carts, (long)(await Scalar(source, "SELECT count(*) FROM messages WHERE state = 'sent'"))! + unknown);
        Assert.InRange(mail.Mails.Count, carts - unknown, carts);
        Assert.InRange(unknown, 0, Kills * 8);
        await Verified.All(database);
    }

    [Fact(Timeout = 600_000)]
    public async Task A_campaign_whose_servers_are_killed_in_turn_reaches_everybody_once()
    {
        await using var mail = MailServer.Start();
        var (database, data) = (await TestCluster.CreateDatabase(), TestCluster.TemporaryDirectory());
        ServerProcess[] servers = [await ServerProcess.Start(database, data), await ServerProcess.Start(database, data)];
        await using var source = AuraServices.DataSource(database);
        var shop = (string)(await Scalar(source, "SELECT domain FROM stores WHERE is_test"))!;
        var client = servers[0].Client(ServerProcess.TestKey);
        await SendBy(mail, client, shop);
        var people = await Leave(client, shop);
        var campaign = await client.Ok($"POST {Api}/campaigns?shop={shop}", new { name = "All", customerIds = Enumerable.Range(0, people).Select(i => $"c{i}") });
        await client.Ok($"POST {Api}/campaigns/{campaign["campaignId"]}/send?shop={shop}");

        for (var kill = 0; kill < 4; kill++)
        {
            // The first falls as soon as anything was sent, while messages are being queued yet.
            var enough = 1 + kill * people / 5;
            await Await.Until(async () => mail.Mails.Count >= enough || await LeftOfCampaign(source) == 0);
            servers[kill % 2].Kill();
            await servers[kill % 2].DisposeAsync();
            servers[kill % 2] = await ServerProcess.Start(database, data);
        }

        await Await.Until(async () => await LeftOfCampaign(source) == 0);
        foreach (var server in servers)
            await server.DisposeAsync();

        Assert.DoesNotContain(mail.Mails.CountBy(letter => letter.To), same => same.Value > 1);
        var unknown = (long)(await Scalar(source, "SELECT count(*) FROM messages WHERE state = 'unknown'"))!;
        Assert.Equal((long)people, await Scalar(source, "SELECT count(DISTINCT shopper_id) FROM messages"));
        Assert.Equal((long)people, (long)(await Scalar(source, "SELECT count(*) FROM messages WHERE state = 'sent'"))! + unknown);
        Assert.InRange(mail.Mails.Count, people - unknown, people);
        Assert.InRange(unknown, 0, 4 * 8);
        await Verified.All(database);
    }

    private static Task SendBy(MailServer mail, HttpClient client, string shop) => client.Ok($"POST {Api}/ai/orchestration/multi-channel/configure?shop={shop}", new
    {
        type = "email", provider = "smtp", settings = new { host = "localhost", port = $"{mail.Port}", from = "shop@example.com", security = "none", catcher = "true" },
    });

    private static async Task<int> Leave(HttpClient client, string shop)
    {
        await Parallel.ForAsync(0, Carts, new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (i, _) =>
        {
            var cart = await client.Ok($"POST {Api}/carts?shop={shop}", new { customerId = $"c{i}", email = $"c{i}@example.com", cartValue = 50 + i });
            await client.Ok($"POST {Api}/compliance/gdpr/consent?shop={shop}", new { customerId = $"c{i}", consentType = "email_marketing", granted = true });
            await client.Ok($"POST {Api}/carts/{cart["cartId"]}/abandon?shop={shop}");
        });
        return Carts;
    }

    /// <summary>Messages and steps that somebody has yet to deal with.</summary>
    private static async Task<long> Left(NpgsqlDataSource source) => (long)(await Scalar(source, """
        SELECT (SELECT count(*) FROM messages WHERE state IN ('queued', 'sending')) + (SELECT count(*) FROM recovery_journeys WHERE status = 'running')
        """))!;

    private static async Task<long> LeftOfCampaign(NpgsqlDataSource source) =>
        await Left(source) + (long)(await Scalar(source, "SELECT count(*) FROM campaigns WHERE status <> 'sent'"))!;

    private static async Task<object?> Scalar(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
