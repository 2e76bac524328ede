using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>Takes the next step of a journey. What it asks for and where the journey stands then are written together, so a step is taken once.</summary>
internal sealed class TakeStep(AuraDb db, CartWatch watch, RecoveryMessages messages) : IJobHandler
{
    public static string Kind => "winback.step";

    public static void Plan(AuraDb db, Journey journey, WatchedCart cart, DateTime? notBefore = null)
    {
        var due = journey.DueAt(cart.LastActivityAt, notBefore ?? db.Now);
        db.Enqueue<TakeStep>(new Payload(journey.Id, journey.Done), due, FormattableString.Invariant($"{journey.Id}:{journey.Done}:{due.Ticks}"));
    }

    public Task<object?> Run(Job job, CancellationToken cancellation) => db.InTransaction<object?>(async () =>
    {
        var (id, done) = job.Read<Payload>();
        if (await db.RecoveryJourneys.Where(j => j.Id == id).Select(j => (long?)j.CartId).FirstOrDefaultAsync(cancellation) is not { } cartId)
            return null;
        var cart = await watch.Lock(cartId, cancellation);
        var journey = await db.LockJourney(id, cancellation);
        if (journey.Status != JourneyStatus.Running || journey.Done != done)
            return null;
        await Go(journey, cart, cancellation);
        await db.SaveChangesAsync(cancellation);
        return new { Status = Words<JourneyStatus>.Of(journey.Status), journey.Done };
    }, cancellation);

    private async Task Go(Journey journey, WatchedCart cart, CancellationToken cancellation)
    {
        if (await ExitOf(journey, cart, cancellation) is { } exit)
            journey.Leave(exit, db.Now);
        else if (await Rest(journey, cart, cancellation) is { } later)
            Plan(db, journey, cart, later);
        else
            await Take(journey, cart, cancellation);
        if (journey.Status != JourneyStatus.Running && journey is { Exit: not JourneyExit.Ordered, Messages: > 0 })
            SettleCart.Plan(db, cart);
    }

    private async Task<JourneyExit?> ExitOf(Journey journey, WatchedCart cart, CancellationToken cancellation) =>
        await db.RecoveryWorkflows.AnyAsync(w => w.Id == journey.WorkflowId && w.Status == WorkflowStatus.Active, cancellation)
            ? await db.ExitOf(cart, cancellation)
            : JourneyExit.WorkflowPaused;

    /// <summary>Until when the customer is to be left alone: they came back, or are paying; null: no longer.</summary>
    private async Task<DateTime?> Rest(Journey journey, WatchedCart cart, CancellationToken cancellation)
    {
        var due = journey.DueAt(cart.LastActivityAt, DateTime.MinValue);
        if (cart.Status == WatchedStatus.Active && cart.IdleAt > due)
            due = cart.IdleAt;
        return due > db.Now ? due : await db.PaymentOf(cart, cancellation) == CartPayment.Pending ? db.Now + WatchedCart.CheckoutPatience : null;
    }

    private async Task Take(Journey journey, WatchedCart cart, CancellationToken cancellation)
    {
        var step = journey.Next!.Step; // it runs
        if (step.Type == StepType.ApplyDiscount && await db.GiveCoupon(journey, cart, step, cancellation) is { } code)
            journey.Give(code);
        journey.Step(step.IsMessage && await messages.Ask(journey, cart, step, cancellation), db.Now);
        if (journey.Status == JourneyStatus.Running)
            Plan(db, journey, cart);
    }

    /// <param name="Done">Which step: one that was taken meanwhile is not taken again.</param>
    public sealed record Payload(long Journey, int Done);
}
