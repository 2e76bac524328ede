using System.Text.Json.Serialization;
using Aura.Promotions;
using Aura.Promotions.AbTests;
using Aura.Server.Http;
using Aura.Statistics;

namespace Aura.Server.PromotionsV1;

public enum VariantType
{
    Control,
    Variant,
}

public enum Significance
{
    Significant,
    NotSignificant,
}

/// <param name="Phase">Of which everything here is: other percentages begin a new one.</param>
/// <param name="Winner">Null unless a variant is significantly better than the control; no_winner_reason says why.</param>
public sealed record AbResultsResponse(
    string TestId, string TestName, AbTestStatus TestStatus, DateTime? StartedAt, DateTime? EndsAt, DateTime? EndedAt, int Phase, SuccessMetric SuccessMetric, Currency Currency,
    IReadOnlyList<VariantResults> VariantResults, StatisticalAnalysis StatisticalAnalysis, WinningVariant? Winner, string? NoWinnerReason, DateTime GeneratedAt)
{
    public static AbResultsResponse Of(AbResults results, DateTime now)
    {
        var (test, verdict) = (results.Test, results.Verdict);
        return new(test.Key, test.Name, test.Status, test.StartedAt, test.EndsAt, test.EndedAt, test.Phase, test.Metric, test.Currency,
            [.. results.Arms.Select(arm => PromotionsV1.VariantResults.Of(arm, test, now))], StatisticalAnalysis.Of(results),
            verdict?.Winner is { } winner ? WinningVariant.Of(winner, results.Arms.First(arm => arm.Arm.VariantId == winner.VariantId)) : null,
            verdict is null ? "impossible_counts" : verdict.WhyNoWinner is { } why ? Words<NoWinner>.Of(why) : null, now);
    }

    /// <summary>Two decimals, as people read them; null for what is no number.</summary>
    internal static decimal? Shown(double? value, int digits = 2) =>
        value is { } number && Math.Abs(number) < 1e15 ? Math.Round((decimal)number, digits, MidpointRounding.AwayFromZero) : null;
}

/// <param name="Status">Of the promotion.</param>
public sealed record VariantResults(
    string VariantId, VariantType VariantType, Number<Promotion> PromotionId, string PromotionName, decimal TrafficPercentage, VariantMetrics Metrics, PromotionStatus Status)
{
    public static VariantResults Of(ArmFigures figures, AbTest test, DateTime now) => new(
        figures.Arm.VariantId, figures.Arm.Position == 0 ? VariantType.Control : VariantType.Variant, figures.Arm.PromotionId, figures.Arm.Promotion.Name,
        figures.Share, VariantMetrics.Of(figures), figures.Arm.Promotion.StatusAt(now));
}

/// <param name="Impressions">Customers and sessions that were assigned, each once, and impressions that were tracked without saying whose.</param>
/// <param name="Conversions">Orders.</param>
/// <param name="ConversionRate">Percent of the exposed that ordered, however often each did; null without impressions.</param>
/// <param name="UniqueCustomers">Customers and sessions that ordered.</param>
/// <param name="TotalDiscount">What the promotion of the variant gave.</param>
/// <param name="TotalRevenue">After discounts, without shipping and tax.</param>
/// <param name="AvgOrderValue">Revenue by orders; null without orders.</param>
/// <param name="RoiPercentage">(revenue - discount) / discount, in percent; null while nothing was given.</param>
public sealed record VariantMetrics(
    long Impressions, long Conversions, decimal? ConversionRate, long UniqueCustomers, decimal TotalDiscount, decimal TotalRevenue, decimal? AvgOrderValue, decimal? RoiPercentage)
{
    public static VariantMetrics Of(ArmFigures figures) => new(figures.Impressions, figures.Conversions, figures.ConversionRate, figures.UniqueCustomers,
        figures.Discount.Amount, figures.Revenue.Amount, figures.AverageOrderValue, figures.ReturnOnDiscount);
}

