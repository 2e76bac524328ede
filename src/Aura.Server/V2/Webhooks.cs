using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Connectors;
using Aura.Events;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class Webhooks
{
    private static readonly Listing<Webhook, WebhookResponse> Shape = new Listing<Webhook, WebhookResponse>(WebhookResponse.From)
        .Field("url", w => w.Url)
        .Field("status", w => w.Status)
        .Field("created_at", w => w.CreatedAt)
        .Field("updated_at", w => w.UpdatedAt)
        .Parameter("status", words: Words<WebhookStatus>.All);

    private static readonly Listing<WebhookDelivery, DeliveryResponse> Deliveries = new Listing<WebhookDelivery, DeliveryResponse>(DeliveryResponse.From)
        .Field("status", d => d.Status)
        .Field("event_type", d => d.EventType)
        .Field("created_at", d => d.CreatedAt)
        .Parameter("status", words: Words<DeliveryStatus>.All)
        .Parameter("event_type");

    public static void MapWebhooks(this RouteGroupBuilder api)
    {
        var webhooks = api.MapGroup("/webhooks").WithTags("Webhooks").Scope("webhooks").NeverCached();
        webhooks.MapGet("/", List).Lists(Shape);
        webhooks.MapGet("/{id}", Show);
        webhooks.MapPost("/", Create);
        webhooks.MapPut("/{id}", Update);
        webhooks.MapPatch("/{id}", Update);
        webhooks.MapDelete("/{id}", Delete);
        webhooks.MapPost("/{id}/rotate-secret", RotateSecret);
        webhooks.MapPost("/{id}/test", Test).WithMetadata(new Staged());
        webhooks.MapGet("/{id}/deliveries", ListDeliveries).Lists(Deliveries);
        webhooks.MapGet("/{id}/deliveries/{delivery}", ShowDelivery);
        webhooks.MapPost("/{id}/deliveries/{delivery}/redeliver", Redeliver);
    }

    private static Task<Listed<WebhookResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.Webhooks, list, cancellation);

    private static async Task<WebhookResponse> Show(Id<Webhook> id, AuraDb db, CancellationToken cancellation) =>
        WebhookResponse.Of(await db.Webhooks.Read(id, cancellation));

    private static Task<Created<WebhookResponse>> Create(
        CreateWebhook request, AuraDb db, OutboundAddresses addresses, KeyRing ring, CancellationToken cancellation)
    {
        var secret = request.Secret ?? WebhookSignature.NewSecret();
        var webhook = Webhook.Create(request.Url, request.Events, secret, addresses, ring);
        webhook.Describe(request.Description);
        webhook.Switch(request.Active, db.Now);
        return db.Create(webhook, made => WebhookResponse.Of(made) with { Secret = secret }, made => $"/v2/webhooks/{made.Id}", cancellation);
    }

    private static Task<WebhookResponse> Update(
        Id<Webhook> id, UpdateWebhook request, AuraDb db, OutboundAddresses addresses, KeyRing ring, CancellationToken cancellation) =>
        db.Change(id, webhook =>
        {
            request.Url.Apply(url => webhook.Move(url, addresses));
            request.Events.Apply(webhook.Subscribe);
            request.Description.Apply(webhook.Describe);
            request.Secret.Apply(secret => webhook.Rotate(secret, ring, db.Now));
            request.Active.Apply(active => webhook.Switch(active, db.Now));
        }, WebhookResponse.Of, cancellation);

    private static Task<NoContent> Delete(Id<Webhook> id, AuraDb db, CancellationToken cancellation) => db.Delete(id, cancellation);

    private static Task<WebhookResponse> RotateSecret(
        Id<Webhook> id, AuraDb db, KeyRing ring, CancellationToken cancellation, RotateWebhookSecret? request = null)
    {
        var secret = request?.Secret ?? WebhookSignature.NewSecret();
        return db.Change(id, webhook => webhook.Rotate(secret, ring, db.Now), rotated => WebhookResponse.Of(rotated) with { Secret = secret }, cancellation);
    }

    private static async Task<TestedWebhook> Test(
        Id<Webhook> id, AuraDb db, WebhookTest test, CancellationToken cancellation, TestWebhook? request = null)
    {
        var (happened, answer) = await test.Send(await db.Webhooks.Read(id, cancellation), request?.Type, cancellation);
        return new(answer.IsTaken, answer.StatusCode, answer.Error, happened.Id, happened.Type, (int)answer.Duration.TotalMilliseconds, answer.Body);
    }

    private static async Task<Listed<DeliveryResponse>> ListDeliveries(Id<Webhook> id, ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        await db.Webhooks.Demand(id, cancellation);
        return await Deliveries.List(db.WebhookDeliveries.Where(d => d.WebhookId == id.Value), list, cancellation);
    }

    private static async Task<DeliveryResponse> ShowDelivery(Id<Webhook> id, Id<WebhookDelivery> delivery, AuraDb db, CancellationToken cancellation)
    {
        var shown = await db.WebhookDeliveries.Where(d => d.WebhookId == id.Value).Read(delivery, cancellation);
        return DeliveryResponse.Of(shown) with { Request = JsonDocument.Parse(shown.Body) };
    }

    private static async Task<Accepted<DeliveryResponse>> Redeliver(
        Id<Webhook> id, Id<WebhookDelivery> delivery, AuraDb db, CancellationToken cancellation)
    {
        var webhook = await db.Webhooks.Read(id, cancellation);
        var again = await db.Load(db.WebhookDeliveries.Where(d => d.Id == delivery.Value && d.WebhookId == id.Value), cancellation);
        again.Redeliver(webhook, db);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Accepted($"/v2/webhooks/{id}/deliveries/{delivery}", DeliveryResponse.Of(again));
    }
}

