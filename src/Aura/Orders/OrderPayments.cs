using Aura.Carts;
using Aura.Inventory;
using Aura.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Orders;

/// <summary>Keeps orders in step with their payments, in the transaction that changes the payment. So an order is placed at the
/// moment in which its money is recorded: by the checkout's own call, a notice, or the job that found a lost answer.</summary>
/// <remarks>Rows are locked in the order payment, cart, order, stock: here and in <see cref="Checkout"/>.</remarks>
public sealed class OrderPayments(ICartDiscounts discounts) : IPaymentObserver, IOrderBalances
{
    public async Task<long?> Due(AuraDb db, long orderId, CancellationToken cancellation) =>
        await db.AllOrders.AsNoTracking().FirstOrDefaultAsync(o => o.Id == orderId, cancellation) is { } order ? order.Due : null;

    public object Ask(AuraDb db, Reading reading, long intent, long order) => new PaidOrder(db, reading, intent, order, discounts);

    public async Task Changed(AuraDb db, PaymentIntent intent, IReadOnlyList<PaymentEntry> entries, object? asked, CancellationToken cancellation)
    {
        var isOnlyBegun = entries.Count == 0 && intent.Step is not null;
        if (isOnlyBegun || intent.OrderId is not { } id)
            return;
        var paid = asked as PaidOrder ?? await PaidOrder.Read(db, intent.Id, id, discounts, cancellation);
        if (paid.Order is not { } order)
            return;
        if (db.Shares)
            paid.Watch(db);
        var before = order.PaymentStatus;
        order.Settle(paid.Others.Plus(intent), intent.Status == IntentStatus.Failed);
        if (order.IsDraft)
            await Continue(db, order, paid, intent, cancellation);
        else
            Tell(db, order, before, entries);
    }

    private async Task Continue(AuraDb db, Order order, PaidOrder paid, PaymentIntent intent, CancellationToken cancellation)
    {
        // A bank transfer takes days; the goods are promised meanwhile. A call without an answer promises nothing.
        var promised = intent is { Status: IntentStatus.Processing, Step: null };
        if (order.Due == 0 || promised)
        {
            if (paid.MayHaveBeenReleased)
                await Reclaim(db, order, paid.HoldsStock, cancellation);
            await (paid.Discounts.IsHeld ? paid.Discounts.Confirm(cancellation) : discounts.Confirm(db, order.Id, cancellation));
            await db.SpendCredit(order, cancellation);
            OrderPlacement.Finish(db, order);
            if (paid.Cart?.CompletingAt is { } began)
                FinishCheckout.Forget(db, order, began);
            paid.Cart?.Complete(db.Now);
        }
        else if (intent.Status is IntentStatus.Failed or IntentStatus.Canceled && intent.OnceKey == Checkout.PaymentKey(order))
        {
            await new Stock(db).Release(order.Id, null, "payment_failed", cancellation);
            await discounts.Release(db, order.Id, cancellation);
            await db.ReleaseCredit(order, cancellation);
            paid.Cart?.EndCheckout();
        }
    }

    /// <summary>Money that arrives after the checkout was given up still buys: what can be had is set aside again, and where
    /// it is gone, somebody has to decide.</summary>
    private async Task Reclaim(AuraDb db, Order order, bool holdsStock, CancellationToken cancellation)
    {
        var transaction = db.Database.CurrentTransaction!; // payments change inside one
        await transaction.CreateSavepointAsync("reclaim", cancellation);
        try
        {
            if (!holdsStock)
                await new Stock(db).Allocate([.. order.Lines.Select(line => new StockDemand(line.VariantId, line.Quantity, line.Id))], order.Id, null, cancellation);
            await discounts.Reclaim(db, order.Id, cancellation);
            await db.ReclaimCredit(order, cancellation);
        }
        catch (Refused refused) when (refused.Kind == Refusal.Conflict)
        {
            await transaction.RollbackToSavepointAsync("reclaim", cancellation);
            foreach (var promised in db.ChangeTracker.Entries<StockAllocation>().Where(row => row.State == EntityState.Added).ToList())
                promised.State = EntityState.Detached; // the promise was rolled back
            order.Hold(refused.Code ?? "conflict", db.Now);
        }
    }

    private static void Tell(AuraDb db, Order order, OrderPaymentStatus before, IReadOnlyList<PaymentEntry> entries)
    {
        if (order.PaymentStatus != before)
            db.Record(order, OrderFact.PaymentChanged, before, order.PaymentStatus);
        foreach (var entry in entries)
            if (entry.Kind == PaymentFact.Refunded)
            {
                db.Record(order, OrderFact.Refunded, $"{new Money(entry.Minor, order.Currency)}");
                db.Publish("order.refunded", order, new { Amount = new Money(entry.Minor, order.Currency).Amount });
            }
            else if (entry.Kind == PaymentFact.RefundReversed)
                db.Record(order, OrderFact.RefundFailed, $"{new Money(entry.Minor, order.Currency)}");
        if (order.PaymentStatus != before)
            db.Publish("order.updated", order, new { PaymentStatus = Words<OrderPaymentStatus>.Of(order.PaymentStatus) });
    }
}
