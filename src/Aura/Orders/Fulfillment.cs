using Aura.Inventory;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Orders;

public enum ParcelStatus
{
    Shipped,
    Delivered,
}

/// <summary>Goods of an order that were handed over together.</summary>
public sealed class Fulfillment : StoreEntity, IAudited
{
    public static string Prefix => "ful";
    public static string Noun => "fulfillment";

    private readonly List<FulfillmentLine> lines = [];

    public long OrderId { get; private init; }
    public ParcelStatus Status { get; private set; }
    public string? Carrier { get; private set; }
    public string? TrackingNumber { get; private set; }
    public string? TrackingUrl { get; private set; }
    public DateTime ShippedAt { get; private init; }
    public DateTime? DeliveredAt { get; private set; }
    public IReadOnlyList<FulfillmentLine> Lines => lines;

    internal static Fulfillment Create(long orderId, DateTime now) => new() { OrderId = orderId, ShippedAt = now };

    /// <summary>What was shipped of a line: from the warehouses that gave it, and without one where its stock is not counted.</summary>
    internal void Add(OrderLine line, int units, IEnumerable<AllocationPart> parts)
    {
        foreach (var part in parts)
            lines.Add(new(line.Id, part.Allocation.WarehouseId, (int)part.Quantity));
        var counted = lines.Where(own => own.OrderLineId == line.Id).Sum(own => own.Quantity);
        if (counted < units)
            lines.Add(new(line.Id, null, units - counted));
    }

    public void Track(string? carrier, string? number, string? url) => (Carrier, TrackingNumber, TrackingUrl) = (carrier, number, url);

    /// <returns>False where it had arrived already.</returns>
    public bool Deliver(DateTime now)
    {
        if (Status == ParcelStatus.Delivered)
            return false;
        (Status, DeliveredAt) = (ParcelStatus.Delivered, now);
        return true;
    }
}

/// <summary>Units of an order line from one warehouse.</summary>
public sealed class FulfillmentLine : StoreRow
{
    private FulfillmentLine()
    {
    }

    internal FulfillmentLine(long orderLineId, long? warehouseId, int quantity) =>
        (OrderLineId, WarehouseId, Quantity) = (orderLineId, warehouseId, quantity);

    public long FulfillmentId { get; private set; }
    public long OrderLineId { get; private init; }

    /// <summary>Null where the stock of the variant is not counted.</summary>
    public long? WarehouseId { get; private init; }

    public int Quantity { get; private init; }

    /// <summary>Units that came back here and were put on the shelf.</summary>
    public int Restocked { get; private set; }

    internal void Restock(int units) => Restocked += units;
}

internal sealed class FulfillmentMapping : IEntityTypeConfiguration<Fulfillment>
{
    public void Configure(EntityTypeBuilder<Fulfillment> fulfillment)
    {
        fulfillment.HasMany(f => f.Lines).WithOne().HasForeignKey(line => new { line.TenantId, line.FulfillmentId });
        fulfillment.Navigation(f => f.Lines).HasField("lines");
    }
}
