using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Accounts;
using Aura.Events;
using Aura.Persistence;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aura.Server.Winback;

/// <summary>Webhooks and the event stream of this dialect get <c>{event, shop, timestamp, data}</c>: the id of what it is about, and what the event says of it.</summary>
internal sealed class EventMessages(AccessDirectory access, IOptions<JsonOptions> options) : IEventPayloads
{
    /// <summary>The events that the document names.</summary>
    public static readonly string[] Documented =
        ["cart.abandoned", "campaign.sent", "recovery.success", "recovery.failed", "workflow.triggered", "approval.requested", "approval.completed"];

    /// <summary>Stands in for what did not happen, where a webhook is tested.</summary>
    private static readonly Dictionary<string, JsonObject> Samples = new()
    {
        ["cart.abandoned"] = Cart([]),
        ["campaign.sent"] = new() { ["campaignId"] = "campaign_123", ["name"] = "Weekend Sale Recovery", ["sent"] = 2, ["channels"] = new JsonArray("email") },
        ["recovery.success"] = Cart(new() { ["orderId"] = "ord_789", ["revenue"] = 150, ["attribution"] = "direct" }),
        ["recovery.failed"] = Cart([]),
        ["workflow.triggered"] = Cart(new() { ["workflowId"] = "workflow_123" }),
        ["approval.requested"] = Approval(new() { ["status"] = "pending", ["requestedBy"] = "user_123", ["approvers"] = new JsonArray("user_456") }),
        ["approval.completed"] = Approval(new() { ["status"] = "approved", ["decidedBy"] = "user_456", ["decidedAt"] = "2026-01-15T11:00:00Z", ["comments"] = "Looks good, approved for launch" }),
    };

    private static JsonObject Cart(JsonObject more) => Joined(new()
    {
        ["cartId"] = "cart_123", ["customerId"] = "customer_456", ["cartValue"] = 150, ["items"] = 3, ["currency"] = "USD", ["abandonment"] = "checkout",
    }, more);

    private static JsonObject Approval(JsonObject more) => Joined(new()
    {
        ["approvalId"] = "approval_123", ["name"] = "Launch", ["entityType"] = "campaign", ["entityId"] = "campaign_123",
    }, more);

    private static JsonObject Joined(JsonObject fields, JsonObject more)
    {
        foreach (var (name, value) in more)
            fields[name] = value?.DeepClone(); // it has a parent
        return fields;
    }

    private readonly JsonSerializerOptions json = new(options.Value.SerializerOptions) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = false };
    private readonly ConcurrentDictionary<string, string> prefixes = new();

    public WebhookFormat Format => WebhookFormat.Winback;

    public async Task<Dictionary<long, string>> Render(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation)
    {
        var shop = (await access.Store(db.Caller.TenantId, cancellation))?.Domain;
        return events.ToDictionary(happened => happened.Id, happened => Message(happened, shop, db).ToJsonString(json));
    }

    /// <summary>The name of an event in either spelling: cart_abandoned is cart.abandoned.</summary>
    public static string Dotted(string name) => EventTypes.Has(name) ? name
        : EventTypes.All.FirstOrDefault(type => type.Type.Replace('.', '_') == name)?.Type ?? name;

    /// <summary>What the message says in <c>data</c>.</summary>
    public JsonObject Data(StoreEvent happened, AuraDb db)
    {
        var data = new JsonObject { [$"{Camel(happened.Subject.Replace(' ', '_'))}Id"] = $"{PrefixOf(happened.Subject, db)}_{happened.SubjectId}" };
        if (happened.Facts?.RootElement is { ValueKind: JsonValueKind.Object } facts)
        {
            if (Samples.TryGetValue(happened.Type, out var sample) && facts.TryGetProperty("test", out var test) && test.ValueKind == JsonValueKind.True)
                data = sample.DeepClone().AsObject();
            foreach (var (name, value) in Spelled(JsonObject.Create(facts)!)) // an object is one
                data[name] = value?.DeepClone();
        }

        return data;
    }

    private JsonObject Message(StoreEvent happened, string? shop, AuraDb db) => new()
    {
        ["event"] = happened.Type,
        ["shop"] = shop,
        ["timestamp"] = JsonSerializer.SerializeToNode(happened.CreatedAt, json),
        ["data"] = Data(happened, db),
    };

    private static JsonObject Spelled(JsonObject facts) => new(facts.Select(member => KeyValuePair.Create(Camel(member.Key), Spelled(member.Value))));

    private static JsonNode? Spelled(JsonNode? node) => node switch
    {
        JsonObject thing => Spelled(thing),
        JsonArray list => new JsonArray([.. list.Select(Spelled)]),
        _ => node?.DeepClone(),
    };

    private static string Camel(string snake)
    {
        var words = snake.Split('_', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words.Select((word, index) => index == 0 ? JsonNamingPolicy.CamelCase.ConvertName(word) : char.ToUpperInvariant(word[0]) + word[1..]));
    }

    /// <summary>What ids of things with this noun begin with.</summary>
    private string PrefixOf(string noun, AuraDb db) => prefixes.GetOrAdd(noun, _ => db.Model.GetEntityTypes().Select(entity => entity.ClrType)
        .Where(type => type.IsAssignableTo(typeof(IIdentified)) && (string?)type.GetProperty(nameof(IIdentified.Noun))?.GetValue(null) == noun)
        .Select(type => (string?)type.GetProperty(nameof(IIdentified.Prefix))?.GetValue(null)).FirstOrDefault() ?? noun.Replace(' ', '_'));
}

internal static class WinbackServices
{
    /// <summary>What this dialect needs besides the store.</summary>
    public static void AddWinback(this IServiceCollection services)
    {
        services.AddSingleton<EventMessages>();
        services.AddSingleton<IEventPayloads>(provider => provider.GetRequiredService<EventMessages>());
    }
}