/// <param name="Sequential">Figures are valid at any look; otherwise only at the planned end.</param>
/// <param name="MinimumSampleReached">Each variant has the exposures that the test asks for.</param>
/// <param name="RequiredSampleSize">Null while the control shows nothing to start from.</param>
public sealed record StatisticalAnalysis(
    string ControlVariant, IReadOnlyList<VariantComparison> VariantComparisons, Significance OverallSignificance, bool Sequential, decimal RequiredConfidence,
    SampleRatio? SampleRatio, bool MinimumSampleReached, RequiredSample? RequiredSampleSize)
{
    public static StatisticalAnalysis Of(AbResults results)
    {
        var (test, verdict) = (results.Test, results.Verdict);
        return new(AbTest.Control,
            [.. results.Arms.Skip(1).Select((arm, index) => VariantComparison.Of(arm.Arm.VariantId, verdict?.Comparisons[index], test.Metric))],
            Significant(verdict?.Significant), test.Sequential, test.ConfidenceLevel,
            verdict is null ? null : new(AbResultsResponse.Shown(verdict.SampleRatio.PValue, 6), verdict.SampleRatio.Mismatch),
            results.Arms.All(arm => arm.Impressions >= test.MinimumSampleSize),
            results.RequiredSampleSize is { } size ? new(size, test.MinimumEffect, AbResults.Power) : null);
    }

    internal static Significance Significant(bool? significant) => significant == true ? Significance.Significant : Significance.NotSignificant;
}

/// <param name="P">How likely shares as uneven as these are by chance.</param>
/// <param name="Mismatch">Below 0.001: assignment or counting is broken, and no figure can be trusted.</param>
public sealed record SampleRatio(decimal? P, bool Mismatch);

/// <param name="PerVariant">Exposures.</param>
/// <param name="ForImprovement">The smallest improvement worth finding, in percent.</param>
/// <param name="Power">The chance to find it at one look, in percent; a sequential test needs more.</param>
public sealed record RequiredSample(long PerVariant, decimal ForImprovement, int Power);

/// <param name="ConfidenceLevel">100 (1 - p_value), two-sided, of a single look.</param>
/// <param name="Improvement">On the control, in percent; null where the control has nothing to improve on.</param>
/// <param name="PValue">Of a single look.</param>
/// <param name="SequentialPValue">Valid at any look.</param>
/// <param name="AdjustedPValue">The one that decides, corrected for the number of variants.</param>
/// <param name="Interval">Of the improvement, in percent, for all variants together; null where units do not differ.</param>
/// <param name="ChanceToBeatControl">Percent.</param>
/// <param name="ExpectedLoss">What choosing this variant loses on average where the control is better after all: conversions per 100 exposed, or revenue per exposed.</param>
public sealed record VariantComparison(
    string VariantId, Significance Significance, decimal? ConfidenceLevel, decimal? Improvement, decimal? PValue, decimal? SequentialPValue, decimal? AdjustedPValue,
    ImprovementInterval? Interval, decimal? ChanceToBeatControl, decimal? ExpectedLoss)
{
    public static VariantComparison Of(string variant, Comparison? comparison, SuccessMetric metric) => comparison is null
        ? new(variant, Significance.NotSignificant, null, null, null, null, null, null, null, null)
        : new(variant, StatisticalAnalysis.Significant(comparison.Significant), AbResultsResponse.Shown(comparison.ConfidenceLevel), AbResultsResponse.Shown(comparison.Improvement),
            AbResultsResponse.Shown(comparison.PValue, 6), AbResultsResponse.Shown(comparison.SequentialPValue, 6), AbResultsResponse.Shown(comparison.AdjustedPValue, 6),
            ImprovementInterval.Of(comparison.ImprovementInterval), AbResultsResponse.Shown(100 * comparison.ChanceToBeatControl),
            AbResultsResponse.Shown(comparison.ExpectedLoss * (metric == SuccessMetric.ConversionRate ? 100 : 1), 4));
}

public sealed record ImprovementInterval(decimal? Lower, decimal? Upper)
{
    public static ImprovementInterval? Of(Interval? interval) => interval is { } known ? new(AbResultsResponse.Shown(known.Lower), AbResultsResponse.Shown(known.Upper)) : null;
}

public sealed record WinningVariant(string VariantId, VariantType VariantType, decimal? ConversionRate, decimal? ImprovementOverControl)
{
    public static WinningVariant Of(Comparison winner, ArmFigures figures) => new(winner.VariantId, VariantType.Variant, figures.ConversionRate, AbResultsResponse.Shown(winner.Improvement));
}
