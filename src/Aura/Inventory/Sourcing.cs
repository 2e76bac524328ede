using Aura.Accounts;

namespace Aura.Inventory;

/// <param name="Quantity">Pieces, more than zero.</param>
/// <param name="OrderLineId">Kept with the allocation, so that a line can be shipped by itself.</param>
public sealed record StockDemand(long VariantId, long Quantity, long? OrderLineId = null);

/// <summary>What one warehouse has of one variant.</summary>
public sealed record StockPlace(long VariantId, long WarehouseId, long OnHand, long Allocated, long Unavailable, long Held)
{
    /// <summary>What can be promised; negative while backorders wait.</summary>
    public long Available => OnHand - Allocated - Unavailable - Held;
}

/// <summary>A warehouse that sells; the lower priority is asked first.</summary>
public sealed record StockSource(long WarehouseId, int Priority);

/// <summary>So many of a variant from this warehouse.</summary>
public sealed record Sourced(long VariantId, long WarehouseId, long Quantity);

/// <summary>More was wanted of a variant than can be promised.</summary>
public sealed record StockShortage(long VariantId, long Requested, long Available);

/// <param name="Short">When it is not empty, nothing is to be taken.</param>
public sealed record SourcingPlan(IReadOnlyList<Sourced> Taken, IReadOnlyList<StockShortage> Short);

/// <summary>Decides which warehouse serves what. One warehouse that has everything is preferred; else each variant is split greedily.</summary>
public static class Sourcing
{
    /// <param name="wanted">Pieces by variant, each variant once.</param>
    /// <param name="places">The levels of these variants; those outside <paramref name="sources"/> are not used.</param>
    /// <param name="backorder">Variants that may be promised beyond the stock: the rest comes from the first warehouse.</param>
    public static SourcingPlan Plan(
        IReadOnlyDictionary<long, long> wanted, IReadOnlyList<StockPlace> places, IReadOnlyList<StockSource> sources, StockRouting routing,
        IReadOnlySet<long> backorder)
    {
        var rank = sources.OrderBy(s => s.Priority).ThenBy(s => s.WarehouseId).Select((s, at) => (s.WarehouseId, at)).ToDictionary(s => s.WarehouseId, s => s.at);
        var byVariant = places.Where(p => rank.ContainsKey(p.WarehouseId)).ToLookup(p => p.VariantId);
        if (Whole(wanted, byVariant, rank, routing) is { } whole)
            return new([.. wanted.Select(w => new Sourced(w.Key, whole, w.Value))], []);

        var (taken, shortages) = (new List<Sourced>(), new List<StockShortage>());
        foreach (var (variant, quantity) in wanted)
        {
            var ranked = Ranked(byVariant[variant], rank, routing);
            var left = Greedy(variant, quantity, ranked, taken);
            if (left == 0)
                continue;
            if (backorder.Contains(variant) && ranked.Count > 0)
                Add(taken, new(variant, ranked[0].WarehouseId, left));
            else
                shortages.Add(new(variant, quantity, quantity - left));
        }

        return new(taken, shortages);
    }

    /// <summary>The first warehouse that has all of everything.</summary>
    private static long? Whole(IReadOnlyDictionary<long, long> wanted, ILookup<long, StockPlace> places, Dictionary<long, int> rank, StockRouting routing) => wanted
        .SelectMany(w => places[w.Key].Where(p => p.Available >= w.Value))
        .GroupBy(p => p.WarehouseId)
        .Where(warehouse => warehouse.Count() == wanted.Count)
        .OrderByDescending(warehouse => routing == StockRouting.HighestStock ? warehouse.Sum(p => p.Available) : 0)
        .ThenBy(warehouse => rank[warehouse.Key])
        .Select(warehouse => (long?)warehouse.Key)
        .FirstOrDefault();

    private static List<StockPlace> Ranked(IEnumerable<StockPlace> places, Dictionary<long, int> rank, StockRouting routing) =>
        [.. places.OrderByDescending(p => routing == StockRouting.HighestStock ? p.Available : 0).ThenBy(p => rank[p.WarehouseId])];

    /// <returns>What nobody has.</returns>
    private static long Greedy(long variant, long quantity, List<StockPlace> ranked, List<Sourced> taken)
    {
        foreach (var place in ranked.Where(p => p.Available > 0))
        {
            var part = Math.Min(quantity, place.Available);
            taken.Add(new(variant, place.WarehouseId, part));
            quantity -= part;
            if (quantity == 0)
                break;
        }

        return quantity;
    }

    private static void Add(List<Sourced> taken, Sourced more)
    {
        var at = taken.FindIndex(t => t.VariantId == more.VariantId && t.WarehouseId == more.WarehouseId);
        if (at < 0)
            taken.Add(more);
        else
            taken[at] = more with { Quantity = taken[at].Quantity + more.Quantity };
    }
}
