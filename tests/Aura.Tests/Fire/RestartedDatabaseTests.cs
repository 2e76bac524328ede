using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Aura.Tests.Connectors.Messages;
using Npgsql;

namespace Aura.Tests.Fire;

/// <summary>The private cluster is shut down at once, as <c>pg_ctl -m immediate</c> does it, while carts are left, messages sent and promotions made.</summary>
public sealed class RestartedDatabaseTests
{
    private const string Api = Letters.Api;
    private const int Restarts = 5, Callers = 8;

    [Fact(Timeout = 600_000)]
    public async Task Five_immediate_restarts_under_promotions_and_winback_are_503_with_a_time_and_lose_no_job()
    {
        await using var mail = MailServer.Start();
        var data = TestCluster.TemporaryDirectory();
        await using var server = await ServerProcess.Start(null, data);
        var client = server.Client(ServerProcess.TestKey);
        await using var source = NpgsqlDataSource.Create(KilledDatabaseTests.Database(data));
        var shop = await source.Sandbox();
        await client.SendBy(mail, shop);
        await client.WriteToAll(shop);
        var (abandoned, statuses, number, done) = (new ConcurrentBag<string>(), new ConcurrentDictionary<HttpStatusCode, int>(), 0, 0);
        var over = new CancellationTokenSource();

        var callers = Enumerable.Range(0, Callers).Select(async _ =>
        {
            while (!over.IsCancellationRequested)
            {
                await Visit($"c{Interlocked.Increment(ref number)}");
                Interlocked.Increment(ref done);
            }
        }).ToList();
        for (var restart = 0; restart < Restarts; restart++)
        {
            var enough = done + Callers + restart * 3;
            await Await.Until(() => done >= enough || callers.Exists(caller => caller.IsFaulted));
            var postmaster = Postmaster(data);
            Cluster.Signal("QUIT", [postmaster]);
            await Await.Until(async () => Postmaster(data) != postmaster && (await client.Send("GET /v2/products?limit=1")).Status == 200);
        }

        await over.CancelAsync();
        await Task.WhenAll(callers);
        await Await.Until(async () => await source.Count("SELECT count(*) FROM jobs WHERE state IN ('queued', 'processing') AND due_at <= now()") == 0);
        await Await.Until(async () => await source.Count("SELECT count(*) FROM messages WHERE state IN ('queued', 'sending')") == 0);
        Assert.Equal(0, await source.Count("SELECT count(*) FROM jobs WHERE state = 'failed'"));
        Assert.InRange(statuses[HttpStatusCode.ServiceUnavailable], 1, int.MaxValue);
        var journeys = await source.Count($"SELECT count(DISTINCT s.reference) FROM recovery_journeys j JOIN shoppers s ON s.tenant_id = j.tenant_id AND s.id = j.shopper_id WHERE s.reference IN ({string.Join(',', abandoned.Select(who => $"'{who}'"))})");
        Assert.Equal(abandoned.Count, journeys);
        Assert.DoesNotContain(mail.Mails.CountBy(letter => letter.To), same => same.Value > 2); // of the workflow, and by hand
        Assert.DoesNotContain(" failed (req_", server.Log, StringComparison.Ordinal);
        await Verified.All(KilledDatabaseTests.Database(data));

        async Task Visit(string who)
        {
            await Ask($"POST {Api}/compliance/gdpr/consent", new { customerId = who, consentType = "email_marketing", granted = true });
            var cart = await Ask($"POST {Api}/carts", new { customerId = who, email = $"{who}@example.com", cartValue = 80 });
            if (cart is not null && await Ask($"POST {Api}/carts/{cart["cartId"]}/abandon", new { }) is not null)
                abandoned.Add(who);
            await Ask($"POST {Api}/ai/orchestration/multi-channel/send", new { channels = new[] { "email" }, customerId = who });
            await Ask($"POST {Api}/ai/orchestration/predictive-intent/calculate", new { customerId = who, cartValue = 150 });
            await Ask($"POST {Api}/ai/orchestration/dynamic-incentives", new { name = who, discountValue = 15 });
            await Ask($"POST {Api}/ai/orchestration/dynamic-incentives/optimize", new { cartValue = 150 });
            await Ask($"POST {Api}/ai/orchestration/recovery-workflows", new { name = who, triggers = new[] { "cart_value > 1000000" }, actions = new[] { "send_email" } });
            await Ask($"GET {Api}/carts");
            var promotion = await Ask("POST /api/v1/promotions/", new
            {
                name = who, promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 5, start_date = "2026-01-01", end_date = "2099-01-01",
            });
            if (promotion is not null)
                await Ask($"POST /api/v1/promotions/{promotion["id"]}/activate");
        }

        async Task<JsonNode?> Ask(string request, object? body = null)
        {
            using var answer = await client.Answer(request.Contains(Api, StringComparison.Ordinal) ? $"{request}?shop={shop}" : request, body);
            statuses.AddOrUpdate(answer.StatusCode, 1, (_, count) => count + 1);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter?.Delta is not null, $"{request}: {answer.StatusCode} {text}\n{server.Log}");
            return answer.IsSuccessStatusCode ? JsonNode.Parse(text) : null;
        }
    }

    /// <returns>0 while there is none.</returns>
    private static int Postmaster(string data)
    {
        try
        {
            return int.Parse(KilledDatabaseTests.Pid(data)[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
