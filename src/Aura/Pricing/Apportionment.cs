namespace Aura.Pricing;

/// <summary>Shares a discount among lines, to the minor unit. There is no other place where one is shared.</summary>
/// <remarks>Odd minor units go to the earlier of two equal remainders, so the portions are brought into an order that does not depend
/// on how the cart was sorted: by tax rate, the larger first, then by the id of the line.</remarks>
internal static class Apportionment
{
    /// <summary>In proportion to the net amounts: first among the tax rates, so that each tax base falls by its part of the
    /// discount, then among the lines of a rate. What a discount on the order is shared by.</summary>
    /// <param name="portions">Come back sorted by the ids of their lines.</param>
    /// <returns>What was shared: the amount, or all the room there is.</returns>
    public static long ByNet(long amount, Span<Portion> portions)
    {
        foreach (ref var portion in portions)
            portion.Weight = portion.Line.Tax.NetOf(portion.Room);
        return Share(amount, portions, rates: true);
    }

    /// <summary>In proportion to the weights that the portions have. What a discount on the lines themselves is shared by.</summary>
    /// <inheritdoc cref="ByNet"/>
    public static long ByWeight(long amount, Span<Portion> portions) => Share(amount, portions, rates: false);

    private static long Share(long amount, Span<Portion> portions, bool rates)
    {
        var (order, open) = (Order(portions, rates), new int[portions.Length]);
        var room = 0L;
        foreach (ref var portion in portions)
            room += portion.Room;
        var shared = Math.Min(amount, room);
        for (var left = shared; left > 0;)
            left -= Round(left, portions, Open(portions, order, open), rates);
        return shared;
    }

    private static Span<int> Open(Span<Portion> portions, UInt128[] order, int[] open)
    {
        var count = 0;
        foreach (var key in order)
            if (portions[(int)(uint)key].Left > 0)
                open[count++] = (int)(uint)key;
        return open.AsSpan(0, count);
    }

    /// <summary>Rate, room from high to low, and place as one number each, which sorts far faster than by comparing three.</summary>
    private static UInt128[] Order(Span<Portion> portions, bool rates)
    {
        SortById(portions);
        var order = new UInt128[portions.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = ((UInt128)(rates ? portions[i].Line.Rate : 0) << 96) | ((UInt128)(long.MaxValue - portions[i].Room) << 32) | (uint)i;
        Array.Sort(order);
        return order;
    }

    private static void SortById(Span<Portion> portions)
    {
        for (var i = 1; i < portions.Length; i++)
            if (portions[i - 1].Line.Line.Id > portions[i].Line.Line.Id)
            {
                portions.Sort((a, b) => a.Line.Line.Id.CompareTo(b.Line.Line.Id));
                return;
            }
    }

    /// <summary>One round. With tax in the prices a line can be given more than it has left (its net share of a gross amount);
    /// the excess goes into the next round, among the others.</summary>
    private static long Round(long amount, Span<Portion> portions, ReadOnlySpan<int> open, bool rates)
    {
        var weights = new long[open.Length];
        var groups = new List<(int Start, long Weight)>();
        var net = 0L;
        for (var i = 0; i < open.Length; i++)
        {
            net += weights[i] = portions[open[i]].Weight;
            if (i == 0 || rates && portions[open[i]].Line.Rate != portions[open[i - 1]].Line.Rate)
                groups.Add((i, 0));
            groups[^1] = (groups[^1].Start, groups[^1].Weight + weights[i]);
        }

        var perGroup = groups.Count == 1 ? [amount] : Allocation.Split(amount, [.. groups.Select(group => group.Weight)]);
        var perWeight = (decimal)amount / (net == 0 ? open.Length : net);
        var parts = new long[open.Length];
        var taken = 0L;
        for (var group = 0; group < groups.Count; group++)
        {
            var (start, end) = (groups[group].Start, group + 1 < groups.Count ? groups[group + 1].Start : open.Length);
            Allocation.Split(perGroup[group], weights.AsSpan(start..end), parts.AsSpan(start..end));
            for (var i = start; i < end; i++)
                taken += portions[open[i]].Take(parts[i], net == 0 ? perWeight : perWeight * weights[i]);
        }

        return taken;
    }
}

/// <summary>The part of a line that a discount may take from.</summary>
/// <param name="Line">The line.</param>
/// <param name="Room">The most that may be taken from it, in minor units.</param>
/// <param name="Units">How many units of the line it is.</param>
internal record struct Portion(DiscountedLine Line, long Room, int Units)
{
    public long Weight { get; set; }
    public long Taken { get; private set; }

    /// <summary>Its share before rounding.</summary>
    public decimal Exact { get; private set; }

    public readonly long Left => Room - Taken;

    /// <summary>Minor units that rounding gave (above 0) or took (below 0).</summary>
    public readonly decimal Rounding => Math.Round(Taken - Exact, 6);

    public long Take(long amount, decimal exact)
    {
        Exact += Math.Min(exact, Left);
        amount = Math.Min(amount, Left);
        Taken += amount;
        return amount;
    }
}
