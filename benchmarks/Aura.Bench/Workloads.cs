namespace Aura.Bench;

/// <summary>All kinds of work, in the order in which they are measured.</summary>
internal static class Workloads
{
    /// <summary>Anew: some keep what they have prepared.</summary>
    public static IReadOnlyList<Workload> Create() =>
    [
        new ProductById("W1", "product by id, any") { Goal = 0.60 },
        new ProductById("W1hot", "product by id, 200 of them", hot: 200) { Goal = 1.0 },
        new ProductPage { Goal = 0.70 },
        new OrderPlaced { Goal = 0.50 },
        new OrderPlaced("W3rows", "the same, and the floor writes all of its rows", "/v2/orders/all"),
        new CheckoutDone("W3c", "whole checkout in 3 requests", 3) { Goal = 0.22 },
        new CheckoutDone("W3c6", "whole checkout in 6 requests", 6),
        new CouponTried(),
        new CouponUsed(),
        new CartAmongPromotions(),
        new DiscountCalculated(),
    ];

    /// <summary>Those that shall not get slower as a shop grows.</summary>
    public static bool Grows(Workload workload) => workload.Name is "W1" or "W2" or "W3" or "W3c" or "W4" or "W5";
}
