using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Events;

/// <summary>Sends a webhook an event that did not happen, as it would send one that did: same message, signatures, checks and connection.</summary>
/// <remarks>It is about the latest thing to which such an event did happen, or about the webhook itself. Its facts say that it is a test.</remarks>
public sealed class WebhookTest(AuraDb db, KeyRing ring, WebhookSender sender, IEnumerable<IEventPayloads> payloads)
{
    /// <summary>What is sent where the webhook names no type.</summary>
    public const string Type = "webhook.test";

    /// <summary>Events that are looked through.</summary>
    private const int Recent = 1_000;

    /// <param name="type">Null: the first that the webhook asks for.</param>
    /// <exception cref="Refused">422 for a type that does not exist.</exception>
    public async Task<(StoreEvent Event, WebhookAnswer Answer)> Send(Webhook webhook, string? type, CancellationToken cancellation)
    {
        if (webhook.Objection(db.Caller.Settings) is { } objection)
            throw Refused.Conflict("https_only", objection);
        type ??= webhook.Events.FirstOrDefault(EventTypes.Has) ?? Type;
        if (type != Type && !EventTypes.Has(type))
            throw Refused.Invalid(nameof(type), $"'{type}' is no event.");
        var latest = await db.Events.AsNoTracking().OrderByDescending(e => e.Id).Take(Recent)
            .Where(e => e.Type == type).OrderByDescending(e => e.Id).FirstOrDefaultAsync(cancellation);
        var sample = StoreEvent.Of(type, latest?.Subject ?? Webhook.Noun, latest?.SubjectId ?? webhook.Id, new { test = true }, db);
        db.Entry(sample).State = EntityState.Added; // gives it its number
        db.Entry(sample).State = EntityState.Detached;
        var body = (await payloads.Single(own => own.Format == webhook.Format).Render(db, [sample], cancellation))[sample.Id];
        var secrets = webhook.Secrets(ring, db.Now);
        return (sample, await sender.Send(webhook.Url, new Id<StoreEvent>(sample.Id).ToString(), webhook.Message(body, secrets), secrets, webhook.SignaturePrefix, cancellation));
    }
}
