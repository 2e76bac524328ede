namespace Aura.Orders;

public enum OrderStatus
{
    Pending,
    Processing,
    Shipped,
    Delivered,
    Cancelled,
}

/// <summary>Follows from the payments; nobody sets it.</summary>
public enum OrderPaymentStatus
{
    /// <summary>Nothing, a part, or a reservation of the money is there.</summary>
    Pending,
    Paid,
    /// <summary>The last attempt was declined, and nothing is held.</summary>
    Failed,
    /// <summary>What was paid has been given back.</summary>
    Refunded,
}

/// <summary>Follows from the fulfilments; nobody sets it.</summary>
public enum FulfillmentStatus
{
    Unfulfilled,
    Partial,
    Fulfilled,
}

public static class OrderStatuses
{
    /// <summary>Where an order can go from a status; nowhere from delivered and cancelled.</summary>
    public static IReadOnlyList<OrderStatus> Next(this OrderStatus status) => status switch
    {
        OrderStatus.Pending => [OrderStatus.Processing, OrderStatus.Cancelled],
        OrderStatus.Processing => [OrderStatus.Shipped, OrderStatus.Cancelled],
        OrderStatus.Shipped => [OrderStatus.Delivered],
        _ => [],
    };
}
