using Aura.Persistence;

namespace Aura.Payments;

/// <summary>Hears of every change of a payment, in the transaction that makes it: what it throws undoes the change.</summary>
/// <remarks>Observers do not call <see cref="PaymentProcessing"/>, which calls them. The row of the intent is locked meanwhile.</remarks>
public interface IPaymentObserver
{
    /// <summary>Adds what it needs to know to the reading that locks the payment, so that both are one round trip.</summary>
    /// <param name="intent">The payment, which is locked before.</param>
    /// <param name="order">That it is for.</param>
    /// <returns>What <see cref="Changed"/> gets, filled by then.</returns>
    object? Ask(AuraDb db, Reading reading, long intent, long order) => null;

    /// <param name="db">What is written here is saved with the change, which is not written yet: the intent tells how it is now.</param>
    /// <param name="entries">The new facts; none: only the status of the intent changed.</param>
    /// <param name="asked">From <see cref="Ask"/>; null where nothing was asked.</param>
    Task Changed(AuraDb db, PaymentIntent intent, IReadOnlyList<PaymentEntry> entries, object? asked, CancellationToken cancellation);
}

/// <summary>Knows what is still to be paid for an order.</summary>
public interface IOrderBalances
{
    /// <returns>Minor units of the order's currency; null where the store has no such order.</returns>
    Task<long?> Due(AuraDb db, long orderId, CancellationToken cancellation);
}
