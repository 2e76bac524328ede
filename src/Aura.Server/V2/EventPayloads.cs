using System.Text.Json;
using Aura.Events;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aura.Server.V2;

/// <summary>Webhooks get an event as /v2/events shows it.</summary>
internal sealed class EventPayloads(EventObjects objects, IOptions<JsonOptions> json) : IEventPayloads
{
    public WebhookFormat Format => WebhookFormat.Platform;

    public async Task<Dictionary<long, string>> Render(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation) =>
        (await objects.Shown(events, db, cancellation)).ToDictionary(shown => shown.Id.Value, shown => JsonSerializer.Serialize(shown, json.Value.SerializerOptions));
}

internal static class ShownEvents
{
    /// <summary>The events with their objects.</summary>
    public static async Task<List<EventResponse>> Shown(this EventObjects objects, IReadOnlyList<StoreEvent> events, AuraDb db, CancellationToken cancellation)
    {
        var things = await objects.Of(events, db, cancellation);
        return [.. events.Select(e => new EventResponse(
            e.Id, e.Type, e.CreatedAt, new(things.GetValueOrDefault((e.Subject, e.SubjectId)), e.Facts?.RootElement)))];
    }
}
