using Aura.Jobs;
using Aura.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Orders;

/// <summary>Takes an order back: the stock is given free at once, the money right after.</summary>
public sealed class OrderCancellation(AuraDb db, OrderPlacement placement, PaymentProcessing payments)
{
    /// <param name="refund">Give back what was paid, and release what was reserved.</param>
    /// <exception cref="Refused">409 <c>order_not_cancellable</c> once something was shipped, or when it is cancelled already.</exception>
    public async Task<Order> Cancel(Id<Order> id, string? reason, bool refund, string? note, CancellationToken cancellation)
    {
        await db.InTransaction(async () =>
        {
            var order = await db.LockOrder(id, cancellation);
            var from = order.Status;
            order.Cancel(reason, db.Now);
            await placement.GiveBack(order, "order_cancelled", cancellation);
            db.Record(order, OrderFact.Cancelled, from, order.Status, note ?? reason);
            db.Publish("order.cancelled", order, new { Reason = reason, Refund = refund });
            if (refund)
                db.Enqueue<RefundCancelledOrder>(new RefundCancelledOrder.Payload(order.Id), db.Now + TimeSpan.FromMinutes(1), $"{order.Id}");
            await db.SaveChangesAsync(cancellation);
        }, cancellation);
        if (refund)
            await GiveBackMoney(id, cancellation);
        db.ChangeTracker.Clear();
        return await db.Orders.AsNoTracking().Include(o => o.Lines.OrderBy(line => line.Position)).SingleAsync(o => o.Id == id.Value, cancellation);
    }

    /// <summary>Releases and refunds all payments of an order. Done again, it does what was left.</summary>
    internal async Task GiveBackMoney(Id<Order> id, CancellationToken cancellation)
    {
        foreach (var payment in await db.PaymentIntents.AsNoTracking().Where(i => i.OrderId == id.Value).OrderBy(i => i.Id).ToListAsync(cancellation))
            if (payment.Refundable > 0)
                await payments.Refund(payment.Id, null, "order_cancelled", false, $"cancel:{id.Value}:{payment.Id}", cancellation);
            else if (payment.Status is IntentStatus.RequiresCapture or IntentStatus.RequiresAction or IntentStatus.RequiresPaymentMethod or IntentStatus.RequiresConfirmation)
                await payments.Cancel(payment.Id, "order_cancelled", cancellation);
    }
}

/// <summary>Gives back the money of a cancelled order whose cancellation was cut short.</summary>
internal sealed class RefundCancelledOrder(OrderCancellation cancellations) : IJobHandler
{
    public static string Kind => "orders.refund_cancelled";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        await cancellations.GiveBackMoney(job.Read<Payload>().Order, cancellation);
        return null;
    }

    public sealed record Payload(long Order);
}
