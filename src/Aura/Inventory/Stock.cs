using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Inventory;

/// <summary>Pieces of a variant for a warehouse; null: the default one.</summary>
public sealed record StockQuantity(long VariantId, long Quantity, long? WarehouseId = null);

/// <summary>Pieces of an order line.</summary>
public sealed record LineQuantity(long OrderLineId, long Quantity);

/// <summary>So many of an allocation were shipped or given back.</summary>
public sealed record AllocationPart(StockAllocation Allocation, long Quantity);

/// <summary>What can be done with stock. Each verb does all that it is asked to do, or refuses and does nothing.</summary>
/// <remarks>
/// Inside a transaction a verb joins it: levels and ledger are written at once, and what it adds to the context (allocations,
/// reservations, events) is saved by the caller's next save, which must come. Outside one, it saves and commits by itself.
/// A transaction in which a verb refused is not to be committed. Variants must have been saved before.
/// </remarks>
public sealed class Stock(AuraDb db)
{
    /// <summary>Promises stock to an order: decides which warehouses serve it and writes that down.</summary>
    /// <param name="demands">Lines of one variant are summed before anything is checked. Variants that are not tracked are left out.</param>
    /// <param name="cartId">The cart that becomes the order: its reservations end and serve it.</param>
    /// <returns>One allocation for each line and warehouse.</returns>
    /// <exception cref="Refused">409 <c>insufficient_stock</c> with the lines that are short; 404 for a variant that is not there.</exception>
    public Task<IReadOnlyList<StockAllocation>> Allocate(
        IReadOnlyList<StockDemand> demands, long orderId, long? cartId, CancellationToken cancellation) => Atomic(async () =>
        await Allocate(await StockBook.Open(db, Wanted(demands), cancellation, cartId), demands, orderId, false, cancellation), cancellation);

    /// <summary>Adds to a reading what is to be known to promise these goods to an order that is written next.</summary>
    internal StockBook Open(Reading reading, IReadOnlyList<StockDemand> demands, long? cartId) => StockBook.Open(db, reading, Wanted(demands), cartId);

    /// <summary>Promises stock to an order, with the transaction's next save.</summary>
    /// <param name="book">Opened for these demands, and read.</param>
    /// <inheritdoc cref="Allocate(IReadOnlyList{StockDemand}, long, long?, CancellationToken)"/>
    internal async Task<IReadOnlyList<StockAllocation>> Allocate(StockBook book, IReadOnlyList<StockDemand> demands, long orderId, CancellationToken cancellation) =>
        await Allocate(await book.Demanded(Wanted(demands), cancellation), demands, orderId, true, cancellation);

    private async Task<IReadOnlyList<StockAllocation>> Allocate(
        StockBook book, IReadOnlyList<StockDemand> demands, long orderId, bool later, CancellationToken cancellation)
    {
        var tracked = demands.Where(d => book.Variants[d.VariantId].Tracks).ToList();
        var plan = Route(book, tracked);
        await book.Write([.. plan.Select(s => new StockMove(StockMovementKind.Allocated, s.VariantId, s.WarehouseId, s.Quantity))], new(OrderId: orderId), cancellation, later);
        var allocations = PerLine(tracked, plan, orderId);
        allocations.ForEach(db.Append);
        return allocations;
    }

    private static (long, long?)[] Wanted(IReadOnlyList<StockDemand> demands) => [.. demands.Select(d => (d.VariantId, (long?)null)).Distinct()];

    /// <summary>Ships order lines from where they are allocated. Lines without allocations are not tracked, and are left out.</summary>
    /// <param name="lines">Null: everything that is open.</param>
    /// <param name="warehouseId">Only from there; null: from wherever it lies.</param>
    /// <exception cref="Refused">409 <c>not_allocated</c> for more than is open; 409 <c>insufficient_stock</c> for goods that are not there yet.</exception>
    public Task<IReadOnlyList<AllocationPart>> Ship(
        long orderId, IReadOnlyList<LineQuantity>? lines, long? warehouseId, string? reference, CancellationToken cancellation) =>
        Consume(orderId, lines, warehouseId, StockMovementKind.Shipped, new(OrderId: orderId, Reference: reference), cancellation);

