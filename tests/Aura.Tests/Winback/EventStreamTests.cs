using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Aura.Brands;
using Aura.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Winback;

public sealed class EventStreamTests
{
    private const string Stream = "/api/abandoned-checkout-winback/developer/event-stream";

    [Fact]
    public async Task What_happens_arrives_as_it_happens()
    {
        var store = await Store.Open();
        await DeveloperWebhookTests.Abandon(store, 1); // before anybody looked
        await Until(() => store.Database(async (db, _) => (await db.EventsAfter(null, null, 1, default)).Count == 1)); // nobody else is in the middle of something older
        await using var feed = await Feed.Open(store, Stream);

        await DeveloperWebhookTests.Abandon(store, 150);
        var told = await feed.Next();

        Assert.Equal("cart.abandoned", told.EventType);
        var message = JsonNode.Parse(told.Data)!;
        Assert.Equal((150, store.Account.Sandbox.Domain), ((int)message["data"]!["cartValue"]!, (string?)message["shop"]));
        Assert.StartsWith("evt_", told.EventId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_comes_back_gets_what_it_missed_and_nothing_twice()
    {
        var store = await Store.Open();
        string? last;
        await using (var first = await Feed.Open(store, Stream))
        {
            await DeveloperWebhookTests.Abandon(store, 1);
            last = (await first.Next()).EventId;
        }

        for (var value = 2; value <= 4; value++)
            await DeveloperWebhookTests.Abandon(store, value);
        await using var again = await Feed.Open(store, Stream, last);

        for (var value = 2; value <= 4; value++)
            Assert.Equal(value, (int)JsonNode.Parse((await again.Next()).Data)!["data"]!["cartValue"]!);
    }

    [Fact]
    public async Task Only_the_events_that_were_asked_for_arrive_in_either_spelling()
    {
        var store = await Store.Open();
        await using var feed = await Feed.Open(store, $"{Stream}?events=recovery_success,approval.*");

        foreach (var type in (string[])["cart.abandoned", "recovery.success", "campaign.sent", "approval.requested"])
            await DeveloperWebhookTests.Abandon(store, 1, type);

        Assert.Equal(["recovery.success", "approval.requested"], new[] { (await feed.Next()).EventType, (await feed.Next()).EventType });
        await store.Test.Refused(422, $"GET {Stream}?events=pigeon.landed");
        await store.Test.Refused(404, $"GET {Stream}", null, ("Last-Event-ID", "evt_1"));
    }

    [Fact]
    public async Task The_configured_filter_holds_for_readers_that_say_nothing()
    {
        var store = await Store.Open();
        var set = await store.Test.Ok($"POST {Stream}/configure", new { events = new[] { "cart_abandoned", "recovery.success" }, filters = new { cartValue = 150 } });
        await using var feed = await Feed.Open(store, Stream);

        await DeveloperWebhookTests.Abandon(store, 99);
        await DeveloperWebhookTests.Abandon(store, 150, "campaign.sent");
        await DeveloperWebhookTests.Abandon(store, 150, "recovery.success");

        Assert.Equal("recovery.success", (await feed.Next()).EventType);
        Assert.Equal("""{"events":["cart.abandoned","recovery.success"],"filters":{"cartValue":"150"}}""", set["configuration"]!.ToJsonString());
        await store.Test.Refused(422, $"POST {Stream}/configure", new { events = new[] { "pigeon.landed" } });
    }

    [Fact]
    public async Task A_shop_hears_nothing_of_another()
    {
        var (mine, other) = (await Store.Open(), await Store.Open());
        await using var feed = await Feed.Open(mine, Stream);

        await DeveloperWebhookTests.Abandon(other, 1);
        await DeveloperWebhookTests.Abandon(mine, 2);

        Assert.Equal(2, (int)JsonNode.Parse((await feed.Next()).Data)!["data"]!["cartValue"]!);
    }

    [Fact]
    public async Task A_key_that_is_revoked_in_the_middle_hears_nothing_more()
    {
        var store = await Store.Open();
        var key = await store.Key(new { permissions = new[] { "read" } });
        await using var feed = await Feed.Open(store, Stream, by: (string)key["apiKey"]!);
        await DeveloperWebhookTests.Abandon(store, 1);
        Assert.Equal("cart.abandoned", (await feed.Next()).EventType);

        await store.Test.Ok($"DELETE {Staff.Api}/developer/api-keys/{key["keyId"]}");
        await DeveloperWebhookTests.Abandon(store, 2);

        Assert.True(await feed.IsOver());
    }

    [Fact]
    public async Task A_shop_that_is_suspended_in_the_middle_tells_nothing_more()
    {
        var store = await Store.Open();
        await using var feed = await Feed.Open(store, Stream);

        await store.Test.Ok($"PATCH /v2/tenants/tenant_{store.Account.Sandbox.Id}", new { status = "suspended" });
        await DeveloperWebhookTests.Abandon(store, 2);

        Assert.True(await feed.IsOver());
    }

    /// <remarks>Takes the ten seconds that a reader is given.</remarks>
    [Fact]
    public async Task A_reader_that_does_not_read_is_dropped_and_the_others_go_on()
    {
        var store = await Store.Open();
        var tail = store.Server.Services.GetRequiredService<EventTail>();
        using var slow = new TcpClient { ReceiveBufferSize = 4096 };
        await slow.ConnectAsync(store.Server.Address.Host, store.Server.Address.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {Stream}?shop={store.Account.Sandbox.Domain} HTTP/1.1\r\nHost: {store.Server.Address.Authority}\r\nAuthorization: Bearer {store.Account.TestKey}\r\n\r\n"));
        await slow.GetStream().ReadExactlyAsync(new byte[12]); // it has been answered
        await Until(() => tail.Followers(store.Account.Sandbox.Id) == 1);

        await Flood(store, megabytes: 12);
        await Until(() => tail.Followers(store.Account.Sandbox.Id) == 0);

        await using var quick = await Feed.Open(store, Stream);
        await DeveloperWebhookTests.Abandon(store, 7);
        Assert.Equal(7, (int)JsonNode.Parse((await quick.Next()).Data)!["data"]!["cartValue"]!);
    }

    /// <summary>More than the buffers between server and reader hold.</summary>
    private static Task Flood(Store store, int megabytes) => store.Database(async db =>
    {
        var thing = Brand.Create("Much");
        db.Brands.Add(thing);
        for (var i = 0; i < 4 * megabytes; i++)
        {
            db.Publish("cart.abandoned", thing, new { CartId = $"cart_{i}", Text = new string('x', 256 * 1024) });
            await db.SaveChangesAsync(); // one by one: others wait for what is older than a long transaction
        }
    });

    private static Task Until(Func<bool> holds) => Until(() => Task.FromResult(holds()));

    private static async Task Until(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await holds())
            await Task.Delay(50, patience.Token);
    }

    /// <summary>A reader of a stream.</summary>
    private sealed class Feed(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> items) : IAsyncDisposable
    {
        /// <param name="by">The key; null: the store's first.</param>
        public static async Task<Feed> Open(Store store, string path, string? last = null, string? by = null)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (by is not null)
                request.Headers.Authorization = new("Bearer", by);
            if (last is not null)
                request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
            var response = await store.Test.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal((200, "text/event-stream"), ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType));
            return new(response, SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator());
        }

        public async Task<SseItem<string>> Next()
        {
            Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            return items.Current;
        }

        public async Task<bool> IsOver() => !await items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        public ValueTask DisposeAsync()
        {
            response.Dispose(); // ends the reading, too
            return ValueTask.CompletedTask;
        }
    }
}
