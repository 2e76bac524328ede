using Aura.Statistics;

namespace Aura.Winback.Insights;

/// <summary>Carts of a kind are left more, or less, often than the others, and not by chance.</summary>
/// <param name="Share">Of all carts that were left, from 0 to 1.</param>
/// <param name="Rate">How many of this kind are left, from 0 to 1.</param>
/// <param name="OtherRate">How many of the others.</param>
/// <param name="PValue">Two-sided, corrected for all kinds that were looked at (Holm).</param>
public sealed record CartPattern(CartGrouping By, string Group, long Carts, long Abandoned, double Share, double Rate, double OtherRate, double PValue)
{
    public const double Alpha = 0.05;

    /// <summary>Fewer carts of a kind, or fewer others, say nothing.</summary>
    public const int LeastCarts = 30;

    /// <summary>Those that differ from all others together, the surest first.</summary>
    public static IReadOnlyList<CartPattern> Find(IReadOnlyDictionary<CartGrouping, IReadOnlyList<CartGroup>> groupings)
    {
        var compared = new List<(CartGrouping By, CartGroup Group, long OtherCarts, long OtherAbandoned, double P)>();
        foreach (var (by, groups) in groupings)
        {
            var (carts, abandoned) = (groups.Sum(group => group.Carts), groups.Sum(group => group.Abandoned));
            foreach (var group in groups.Where(group => group.Group is not null && group.Carts >= LeastCarts && carts - group.Carts >= LeastCarts))
                compared.Add((by, group, carts - group.Carts, abandoned - group.Abandoned,
                    TwoProportionTest.Of(abandoned - group.Abandoned, carts - group.Carts, group.Abandoned, group.Carts).PTwoSided));
        }

        var adjusted = HolmCorrection.Adjust([.. compared.Select(pair => pair.P)]);
        return
        [
            .. from pair in compared.Zip(adjusted)
               let one = pair.First
               where pair.Second < Alpha
               orderby pair.Second, one.By, one.Group.Group
               select new CartPattern(one.By, one.Group.Group!, one.Group.Carts, one.Group.Abandoned, one.Group.Abandoned / (double)Math.Max(1, one.Group.Abandoned + one.OtherAbandoned),
                   (double)one.Group.Abandoned / one.Group.Carts, (double)one.OtherAbandoned / one.OtherCarts, pair.Second),
        ];
    }
}
