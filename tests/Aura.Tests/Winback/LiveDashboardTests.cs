using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Aura.Tests.Winback.Recovery;
using static Aura.Tests.Winback.Recovery.WinbackShop;

namespace Aura.Tests.Winback;

public sealed class LiveDashboardTests
{
    private const string Dashboard = $"{Api}/analytics/live-dashboard";

    [Fact]
    public async Task The_last_day_is_counted_and_the_number_moves_with_the_figures()
    {
        var store = await Store.Open();
        var before = await store.Test.Ok($"GET {Dashboard}");
        var same = await store.Test.Ok($"GET {Dashboard}");
        var (left, won) = (await store.Cart(new { cartValue = 150, email = "a@b.co" }), await store.Cart(new { cartValue = 80, email = "c@b.co" }));
        await store.Abandon(left);
        await store.Abandon(won);
        await store.Test.Ok($"POST {Api}/carts/{won}/recover", new { });

        var after = await store.Test.Ok($"GET {Dashboard}");

        Assert.Equal((long)before["seq"]!, (long)same["seq"]!);
        Assert.True((long)after["seq"]! > (long)before["seq"]!);
        var metrics = after["metrics"]!;
        Assert.Equal((2, 0, 80m, 50.0, 150m), ((int)metrics["cartsAbandoned"]!, (int)metrics["recoveriesInProgress"]!, (decimal)metrics["revenue"]!, (double)metrics["conversionRate"]!, (decimal)metrics["abandonedValue"]!));
        await store.Advance("PT25H");
        Assert.Equal(0, (int)(await store.Test.Ok($"GET {Dashboard}"))["metrics"]!["cartsAbandoned"]!);
    }

