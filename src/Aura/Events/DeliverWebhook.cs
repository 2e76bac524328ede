using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Events;

/// <summary>Makes one attempt to deliver. After a crash it may be made twice, with the same message id.</summary>
public sealed class DeliverWebhook(AuraDb db, KeyRing ring, WebhookSender sender) : IJobHandler
{
    public static string Kind => "webhook.deliver";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var id = job.Read<Order>().Delivery;
        var delivery = await db.WebhookDeliveries.FirstOrDefaultAsync(d => d.Id == id && d.JobId == job.Id && d.Status == DeliveryStatus.Pending, cancellation);
        if (delivery is null)
            return null;
        var webhook = await db.Webhooks.AsNoTracking().SingleAsync(w => w.Id == delivery.WebhookId, cancellation);
        if (webhook.Status != WebhookStatus.Active)
        {
            delivery.Cancel($"The webhook is not active. {webhook.StatusReason}");
            await db.SaveChangesAsync(cancellation);
            return null;
        }

        if (webhook.Objection(db.Caller.Settings) is { } objection)
        {
            delivery.Cancel(objection);
            await db.SaveChangesAsync(cancellation);
            return null;
        }

        var secrets = webhook.Secrets(ring, db.Now);
        var answer = await sender.Send(
            webhook.Url, new Id<StoreEvent>(delivery.EventId).ToString(), webhook.Message(delivery.Body, secrets), secrets, webhook.SignaturePrefix, cancellation);
        var retryAt = answer.IsTaken ? null : RetrySchedule.Next(delivery.Id, delivery.Attempt + 1, answer, db.Now);
        await db.InTransaction(async () =>
        {
            await (answer.IsTaken ? Succeeded(webhook, cancellation) : Failed(webhook, answer, retryAt is null, cancellation));
            delivery.Record(answer, retryAt, db);
            await db.SaveChangesAsync(cancellation);
        }, cancellation);
        return new { answer.StatusCode, answer.Error };
    }

    /// <summary>Set by statements, because many deliveries to one endpoint end at once; the row of a healthy one is not written at all.</summary>
    private Task<int> Succeeded(Webhook webhook, CancellationToken cancellation) =>
        db.Webhooks.Where(w => w.Id == webhook.Id && w.Status == WebhookStatus.Active && w.ConsecutiveFailures > 0).ExecuteUpdateAsync(
            set => set.SetProperty(w => w.ConsecutiveFailures, 0).SetProperty(w => w.FailingSince, (DateTime?)null), cancellation);

    private async Task Failed(Webhook webhook, WebhookAnswer answer, bool givenUp, CancellationToken cancellation)
    {
        var now = db.Now;
        await db.Webhooks.Where(w => w.Id == webhook.Id && w.Status == WebhookStatus.Active).ExecuteUpdateAsync(
            set => set.SetProperty(w => w.ConsecutiveFailures, w => w.ConsecutiveFailures + 1).SetProperty(w => w.FailingSince, w => w.FailingSince ?? now), cancellation);
        if (answer.IsGone)
            await Stop(webhook, WebhookStatus.Disabled, "The endpoint answered that it is gone (410).", now, cancellation);
        else if (givenUp)
            await Stop(webhook, WebhookStatus.Failed, $"Every attempt has failed for hours, the last: {answer.Error}", now - RetrySchedule.Patience, cancellation);
    }

    /// <param name="failingBefore">It is stopped only if it has been failing since then.</param>
    private async Task Stop(Webhook webhook, WebhookStatus status, string reason, DateTime failingBefore, CancellationToken cancellation)
    {
        var now = db.Now;
        var stopped = await db.Webhooks.Where(w => w.Id == webhook.Id && w.Status == WebhookStatus.Active && w.FailingSince <= failingBefore).ExecuteUpdateAsync(
            set => set.SetProperty(w => w.Status, status).SetProperty(w => w.StatusReason, reason).SetProperty(w => w.DisabledAt, now)
                .SetProperty(w => w.UpdatedAt, now).SetProperty(w => w.Version, w => w.Version + 1), cancellation);
        if (stopped == 0)
            return;
        var word = Words<WebhookStatus>.Of(status);
        db.Publish($"webhook.{word}", webhook, new { reason });
        db.AuditLogs.Add(AuditEntry.Of(Webhook.Noun, word, new Id<Webhook>(webhook.Id).ToString(), db, new() { ["status"] = new("active", word) }));
    }

    /// <param name="Delivery">The number of the delivery.</param>
    internal sealed record Order(long Delivery);
}
