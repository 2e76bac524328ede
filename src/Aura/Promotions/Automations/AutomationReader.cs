using Aura.Customers;
using Aura.Events;
using Aura.Jobs;
using Aura.Orders;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Automations;

/// <summary>Reads the event log and leaves a job for each event that a rule may wait for; so one that fails holds up no other.</summary>
public sealed class AutomationReader(EventCursor cursor) : IEventReader
{
    private const string Reader = "automations";

    private const string Wanted = """
        type IN ('customer.created', 'order.created') AND EXISTS (
          SELECT FROM automations a WHERE a.tenant_id = e.tenant_id AND a.status = 'active' AND a.occasion IN ('signup', 'high_value_purchase', 'category_purchase'))
        """;

    public Task<int> Read(CancellationToken cancellation) => cursor.ReadByStore(Reader, Wanted, Take, cancellation);

    public Task<bool> IsBehind(AuraDb db, CancellationToken cancellation) => EventCursor.IsBehind(Reader, db, cancellation);

    private static Task Take(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation)
    {
        foreach (var happened in events)
            db.Enqueue<TakeEvent>(new TakeEvent.Payload(happened.Subject, happened.SubjectId), key: $"{happened.Id}");
        return db.SaveChangesAsync(cancellation);
    }
}

/// <summary>A customer or an order of the store.</summary>
internal sealed class TakeEvent(AuraDb db) : IJobHandler
{
    public static string Kind => "automation.event";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var (subject, id) = job.Read<Payload>();
        await (subject == Order.Noun ? db.Bought(id, cancellation) : db.SignedUp(id, cancellation));
        return null;
    }

    public sealed record Payload(string Subject, long Id);
}

/// <summary>Stock of a variant has moved; the database itself leaves this job.</summary>
internal sealed class TakeStock(AuraDb db) : IJobHandler
{
    public static string Kind => "automation.stock";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        await db.Moved(job.Read<Payload>().Variant, cancellation);
        return null;
    }

    public sealed record Payload(long Variant);
}

/// <summary>A fact that was fed.</summary>
internal sealed class TakeFact(AuraDb db) : IJobHandler
{
    public static string Kind => "automation.fact";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var id = job.Read<Payload>().Fact;
        if (await db.AutomationFacts.AsNoTracking().FirstOrDefaultAsync(f => f.Id == id && f.TakenAt == null, cancellation) is { } fact)
            await db.Take(fact, cancellation);
        return null;
    }

    public sealed record Payload(long Fact);
}
