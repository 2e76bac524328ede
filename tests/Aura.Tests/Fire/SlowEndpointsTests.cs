using Aura.Tests.Events;
using Aura.Tests.ProductFiles;
using Microsoft.AspNetCore.Http;

namespace Aura.Tests.Fire;

/// <summary>Webhooks to endpoints that accept and never answer, trickle, never stop talking or send us in circles: whoever else has one does not notice.</summary>
public sealed class SlowEndpointsTests
{
    private const int Bad = 24, Rounds = 3;

    [Fact(Timeout = 600_000)]
    public async Task Endpoints_that_do_not_answer_hold_up_no_other_endpoint_no_job_and_no_memory()
    {
        await using var server = await TestServer.Start();
        await using var good = await WebhookReceiver.Start();
        await using var bad = await WebhookReceiver.Start();
        var ended = 0;
        bad.Answer = async http =>
        {
            http.RequestAborted.Register(() => Interlocked.Increment(ref ended));
            await Misbehave(http);
        };
        var victim = await Store.Open(server: server);
        for (var index = 0; index < Bad; index++)
            await victim.Live.Ok("POST /v2/webhooks", new { url = $"{bad.Url}/{index % 2}", events = new[] { "customer.created" } });
        var circling = await victim.Live.Ok("POST /v2/webhooks", new { url = $"{bad.Url}/circle", events = new[] { "customer.created" } });
        var talking = await victim.Live.Ok("POST /v2/webhooks", new { url = $"{bad.Url}/talk", events = new[] { "customer.created" } });
        var store = await Store.Open(server: server);
        await store.Live.Ok("POST /v2/webhooks", new { url = good.Url, events = new[] { "customer.created" } });
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var round = 0; round < Rounds; round++)
        {
            for (var index = 0; index < 5; index++)
                await victim.Live.Ok("POST /v2/customers", new { email = $"{round}.{index}@b.co" });
            await Await.Until(() => bad.Messages.Count >= 32); // all places would be taken
            await store.Live.Ok("POST /v2/customers", new { email = $"{round}@b.co" });
            await good.Wait(1);
            if (round == 0)
                Assert.InRange(ended, 0, Bad); // long before the bad ones were given up
        }

        await store.Import("Handle,Title,Variant Price\nbulb,Bulb,3\n"); // a job of another kind
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 256 << 20);
        await Await.Until(async () => (await Deliveries(victim, circling)).Any(delivery => $"{delivery!["error"]}".Contains("redirects", StringComparison.Ordinal)));
        await Await.Until(async () => (await Deliveries(victim, talking)).Any(delivery => (string?)delivery!["status"] == "delivered" && ((string)delivery["attempts"]![0]!["response"]!).Length <= 1024));
        Assert.DoesNotContain(bad.Messages, message => message.Path.EndsWith("/around", StringComparison.Ordinal));
    }

    private static async Task<System.Text.Json.Nodes.JsonArray> Deliveries(Store store, System.Text.Json.Nodes.JsonNode webhook) =>
        (await store.Live.Ok($"GET /v2/webhooks/{webhook["id"]}/deliveries"))["data"]!.AsArray();

    private static async Task Misbehave(HttpContext http)
    {
        var block = new byte[64 * 1024];
        switch (http.Request.Path.Value![^1])
        {
            case '0': // not a word
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
                break;
            case '1': // a byte now and then
                while (true)
                {
                    await http.Response.Body.WriteAsync(block.AsMemory(0, 1), http.RequestAborted);
                    await http.Response.Body.FlushAsync(http.RequestAborted);
                    await Task.Delay(100, http.RequestAborted);
                }

            case 'e':
                http.Response.Redirect("/around");
                break;
            default: // more than anybody wants to read
                while (true)
                    await http.Response.Body.WriteAsync(block, http.RequestAborted);
        }
    }
}
