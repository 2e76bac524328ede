using Aura.Inventory;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Orders;

public sealed record Tracking(string? Carrier = null, string? Number = null, string? Url = null);

/// <summary>Moves an order along its way: processing, shipped in one or more parcels, delivered.</summary>
public sealed class OrderFulfillment(AuraDb db, Stock stock)
{
    /// <summary>Hands goods over: a fulfilment is made, and the stock leaves the warehouses that it was allocated in.</summary>
    /// <param name="parts">Units by line; null: everything that is left.</param>
    /// <param name="warehouse">Only from there; null: from wherever it lies.</param>
    /// <exception cref="Refused">409 while held, or <c>nothing_to_fulfill</c>; 422 for more than is left; 409 for goods that are not there yet.</exception>
    public Task<(Order Order, Fulfillment Fulfillment)> Ship(
        Id<Order> id, IReadOnlyList<(Id<OrderLine> Line, int Units)>? parts, Tracking tracking, long? warehouse, string? note, CancellationToken cancellation) =>
        db.InTransaction(async () =>
        {
            var order = await db.LockOrder(id, cancellation);
            var fulfillment = await Ship(order, parts, tracking, warehouse, note, cancellation);
            await db.SaveChangesAsync(cancellation);
            return (order, fulfillment);
        }, cancellation);

    /// <summary>Moves an order to a status. Shipped hands over all that is left; delivered delivers its parcels.</summary>
    /// <exception cref="Refused">409 <c>invalid_transition</c>, or as <see cref="Ship(Id{Order}, IReadOnlyList{ValueTuple{Id{OrderLine}, int}}, Tracking, long?, string, CancellationToken)"/>.</exception>
    public Task<Order> Move(Id<Order> id, OrderStatus to, string? note, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var order = await db.LockOrder(id, cancellation);
        var from = order.Status;
        order.Move(to);
        db.Record(order, OrderFact.StatusChanged, from, to, note);
        if (to == OrderStatus.Shipped)
            await Ship(order, null, new(), null, note, cancellation);
        else
            db.Publish("order.updated", order, new { From = Words<OrderStatus>.Of(from), To = Words<OrderStatus>.Of(to) });
        if (to == OrderStatus.Delivered)
            foreach (var parcel in await db.Fulfillments.Where(f => f.OrderId == order.Id).ToListAsync(cancellation))
                Deliver(parcel);
        await db.SaveChangesAsync(cancellation);
        return order;
    }, cancellation);

    /// <summary>Says where a parcel is.</summary>
    /// <param name="delivered">It has arrived; with the last parcel of a shipped order the order is delivered.</param>
    public Task<Fulfillment> Track(Id<Order> id, Id<Fulfillment> parcel, Action<Fulfillment> change, bool delivered, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var order = await db.LockOrder(id, cancellation);
        var parcels = await db.Fulfillments.Include(f => f.Lines).Where(f => f.OrderId == order.Id).ToListAsync(cancellation);
        var fulfillment = parcels.FirstOrDefault(f => f.Id == parcel.Value) ?? throw Refused.NotFound(Fulfillment.Noun);
        change(fulfillment);
        db.Record(order, delivered ? OrderFact.Delivered : OrderFact.TrackingChanged, fulfillment.TrackingNumber);
        if (delivered)
            Deliver(fulfillment);
        if (order.Status == OrderStatus.Shipped && parcels.All(f => f.Status == ParcelStatus.Delivered))
        {
            order.Move(OrderStatus.Delivered);
            db.Record(order, OrderFact.StatusChanged, OrderStatus.Shipped, OrderStatus.Delivered);
        }

        db.Publish("order.updated", order);
        await db.SaveChangesAsync(cancellation);
        return fulfillment;
    }, cancellation);

    private async Task<Fulfillment> Ship(
        Order order, IReadOnlyList<(Id<OrderLine> Line, int Units)>? parts, Tracking tracking, long? warehouse, string? note, CancellationToken cancellation)
    {
        (Id<OrderLine> Line, int Units)[] units = parts is null
            ? [.. order.Lines.Where(line => line.Unfulfilled > 0).Select(line => (new Id<OrderLine>(line.Id), line.Unfulfilled))]
            : [.. parts.GroupBy(part => part.Line, part => part.Units).Select(line => (line.Key, line.Sum()))];
        if (units.Length == 0)
            throw Refused.Conflict("nothing_to_fulfill", "Everything of the order was handed over already.");
        var from = order.Status;
        order.Fulfill(units);
        var fulfillment = Fulfillment.Create(order.Id, db.Now);
        fulfillment.Track(tracking.Carrier, tracking.Number, tracking.Url);
        db.Fulfillments.Add(fulfillment);

        var shipped = await stock.Ship(order.Id, [.. units.Select(u => new LineQuantity(u.Line.Value, u.Units))], warehouse, $"{new Id<Fulfillment>(fulfillment.Id)}", cancellation);
        var byLine = shipped.ToLookup(part => part.Allocation.OrderLineId);
        foreach (var (line, count) in units)
            fulfillment.Add(order.Line(line), count, byLine[line.Value]);
        db.Publish("shipment.created", fulfillment);
        db.Publish("shipment.in_transit", fulfillment); // a parcel is made when it is handed over
        Tell(order, from, note);
        return fulfillment;
    }

    private void Deliver(Fulfillment fulfillment)
    {
        if (fulfillment.Deliver(db.Now))
            db.Publish("shipment.delivered", fulfillment);
    }

    private void Tell(Order order, OrderStatus from, string? note)
    {
        db.Record(order, OrderFact.Fulfilled, note);
        if (order.Status != from)
            db.Record(order, OrderFact.StatusChanged, from, order.Status);
        db.Publish("order.updated", order);
        if (order.FulfillmentStatus == FulfillmentStatus.Fulfilled)
            db.Publish("order.fulfilled", order);
    }
}
