using Aura.Events;
using Aura.Persistence;
using Aura.Server.Http;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>The event log, in the order in which it became visible: a consumer that missed something reads on from what it has.</summary>
internal static class Events
{
    public static void MapEvents(this RouteGroupBuilder api)
    {
        var events = api.MapGroup("/events").WithTags("Events").Scope("events").NeverCached();
        events.MapGet("/", List).FromReplica();
        events.MapGet("/types", Types).Configuration();
        events.MapGet("/{id}", Show);
    }

    /// <param name="after">The last event that the caller has; it serves as a cursor as well.</param>
    private static async Task<Listed<EventResponse>> List(
        AuraDb db, EventObjects objects, CancellationToken cancellation, Id<StoreEvent>? after = null, string? cursor = null, string? type = null, int? limit = null)
    {
        if (!string.IsNullOrEmpty(cursor))
            after = Id<StoreEvent>.ToNumber(cursor) ?? throw Refused.BadRequest("The cursor is damaged. Start again without it.");
        var size = Math.Clamp(limit ?? PlatformApi.Dialect.Lists.UsualSize, 1, PlatformApi.Dialect.Lists.MaxSize);
        var events = await db.EventsAfter(after?.Value, type, size + 1, cancellation);
        var more = events.Count > size;
        if (more)
            events.RemoveAt(size);
        return new(await objects.Shown(events, db, cancellation), new() { Limit = size, HasMore = more, NextCursor = more ? $"{new Id<StoreEvent>(events[^1].Id)}" : null });
    }

    private static EventTypesResponse Types() => new([.. EventTypes.All.Select(type => new EventTypeResponse(type.Type, type.Description))]);

    private static async Task<EventResponse> Show(Id<StoreEvent> id, AuraDb db, EventObjects objects, CancellationToken cancellation)
    {
        var happened = await db.Events.Read(id, cancellation);
        return (await objects.Shown([happened], db, cancellation))[0];
    }
}

/// <summary>What webhooks can ask for.</summary>
public sealed record EventTypesResponse(IReadOnlyList<EventTypeResponse> Data);

public sealed record EventTypeResponse(string Type, string Description);

public sealed record EventResponse(Id<StoreEvent> Id, string Type, DateTime CreatedAt, EventData Data);

/// <param name="Object">What it happened to, as its own route shows it now; null where it is gone.</param>
/// <param name="Facts">What the event says besides, as of when it happened.</param>
public sealed record EventData(object? Object, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Facts);
