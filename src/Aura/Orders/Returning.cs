using Aura.Connectors.Payments;
using Aura.Inventory;
using Aura.Jobs;
using Aura.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Orders;

/// <summary>Takes goods back: on the shelf they came from, and for the price that was paid.</summary>
public sealed class Returning(AuraDb db, Stock stock, PaymentProcessing payments)
{
    /// <exception cref="Refused">404 without the order; see <see cref="Return.Request"/>.</exception>
    public Task<Return> Request(
        Id<Order> id, IReadOnlyList<(Id<OrderLine> Line, int Units)> parts, string? reason, string? note, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var order = await db.LockOrder(id, cancellation);
        var units = parts.GroupBy(part => part.Line, part => part.Units).Select(line => (line.Key, line.Sum())).ToArray();
        var request = Return.Request(order, units, reason, note, TimeSpan.FromDays(db.Caller.Settings.ReturnWindowDays), db.Now);
        db.Returns.Add(request);
        db.Record(order, OrderFact.ReturnRequested, note ?? reason);
        db.Publish("return.requested", request);
        await db.SaveChangesAsync(cancellation);
        return request;
    }, cancellation);

    public Task<Return> Approve(Id<Return> id, string? note, CancellationToken cancellation) =>
        Change(id, (request, _) => { request.Approve(note); return Task.CompletedTask; }, note, cancellation);

    public Task<Return> Reject(Id<Return> id, string? note, CancellationToken cancellation) =>
        Change(id, (request, order) => { request.Reject(order, note); return Task.CompletedTask; }, note, cancellation);

    /// <summary>Goods arrived: what can be sold again goes back to the warehouses that it was shipped from.</summary>
    /// <param name="goods">Null: everything that is announced, and all of it can be sold again.</param>
    public Task<Return> Receive(Id<Return> id, IReadOnlyList<ReceivedGoods>? goods, string? note, CancellationToken cancellation) => Change(id, async (request, order) =>
    {
        goods ??= [.. request.Lines.Where(line => line.Quantity > line.Received).Select(line => new ReceivedGoods(line.OrderLineId, line.Quantity - line.Received, true))];
        request.Receive(goods, note, db.Now);
        await Restock(request, order, goods, cancellation);
    }, note, cancellation);

    /// <summary>Gives back what was paid for the received goods. Called again after a crash, it does what was left, on the terms that it began with.</summary>
    /// <exception cref="Refused">422 <c>refund_exceeds_paid</c> for more than was paid and not given back, and see
    /// <see cref="Return.BeginRefund"/>; 422 <c>refund_failed</c>.</exception>
    public async Task<Return> Refund(Id<Return> id, RefundTerms terms, string? note, CancellationToken cancellation)
    {
        var request = await Change(id, (request, order) => Begin(request, order, terms, cancellation), note, cancellation);
        var isUnderWay = false;
        try
        {
            foreach (var part in request.RefundParts)
            {
                if ((await payments.Refund(part.IntentId, part.Minor, "return", false, KeyOf(request, part), cancellation)).Refund is { Status: RefundStatus.Failed } failed)
                    throw Refused.Rule("refund_failed", "The gateway did not take the refund.", new { failed.FailureCode });
                isUnderWay = true;
            }
        }
        catch (Refused) when (!isUnderWay) // what is half paid is finished later, with the same keys
        {
            await Change(id, (request, order) => { request.AbandonRefund(order); return Task.CompletedTask; }, null, cancellation);
            throw;
        }

        return await Change(id, (request, order) => { request.Finish(order, note, db.Now); return Task.CompletedTask; }, note, cancellation);
    }

    private async Task Begin(Return request, Order order, RefundTerms terms, CancellationToken cancellation)
    {
        if (request.IsRefunding)
            return;
        var shipping = await db.Returns.Where(r => r.OrderId == order.Id && r.Id != request.Id).SumAsync(r => r.ShippingRefund, cancellation);
        var left = request.BeginRefund(order, terms, (order.Shipping?.Gross ?? 0) - shipping, db.Now); // the order is locked
        var parts = new List<RefundPart>();
        foreach (var payment in await db.PaymentIntents.AsNoTracking().Where(i => i.OrderId == order.Id && i.Captured > 0).OrderBy(i => i.Kind == PaymentKind.StoreCredit).ThenBy(i => i.Id).ToListAsync(cancellation))
        {
            var part = Math.Min(left, payment.Refundable);
            left -= part;
            if (part > 0)
                parts.Add(new(payment.Id, part));
        }

        if (left > 0)
            throw Refused.Rule("refund_exceeds_paid", "That is more than what was paid and not given back.",
                new { Refundable = new Money(request.RefundAmount - left, order.Currency).Amount });
        request.Pay([.. parts]);
        db.Enqueue<FinishReturnRefund>(new FinishReturnRefund.Payload(request.Id), db.Now + TimeSpan.FromMinutes(1), $"{request.Id}:{request.RefundAttempt}");
    }

    private async Task Restock(Return request, Order order, IReadOnlyList<ReceivedGoods> goods, CancellationToken cancellation)
    {
        var shipped = await db.FulfillmentLines
            .Where(line => db.Fulfillments.Any(f => f.OrderId == order.Id && f.Id == line.FulfillmentId) && line.WarehouseId != null)
            .OrderBy(line => line.Id).ToListAsync(cancellation);
        var stocked = new List<StockQuantity>();
        foreach (var received in goods.Where(received => received.IsResellable))
        {
            var left = received.Units;
            foreach (var line in shipped.Where(line => line.OrderLineId == received.Line))
            {
                var units = Math.Min(left, line.Quantity - line.Restocked);
                if (units == 0)
                    continue;
                line.Restock(units);
                left -= units;
                stocked.Add(new(order.Line(received.Line).VariantId, units, line.WarehouseId));
            }
        }

        if (stocked.Count > 0)
            await stock.Receive(stocked, new("return", OrderId: order.Id, Reference: $"{new Id<Return>(request.Id)}"), cancellation);
    }

    private Task<Return> Change(Id<Return> id, Func<Return, Order, Task> change, string? note, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        db.ChangeTracker.Clear();
        var orderId = await db.Returns.Where(r => r.Id == id.Value).Select(r => (long?)r.OrderId).FirstOrDefaultAsync(cancellation) ?? throw Refused.NotFound(Return.Noun);
        await db.LockOrderRow(orderId, cancellation);
        var request = await db.Load(db.Returns.Include(r => r.Lines).Where(r => r.Id == id.Value), cancellation);
        var order = await db.Orders.Include(o => o.Lines).SingleAsync(o => o.Id == orderId, cancellation);
        var before = request.Status;
        await change(request, order);
        if (request.Status != before)
        {
            db.Record(order, OrderFact.ReturnChanged, before, request.Status, note);
            db.Publish($"return.{Words<ReturnStatus>.Of(request.Status)}", request, new { RefundAmount = new Money(request.RefundAmount, request.Currency).Amount });
        }

        await db.SaveChangesAsync(cancellation);
        return request;
    }, cancellation);

    private static string KeyOf(Return request, RefundPart part) => $"return:{request.Id}:{request.RefundAttempt}:{part.IntentId}";
}

/// <summary>Ends a refund of a return that was cut short.</summary>
internal sealed class FinishReturnRefund(AuraDb db, Returning returning) : IJobHandler
{
    public static string Kind => "returns.refund";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var id = job.Read<Payload>().Return;
        if (await db.Returns.AsNoTracking().FirstOrDefaultAsync(r => r.Id == id, cancellation) is { IsRefunding: true })
            await returning.Refund(id, new(), null, cancellation); // it has begun: the terms are known
        return null;
    }

    public sealed record Payload(long Return);
}
