namespace Aura.Promotions.Simulation;

/// <summary>What a promotion would have done to past orders. All amounts are minor units of <see cref="Currency"/>.</summary>
/// <param name="Until">The first instant behind the orders, UTC.</param>
/// <param name="Found">Orders in the period that were placed, not cancelled, and in the currency.</param>
/// <param name="Elsewhere">Those in other currencies, which the promotion cannot touch.</param>
/// <param name="Every">One of so many orders was replayed; 1: all.</param>
public sealed record SimulationResult(
    long PromotionId, Currency Currency, DateTime From, DateTime Until, long Found, long Elsewhere, int Every)
{
    public long Replayed { get; init; }

    /// <summary>Orders that the promotion would have given something.</summary>
    public long Touched { get; init; }

    /// <summary>What it would have given: off goods, off shipping, and as credit.</summary>
    public long Cost { get; init; }

    /// <summary>By how much all promotions together would have given more than without it: it may stand in for others.</summary>
    public long ExtraCost { get; init; }

    /// <summary>Goods of all replayed orders, less what the active promotions take off.</summary>
    public long Revenue { get; init; }

    /// <summary>The same, of the touched orders alone.</summary>
    public long RevenueTouched { get; init; }

    public DiscountSpread? PerOrder { get; init; }

    /// <summary>Active promotions that it would have met, by id.</summary>
    public IReadOnlyList<SimulatedConflict> Conflicts { get; init; } = [];

    /// <summary>The order from whose goods the largest part would have been taken; null where nothing was taken from any.</summary>
    public SimulatedStack? Worst { get; init; }

    public SimulatedLimits Limits { get; init; } = new();

    /// <summary>Days with replayed orders, in order.</summary>
    public IReadOnlyList<SimulatedDay> Days { get; init; } = [];
}

/// <summary>What the touched orders were given, each, in minor units: order statistics without interpolation (nearest rank).</summary>
public sealed record DiscountSpread(long Least, long Quarter, long Median, long ThreeQuarters, long NinetyPercent, long Most, long Mean)
{
    /// <returns>Null for none.</returns>
    public static DiscountSpread? Of(IEnumerable<long> amounts)
    {
        long[] sorted = [.. amounts.Order()];
        return sorted.Length == 0 ? null
            : new(sorted[0], At(25), At(50), At(75), At(90), sorted[^1], Money.Round((decimal)sorted.Sum() / sorted.Length, Currency.Jpy).Minor);

        long At(int percent) => sorted[Math.Max(0, (int)Math.Ceiling(percent / 100m * sorted.Length) - 1)];
    }
}

/// <param name="Excluded">Orders in which the simulated promotion would have kept this one from applying.</param>
/// <param name="Excludes">Orders in which this one would have kept the simulated promotion from applying.</param>
/// <param name="Changed">Orders in which both apply and this one gives another amount than without the simulated one.</param>
/// <param name="Difference">Minor units that this one would have given more (above 0) or less, over all orders.</param>
/// <param name="Orders">Some of those orders.</param>
public sealed record SimulatedConflict(long PromotionId, string Name, long Excluded, long Excludes, long Changed, long Difference, IReadOnlyList<long> Orders);

/// <param name="Percent">Of the goods, 0 to 100.</param>
/// <param name="Without">The same without the simulated promotion.</param>
public sealed record SimulatedStack(long OrderId, long Subtotal, long Discount, decimal Percent, decimal Without, IReadOnlyList<StackedDiscount> Promotions);

public sealed record StackedDiscount(long PromotionId, string Name, long Amount);

/// <summary>How far its own limits would have carried it, from none used.</summary>
/// <param name="Refused">Orders that it would have touched but for a limit.</param>
/// <param name="Clipped">Orders that got the rest of a budget.</param>
public sealed record SimulatedLimits(long Refused = 0, long Clipped = 0)
{
    public DateTime? UsesExhaustedAt { get; init; }
    public DateTime? BudgetExhaustedAt { get; init; }
}

/// <param name="Cost">Minor units.</param>
public sealed record SimulatedDay(DateOnly Date, long Orders, long Touched, long Cost, long Refused);
