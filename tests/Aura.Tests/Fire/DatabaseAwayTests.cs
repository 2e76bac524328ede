using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Aura.Tests.Events;
using Aura.Tests.Http.Generated;

namespace Aura.Tests.Fire;

/// <summary>The database goes and comes back under two servers, with its connections refused meanwhile or with no word at all.</summary>
public sealed class DatabaseAwayTests
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(10);

    [Theory(Timeout = 600_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Requests_are_refused_at_once_and_when_it_is_back_everything_goes_on_and_nothing_is_lost(bool isSilent)
    {
        await using var cluster = await Cluster.Start();
        await using var receiver = await WebhookReceiver.Start();
        var data = TestCluster.TemporaryDirectory();
        await using var server = await ServerProcess.Start(cluster.Database, data);
        await using var other = await ServerProcess.Start(cluster.Database, data);
        var shop = server.Client(ServerProcess.LiveKey);
        await shop.Ok("POST /v2/webhooks", new { url = receiver.Url, events = new[] { "customer.created" } });
        var key = await shop.Ok("POST /v2/api-keys", new { name = "To be revoked", scopes = new[] { "products:read" } });
        var guest = server.Client((string)key["key"]!);
        await guest.Ok("GET /v2/products"); // and so the server knows the key
        var taken = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Register(shop, taken)));

        if (isSilent)
            cluster.Freeze();
        else
            await cluster.Stop();
        var midway = Enumerable.Range(0, 30).Select(_ => Register(shop, taken)).ToList();
        foreach (var each in (ServerProcess[])[server, other])
            await Await.Until(async () => await Status(each, "/v2/products") == 503);
        await AllRefused(shop);
        var (began, worked) = (Stopwatch.GetTimestamp(), other.ProcessorTime);
        for (var count = 0; Stopwatch.GetElapsedTime(began) < Outage; count++)
            await Refused(shop, count % 2 == 0 ? "GET /v2/products" : "GET /api/v1/promotions/");
        Assert.Equal((200, 503), (await Status(server, "/health/live"), await Status(server, "/health/ready")));
        Assert.InRange((other.ProcessorTime - worked) / Stopwatch.GetElapsedTime(began), 0, 0.5); // who waits does not spin

        if (isSilent)
            cluster.Thaw();
        else
            await cluster.Begin();
        await Await.Until(async () => await Status(other, "/health/ready") == 200);
        await other.Client(ServerProcess.LiveKey).Ok($"DELETE /v2/api-keys/{key["id"]}");
        await Await.Until(async () => await Status(server, "/health/ready") == 200);
        await Await.Until(async () => (await guest.Send("GET /v2/products")).Status == 401);
        await Task.WhenAll(midway);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Register(shop, taken)));
        await Await.Until(() => taken.ToHashSet().IsSubsetOf(receiver.Messages.Select(message => (string)message.Json["data"]!["object"]!["email"]!)));
        await Verified.All(cluster.Database);
    }

    /// <summary>Makes a customer, who counts where the server says so; refused or not, it does not fail.</summary>
    private static async Task Register(HttpClient client, ConcurrentBag<string> taken)
    {
        var email = $"{Guid.NewGuid():n}@b.co";
        var (status, body) = await client.Send("POST /v2/customers", new { email });
        Assert.True(status is 201 or 503, $"{status} {body}");
        if (status == 201)
            taken.Add(email);
    }

    private static async Task AllRefused(HttpClient client)
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => (i % 4) switch
        {
            0 => Refused(client, "GET /v2/orders"),
            1 => Refused(client, "POST /v2/customers", new { email = "nobody@b.co" }),
            2 => Refused(client, "GET /api/v1/promotions/"),
            _ => Refused(client, "POST /api/v1/coupons/redeem/NONE", new { customer_id = 1, order_id = 1, order_amount = 80 }),
        }));
    }

    private static async Task Refused(HttpClient client, string request, object? body = null)
    {
        using var answer = await client.Answer(request, body);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        Assert.Equal(request.Contains("/v2/", StringComparison.Ordinal) ? "service_unavailable" : "SERVICE_UNAVAILABLE", Api.Code(JsonNode.Parse(await answer.Content.ReadAsStringAsync())));
    }

    /// <returns>0 when it does not answer soon.</returns>
    private static async Task<int> Status(ServerProcess server, string path)
    {
        using var client = server.Client(ServerProcess.LiveKey);
        client.Timeout = TimeSpan.FromSeconds(1);
        try
        {
            return (await client.Send($"GET {path}")).Status;
        }
        catch (TaskCanceledException)
        {
            return 0;
        }
    }
}