/// <param name="Events">Types (see /v2/events/types), order.* for all of an order, or *.</param>
/// <param name="Secret">Null: one is made. Either is shown in this answer and never again.</param>
public sealed record CreateWebhook(
    [StringLength(2048, MinimumLength = 1)] string Url,
    [MaxLength(100)] IReadOnlyList<string> Events,
    [StringLength(255, MinimumLength = 6)] string? Secret = null,
    bool Active = true,
    [StringLength(500)] string? Description = null);

public sealed record UpdateWebhook
{
    [StringLength(2048, MinimumLength = 1)] public Change<string> Url { get; init; }
    [MaxLength(100)] public Change<IReadOnlyList<string>> Events { get; init; }
    [StringLength(255, MinimumLength = 6)] public Change<string> Secret { get; init; }

    /// <summary>True also revives a webhook that was given up.</summary>
    public Change<bool> Active { get; init; }

    [StringLength(500)] public Change<string?> Description { get; init; }
}

/// <param name="Secret">Null: one is made.</param>
public sealed record RotateWebhookSecret([StringLength(255, MinimumLength = 6)] string? Secret = null);

/// <param name="Type">Null: the first that the webhook asks for.</param>
public sealed record TestWebhook(string? Type = null);

/// <param name="StatusReason">Why it is not active.</param>
/// <param name="ConsecutiveFailures">Attempts since the last that was taken.</param>
/// <param name="PreviousSecretExpiresAt">Until then messages are signed with the former secret too.</param>
public sealed record WebhookResponse(
    Id<Webhook> Id, string Url, IReadOnlyList<string> Events, bool Active, WebhookStatus Status, string? StatusReason, DateTime? DisabledAt, string? Description,
    int ConsecutiveFailures, DateTime? FailingSince, DateTime? PreviousSecretExpiresAt, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    /// <summary>Shown once, when it is new.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Secret { get; init; }

    public static readonly Expression<Func<Webhook, WebhookResponse>> From = w => new(
        w.Id, w.Url, w.Events, w.Status == WebhookStatus.Active, w.Status, w.StatusReason, w.DisabledAt, w.Description,
        w.ConsecutiveFailures, w.FailingSince, w.PreviousSecretExpiresAt, w.CreatedAt, w.UpdatedAt, w.Version);

    public static readonly Func<Webhook, WebhookResponse> Of = From.Compile();
}

/// <param name="StatusCode">Null: the endpoint could not be reached.</param>
/// <param name="Response">The beginning of its answer.</param>
public sealed record TestedWebhook(
    bool Delivered, int? StatusCode, string? Error, Id<StoreEvent> EventId, string Type, int DurationMs, string? Response);

/// <param name="Attempt">Attempts made so far, of six; a redelivery counts from the start.</param>
/// <param name="StatusCode">Of the last attempt.</param>
/// <param name="Attempts">All that are on record, oldest first.</param>
public sealed record DeliveryResponse(
    Id<WebhookDelivery> Id, Id<StoreEvent> EventId, string EventType, DeliveryStatus Status, int Attempt, int? StatusCode, string? Error, DateTime? NextRetryAt,
    DateTime? DeliveredAt, IReadOnlyList<DeliveryAttemptResponse> Attempts, DateTime CreatedAt)
{
    /// <summary>What is sent; shown with a single delivery.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public JsonDocument? Request { get; init; }

    public static readonly Expression<Func<WebhookDelivery, DeliveryResponse>> From = d => new(
        d.Id, d.EventId, d.EventType, d.Status, d.Attempt, d.StatusCode, d.Error, d.NextRetryAt, d.DeliveredAt,
        DeliveryAttemptResponse.Of(d.Attempts), d.CreatedAt);

    public static readonly Func<WebhookDelivery, DeliveryResponse> Of = From.Compile();
}

public sealed record DeliveryAttemptResponse(int Attempt, DateTime At, int? StatusCode, string? Error, int DurationMs, string? Response)
{
    public static IReadOnlyList<DeliveryAttemptResponse> Of(DeliveryAttempt[] attempts) =>
        [.. attempts.Select(a => new DeliveryAttemptResponse(a.Attempt, a.At, a.StatusCode, a.Error, a.DurationMs, a.Response))];
}
