using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Connectors;
using Aura.Events;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

/// <summary>The store's webhooks, those of the other dialects too. Those made here are for one event each and get messages as this dialect writes them.</summary>
internal static class Webhooks
{
    private static readonly Listing<Webhook, WebhookResponse> Shape = new Listing<Webhook, WebhookResponse>(WebhookResponse.From)
        .Field("url", w => w.Url)
        .Field("createdAt", w => w.CreatedAt);

    public static void MapWebhooks(this RouteGroupBuilder api)
    {
        var webhooks = api.MapGroup("/developer/webhooks").WithTags("Webhooks").Scope("webhooks").NeverCached();
        webhooks.MapGet("/", List).Lists(Shape);
        webhooks.MapGet("/{id}", Show);
        webhooks.MapPost("/", Create);
        webhooks.MapPut("/{id}", Update);
        webhooks.MapDelete("/{id}", Delete);
        webhooks.MapPost("/{id}/test", Test).WithMetadata(new Staged());
    }

    private static Task<WebhookList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Webhooks, list, rows => new WebhookList(rows), cancellation);

    private static async Task<OneWebhook> Show(Id<Webhook> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.Webhooks, id, cancellation));

    private static Task<MadeWebhook> Create(CreateWebhook request, AuraDb db, OutboundAddresses addresses, KeyRing ring, CancellationToken cancellation)
    {
        var secret = request.Secret ?? WebhookSignature.NewSecret();
        var webhook = Webhook.Create(request.Url, [Known(request.Event)], secret, addresses, ring, WebhookFormat.Winback);
        webhook.Switch(request.Active, db.Now);
        return db.Make(webhook, made => new MadeWebhook(true, made.Id) { Secret = request.Secret is null ? secret : null }, cancellation);
    }

    private static Task<MadeWebhook> Update(Id<Webhook> id, UpdateWebhook request, AuraDb db, OutboundAddresses addresses, KeyRing ring, CancellationToken cancellation) =>
        db.Change(id, webhook =>
        {
            request.Url.Apply(url => webhook.Move(url, addresses));
            request.Event.Apply(name => webhook.Subscribe([Known(name)]));
            request.Secret.Apply(secret => webhook.Rotate(secret, ring, db.Now));
            request.Active.Apply(active => webhook.Switch(active, db.Now));
        }, changed => new MadeWebhook(true, changed.Id), cancellation);

    private static Task<DeletedWebhook> Delete(Id<Webhook> id, AuraDb db, CancellationToken cancellation) => db.Remove(id, gone => new DeletedWebhook(true, gone), cancellation);

    private static async Task<TestedWebhook> Test(Id<Webhook> id, AuraDb db, WebhookTest test, CancellationToken cancellation)
    {
        var (_, answer) = await test.Send(await db.Webhooks.Read(id, cancellation), null, cancellation);
        return new(true, answer.IsTaken, answer.StatusCode, (int)answer.Duration.TotalMilliseconds, answer.Error);
    }

    /// <exception cref="Refused">422 for an event that this dialect does not send.</exception>
    private static string Known(string name) => EventMessages.Dotted(name) is var type && EventMessages.Documented.Contains(type)
        ? type
        : throw Refused.Invalid("Event", $"There are {string.Join(", ", EventMessages.Documented)}.");
}

/// <param name="Event">Such as cart.abandoned; cart_abandoned is read too.</param>
/// <param name="Secret">Left out: one is made, and shown in this answer and never again.</param>
public sealed record CreateWebhook(
    [StringLength(2048, MinimumLength = 1)] string Url, string Event, [StringLength(255, MinimumLength = 6)] string? Secret = null, bool Active = true);

public sealed record UpdateWebhook
{
    [StringLength(2048, MinimumLength = 1)] public Change<string> Url { get; init; }
    public Change<string> Event { get; init; }

    /// <summary>Messages are signed with the former one too, for 24 hours.</summary>
    [StringLength(255, MinimumLength = 6)] public Change<string> Secret { get; init; }

    /// <summary>True also revives a webhook that was given up.</summary>
    public Change<bool> Active { get; init; }
}

public sealed record WebhookList(IReadOnlyList<WebhookResponse> Webhooks) : Listed;

public sealed record OneWebhook(WebhookResponse Webhook);

public sealed record MadeWebhook(bool Success, Id<Webhook> WebhookId)
{
    /// <summary>Shown once, where it was made by the server.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Secret { get; init; }
}

public sealed record DeletedWebhook(bool Deleted, Id<Webhook> WebhookId);

/// <param name="Success">The test was made.</param>
/// <param name="Delivered">The endpoint took the message.</param>
/// <param name="StatusCode">Null: there was no answer.</param>
/// <param name="DurationMs">Milliseconds.</param>
public sealed record TestedWebhook(bool Success, bool Delivered, int? StatusCode, int DurationMs, string? Error);

/// <param name="Event">The first, of webhooks of other dialects that have several.</param>
public sealed record WebhookResponse(
    Id<Webhook> Id, string Url, string Event, IReadOnlyList<string> Events, bool Active, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static readonly Expression<Func<Webhook, WebhookResponse>> From = w => new(
        w.Id, w.Url, w.Events[0], w.Events, w.Status == WebhookStatus.Active, w.CreatedAt, w.UpdatedAt);
}
