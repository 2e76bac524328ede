using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Events;

public enum DeliveryStatus
{
    Pending,
    Delivered,
    /// <summary>Given up.</summary>
    Failed,
    /// <summary>The webhook was no longer active when its turn came.</summary>
    Canceled,
}

/// <summary>One event on its way to one webhook: there is one delivery for each such pair. Every attempt sends the same bytes.</summary>
public sealed class WebhookDelivery : StoreEntity, IIdentified
{
    public static string Prefix => "dlv";
    public static string Noun => "delivery";

    /// <summary>Attempts that are kept on record.</summary>
    private const int MaxKept = 30;

    public long WebhookId { get; private init; }
    public long EventId { get; private init; }
    public string EventType { get; private init; } = "";
    public string Body { get; private init; } = "";
    public DeliveryStatus Status { get; private set; }

    /// <summary>Attempts made; a redelivery counts from the start.</summary>
    public int Attempt { get; private set; }

    /// <summary>Oldest first, those before a redelivery included.</summary>
    public DeliveryAttempt[] Attempts { get; private set; } = [];

    /// <summary>Of the last attempt; null: there was no answer.</summary>
    public int? StatusCode { get; private set; }

    /// <summary>Why the last attempt failed, or why there was none.</summary>
    public string? Error { get; private set; }

    public DateTime? NextRetryAt { get; private set; }
    public DateTime? DeliveredAt { get; private set; }

    /// <summary>The job that makes the next attempt; any other is out of date.</summary>
    public long JobId { get; private set; }

    /// <summary>A delivery that is attempted as soon as this is saved.</summary>
    internal static WebhookDelivery Start(Webhook webhook, StoreEvent happened, string body, AuraDb db)
    {
        var delivery = new WebhookDelivery { WebhookId = webhook.Id, EventId = happened.Id, EventType = happened.Type, Body = body };
        db.WebhookDeliveries.Add(delivery);
        delivery.Schedule(null, db);
        return delivery;
    }

    /// <summary>Sends it once more, whatever became of it, and retries by the whole schedule.</summary>
    /// <exception cref="Refused">409 while the webhook is not active.</exception>
    public void Redeliver(Webhook webhook, AuraDb db)
    {
        if (webhook.Status != WebhookStatus.Active)
            throw Refused.Conflict("webhook_not_active", "The webhook is not active. Enable it first.");
        (Status, Attempt, NextRetryAt) = (DeliveryStatus.Pending, 0, null);
        Schedule(null, db);
    }

    internal void Record(WebhookAnswer answer, DateTime? retryAt, AuraDb db)
    {
        Attempt++;
        Attempts = [.. Attempts.TakeLast(MaxKept - 1), new(Attempt, db.Now, answer.StatusCode, answer.Error, (int)answer.Duration.TotalMilliseconds, answer.Body)];
        (StatusCode, Error, NextRetryAt) = (answer.StatusCode, answer.Error, retryAt);
        Status = answer.IsTaken ? DeliveryStatus.Delivered : retryAt is null ? DeliveryStatus.Failed : DeliveryStatus.Pending;
        if (answer.IsTaken)
            DeliveredAt = db.Now;
        if (retryAt is not null)
            Schedule(retryAt, db);
    }

    internal void Cancel(string reason) => (Status, NextRetryAt, Error) = (DeliveryStatus.Canceled, null, reason);

    private void Schedule(DateTime? at, AuraDb db) =>
        JobId = db.Enqueue<DeliverWebhook>(new DeliverWebhook.Order(Id), at, lane: $"{Webhook.Prefix}_{WebhookId}").Id;
}

/// <summary>One attempt to deliver, as it is kept.</summary>
/// <param name="At">When it ended, by the store's clock.</param>
/// <param name="StatusCode">Null: there was no answer.</param>
/// <param name="DurationMs">Milliseconds.</param>
/// <param name="Response">The beginning of the answer.</param>
public sealed record DeliveryAttempt(int Attempt, DateTime At, int? StatusCode, string? Error, int DurationMs, string? Response);

internal sealed class WebhookDeliveryMapping : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> delivery)
    {
        delivery.Property(d => d.Attempts).Json();
        delivery.HasIndex(d => new { d.TenantId, d.WebhookId, d.EventId }).IsUnique();
    }
}
