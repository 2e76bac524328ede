using Aura.Persistence;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.AbTests;

/// <summary>What an arm has to show for the current phase.</summary>
/// <param name="Impressions">Units that were exposed, and impressions that were tracked without saying whose.</param>
/// <param name="Conversions">Orders.</param>
/// <param name="Converted">Units that converted, however often, and conversions that were tracked without saying whose.</param>
/// <param name="UniqueCustomers">Customers and sessions among those.</param>
/// <param name="RevenueSquares">Sum over units of the square of what each spent, in the square of major units.</param>
public sealed record ArmFigures(
    AbArm Arm, decimal Share, long Impressions, long Conversions, long Converted, long UniqueCustomers, Money Discount, Money Revenue, decimal RevenueSquares)
{
    /// <summary>Percent of the exposed that converted, two decimals; null without exposures.</summary>
    public decimal? ConversionRate => Percent(Converted, Impressions);

    /// <summary>Revenue per order; null without orders.</summary>
    public decimal? AverageOrderValue => Conversions == 0 ? null : Money.Round(Revenue.Amount / Conversions, Revenue.Currency).Amount;

    /// <summary>(revenue − discount) / discount, in percent, one decimal; null while nothing was given.</summary>
    public decimal? ReturnOnDiscount => Discount.Minor == 0 ? null : Math.Round((Revenue - Discount).Amount / Discount.Amount * 100, 1, MidpointRounding.AwayFromZero);

    public Arm ToArm() => new(Arm.VariantId, Share, Impressions, Converted, Revenue.Amount, RevenueSquares);

    private static decimal? Percent(long part, long whole) => whole == 0 ? null : Math.Round(100m * part / whole, 2, MidpointRounding.AwayFromZero);
}

/// <summary>What a test has shown so far, or at its end.</summary>
/// <param name="Arms">The control, then the variants.</param>
/// <param name="Verdict">Null where counts are impossible: more was tracked as converted than as exposed.</param>
/// <param name="RequiredSampleSize">Exposures that each arm needs to find the test's smallest improvement with 80 percent chance at one look; null
/// while the control shows nothing to start from.</param>
public sealed record AbResults(AbTest Test, IReadOnlyList<ArmFigures> Arms, TestPlan Plan, Verdict? Verdict, long? RequiredSampleSize)
{
    /// <summary>The chance to find the smallest improvement that <see cref="RequiredSampleSize"/> is for, percent.</summary>
    public const int Power = 80;

    public static AbResults Of(AbTest test, IReadOnlyList<ArmFigures> arms)
    {
        var plan = new TestPlan(test.Metric)
        {
            ConfidenceLevel = (double)test.ConfidenceLevel, MinimumSampleSize = test.MinimumSampleSize, Sequential = test.Sequential,
        };
        var counted = arms.Select(arm => arm.ToArm()).ToList();
        var possible = arms.All(arm => arm.Converted <= arm.Impressions);
        return new(test, arms, plan, possible ? Verdict.Of(plan, counted[0], counted[1..], test.HorizonReached) : null, possible ? Required(test, plan, counted) : null);
    }

    private static long? Required(AbTest test, TestPlan plan, List<Arm> arms)
    {
        var (control, lift) = (arms[0], (double)test.MinimumEffect / 100);
        if (control.Exposures == 0)
            return null;
        if (test.Metric == SuccessMetric.ConversionRate)
            return (double)control.Conversions / control.Exposures is > 0 and < 1 and var rate && rate * (1 + lift) < 1
                ? SampleSize.OfRates(rate, lift, plan.Alpha, Power / 100.0, arms.Count - 1)
                : null;
        var spent = Sample.OfSums(control.Exposures, control.Revenue, control.RevenueSquares);
        return spent is { Mean: > 0, Variance: > 0 } ? SampleSize.OfMeans(Math.Sqrt(spent.Variance), spent.Mean * lift, plan.Alpha, Power / 100.0, arms.Count - 1) : null;
    }
}

public static class AbResultQueries
{
    /// <summary>Works the results out from the counters: a few rows for each arm, however many units there are.</summary>
    /// <param name="test">With its arms and their promotions.</param>
    public static async Task<AbResults> Results(this AuraDb db, AbTest test, CancellationToken cancellation)
    {
        var sums = await db.AbCounters.Where(c => c.TestId == test.Id && c.Phase == test.Phase).GroupBy(c => c.Arm).Select(part => new
        {
            part.Key,
            Impressions = part.Sum(c => c.Units + c.AnonymousImpressions),
            Conversions = part.Sum(c => c.Conversions),
            Anonymous = part.Sum(c => c.AnonymousConversions),
            Converted = part.Sum(c => c.Converted),
            Revenue = part.Sum(c => c.Revenue),
            Squares = part.Sum(c => c.RevenueSquares),
            Discount = part.Sum(c => c.Discount),
        }).ToDictionaryAsync(part => part.Key, cancellation);
        var square = (decimal)test.Currency.Scale * test.Currency.Scale;
        return AbResults.Of(test, [.. test.Arms.OrderBy(arm => arm.Position).Zip(test.Shares, (arm, share) => sums.TryGetValue(arm.Position, out var sum)
            ? new ArmFigures(arm, share, sum.Impressions, sum.Conversions, sum.Converted + sum.Anonymous, sum.Converted,
                new(sum.Discount, test.Currency), new(sum.Revenue, test.Currency), sum.Squares / square)
            : new ArmFigures(arm, share, 0, 0, 0, 0, Money.Zero(test.Currency), Money.Zero(test.Currency), 0))]);
    }
}
