using System.Text.Json;
using Aura.Accounts;
using Aura.Events;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>What happens in the shop, as it happens: server-sent events with the messages that webhooks of this dialect get.</summary>
internal static class EventStream
{
    /// <summary>Streams of one shop on one server.</summary>
    private const int MostFollowers = 100;

    public static void MapEventStream(this RouteGroupBuilder api)
    {
        var stream = api.MapGroup("/developer/event-stream").WithTags("Event stream").Scope("events");
        stream.MapGet("/", Follow).Produces<string>(contentType: "text/event-stream");
        stream.MapPost("/configure", Configure);
    }

    /// <param name="events">Types and patterns, joined by commas; without: what was configured, or else the documented seven.</param>
    /// <param name="lastEventId">Begins behind this event; without: with what happens from now on.</param>
    private static async Task<IResult> Follow(
        string? events, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, AuraDb db, EventTail tail, EventMessages messages, IHostApplicationLifetime server,
        TimeProvider time, CancellationToken cancellation)
    {
        var configured = await db.EventStreamFilters.AsNoTracking().FirstOrDefaultAsync(cancellation);
        var wanted = events is { Length: > 0 }
            ? [.. events.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Known)]
            : configured?.Events ?? EventMessages.Documented;
        var place = lastEventId is { Length: > 0 } ? (await db.Events.Read(Id<StoreEvent>.Parse(lastEventId, null), cancellation)).Place : await db.EventHorizon(cancellation);
        if (tail.Followers(db.Caller.TenantId) >= MostFollowers)
            throw new Refused(Refusal.TooMany, "too_many_streams", $"This shop has {MostFollowers} streams open; close one first.");
        return new EventFeed(db, tail, messages, time, server.ApplicationStopping) { Wanted = wanted, Fields = configured?.Fields ?? [], Place = place };
    }

    private static async Task<ConfiguredStream> Configure(ConfigureStream request, AuraDb db, CancellationToken cancellation)
    {
        var filter = await db.EventStreamFilters.FirstOrDefaultAsync(cancellation) ?? db.EventStreamFilters.Add(new()).Entity;
        filter.Set([.. (request.Events ?? []).Select(EventMessages.Dotted)], (request.Filters ?? []).ToDictionary(pair => pair.Key, pair => Text(pair.Key, pair.Value)));
        await db.SaveChangesAsync(cancellation);
        return new(true, new(filter.Events, filter.Fields));
    }

    /// <exception cref="Refused">422 for what is no event.</exception>
    private static string Known(string pattern) => EventMessages.Dotted(pattern) is var type && EventTypes.All.Any(known => EventTypes.Covers(type, known.Type))
        ? type
        : throw Refused.Invalid("events", $"'{pattern}' is no event.");

    private static string Text(string name, JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
        ? $"{value}"
        : throw Refused.Invalid($"Filters.{name}", "Must be text, a number, true or false.");
}

/// <param name="Events">Types and patterns such as recovery.*; none: every event.</param>
/// <param name="Filters">Fields of the data with the values that they must have, such as customerId.</param>
public sealed record ConfigureStream(IReadOnlyList<string>? Events = null, Dictionary<string, JsonElement>? Filters = null);

public sealed record ConfiguredStream(bool Success, StreamConfiguration Configuration);

public sealed record StreamConfiguration(IReadOnlyList<string> Events, Dictionary<string, string> Filters);