    /// <summary>Takes promises back: the goods can be sold again, where they lie.</summary>
    /// <inheritdoc cref="Ship"/>
    public Task<IReadOnlyList<AllocationPart>> Release(long orderId, IReadOnlyList<LineQuantity>? lines, string? reason, CancellationToken cancellation) =>
        Consume(orderId, lines, null, StockMovementKind.Released, new(reason, OrderId: orderId), cancellation);

    /// <summary>Puts goods on the shelf: a delivery, or a return that can be sold again.</summary>
    public Task Receive(IReadOnlyList<StockQuantity> goods, StockPaper paper, CancellationToken cancellation) => Atomic(async () =>
    {
        var book = await StockBook.Open(db, [.. goods.Select(g => (g.VariantId, g.WarehouseId))], cancellation);
        await book.Write(
            [.. goods.Select(g => new StockMove(StockMovementKind.Received, g.VariantId, book.At(g.VariantId, g.WarehouseId).WarehouseId, g.Quantity))],
            paper, cancellation);
        return true;
    }, cancellation);

    /// <summary>Corrects what is on hand, up or down. What is promised cannot be taken away.</summary>
    /// <param name="expected">What the caller believes to be on hand there; null: does not matter.</param>
    /// <exception cref="Refused">409 <c>stale_quantity</c> when it is another number; 409 <c>insufficient_stock</c> when too little would be left.</exception>
    public Task Adjust(StockQuantity change, string reason, string? note, long? expected, CancellationToken cancellation) => Atomic(async () =>
    {
        var book = await StockBook.Open(db, [(change.VariantId, change.WarehouseId)], cancellation);
        var place = book.At(change.VariantId, change.WarehouseId);
        if (expected is not null && expected != place.OnHand)
            throw Refused.Conflict("stale_quantity", $"There are {place.OnHand} on hand, not {expected}.", new { place.OnHand });
        if (change.Quantity < 0 && -change.Quantity > Takeable(book, place))
            throw StockBook.Short([new(change.VariantId, -change.Quantity, Takeable(book, place))]);
        await book.Write([new(StockMovementKind.Adjusted, change.VariantId, place.WarehouseId, change.Quantity)], new(reason, note), cancellation);
        return true;
    }, cancellation);

    /// <summary>Adjusts stock so that as many as this can be sold: more goes to the default warehouse, less comes from there first.</summary>
    /// <param name="targets">Each variant once, with a quantity from zero; warehouses in it are not used.</param>
    public Task SetAvailable(IReadOnlyList<StockQuantity> targets, string reason, CancellationToken cancellation) => Atomic(async () =>
    {
        var book = await StockBook.Open(db, [.. targets.Select(t => (t.VariantId, (long?)null))], cancellation);
        await book.Write([.. targets.SelectMany(t => Towards(book, t))], new(reason), cancellation);
        return true;
    }, cancellation);

    /// <summary>Says how much of what is in a warehouse cannot be sold. Not a movement: nothing comes or goes.</summary>
    /// <param name="warehouseId">Null: the default one.</param>
    /// <exception cref="Refused">409 <c>insufficient_stock</c> when something promised would be withheld.</exception>
    public Task Withhold(long variantId, long? warehouseId, WithheldStock withheld, CancellationToken cancellation) => Atomic(async () =>
    {
        var book = await StockBook.Open(db, [(variantId, warehouseId)], cancellation);
        await book.Withhold(book.At(variantId, warehouseId), withheld, cancellation);
        return true;
    }, cancellation);

