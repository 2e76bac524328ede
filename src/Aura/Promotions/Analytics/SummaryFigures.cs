using Aura.Statistics;

namespace Aura.Promotions.Analytics;

/// <summary>The figures of a period that an executive summary is made of. Amounts are minor units of one currency.</summary>
/// <param name="Orders">Orders and tracked conversions with promotions, each once.</param>
/// <param name="Revenue">Of those, after discounts, without shipping and tax.</param>
/// <param name="Cost">Discounts and credit given with them.</param>
/// <param name="Margin">Of each of those: revenue − (1 + benchmark/100) × cost, in minor units; above zero where it beats the benchmark.</param>
/// <param name="Acquired">Customers whose first order was in the period and had a promotion.</param>
/// <param name="With">Orders of the store with a promotion.</param>
/// <param name="Without">Orders of the store without.</param>
public sealed record SummaryFigures(long Orders, long Revenue, long Cost, Sample Margin, long Acquired, OrderGroup With, OrderGroup Without)
{
    public long Net => Revenue - Cost;

    public decimal? Roi => Ratio.Roi(Revenue, Cost);

    /// <summary>How many more of a hundred buyers came back within the period, if their first order in it had a promotion; null without buyers of both kinds.</summary>
    public decimal? RetentionImprovement => With.RepeatRate - Without.RepeatRate;
}

/// <summary>Orders of the store that were placed and not cancelled, with or without a promotion.</summary>
/// <param name="Value">Goods after discounts, of each order, in minor units.</param>
/// <param name="Buyers">Whose first order in the period is of this group.</param>
/// <param name="Repeated">Those of them who ordered again in the period.</param>
public sealed record OrderGroup(Sample Value, long Buyers, long Repeated)
{
    /// <summary>In percent.</summary>
    public decimal? RepeatRate => Ratio.Percent(Repeated, Buyers);
}

/// <summary>A promotion by its single uses.</summary>
/// <param name="Net">Revenue less discount of each use, in minor units.</param>
public sealed record PromotionUses(PromotionPerformance Promotion, Sample Net);

/// <summary>Buyers with a tag.</summary>
/// <param name="Promoted">Those of them who had a promotion.</param>
/// <param name="Targeting">Active promotions that are for the tag.</param>
public sealed record TaggedBuyers(string Tag, long Buyers, long Promoted, int Targeting);

/// <summary>An active promotion with a limit.</summary>
/// <param name="Left">Uses, or minor units of the budget.</param>
/// <param name="PerDay">What went of it on each whole day of the period that is over, in the same unit.</param>
/// <param name="DaysLeft">Until its end.</param>
public sealed record LimitAhead(PromotionPerformance Promotion, bool IsBudget, long Left, Sample PerDay, double DaysLeft);

/// <summary>Everything that the rules look at.</summary>
public sealed record SummaryData(PromotionReport Report, SummaryFigures Figures, decimal? RoiBenchmark)
{
    public IReadOnlyList<PromotionUses> Uses { get; init; } = [];

    public IReadOnlyList<TaggedBuyers> Tags { get; init; } = [];

    /// <summary>Buyers who are known customers, and those of them who had a promotion.</summary>
    public (long Buyers, long Promoted) Customers { get; init; }

    public int ActivePromotions { get; init; }

    public IReadOnlyList<LimitAhead> Limits { get; init; } = [];
}
