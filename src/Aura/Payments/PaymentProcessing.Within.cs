using Aura.Persistence;

namespace Aura.Payments;

/// <summary>Deciding on a payment in the transaction that writes what is paid for.</summary>
/// <remarks>For the checkout, which would otherwise need three more transactions. The steps stay the same: the decision and the key of the
/// call are committed before the gateway is called, and the job that repeats a lost call is committed with them.</remarks>
public sealed partial class PaymentProcessing
{
    /// <summary>Adds to a reading what is to be known to charge. No gateway is asked: the test card of a sandbox is made up here.</summary>
    /// <returns>What is charged of which customer, once it is read; null where a gateway has to be asked first, as for the details of a card.</returns>
    internal async Task<Func<long?, Chosen>?> Ready(AuraDb db, Reading reading, PayWith? with, CancellationToken cancellation)
    {
        if (with?.Saved is { } id)
        {
            PaymentMethod? saved = null;
            reading.Look<PaymentMethod>("WHERE tenant_id = $1 AND id = $2", method => saved = method, db.Tenant, id);
            return customer => Resolve(saved, customer);
        }

        if (with is null || StandIn(with) is null)
            return null;
        var chosen = await Resolve(with, null, cancellation);
        return _ => chosen;
    }

    /// <summary>Decides to authorize the first payment for something, in the caller's transaction.</summary>
    internal PaymentIntent Decide(AuraDb db, StartPayment request, Chosen chosen) => Begin(db, request with { Confirm = true }, chosen);

    /// <summary>Makes the call that was decided and committed, and records the answer through the caller's context, which is outside of any
    /// transaction.</summary>
    /// <param name="known">What the observers would ask, as it was committed with the decision; null: they have to ask.</param>
    /// <returns>The same payment where it was recorded, with what is known, as it was decided; otherwise another, and what observers changed is tracked.</returns>
    /// <exception cref="Refused">503 when the gateway cannot be reached and nothing happened.</exception>
    internal async Task<PaymentIntent> Carry(AuraDb db, PaymentIntent decided, object? known, CancellationToken cancellation) =>
        (await Carry(decided, cancellation, db, known)).Intent;

    /// <summary>Records without a lock, and together with what others write: the versions of the rows tell whether they are still as they are known.</summary>
    /// <returns>False: nothing happened, and they have to be looked at.</returns>
    private async Task<bool> RecordAsKnown(PaymentIntent intent, DateTime? next, Func<AuraDb, PaymentIntent, Task> record, AuraDb db, object known, CancellationToken cancellation)
    {
        db.ChangeTracker.Clear();
        return (await db.Together(async () =>
        {
            db.Watch(intent, SharedStep.Payments);
            await db.InOneWrite(() => Record(db, intent, next, record, observers.ToDictionary(observer => observer, _ => (object?)known), cancellation), cancellation, mayWait: true);
            await db.WriteShared();
            return true;
        })).Succeeded;
    }
}
