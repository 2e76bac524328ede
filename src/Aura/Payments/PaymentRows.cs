using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Payments;

public static class PaymentRows
{
    /// <summary>A payment with its ledger and its refunds, locked until the transaction ends.</summary>
    /// <remarks>
    /// SQL by hand: EF has no FOR UPDATE. The lock is a statement of its own, for whoever had to wait for it must read the ledger
    /// as it is after the wait.
    /// </remarks>
    /// <exception cref="Refused">404 without such a payment.</exception>
    public static async Task<PaymentIntent> Lock(this AuraDb db, Id<PaymentIntent> id, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync(
            $"SELECT FROM payment_intents WHERE tenant_id = {db.Tenant} AND id = {id.Value} FOR UPDATE", cancellation);
        return await db.Load(
            db.PaymentIntents.Include(intent => intent.Entries).Include(intent => intent.Refunds).AsSplitQuery().Where(intent => intent.Id == id.Value),
            cancellation);
    }
}
