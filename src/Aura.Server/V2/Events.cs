using Aura.Events;
using Aura.Persistence;
using Aura.Server.Http;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>The event log, in the order in which it became visible: a consumer that missed something reads on from what it has.</summary>
internal static class Events
{
    public static void MapEvents(this RouteGroupBuilder api) =>
        api.MapGet("/events", List).WithTags("Events").Scope("events").NeverCached();

    private static async Task<Listed<EventResponse>> List(
        AuraDb db, EventObjects objects, CancellationToken cancellation, Id<StoreEvent>? after = null, string? type = null, int? limit = null)
    {
        var size = Math.Clamp(limit ?? ListRequest.DefaultLimit, 1, ListRequest.MaxLimit);
        var events = await db.EventsAfter(after?.Value, type, size + 1, cancellation);
        var more = events.Count > size;
        var shown = more ? events[..size] : events;
        var data = new List<EventResponse>(shown.Count);
        foreach (var group in await objects.Of(shown, db, cancellation))
            data.Add(group);
        return new(data, new() { Limit = size, HasMore = more, NextCursor = more ? $"{new Id<StoreEvent>(shown[^1].Id)}" : null });
    }
}

public sealed record EventResponse(Id<StoreEvent> Id, string Type, DateTime CreatedAt, EventData Data);

/// <param name="Object">What it happened to, as its own route shows it now; null where it is gone.</param>
/// <param name="Facts">What the event says besides, as of when it happened.</param>
public sealed record EventData(object? Object, JsonElement? Facts);
