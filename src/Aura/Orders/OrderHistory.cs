using Aura.Persistence;

namespace Aura.Orders;

public enum OrderFact
{
    Created,
    StatusChanged,
    PaymentChanged,
    Fulfilled,
    TrackingChanged,
    Delivered,
    Held,
    Released,
    Edited,
    Cancelled,
    Paid,
    Refunded,
    RefundFailed,
    ReturnRequested,
    ReturnChanged,
}

/// <summary>Something that happened to an order: appended, never edited.</summary>
public sealed class OrderHistoryEntry : StoreRow, IIdentified
{
    public static string Prefix => "ohist";
    public static string Noun => "history entry";

    public long OrderId { get; private init; }
    public OrderFact Kind { get; private init; }

    /// <summary>The status before and after, where it changed.</summary>
    public string? FromStatus { get; private init; }

    public string? ToStatus { get; private init; }

    /// <summary>What the one who did it says about it.</summary>
    public string? Note { get; private init; }

    public string Actor { get; private init; } = "";
    public DateTime CreatedAt { get; private init; }

    internal static OrderHistoryEntry Of(Order order, OrderFact kind, string? note, string? from, string? to, AuraDb db) => new()
    {
        OrderId = order.Id,
        Kind = kind,
        FromStatus = from,
        ToStatus = to,
        Note = note,
        Actor = db.Caller.Actor,
        CreatedAt = db.Now,
    };
}

public static class OrderHistory
{
    /// <summary>Adds to the history of an order, with the next save.</summary>
    public static void Record(this AuraDb db, Order order, OrderFact kind, string? note = null) =>
        db.Append(OrderHistoryEntry.Of(order, kind, note, null, null, db));

    /// <summary>Adds a change of a status.</summary>
    public static void Record<T>(this AuraDb db, Order order, OrderFact kind, T from, T to, string? note = null) where T : struct, Enum =>
        db.Append(OrderHistoryEntry.Of(order, kind, note, Words<T>.Of(from), Words<T>.Of(to), db));
}
