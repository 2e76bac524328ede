using Aura.Persistence;

namespace Aura.Payments;

public static class PaymentRows
{
    /// <summary>A payment with its ledger and its refunds, locked until the transaction ends.</summary>
    /// <exception cref="Refused">404 without such a payment.</exception>
    public static async Task<PaymentIntent> Lock(this AuraDb db, Id<PaymentIntent> id, CancellationToken cancellation)
    {
        var reading = new Reading(db);
        var found = db.LockAlong(id, reading);
        await reading.Run(cancellation);
        return found();
    }

    /// <summary>The same, together with other questions.</summary>
    /// <remarks>
    /// SQL by hand: EF Core has no FOR UPDATE, and asks for each table by itself. The lock is a statement of its own, for whoever had
    /// to wait for it must read the ledger as it is after the wait.
    /// </remarks>
    /// <returns>The payment, once they are answered.</returns>
    internal static Func<PaymentIntent> LockAlong(this AuraDb db, Id<PaymentIntent> id, Reading reading)
    {
        PaymentIntent? found = null;
        reading.Ask("SELECT 1 FROM payment_intents WHERE tenant_id = $1 AND id = $2 FOR UPDATE", null, db.Tenant, id.Value)
            .Track<PaymentIntent>("WHERE tenant_id = $1 AND id = $2", intent => found = intent, db.Tenant, id.Value)
            .Track<PaymentEntry>("WHERE tenant_id = $1 AND intent_id = $2 ORDER BY id", null, db.Tenant, id.Value)
            .Track<Refund>("WHERE tenant_id = $1 AND intent_id = $2 ORDER BY id", null, db.Tenant, id.Value);
        return () => db.Expected(found);
    }
}
