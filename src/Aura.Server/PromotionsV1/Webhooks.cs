using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Connectors;
using Aura.Events;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.PromotionsV1;

/// <summary>The store's webhooks, those that were made at /v2/webhooks too. Those made here get messages as this dialect writes them.</summary>
internal static class Webhooks
{
    private static readonly Listing<Webhook, WebhookResponse> Shape = new Listing<Webhook, WebhookResponse>(WebhookResponse.From)
        .Field("url", w => w.Url)
        .Field("created_at", w => w.CreatedAt);

    private static readonly Listing<WebhookDelivery, DeliveryResponse> Deliveries = new Listing<WebhookDelivery, DeliveryResponse>(DeliveryResponse.From)
        .Field("status", d => d.Status)
        .Field("event", d => d.EventType)
        .Field("created_at", d => d.CreatedAt)
        .Parameter("status", words: Words<DeliveryStatus>.All)
        .Parameter("event");

    public static void MapWebhooks(this RouteGroupBuilder api)
    {
        var webhooks = api.MapGroup("/webhooks").WithTags("Webhooks").Scope("webhooks").NeverCached();
        webhooks.MapGet("/", List).Lists(Shape);
        webhooks.MapGet("/{id}", Show);
        webhooks.MapPost("/", Create);
        webhooks.MapPut("/{id}", Update);
        webhooks.MapDelete("/{id}", Delete);
        webhooks.MapGet("/{id}/deliveries", ListDeliveries).Lists(Deliveries);
    }

    private static Task<Listed<WebhookResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Webhooks, list, cancellation);

    private static Task<WebhookResponse> Show(Number<Webhook> id, AuraDb db, CancellationToken cancellation) => Shape.Show(db.Webhooks, id, cancellation);

    private static Task<Created<WebhookResponse>> Create(CreateWebhook request, AuraDb db, OutboundAddresses addresses, KeyRing ring, CancellationToken cancellation)
    {
        var secret = request.Secret ?? WebhookSignature.NewSecret();
        var webhook = Webhook.Create(request.Url, request.Events, secret, addresses, ring, WebhookFormat.Promotions);
        webhook.Switch(request.Active, db.Now);
        return db.Create(webhook, made => WebhookResponse.Of(made) with { Secret = secret }, made => $"/api/v1/webhooks/{made.Id}", cancellation);
    }

    private static Task<WebhookResponse> Update(Number<Webhook> id, UpdateWebhook request, AuraDb db, OutboundAddresses addresses, KeyRing ring, CancellationToken cancellation) =>
        db.Change(id, webhook =>
        {
            request.Url.Apply(url => webhook.Move(url, addresses));
            request.Events.Apply(webhook.Subscribe);
            request.Secret.Apply(secret => webhook.Rotate(secret, ring, db.Now));
            request.Active.Apply(active => webhook.Switch(active, db.Now));
        }, WebhookResponse.Of, cancellation);

    private static async Task<Listed<DeliveryResponse>> ListDeliveries(Number<Webhook> id, ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        await db.Webhooks.Demand(id, cancellation);
        return await Deliveries.List(db.WebhookDeliveries.Where(d => d.WebhookId == id.Value), list, cancellation);
    }

    private static Task<NoContent> Delete(Number<Webhook> id, AuraDb db, CancellationToken cancellation) => db.Delete<Webhook>(id, cancellation);
}

/// <param name="Events">Types, order.* for all of an order, or *.</param>
/// <param name="Secret">Null: one is made. Either is shown in this answer and never again.</param>
public sealed record CreateWebhook(
    [StringLength(2048, MinimumLength = 1)] string Url,
    [MaxLength(100)] IReadOnlyList<string> Events,
    [StringLength(255, MinimumLength = 6)] string? Secret = null,
    bool Active = true);

public sealed record UpdateWebhook
{
    [StringLength(2048, MinimumLength = 1)] public Change<string> Url { get; init; }
    [MaxLength(100)] public Change<IReadOnlyList<string>> Events { get; init; }
    [StringLength(255, MinimumLength = 6)] public Change<string> Secret { get; init; }

    /// <summary>True also revives a webhook that was given up.</summary>
    public Change<bool> Active { get; init; }
}

public sealed record WebhookResponse(
    Number<Webhook> Id, string Url, IReadOnlyList<string> Events, bool Active, DateTime CreatedAt,
    [property: JsonIgnore] DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    /// <summary>Shown once, when it is new.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Secret { get; init; }

    public static readonly Expression<Func<Webhook, WebhookResponse>> From = w => new(
        w.Id, w.Url, w.Events, w.Status == WebhookStatus.Active, w.CreatedAt, w.UpdatedAt, w.Version);

    public static readonly Func<Webhook, WebhookResponse> Of = From.Compile();
}

/// <param name="Attempt">Attempts made so far, of six.</param>
/// <param name="StatusCode">Of the last attempt; null: there was no answer.</param>
public sealed record DeliveryResponse(
    Number<WebhookDelivery> Id, string Event, DeliveryStatus Status, int Attempt, int? StatusCode, string? Error, DateTime? NextRetryAt, DateTime? DeliveredAt, DateTime CreatedAt)
{
    public static readonly Expression<Func<WebhookDelivery, DeliveryResponse>> From = d => new(
        d.Id, d.EventType, d.Status, d.Attempt, d.StatusCode, d.Error, d.NextRetryAt, d.DeliveredAt, d.CreatedAt);
}
