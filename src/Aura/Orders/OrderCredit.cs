using Aura.Payments;
using Aura.Persistence;
using Aura.Wallets;

namespace Aura.Orders;

/// <summary>Pays an order, or a part of it, with what its customer has: held while the checkout lasts, spent in the transaction that places
/// the order, let go where it comes to nothing.</summary>
/// <remarks>A wallet is locked after the order and its stock.</remarks>
internal static class OrderCredit
{
    /// <param name="most">Minor units; null: as much as there is.</param>
    public static async Task HoldCredit(this AuraDb db, Order order, long? most, CancellationToken cancellation) => order.PayWithCredit(
        order.CustomerId is { } customer && order.Total > 0 ? await db.Hold(customer, order.Currency, order.Id, Math.Min(most ?? order.Total, order.Total), cancellation) : 0);

    /// <summary>The order remembers what it was to be, for a payment that comes late may still buy it.</summary>
    public static async Task ReleaseCredit(this AuraDb db, Order order, CancellationToken cancellation)
    {
        if (order is { Credit: > 0, CustomerId: { } customer })
            await db.Release(customer, order.Currency, order.Id, cancellation);
    }

    /// <summary>Holds again what was let go; changes nothing where it was not.</summary>
    /// <exception cref="Refused">409 <c>credit_gone</c> where the customer has spent it meanwhile.</exception>
    public static async Task ReclaimCredit(this AuraDb db, Order order, CancellationToken cancellation)
    {
        if (order is not { Credit: > 0, CustomerId: { } customer })
            return;
        var missing = order.Credit - await db.HeldFor(customer, order.Currency, order.Id, cancellation);
        if (missing > 0 && await db.Hold(customer, order.Currency, order.Id, missing, cancellation) < missing)
            throw Refused.Conflict("credit_gone", "The credit that was to pay a part of it is spent.");
    }

    /// <summary>Spends what is held, and records it as a payment. Needs the draft of the order, which is placed next.</summary>
    public static async Task SpendCredit(this AuraDb db, Order order, CancellationToken cancellation)
    {
        if (order is not { Credit: > 0, CustomerId: { } customer })
            return;
        var (wallet, spent) = await db.Spend(customer, order.Currency, order.Id, cancellation);
        order.PayWithCredit(0);
        if (spent == 0)
            return;
        var payment = WalletGateway.Paid(new(spent, order.Currency), order.Id, customer, wallet, db.Now);
        db.PaymentIntents.Add(payment);
        db.Publish("payment.succeeded", payment, new { Amount = spent, Currency = order.Currency.Code, OrderId = payment.OrderName, payment.DeclineCode });
        order.Settle(new(order.Authorized, order.Paid + spent, order.Refunded, order.Disputed), false); // what others pay was settled before
    }
}
