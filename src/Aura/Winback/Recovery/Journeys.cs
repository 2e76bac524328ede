using Aura.Jobs;
using Aura.Persistence;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>Begins and ends journeys. All of it with the cart's row locked.</summary>
internal static class Journeys
{
    /// <summary>Begins a workflow for a cart, unless the customer has been left alone too short a time, another one is at it, or is held out.</summary>
    public static async Task Begin(this AuraDb db, RecoveryWorkflow workflow, WatchedCart cart, CancellationToken cancellation)
    {
        var slot = Journey.SlotOf(cart);
        await db.LockSlot(slot, cancellation);
        await db.SaveChangesAsync(cancellation); // what began a moment ago counts
        var since = db.Now.AddHours(-workflow.CooldownHours);
        if (await db.RecoveryJourneys.AnyAsync(j => j.Slot == slot && j.WorkflowId == workflow.Id &&
            (j.Status == JourneyStatus.Running || j.Status != JourneyStatus.Skipped && j.CreatedAt > since), cancellation))
            db.Add(Journey.Skip(workflow, cart, JourneyExit.Cooldown, db.Now));
        else if (Bucket.Of(FormattableString.Invariant($"holdout:{workflow.Id}"), slot) < workflow.HoldoutPercent * (Bucket.Count / 100))
            db.Add(Journey.HoldOut(workflow, cart, db.Now));
        else if (await db.RecoveryJourneys.Where(j => j.Slot == slot && j.Status == JourneyStatus.Running).Select(j => (long?)j.Id).FirstOrDefaultAsync(cancellation) is { } running &&
            !await db.GivesWay(await db.LockJourney(running, cancellation), workflow, cancellation))
            db.Add(Journey.Skip(workflow, cart, JourneyExit.Outranked, db.Now));
        else
            await db.Start(workflow, cart, cancellation);
    }

    /// <summary>A journey to be changed: by who holds its cart, or by a workflow of a higher rank that begins for another cart of the customer.</summary>
    public static async Task<Journey> LockJourney(this AuraDb db, long id, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM recovery_journeys WHERE tenant_id = {db.Tenant} AND id = {id} FOR NO KEY UPDATE", cancellation);
        return await db.RecoveryJourneys.FirstAsync(j => j.Id == id, cancellation);
    }

    /// <summary>The journeys of a cart that still run are over.</summary>
    public static async Task EndJourneys(this AuraDb db, long cart, JourneyExit why, CancellationToken cancellation)
    {
        foreach (var journey in await db.RecoveryJourneys.Where(j => j.CartId == cart && j.Status == JourneyStatus.Running).ToListAsync(cancellation))
            journey.Leave(why, db.Now);
    }

    private static async Task Start(this AuraDb db, RecoveryWorkflow workflow, WatchedCart cart, CancellationToken cancellation)
    {
        var journey = Journey.Of(workflow, cart, db.Now);
        db.Add(journey);
        TakeStep.Plan(db, journey, cart);
        db.Publish("workflow.triggered", workflow, await db.FactsFor(cart, cancellation) with { WorkflowId = $"{new Id<RecoveryWorkflow>(workflow.Id)}" });
    }

    private static async Task<bool> GivesWay(this AuraDb db, Journey running, RecoveryWorkflow other, CancellationToken cancellation)
    {
        if (!other.Outranks(await db.RecoveryWorkflows.AsNoTracking().FirstAsync(w => w.Id == running.WorkflowId, cancellation)))
            return false;
        running.Leave(JourneyExit.Outranked, db.Now);
        await db.SaveChangesAsync(cancellation); // the slot is free before another takes it
        return true;
    }

    /// <summary>Two carts of one customer are considered one after the other.</summary>
    private static Task LockSlot(this AuraDb db, string slot, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({slot}, {db.Tenant}))", cancellation);
}
