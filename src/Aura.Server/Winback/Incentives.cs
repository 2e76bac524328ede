using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Winback.Incentives;
using Aura.Winback.Triggers;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

internal static class Incentives
{
    private static readonly Listing<Incentive, IncentiveResponse> Shape = new Listing<Incentive, IncentiveResponse>(IncentiveResponse.From)
        .Field("createdAt", i => i.CreatedAt);

    public static void MapIncentives(this RouteGroupBuilder api)
    {
        var incentives = api.MapGroup("/ai/orchestration/dynamic-incentives").WithTags("Dynamic incentives").Scope("workflows");
        incentives.MapGet("/", List).Lists(Shape);
        incentives.MapGet("/recommendations", Recommend);
        incentives.MapGet("/{id}", Show);
        incentives.MapPost("/", Create);
        incentives.MapPost("/optimize", Optimize);
        incentives.MapPost("/test", Test);
        incentives.MapPut("/{id}", Update);
        incentives.MapDelete("/{id}", Delete);
        incentives.MapGet("/{id}/performance", Perform);
    }

    private static Task<IncentiveList> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.Incentives, list, rows => new IncentiveList(rows), cancellation);

    private static async Task<OneIncentive> Show(Id<Incentive> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.Incentives, id, cancellation));

    private static Task<MadeIncentive> Create(CreateIncentive request, AuraDb db, CancellationToken cancellation) => db.Make(request.ToIncentive(), MadeIncentive.Of, cancellation);

    private static Task<MadeIncentive> Update(Id<Incentive> id, UpdateIncentive request, AuraDb db, CancellationToken cancellation) => db.Change(id, request.Apply, MadeIncentive.Of, cancellation);

    private static Task<DeletedIncentive> Delete(Id<Incentive> id, AuraDb db, CancellationToken cancellation) => db.Remove(id, gone => new DeletedIncentive(true, gone), cancellation);

    /// <summary>The level that earns most on average, by what came of earlier offers; no discount where that is not known.</summary>
    private static async Task<OptimizedIncentive> Optimize(OptimizeIncentive request, AuraDb db, CancellationToken cancellation)
    {
        var facts = request.ToFacts(db);
        var rules = await db.Incentives.AsNoTracking().Where(i => i.Enabled).OrderBy(i => i.Id).ToListAsync(cancellation);
        if (rules.Find(rule => rule.IsFor(facts)) is not { } incentive)
            return OptimizedIncentive.WithoutRule(request.CartValue);
        var evidence = request.CustomerSegment is { } segment ? await db.Evidence(incentive.Id, segment, cancellation) : [];
        var decision = IncentiveDecision.Of(incentive, evidence, request.CartValue);
        return decision.Suffices
            ? OptimizedIncentive.Of(incentive, decision, request.CartValue, "segment")
            : OptimizedIncentive.Of(incentive, IncentiveDecision.Of(incentive, await db.Evidence(incentive.Id, null, cancellation), request.CartValue), request.CartValue, "rule");
    }

    /// <summary>Whether a rule would be for such a cart, and what its largest level would take off. Nothing is kept.</summary>
    private static async Task<TestedIncentive> Test(TestIncentive request, AuraDb db, CancellationToken cancellation)
    {
        var incentive = (request.IncentiveId, request.Rule) switch
        {
            ({ } id, null) => await db.Incentives.AsNoTracking().Read(id, cancellation),
            (null, { } rule) => rule.ToIncentive(),
            _ => throw Refused.Invalid(nameof(request.IncentiveId), "Say either incentiveId or rule."),
        };
        var facts = request.ToFacts(db);
        var failed = incentive.Conditions.FirstOrDefault(condition => !TriggerExpression.Parse(condition, "Conditions").Matches(facts));
        return failed is not null || !incentive.Enabled
            ? new(false, 0, incentive.Type, failed is null ? "The rule is not enabled." : $"Does not hold: {failed}")
            : new(true, incentive.Costs(incentive.Value, request.CartValue), incentive.Type, $"All conditions hold; up to {incentive.Value:0.##}{(incentive.Type == IncentiveType.Percentage ? " %" : "")} may be offered.");
    }

    private static async Task<IncentivePerformance> Perform(Id<Incentive> id, AuraDb db, CancellationToken cancellation) =>
        IncentivePerformance.Of(id, await IncentiveFigures.Of(db, await db.Incentives.AsNoTracking().Read(id, cancellation), cancellation), db.Caller.Currency);

    /// <summary>For each rule and each segment of which enough is known: the level to give.</summary>
    private static async Task<RecommendedIncentives> Recommend(AuraDb db, CancellationToken cancellation)
    {
        var rules = await db.Incentives.AsNoTracking().Where(i => i.Enabled).OrderBy(i => i.Id).ToListAsync(cancellation);
        var evidence = await db.AllEvidence(cancellation);
        var found = rules.SelectMany(rule => evidence[rule.Id].Select(known => (Rule: rule, Known: known, Decision: IncentiveDecision.Of(rule, known.Levels, known.TypicalCart))))
            .Where(one => one.Decision.Suffices).Select(one => RecommendedIncentive.Of(one.Rule, one.Known.Segment, one.Decision, one.Known.TypicalCart)).ToList();
        return new(found, found.Count > 0 ? null : $"Insufficient history: a level counts from {IncentiveEvidence.LeastGiven} offers that are a week old, with {IncentiveEvidence.LeastTaken} purchases over all levels.");
    }
}
