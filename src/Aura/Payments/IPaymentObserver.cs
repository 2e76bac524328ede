using Aura.Persistence;

namespace Aura.Payments;

/// <summary>Hears of every change of a payment, in the transaction that makes it: what it throws undoes the change.</summary>
/// <remarks>Observers do not call <see cref="PaymentProcessing"/>, which calls them. The row of the intent is locked meanwhile.</remarks>
public interface IPaymentObserver
{
    /// <param name="db">What is written here is saved with the change; the change itself can already be read from it.</param>
    /// <param name="entry">The new fact; null: only the status of the intent changed.</param>
    Task Changed(AuraDb db, PaymentIntent intent, PaymentEntry? entry, CancellationToken cancellation);
}

/// <summary>Knows what is still to be paid for an order.</summary>
public interface IOrderBalances
{
    /// <returns>Minor units of the order's currency; null where the store has no such order.</returns>
    Task<long?> Due(AuraDb db, long orderId, CancellationToken cancellation);
}