    /// <summary>Keeps stock for a cart or a channel until a time. In a named warehouse, or wherever it is, in parts if it must be.</summary>
    /// <exception cref="Refused">409 <c>insufficient_stock</c>; 422 for a time that is past or more than 90 days ahead.</exception>
    public Task<IReadOnlyList<Reservation>> Reserve(IReadOnlyList<StockQuantity> goods, ReservationTerms terms, CancellationToken cancellation) =>
        Atomic<IReadOnlyList<Reservation>>(async () =>
        {
            if (terms.ExpiresAt <= db.Now || terms.ExpiresAt > db.Now + Reservation.Longest)
                throw Refused.Invalid(nameof(terms.ExpiresAt), $"Must be in the future, at most {Reservation.Longest.TotalDays:0} days.");
            var book = await StockBook.Open(db, [.. goods.Select(g => (g.VariantId, g.WarehouseId))], cancellation);
            var tracked = goods.Where(g => book.Variants[g.VariantId].Tracks).ToList();
            var reservations = Route(book, [.. tracked.Where(g => g.WarehouseId is null).Select(g => new StockDemand(g.VariantId, g.Quantity))])
                .Concat(Named(book, tracked.Where(g => g.WarehouseId is not null)))
                .Select(s => Reservation.Create(s.VariantId, s.WarehouseId, s.Quantity, terms)).ToList();
            await book.Hold(reservations, cancellation);
            return reservations;
        }, cancellation);

    /// <summary>Ends a reservation, or gives back a part of it.</summary>
    /// <exception cref="Refused">409 <c>reservation_over</c> when it holds nothing any more.</exception>
    public Task Release(Reservation reservation, long? quantity, CancellationToken cancellation) => Atomic(() =>
    {
        if (!reservation.IsActive(db.Now))
            throw Refused.Conflict("reservation_over", "This reservation holds nothing any more.");
        if (quantity > reservation.Quantity)
            throw Refused.Conflict("reservation_smaller", $"This reservation holds {reservation.Quantity}.");
        reservation.Release(quantity ?? reservation.Quantity, db.Now);
        return Task.FromResult(true);
    }, cancellation);

    private Task<IReadOnlyList<AllocationPart>> Consume(
        long orderId, IReadOnlyList<LineQuantity>? lines, long? warehouseId, StockMovementKind kind, StockPaper paper, CancellationToken cancellation) =>
        Atomic<IReadOnlyList<AllocationPart>>(async () =>
        {
            var allocations = await db.StockAllocations.Where(a => a.OrderId == orderId).OrderBy(a => a.Id).ToListAsync(cancellation);
            var parts = Parts(allocations, lines, warehouseId);
            if (parts.Count == 0)
                return parts;
            var book = await StockBook.Open(db, [.. parts.Select(p => (p.Allocation.VariantId, (long?)p.Allocation.WarehouseId)).Distinct()], cancellation);
            foreach (var (allocation, quantity) in parts)
                if (kind == StockMovementKind.Shipped)
                    allocation.Ship(quantity);
                else
                    allocation.Release(quantity);
            await book.Write([.. parts.Select(p => new StockMove(kind, p.Allocation.VariantId, p.Allocation.WarehouseId, p.Quantity))], paper, cancellation);
            return parts;
        }, cancellation);

    private static List<AllocationPart> Parts(List<StockAllocation> allocations, IReadOnlyList<LineQuantity>? lines, long? warehouseId)
    {
        var usable = allocations.Where(a => a.Open > 0 && (warehouseId is null || a.WarehouseId == warehouseId)).ToList();
        if (lines is null)
            return [.. usable.Select(a => new AllocationPart(a, a.Open))];
        var parts = new List<AllocationPart>();
        foreach (var line in lines.GroupBy(l => l.OrderLineId, (id, all) => new LineQuantity(id, all.Sum(l => l.Quantity))))
        {
            var left = line.Quantity;
            foreach (var allocation in usable.Where(a => a.OrderLineId == line.OrderLineId && left > 0))
            {
                parts.Add(new(allocation, Math.Min(left, allocation.Open)));
                left -= parts[^1].Quantity;
            }

            if (left > 0 && allocations.Any(a => a.OrderLineId == line.OrderLineId))
                throw Refused.Conflict("not_allocated", $"Only {line.Quantity - left} of this line are allocated there and open.");
        }

        return parts;
    }

