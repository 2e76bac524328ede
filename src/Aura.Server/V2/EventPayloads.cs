using System.Text.Json;
using Aura.Events;
using Aura.Persistence;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aura.Server.V2;

/// <summary>Webhooks get an event as /v2/events shows it.</summary>
internal sealed class EventPayloads(EventObjects objects, IOptions<JsonOptions> json) : IEventPayloads
{
    public async Task<Dictionary<long, string>> Render(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation) =>
        (await objects.Of(events, db, cancellation)).ToDictionary(shown => shown.Id.Value, shown => JsonSerializer.Serialize(shown, json.Value.SerializerOptions));
}
