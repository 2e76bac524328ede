using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Events;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.AbTests;
using Aura.Server.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Aura.Server.PromotionsV1;

/// <summary>Webhooks of this dialect get <c>{event, timestamp, data: {promotion: {…}}}</c>; the signature is added as they are sent.</summary>
/// <remarks>The object is the thing as it is when the message is written, with what the event itself says over it: who paused it right after
/// activating it still gets "active" first. Things without a form in this dialect have their id and what the event says.</remarks>
internal sealed class EventMessages : IEventPayloads
{
    private readonly EventObjects objects = new();
    private readonly JsonSerializerOptions json;

    public EventMessages(IOptions<JsonOptions> options)
    {
        // Letters as they are, so that the text is what JSON.stringify makes of it again and not one of many ways to escape it.
        json = new(options.Value.SerializerOptions) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = false };
        objects.Add(db => db.Promotions, PromotionResponse.From, promotion => promotion.Id.Value);
        objects.Add(db => db.Referrals, ReferralResponse.From, referral => referral.Id.Value);
        objects.Add(AbTest.Noun, AbTestResponse.Shown);
        objects.Add(Coupon.Noun, async (db, ids, cancellation) =>
            await db.Coupons.Where(c => ids.Contains(c.Id)).Select(CouponResponse.From).ToDictionaryAsync(c => c.Id.Value, c => c.At(db.Now), cancellation));
    }

    public WebhookFormat Format => WebhookFormat.Promotions;

    public async Task<Dictionary<long, string>> Render(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation)
    {
        var things = await objects.Of(events, db, cancellation);
        return events.ToDictionary(happened => happened.Id, happened => Message(happened, things.GetValueOrDefault((happened.Subject, happened.SubjectId))));
    }

    private string Message(StoreEvent happened, object? thing)
    {
        var shown = JsonSerializer.SerializeToNode(thing, thing?.GetType() ?? typeof(object), json) as JsonObject ?? new() { ["id"] = happened.SubjectId };
        foreach (var (name, value) in happened.Facts is { } facts ? JsonObject.Create(facts.RootElement) ?? [] : [])
            shown[name] = Spelled(name, value);
        return Plain(new JsonObject
        {
            ["event"] = happened.Type,
            ["timestamp"] = JsonSerializer.SerializeToNode(happened.CreatedAt, json),
            ["data"] = new JsonObject { [happened.Type[..happened.Type.IndexOf('.', StringComparison.Ordinal)]] = shown },
        })!.ToJsonString(json); // an object stays one
    }

    /// <summary>Ids are bare numbers here: <c>ord_12</c> is 12.</summary>
    private static JsonNode? Spelled(string name, JsonNode? value) =>
        name.EndsWith("_id", StringComparison.Ordinal) && value is JsonValue text && text.TryGetValue<string>(out var id) && id.LastIndexOf('_') is > 0 and var at &&
        long.TryParse(id.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && id.AsSpan(0, at).IndexOfAnyExceptInRange('a', 'z') < 0 ? number : value?.DeepClone();

    /// <summary>Numbers as JSON.stringify writes them: 5 and not 5.00, as the database keeps it.</summary>
    private JsonNode? Plain(JsonNode? node) => node switch
    {
        JsonObject thing => new JsonObject(thing.Select(member => KeyValuePair.Create(member.Key, Plain(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Plain)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<decimal>(out var number) => JsonSerializer.SerializeToNode(number, json),
        _ => node?.DeepClone(),
    };
}

internal static class PromotionsServices
{
    /// <summary>What this dialect needs besides the store.</summary>
    public static void AddPromotions(this IServiceCollection services) => services.AddSingleton<IEventPayloads, EventMessages>();
}
