using System.Text.Json.Serialization;
using Aura.Customers;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Winback.Triggers;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>What happens when a cart is left: the world hears of it, and the workflows that wait for it begin, now or when they are due.</summary>
public static class Abandoning
{
    /// <summary>Needs a transaction, the row locked. To be saved by the caller.</summary>
    /// <param name="lastActivity">Where the caller knows better since when nothing happened.</param>
    /// <exception cref="Refused">409 unless it is open and not abandoned yet.</exception>
    public static async Task Abandon(this AuraDb db, WatchedCart cart, Abandonment how, string? reason, DateTime? lastActivity, CancellationToken cancellation)
    {
        cart.Abandon(how, db.Now, lastActivity, reason);
        db.Publish("cart.abandoned", cart, await db.FactsFor(cart, cancellation));
        var facts = await db.FactsOf(cart, cancellation);
        cart.CountUnder(cart.Segment ?? (facts.Values.GetValueOrDefault("customer_segment") as IEnumerable<string>)?.Order(StringComparer.Ordinal).FirstOrDefault());
        var due = new List<RecoveryWorkflow>();
        foreach (var workflow in await db.RecoveryWorkflows.AsNoTracking().Where(w => w.Status == WorkflowStatus.Active).ToListAsync(cancellation))
            if (workflow.Conditions().DueAt(facts) is not { } at)
                continue;
            else if (at > db.Now)
                ConsiderWorkflow.Plan(db, workflow.Id, cart, at);
            else
                due.Add(workflow);
        foreach (var workflow in due.OrderByDescending(workflow => workflow.Priority).ThenBy(workflow => workflow.Id))
            await db.Begin(workflow, cart, cancellation);
    }

    /// <summary>What events say of a cart.</summary>
    internal static async Task<CartFacts> FactsFor(this AuraDb db, WatchedCart cart, CancellationToken cancellation) => new(
        $"{new Id<WatchedCart>(cart.Id)}", await db.Shoppers.Where(s => s.Id == cart.ShopperId).Select(s => s.Reference).FirstOrDefaultAsync(cancellation),
        new Money(cart.Value, cart.Currency).Amount, cart.Contents.Count)
    {
        Currency = cart.Currency.Code,
        Abandonment = cart.Abandonment is { } how ? Words<Abandonment>.Of(how) : null,
    };
}

/// <param name="CustomerId">As the shop calls its customer.</param>
/// <param name="Items">Units.</param>
internal sealed record CartFacts(string CartId, string? CustomerId, decimal CartValue, int Items)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Currency { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Abandonment { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? WorkflowId { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? OrderId { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public decimal? Revenue { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Attribution { get; init; }
}

/// <summary>Asks a workflow about a cart when waiting alone has made its conditions hold.</summary>
internal sealed class ConsiderWorkflow(AuraDb db) : IJobHandler
{
    public static string Kind => "winback.consider";

    public static void Plan(AuraDb db, long workflow, WatchedCart cart, DateTime at) => db.Enqueue<ConsiderWorkflow>(
        new Payload(workflow, cart.Id, cart.LastActivityAt.Ticks), at, FormattableString.Invariant($"{workflow}:{cart.Id}:{cart.LastActivityAt.Ticks}"));

    public Task<object?> Run(Job job, CancellationToken cancellation) => db.InTransaction<object?>(async () =>
    {
        var (id, cartId, activity) = job.Read<Payload>();
        if (await db.LockWatched(cartId, cancellation) is not { Status: WatchedStatus.Abandoned } cart || cart.LastActivityAt.Ticks != activity ||
            await db.RecoveryWorkflows.AsNoTracking().FirstOrDefaultAsync(w => w.Id == id && w.Status == WorkflowStatus.Active, cancellation) is not { } workflow)
            return null;
        var facts = await db.FactsOf(cart, cancellation);
        if (workflow.Conditions().All(condition => condition.Matches(facts)))
            await db.Begin(workflow, cart, cancellation);
        await db.SaveChangesAsync(cancellation);
        return null;
    }, cancellation);

    /// <param name="Activity">Ticks: whoever did something in the cart since then is asked about anew.</param>
    public sealed record Payload(long Workflow, long Cart, long Activity);
}