    [Fact]
    public async Task What_is_shown_can_be_chosen()
    {
        var store = await Store.Open();

        var configured = await store.Test.Ok($"POST {Dashboard}/configure", new { metrics = new[] { "revenue" }, refreshInterval = 5 });
        var shown = (await store.Test.Ok($"GET {Dashboard}"))["metrics"]!;
        using var csv = await store.Test.Answer($"GET {Dashboard}/export?format=csv");

        Assert.Equal("""{"metrics":["revenue"],"refreshInterval":5}""", configured["configuration"]!.ToJsonString());
        Assert.Equal(["revenue", "currency", "lastUpdated"], shown.AsObject().Select(pair => pair.Key));
        Assert.Equal(("text/csv", "metric,value\r\nrevenue,0\r\ncurrency,USD\r\n"), (csv.Content.Headers.ContentType!.MediaType, (await csv.Content.ReadAsStringAsync()).Replace("0.00", "0", StringComparison.Ordinal)));
        Assert.NotNull((await store.Test.Ok($"GET {Dashboard}/export"))["snapshot"]!["metrics"]);
        Assert.Equal(422, (await store.Test.Send($"POST {Dashboard}/configure", new { metrics = new[] { "weather" } })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Dashboard}/configure", new { refreshInterval = 0 })).Status);
        Assert.Equal(422, (await store.Test.Send($"GET {Dashboard}/export?format=pdf")).Status);
    }

    [Fact]
    public async Task A_browser_opens_the_stream_with_a_ticket_once()
    {
        var store = await Store.Open();
        var ticket = (string)(await store.Test.Ok($"POST {Dashboard}/ticket", new { }))["ticket"]!;

        using var socket = await Connect(store, $"ticket={ticket}");
        var snapshot = await Frame(socket);
        await store.Abandon(await store.Cart(new { cartValue = 150 }));
        var delta = await Frame(socket, "delta");

        Assert.Equal(("snapshot", 0), ((string?)snapshot["type"], (int)snapshot["metrics"]!["cartsAbandoned"]!));
        Assert.Equal((1, 150m), ((int)delta["metrics"]!["cartsAbandoned"]!, (decimal)delta["metrics"]!["abandonedValue"]!));
        Assert.False(delta["metrics"]!.AsObject().ContainsKey("revenue"));
        var rest = await store.Test.Ok($"GET {Dashboard}");
        Assert.Equal((long)rest["seq"]!, (long)delta["seq"]!);
        await Assert.ThrowsAsync<WebSocketException>(() => Connect(store, $"ticket={ticket}"));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task Who_comes_back_with_the_newest_number_gets_only_what_is_new()
    {
        var store = await Store.Open();
        var seq = (long)(await store.Test.Ok($"GET {Dashboard}"))["seq"]!;

        using var socket = await Connect(store, $"lastSeq={seq}", store.Account.TestKey);
        var resumed = await Frame(socket);
        await store.Abandon(await store.Cart(new { cartValue = 10 }));
        var first = await Frame(socket);
        using var late = await Connect(store, $"lastSeq={seq}", store.Account.TestKey);
        var snapshot = await Frame(late);

        Assert.Equal(("resumed", seq), ((string?)resumed["type"], (long)resumed["seq"]!));
        Assert.Equal("delta", (string?)first["type"]);
        Assert.Equal("snapshot", (string?)snapshot["type"]);
    }

    [Fact]
    public async Task Without_an_upgrade_it_is_426_or_server_sent_events()
    {
        var store = await Store.Open();

        using var plain = await store.Test.Answer($"GET {Dashboard}/stream");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Dashboard}/stream");
        request.Headers.Add("Accept", "text/event-stream");
        using var events = await store.Test.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync());
        var lines = new List<string?>();
        while (lines.Count < 3)
            lines.Add(await reader.ReadLineAsync());

        Assert.Equal((426, "websocket"), ((int)plain.StatusCode, plain.Headers.Upgrade.ToString()));
        Assert.Contains("UPGRADE_REQUIRED", await plain.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.StartsWith("id: ", lines[0], StringComparison.Ordinal);
        Assert.Equal("event: snapshot", lines[1]);
        Assert.Contains("\"cartsAbandoned\":0", lines[2], StringComparison.Ordinal);
        Assert.Equal(401, (await store.Server.Client(null).Send($"GET {Dashboard}/stream?shop={store.Account.Sandbox.Domain}&ticket=none")).Status);
    }

    [Fact]
    public async Task A_key_that_is_revoked_in_the_middle_sees_nothing_more()
    {
        var store = await Store.Open();
        var key = await store.Key(new { permissions = new[] { "read" } });
        using var socket = await Connect(store, "", (string)key["apiKey"]!);
        await Frame(socket, "snapshot");

        await store.Test.Ok($"DELETE {Api}/developer/api-keys/{key["keyId"]}");
        await store.Abandon(await store.Cart(new { cartValue = 150 }));

        Assert.Equal(WebSocketMessageType.Close, (await socket.ReceiveAsync(new byte[4096].AsMemory(), default)).MessageType);
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
    }

    private static async Task<ClientWebSocket> Connect(Store store, string query, string? key = null)
    {
        var socket = new ClientWebSocket();
        if (key is not null)
            socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        var address = new UriBuilder(store.Server.Address) { Scheme = "ws", Path = $"{Dashboard}/stream", Query = $"shop={store.Account.Sandbox.Domain}&{query}" };
        try
        {
            await socket.ConnectAsync(address.Uri, default);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The next frame, of that type.</summary>
    private static async Task<JsonNode> Frame(ClientWebSocket socket, string? type = null)
    {
        while (true)
        {
            using var text = new MemoryStream();
            var buffer = new byte[4096];
            ValueWebSocketReceiveResult got;
            do
            {
                got = await socket.ReceiveAsync(buffer.AsMemory(), default);
                text.Write(buffer, 0, got.Count);
            }
            while (!got.EndOfMessage);
            var frame = JsonNode.Parse(text.ToArray())!; // only text is sent
            if ((string?)frame["type"] != "ping" && (type is null || (string?)frame["type"] == type))
                return frame;
        }
    }
}