    private static IReadOnlyList<Sourced> Route(StockBook book, IReadOnlyList<StockDemand> demands)
    {
        var wanted = demands.GroupBy(d => d.VariantId).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => g.Sum(d => d.Quantity));
        var plan = Sourcing.Plan(
            wanted, [.. book.Places], book.Sources, book.Routing, book.Variants.Values.Where(v => v.AllowsBackorder).Select(v => v.Id).ToHashSet());
        return plan.Short.Count == 0 ? plan.Taken : throw StockBook.Short(plan.Short);
    }

    /// <summary>Deals what the warehouses give to the lines that wanted it, in their order.</summary>
    private static List<StockAllocation> PerLine(IReadOnlyList<StockDemand> demands, IReadOnlyList<Sourced> plan, long orderId)
    {
        var left = plan.Select(s => s.Quantity).ToArray();
        var allocations = new List<StockAllocation>();
        foreach (var demand in demands)
        {
            var wanted = demand.Quantity;
            for (var i = 0; i < left.Length && wanted > 0; i++)
                if (plan[i].VariantId == demand.VariantId && Math.Min(wanted, left[i]) is var part and > 0)
                {
                    allocations.Add(StockAllocation.Create(orderId, demand.OrderLineId, demand.VariantId, plan[i].WarehouseId, part));
                    (wanted, left[i]) = (wanted - part, left[i] - part);
                }
        }

        return allocations;
    }

    private static IEnumerable<Sourced> Named(StockBook book, IEnumerable<StockQuantity> goods)
    {
        var wanted = goods.GroupBy(g => book.At(g.VariantId, g.WarehouseId), (place, all) => (Place: place, Quantity: all.Sum(g => g.Quantity))).ToList();
        if (wanted.Any(w => !book.Sells(w.Place.WarehouseId)))
            throw Refused.Conflict("warehouse_inactive", "The stock of this warehouse is not for sale.");
        var lacking = wanted.Where(w => w.Quantity > w.Place.Available && !book.Variants[w.Place.VariantId].AllowsBackorder).ToList();
        return lacking.Count == 0
            ? wanted.Select(w => new Sourced(w.Place.VariantId, w.Place.WarehouseId, w.Quantity))
            : throw StockBook.Short([.. lacking.Select(w => new StockShortage(w.Place.VariantId, w.Quantity, w.Place.Available))]);
    }

    private static IEnumerable<StockMove> Towards(StockBook book, StockQuantity target)
    {
        var change = target.Quantity - book.Available(target.VariantId);
        if (change > 0)
            yield return new(StockMovementKind.Adjusted, target.VariantId, book.DefaultWarehouseId, change);
        foreach (var place in book.Places.Where(p => p.VariantId == target.VariantId && book.Sells(p.WarehouseId))
            .OrderByDescending(p => p.WarehouseId == book.DefaultWarehouseId).ThenBy(p => p.WarehouseId))
            if (Math.Min(-change, Math.Min(place.Available, place.OnHand)) is var part and > 0)
            {
                change += part;
                yield return new(StockMovementKind.Adjusted, target.VariantId, place.WarehouseId, -part);
            }
    }

    /// <summary>How many can be taken off the shelf without breaking a promise; of what may be backordered, all.</summary>
    private static long Takeable(StockBook book, StockPlace place) =>
        book.Variants[place.VariantId].AllowsBackorder ? place.OnHand : Math.Max(Math.Min(place.Available, place.OnHand), 0);

    private async Task<T> Atomic<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        if (db.Database.CurrentTransaction is not null)
            return await work();
        return await db.InTransaction(async () =>
        {
            var result = await work();
            await db.SaveChangesAsync(cancellation);
            return result;
        }, cancellation);
    }
}
