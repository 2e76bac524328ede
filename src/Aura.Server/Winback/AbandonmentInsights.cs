using Aura.Persistence;
using Aura.Server.Http;
using Aura.Winback.Insights;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Why carts are left: counted, compared, and what follows from it.</summary>
internal static class AbandonmentInsights
{
    private static readonly CartGrouping[] Compared =
        [CartGrouping.Stage, CartGrouping.Segment, CartGrouping.Source, CartGrouping.Hour, CartGrouping.Weekday, CartGrouping.Value, CartGrouping.Items, CartGrouping.Customer];

    public static void MapAbandonmentInsights(this RouteGroupBuilder api)
    {
        var insights = api.MapGroup("/analytics/abandonment-insights").WithTags("Abandonment insights").Scope("analytics:read");
        insights.MapGet("/", Show);
        insights.MapPost("/analyze", Analyze);
        insights.MapGet("/patterns", Patterns);
        insights.MapPost("/recommendations", Recommend);
    }

    /// <param name="from">Carts that were begun then or later; without: thirty days ago.</param>
    /// <param name="to">And before then; without: now.</param>
    private static async Task<InsightsResponse> Show(DateTime? from, DateTime? to, AuraDb db, CancellationToken cancellation)
    {
        var (since, until) = Period(from, to, db);
        var all = await db.CartsOf(since, until, cancellation);
        var stages = await db.CartsBy(CartGrouping.Stage, since, until, cancellation);
        var reasons = (await db.CartsBy(CartGrouping.Reason, since, until, cancellation)).Where(reason => reason.Group is not null);
        return new(new(
            Rounding.Percent(all.AbandonmentRate), all.Abandoned, new Money(all.Lost, db.Caller.Currency).Amount, db.Caller.Currency, Rounding.Percent(all.RecoveryRate),
            [.. reasons.Where(reason => reason.Abandoned > 0).Select(reason => TopReason.Of(reason.Group!, "said", reason, all)),
             .. stages.Where(stage => stage is { Group: not null, Abandoned: > 0 }).Select(stage => TopReason.Of(stage.Group!, "stage", stage, all))], since, until));
    }

    private static async Task<AnalyzedCarts> Analyze(AuraDb db, CancellationToken cancellation, AnalyzeCarts? request = null)
    {
        var (since, until) = Period(request?.From, request?.To, db);
        var by = request?.GroupBy ?? CartGrouping.Stage;
        return new(new(since, until, by, CartGroupResponse.Of(await db.CartsOf(since, until, cancellation), db.Caller.Currency),
            [.. (await db.CartsBy(by, since, until, cancellation)).Select(group => CartGroupResponse.Of(group, db.Caller.Currency))]));
    }

    /// <summary>Kinds of carts that are left more or less often than the others, surer than chance (Holm, 5 %).</summary>
    private static async Task<CartPatterns> Patterns(DateTime? from, DateTime? to, AuraDb db, CancellationToken cancellation)
    {
        var (since, until) = Period(from, to, db);
        var groupings = new Dictionary<CartGrouping, IReadOnlyList<CartGroup>>();
        foreach (var by in Compared)
            groupings[by] = await db.CartsBy(by, since, until, cancellation);
        var found = CartPattern.Find(groupings);
        return new([.. found.Select(PatternResponse.Of)], found.Count > 0 ? null
            : $"Nothing differs surely. A kind is compared from {CartPattern.LeastCarts} carts, with as many others.");
    }

    private static async Task<CartRecommendations> Recommend(AuraDb db, CancellationToken cancellation, AnalyzeCarts? request = null)
    {
        var (since, until) = Period(request?.From, request?.To, db);
        var advice = await db.Advise(since, until, cancellation);
        return new([.. advice.Select(one => RecommendationResponse.Of(one, db.Caller.Currency))], advice.Count > 0 ? null
            : $"Nothing to recommend by what was measured; it takes {CartAdvisor.LeastCarts} carts that were left.");
    }

