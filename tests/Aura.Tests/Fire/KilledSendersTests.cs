using Aura.Tests.Connectors.Messages;
using Npgsql;

namespace Aura.Tests.Fire;

/// <summary>Carts are left by the hundred, and campaigns sent, while the servers that write to people are killed: nobody hears twice.</summary>
public sealed class KilledSendersTests
{
    private const string Api = Letters.Api;

    /// <summary>A thousand with AURA_FIRE_CARTS=1000; that takes minutes.</summary>
    private static readonly int Carts = int.TryParse(Environment.GetEnvironmentVariable("AURA_FIRE_CARTS"), out var wanted) ? wanted : 120;

    [Fact(Timeout = 1_200_000)]
    public async Task Two_servers_killed_in_turn_while_they_send_write_to_nobody_twice_and_forget_nobody()
    {
        const int kills = 6;
        await using var two = await TwoServers.Start();
        await two.Client.WriteToAll(two.Shop);
        var carts = await Leave(two.Client, two.Shop);

        // What the killed ones held is free once their leases are over; nobody who lives holds one as long as that.
        await two.KillInTurn(kills, kill => (kill + 1) * Carts / (kills + 2), () => Left(two.Source));

        await two.WroteOnceTo(carts, kills);
        Assert.Equal(carts, await two.Source.Count("SELECT count(*) FROM messages"));
        Assert.Equal(carts, await two.Source.Count("SELECT count(*) FROM recovery_journeys WHERE status = 'completed'"));
    }

    [Fact(Timeout = 600_000)]
    public async Task A_campaign_whose_servers_are_killed_in_turn_reaches_everybody_once()
    {
        const int kills = 4;
        await using var two = await TwoServers.Start();
        var (client, shop) = (two.Client, two.Shop);
        var people = await Leave(client, shop);
        var campaign = await client.Ok($"POST {Api}/campaigns?shop={shop}", new { name = "All", customerIds = Enumerable.Range(0, people).Select(i => $"c{i}") });
        await client.Ok($"POST {Api}/campaigns/{campaign["campaignId"]}/send?shop={shop}");

        // The first falls as soon as anything was sent, while messages are being queued yet.
        await two.KillInTurn(kills, kill => 1 + kill * people / 5, async () => await Left(two.Source) + await two.Source.Count("SELECT count(*) FROM campaigns WHERE status <> 'sent'"));

        await two.WroteOnceTo(people, kills);
        Assert.Equal(people, await two.Source.Count("SELECT count(DISTINCT shopper_id) FROM messages"));
    }

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
    private static Task<long> Left(NpgsqlDataSource source) => source.Count("""
        SELECT (SELECT count(*) FROM messages WHERE state IN ('queued', 'sending')) + (SELECT count(*) FROM recovery_journeys WHERE status = 'running')
        """);

    /// <summary>Two servers on one database that write letters.</summary>
    private sealed class TwoServers(string database, string data, ServerProcess[] servers, string shop, NpgsqlDataSource source, MailServer mail) : IAsyncDisposable
    {
        public HttpClient Client { get; } = servers[0].Client(ServerProcess.TestKey);

        public string Shop => shop;
        public NpgsqlDataSource Source => source;

        public static async Task<TwoServers> Start()
        {
            var (database, data) = (await TestCluster.CreateDatabase(), TestCluster.TemporaryDirectory());
            ServerProcess[] servers = [await ServerProcess.Start(database, data), await ServerProcess.Start(database, data)];
            var source = AuraServices.DataSource(database);
            var (shop, mail) = (await source.Sandbox(), MailServer.Start());
            var two = new TwoServers(database, data, servers, shop, source, mail);
            await two.Client.SendBy(mail, shop);
            return two;
        }

        /// <summary>Kills one and then the other, each when so many letters are out, and waits until nothing is left to do.</summary>
        public async Task KillInTurn(int kills, Func<int, int> enough, Func<Task<long>> left)
        {
            for (var kill = 0; kill < kills; kill++)
            {
                await Await.Until(async () => mail.Mails.Count >= enough(kill) || await left() == 0);
                var victim = kill % servers.Length;
                servers[victim].Kill();
                await servers[victim].DisposeAsync();
                servers[victim] = await ServerProcess.Start(database, data);
            }

            await Await.Until(async () => await left() == 0);
        }

        /// <summary>Ends both, and looks at what everybody got: of some letters nobody may know whether they went out.</summary>
        public async Task WroteOnceTo(int people, int kills)
        {
            foreach (var server in servers)
                await server.DisposeAsync();
            var unknown = await source.Count("SELECT count(*) FROM messages WHERE state = 'unknown'");

            Assert.DoesNotContain(mail.Mails.CountBy(letter => letter.To), same => same.Value > 1);
            Assert.Equal(people, await source.Count("SELECT count(*) FROM messages WHERE state = 'sent'") + unknown);
            Assert.InRange(mail.Mails.Count, people - unknown, people);
            Assert.InRange(unknown, 0, kills * 8);
            await Verified.All(database);
        }

        public async ValueTask DisposeAsync()
        {
            await source.DisposeAsync();
            await mail.DisposeAsync();
        }
    }
}
