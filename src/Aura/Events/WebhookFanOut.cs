using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Events;

/// <summary>Writes events as the messages that webhooks of one format get.</summary>
public interface IEventPayloads
{
    WebhookFormat Format { get; }

    /// <summary>The messages of events of one store, as JSON, by the events' numbers.</summary>
    Task<Dictionary<long, string>> Render(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation);
}

/// <summary>Reads the event log and starts a delivery for each webhook that wants an event.</summary>
public sealed class WebhookFanOut(EventCursor cursor, IEnumerable<IEventPayloads> payloads, AccessDirectory access, TimeProvider time) : IEventReader
{
    private const string Reader = "webhooks";
    private const string Wanted = "EXISTS (SELECT FROM webhooks w WHERE w.tenant_id = e.tenant_id AND w.status = 'active')";

    public Task<int> Read(CancellationToken cancellation) => cursor.Read(Reader, Wanted, FanOut, cancellation);

    public Task<bool> IsBehind(AuraDb db, CancellationToken cancellation) => EventCursor.IsBehind(Reader, db, cancellation);

    /// <remarks>The lock keeps webhooks from being deleted before the deliveries are committed; it does not keep anybody from changing them.</remarks>
    private async Task FanOut(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation)
    {
        var tenants = events.Select(happened => happened.TenantId).Distinct().ToArray();
        var webhooks = await db.Webhooks.FromSql($"SELECT * FROM webhooks WHERE tenant_id = ANY ({tenants}) AND status = 'active' FOR KEY SHARE")
            .IgnoreQueryFilters().AsNoTracking().ToListAsync(cancellation);
        foreach (var own in webhooks.GroupBy(webhook => webhook.TenantId))
            if (await access.Store(own.Key, cancellation) is { } store)
                await FanOut(db.Enter(Caller.System(store), time), [.. own], [.. events.Where(happened => happened.TenantId == own.Key)], cancellation);
    }

    private async Task FanOut(AuraDb db, Webhook[] webhooks, StoreEvent[] events, CancellationToken cancellation)
    {
        foreach (var alike in webhooks.GroupBy(webhook => webhook.Format))
        {
            var wanted = events.Where(happened => alike.Any(webhook => webhook.Wants(happened))).ToList();
            if (wanted.Count == 0)
                continue;
            var bodies = await payloads.Single(own => own.Format == alike.Key).Render(db, wanted, cancellation);
            foreach (var happened in wanted)
                foreach (var webhook in alike.Where(webhook => webhook.Wants(happened)))
                    WebhookDelivery.Start(webhook, happened, bodies[happened.Id], db);
        }

        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
    }
}
