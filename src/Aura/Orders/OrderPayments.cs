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

    public async Task Changed(AuraDb db, PaymentIntent intent, PaymentEntry? entry, CancellationToken cancellation)
    {
        var isOnlyBegun = entry is null && intent.Step is not null;
        if (isOnlyBegun || intent.OrderId is not { } id || await Locked(db, id, cancellation) is not var (order, cart))
            return;
        var before = order.PaymentStatus;
        order.Settle(await db.PaymentsOf(id, cancellation), intent.Status == IntentStatus.Failed);
        if (order.IsDraft)
            await Continue(db, order, cart, intent, cancellation);
        else
            Tell(db, order, before, entry);
    }

    private async Task Continue(AuraDb db, Order order, Cart? cart, PaymentIntent intent, CancellationToken cancellation)
    {
        // A bank transfer takes days; the goods are promised meanwhile. A call without an answer promises nothing.
        var promised = intent is { Status: IntentStatus.Processing, Step: null };
        if (order.Due == 0 || promised)
        {
            await Reclaim(db, order, cancellation);
            await OrderPlacement.Finish(db, order, discounts, cancellation);
            cart?.Complete(db.Now);
        }
        else if (intent.Status is IntentStatus.Failed or IntentStatus.Canceled && intent.OnceKey == Checkout.PaymentKey(order))
        {
            await new Stock(db).Release(order.Id, null, "payment_failed", cancellation);
            await discounts.Release(db, order.Id, cancellation);
            await db.ReleaseCredit(order, cancellation);
            cart?.EndCheckout();
        }
    }

    /// <summary>Money that arrives after the checkout was given up still buys: what can be had is set aside again, and where
    /// it is gone, somebody has to decide.</summary>
    private async Task Reclaim(AuraDb db, Order order, CancellationToken cancellation)
    {
        var transaction = db.Database.CurrentTransaction!; // payments change inside one
        await transaction.CreateSavepointAsync("reclaim", cancellation);
        try
        {
            if (!await HoldsStock(db, order, cancellation))
                await new Stock(db).Allocate([.. order.Lines.Select(line => new StockDemand(line.VariantId, line.Quantity, line.Id))], order.Id, null, cancellation);
            await discounts.Reclaim(db, order.Id, cancellation);
            await db.ReclaimCredit(order, cancellation);
        }
        catch (Refused refused) when (refused.Kind == Refusal.Conflict)
        {
            await transaction.RollbackToSavepointAsync("reclaim", cancellation);
            order.Hold(refused.Code ?? "conflict", db.Now);
        }
    }

    private static async Task<bool> HoldsStock(AuraDb db, Order order, CancellationToken cancellation) =>
        await db.StockAllocations.AnyAsync(a => a.OrderId == order.Id && a.Quantity > a.Shipped + a.Released, cancellation) ||
        !await db.StockAllocations.AnyAsync(a => a.OrderId == order.Id, cancellation);

    private static void Tell(AuraDb db, Order order, OrderPaymentStatus before, PaymentEntry? entry)
    {
        if (order.PaymentStatus != before)
            db.Record(order, OrderFact.PaymentChanged, before, order.PaymentStatus);
        if (entry?.Kind == PaymentFact.Refunded)
        {
            db.Record(order, OrderFact.Refunded, $"{new Money(entry.Minor, order.Currency)}");
            db.Publish("order.refunded", order, new { Amount = new Money(entry.Minor, order.Currency).Amount });
        }
        else if (entry?.Kind == PaymentFact.RefundReversed)
            db.Record(order, OrderFact.RefundFailed, $"{new Money(entry.Minor, order.Currency)}");
        if (order.PaymentStatus != before)
            db.Publish("order.updated", order, new { PaymentStatus = Words<OrderPaymentStatus>.Of(order.PaymentStatus) });
    }

    private static async Task<(Order Order, Cart? Cart)?> Locked(AuraDb db, long id, CancellationToken cancellation)
    {
        var known = await db.AllOrders.Where(o => o.Id == id).Select(o => new { o.CartId, o.PlacedAt }).FirstOrDefaultAsync(cancellation);
        if (known is null)
            return null;
        var cart = known is { PlacedAt: null, CartId: { } cartId } ? await db.LockCart(cartId, cancellation) : null;
        await db.LockOrderRow(id, cancellation);
        return (await db.AllOrders.Include(o => o.Lines).SingleAsync(o => o.Id == id, cancellation), cart);
    }
}