    /// <exception cref="Refused">422 for a time that ends before it begins, or is longer than five years.</exception>
    internal static (DateTime From, DateTime To) Period(DateTime? from, DateTime? to, AuraDb db)
    {
        var until = to?.ToUniversalTime() ?? db.Now;
        var since = from?.ToUniversalTime() ?? (until > DateTime.MinValue.AddDays(31) ? until.AddDays(-30) : until);
        return since < until && until - since < TimeSpan.FromDays(5 * 366) ? (since, until) : throw Refused.Invalid("From", "A time of at most five years that begins before it ends.");
    }
}

/// <param name="GroupBy">stage without.</param>
public sealed record AnalyzeCarts(DateTime? From = null, DateTime? To = null, CartGrouping? GroupBy = null);

public sealed record InsightsResponse(AbandonmentFigures Insights);

/// <param name="AbandonmentRate">Percent of the carts with something in them that were bought or left; null without any.</param>
/// <param name="AbandonedValue">Of those that were not won back.</param>
/// <param name="RecoveryRate">Percent of those that were left and bought after all.</param>
public sealed record AbandonmentFigures(
    decimal? AbandonmentRate, long AbandonedCarts, decimal AbandonedValue, Currency Currency, decimal? RecoveryRate, IReadOnlyList<TopReason> TopReasons, DateTime From, DateTime To);

/// <param name="Kind">said: given as the reason; stage: how far the owner had come.</param>
/// <param name="Share">Percent of the carts that were left.</param>
public sealed record TopReason(string Reason, string Kind, long Carts, decimal? Share)
{
    public static TopReason Of(string reason, string kind, CartGroup group, CartGroup all) => new(reason, kind, group.Abandoned, Rounding.Percent(all.Abandoned == 0 ? null : (double)group.Abandoned / all.Abandoned));
}

public sealed record AnalyzedCarts(CartAnalysis Analysis);

public sealed record CartAnalysis(DateTime From, DateTime To, CartGrouping GroupBy, CartGroupResponse Total, IReadOnlyList<CartGroupResponse> Groups);

/// <param name="Group">Null: not known.</param>
/// <param name="LostValue">Of the carts that were left and not bought after all.</param>
public sealed record CartGroupResponse(string? Group, long Carts, long Abandoned, long Recovered, decimal? AbandonmentRate, decimal? RecoveryRate, decimal LostValue, decimal RecoveredRevenue)
{
    public static CartGroupResponse Of(CartGroup group, Currency currency) => new(
        group.Group, group.Carts, group.Abandoned, group.Recovered, Rounding.Percent(group.AbandonmentRate), Rounding.Percent(group.RecoveryRate),
        new Money(group.Lost, currency).Amount, new Money(group.Revenue, currency).Amount);
}

public sealed record CartPatterns(IReadOnlyList<PatternResponse> Patterns, string? Message);

/// <param name="Share">Percent of all carts that were left.</param>
/// <param name="PValue">Corrected for everything that was compared.</param>
public sealed record PatternResponse(CartGrouping Type, string Value, string Description, decimal? Share, decimal? AbandonmentRate, decimal? OtherAbandonmentRate, double PValue)
{
    public static PatternResponse Of(CartPattern pattern) => new(
        pattern.By, pattern.Group, FormattableString.Invariant($"Carts with {Words<CartGrouping>.Of(pattern.By)} {pattern.Group} are left {(pattern.Rate > pattern.OtherRate ? "more" : "less")} often than the others: {100 * pattern.Rate:0.0} % against {100 * pattern.OtherRate:0.0} %."),
        Rounding.Percent(pattern.Share), Rounding.Percent(pattern.Rate), Rounding.Percent(pattern.OtherRate), pattern.PValue);
}

public sealed record CartRecommendations(IReadOnlyList<RecommendationResponse> Recommendations, string? Message);

/// <param name="ExpectedImpact">Revenue in the time that was looked at, by comparing carts and not by lot; null: nothing measured says how much.</param>
public sealed record RecommendationResponse(string Title, string Action, string Evidence, ImpactResponse? ExpectedImpact)
{
    public static RecommendationResponse Of(CartAdvice advice, Currency currency) => new(advice.Title, advice.Action, advice.Evidence, advice.Impact is { } impact
        ? new(new Money((long)impact.Lower, currency).Amount, new Money((long)impact.Upper, currency).Amount, currency)
        : null);
}

/// <summary>The ends of the 95 % interval.</summary>
public sealed record ImpactResponse(decimal Low, decimal High, Currency Currency);
