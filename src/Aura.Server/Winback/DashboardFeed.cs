using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Events;
using Aura.Persistence;
using Aura.Winback.Dashboards;

namespace Aura.Server.Winback;

/// <summary>Frames of a live dashboard: <c>snapshot</c>, or <c>resumed</c> for who knows the newest figures; <c>delta</c> with what moved, at most one a second; <c>ping</c>.</summary>
internal sealed class DashboardFeed(AuraDb db, EventTail tail, TimeProvider time, JsonSerializerOptions json)
{
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private (long Seq, JsonObject Metrics)? told;

    /// <summary>Tells until it is ended, or key or shop are no longer what they were.</summary>
    /// <param name="send">The type of a frame, its number, and the frame.</param>
    public async Task Run(long? lastSeq, Func<string, long?, JsonObject, CancellationToken, Task> send, CancellationToken end)
    {
        using var follower = tail.Follow(db.Caller.TenantId);
        while (true)
        {
            var beat = Task.Delay(OpenStreams.Heartbeat, time, end);
            while (!beat.IsCompleted)
            {
                if (!await db.MayGoOn(end))
                    return;
                await Task.WhenAny(beat, await Look(lastSeq, send, end));
            }

            await beat;
            await send("ping", null, new() { ["type"] = "ping" }, end);
        }
    }

    /// <returns>When it is worth looking again.</returns>
    private async Task<Task> Look(long? lastSeq, Func<string, long?, JsonObject, CancellationToken, Task> send, CancellationToken end)
    {
        var next = tail.Next(db.Caller.TenantId);
        var dashboard = await db.Dashboard(end);
        var now = JsonSerializer.SerializeToNode(DashboardResponse.Of(dashboard, db).Metrics, json)!.AsObject(); // a record is an object
        if (told is null && lastSeq == dashboard.Seq)
            await Tell("resumed", dashboard.Seq, now, [], send, end);
        else if (told is null)
            await Tell("snapshot", dashboard.Seq, now, now, send, end);
        else if (told.Value.Seq != dashboard.Seq)
            await Tell("delta", dashboard.Seq, now, new(now.Where(pair => !JsonNode.DeepEquals(pair.Value, told.Value.Metrics[pair.Key])).Select(pair => new KeyValuePair<string, JsonNode?>(pair.Key, pair.Value?.DeepClone()))), send, end);
        return Wait(next, TimeSpan.FromSeconds(dashboard.RefreshSeconds), end);
    }

    private async Task Tell(string type, long seq, JsonObject all, JsonObject shown, Func<string, long?, JsonObject, CancellationToken, Task> send, CancellationToken end)
    {
        await send(type, seq, new() { ["type"] = type, ["seq"] = seq, ["metrics"] = shown.DeepClone() }, end);
        told = (seq, all);
    }

    private async Task Wait(Task next, TimeSpan longest, CancellationToken end)
    {
        await Task.Delay(Least, time, end);
        await Task.WhenAny(next, Task.Delay(longest > Least ? longest - Least : TimeSpan.Zero, time, end));
    }
}

/// <summary>The dashboard as server-sent events; the number of a frame is its id.</summary>
internal sealed class DashboardEvents(DashboardFeed feed, long? lastSeq, CancellationToken stopping) : IResult
{
    public async Task ExecuteAsync(HttpContext http)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep it back
        try
        {
            await feed.Run(lastSeq, async (type, seq, frame, cancellation) =>
            {
                await http.Response.WriteAsync($"{(seq is { } id ? $"id: {id}\n" : "")}event: {type}\ndata: {frame.ToJsonString()}\n\n", cancellation).WaitAsync(OpenStreams.Patience, cancellation);
                await http.Response.Body.FlushAsync(cancellation).WaitAsync(OpenStreams.Patience, cancellation);
            }, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
        }
        catch (TimeoutException)
        {
            http.Abort();
        }
    }
}

/// <summary>The dashboard over a WebSocket (RFC 6455). What the other side says is not listened to, but that it leaves.</summary>
internal sealed class DashboardSocket(WebSocket socket)
{
    /// <summary>For the other side to answer that the stream is closed.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private const WebSocketCloseStatus TryAgainLater = (WebSocketCloseStatus)1013; // registered with IANA after the enum was made

    public async Task Run(DashboardFeed feed, long? lastSeq, CancellationTokenSource end)
    {
        using var heard = new CancellationTokenSource();
        var listening = Listen(end, heard.Token);
        var (status, why) = (WebSocketCloseStatus.PolicyViolation, "The key or the shop is no longer active.");
        try
        {
            await feed.Run(lastSeq, (_, _, frame, cancellation) =>
                socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame), WebSocketMessageType.Text, true, cancellation).WaitAsync(OpenStreams.Patience, cancellation), end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            (status, why) = (WebSocketCloseStatus.EndpointUnavailable, "The server stops.");
        }
        catch (TimeoutException)
        {
            (status, why) = (TryAgainLater, "Too slow; come back with lastSeq.");
        }
        catch (WebSocketException)
        {
            // It is gone.
        }

        await Close(status, why);
        heard.CancelAfter(Farewell);
        await listening;
    }

    private async Task Close(WebSocketCloseStatus status, string why)
    {
        using var patience = new CancellationTokenSource(OpenStreams.Patience);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(socket.State == WebSocketState.CloseReceived ? WebSocketCloseStatus.NormalClosure : status, why, patience.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            socket.Abort();
        }
    }

    /// <summary>Not ended with the stream: who stops receiving drops the connection, and with it the word why.</summary>
    private async Task Listen(CancellationTokenSource end, CancellationToken heard)
    {
        var buffer = new byte[1024];
        try
        {
            while (socket.State is WebSocketState.Open or WebSocketState.CloseSent && (await socket.ReceiveAsync(buffer.AsMemory(), heard)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
        }

        await end.CancelAsync();
    }
}
