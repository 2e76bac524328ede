using System.Text;
using System.Text.Json.Nodes;
using Aura.Events;
using Aura.Persistence;

namespace Aura.Server.Winback;

/// <summary>One reader's stream of a shop's events, in the order in which they were committed (HTML Living Standard, 9.2 Server-sent events).</summary>
internal sealed class EventFeed(AuraDb db, EventTail tail, EventMessages messages, TimeProvider time, CancellationToken stopping) : IResult
{
    private const int Batch = 200;

    public required IReadOnlyList<string> Wanted { get; init; }
    public required IReadOnlyDictionary<string, string> Fields { get; init; }
    public required EventPlace Place { get; set; }

    public async Task ExecuteAsync(HttpContext http)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        using var follower = tail.Follow(db.Caller.TenantId);
        http.Response.ContentType = "text/event-stream; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep it back
        try
        {
            await Write(http, ": open\n\n", end.Token);
            while (await db.MayGoOn(end.Token) && await Turn(http, end.Token))
            {
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested || http.RequestAborted.IsCancellationRequested)
        {
        }
    }

    /// <summary>Everything there is, then what comes until the next heartbeat.</summary>
    /// <returns>False where something came and the reader may no longer see it.</returns>
    private async Task<bool> Turn(HttpContext http, CancellationToken end)
    {
        var beat = Task.Delay(OpenStreams.Heartbeat, time, end);
        while (!beat.IsCompleted)
        {
            var next = tail.Next(db.Caller.TenantId);
            while (await db.EventsAfter(Place, Batch, end) is { Count: > 0 } events)
            {
                if (!await db.MayGoOn(end))
                    return false;
                await Send(http, events, end);
                Place = events[^1].Place;
            }

            await Task.WhenAny(next, beat);
        }

        await beat;
        await Write(http, ": still here\n\n", end);
        return true;
    }

    private async Task Send(HttpContext http, List<StoreEvent> events, CancellationToken end)
    {
        var wanted = events.Where(happened => EventStreamFilter.Wants(Wanted, happened.Type) && Fits(messages.Data(happened, db))).ToList();
        if (wanted.Count == 0)
            return;
        var bodies = await messages.Render(db, wanted, end);
        var text = new StringBuilder();
        foreach (var happened in wanted)
            text.Append($"id: {new Id<StoreEvent>(happened.Id)}\nevent: {happened.Type}\ndata: {bodies[happened.Id]}\n\n");
        await Write(http, text.ToString(), end);
    }

    private bool Fits(JsonObject data) => Fields.All(field => data.TryGetPropertyValue(field.Key, out var value) && value?.ToString() == field.Value);

    private async Task Write(HttpContext http, string text, CancellationToken end)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(end);
        limit.CancelAfter(OpenStreams.Patience);
        try
        {
            await http.Response.WriteAsync(text, limit.Token);
            await http.Response.Body.FlushAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            http.Abort();
            throw;
        }
    }
}
