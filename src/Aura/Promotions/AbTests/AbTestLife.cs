using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.AbTests;

/// <summary>The steps of a test's life, with its promotions and what the world hears of them. Whoever takes one, takes it here.</summary>
public static class AbTestLife
{
    /// <summary>A draft with its promotions, each of which says in its metadata where it belongs.</summary>
    /// <param name="arms">The terms of the control's promotion, then of the variants'.</param>
    /// <exception cref="Refused">422 as for <see cref="AbTest.Create"/> and <see cref="Promotion.Create"/>.</exception>
    public static AbTest Start(this AuraDb db, AbTestTerms terms, IReadOnlyList<PromotionTerms> arms)
    {
        var promotions = arms.Select(arm => Promotion.Create(arm, PromotionSource.AbTest)).ToList();
        promotions.ForEach(db.Start);
        var test = AbTest.Create(terms, promotions, db.Now);
        foreach (var arm in test.Arms)
            arm.Promotion.Revise(arm.Promotion.Terms with { Metadata = Tagged(arm.Promotion.Metadata, test, arm) }, db.Now);
        db.AbTests.Add(test);
        return test;
    }

    /// <summary>Begins to take units in. Promotions that would begin after the test, or end before it, take its dates.</summary>
    /// <exception cref="Refused">409 unless it is a draft, or when one of its promotions is over.</exception>
    public static void Launch(this AuraDb db, AbTest test)
    {
        test.Start(db.Now);
        foreach (var promotion in test.Arms.Select(arm => arm.Promotion))
        {
            if (promotion.StartsAt > test.StartedAt || promotion.EndsAt < test.EndsAt)
                db.Revise(promotion, promotion.Terms with { StartsAt = Earlier(promotion.StartsAt, db.Now), EndsAt = Later(promotion.EndsAt, test.EndsAt!.Value) }); // it was started
            if (promotion.Status != PromotionStatus.Active)
                db.Activate(promotion);
        }

        db.Publish("ab_test.started", test, Facts(test));
        db.Enqueue<EndAbTest>(new EndAbTest.Payload(test.Id), test.EndsAt, $"{test.Id}");
    }

    /// <summary>Ends the test and its promotions; that of a winner which is kept goes on, for as long again if it would end with the test.</summary>
    /// <param name="winner">Null: the figures decide.</param>
    /// <param name="keep">Null: as the test says.</param>
    /// <inheritdoc cref="AbTest.End" path="/exception"/>
    public static async Task End(this AuraDb db, AbTest test, string? winner, bool? keep, CancellationToken cancellation)
    {
        if (winner is null && test.Status == AbTestStatus.Active)
            winner = (await db.Results(test, cancellation)).Verdict?.Winner?.VariantId;
        test.End(winner, keep ?? test.KeepsWinner, db.Now);
        foreach (var promotion in test.Arms.Select(arm => arm.Promotion))
            if (promotion.Id == test.Kept && promotion.Status != PromotionStatus.Ended) // its uses may have run out
                db.Revise(promotion, promotion.Terms with { EndsAt = promotion.EndsAt > test.EndsAt ? promotion.EndsAt : db.Now.AddDays(test.DurationDays) });
            else if (promotion.Status is PromotionStatus.Active or PromotionStatus.Paused or PromotionStatus.Scheduled && promotion.StatusAt(db.Now) == promotion.Status)
                db.End(promotion);
        db.Publish("ab_test.ended", test, Facts(test));
    }

    /// <summary>A test with its promotions, to be changed.</summary>
    /// <exception cref="Refused">404 without it, 409 when it is not of the version that the caller expects.</exception>
    public static Task<AbTest> LoadTest(this AuraDb db, string key, CancellationToken cancellation) =>
        db.Load(db.AbTests.WithArms().Where(t => t.Key == key), cancellation);

    /// <summary>A test with its promotions, to be looked at.</summary>
    /// <exception cref="Refused">404 without it.</exception>
    public static async Task<AbTest> FindTest(this AuraDb db, string key, CancellationToken cancellation) =>
        await db.AbTests.AsNoTracking().WithArms().FirstOrDefaultAsync(t => t.Key == key, cancellation) ?? throw Refused.NotFound(AbTest.Noun);

    public static IQueryable<AbTest> WithArms(this IQueryable<AbTest> tests) => tests.Include(t => t.Arms.OrderBy(arm => arm.Position)).ThenInclude(arm => arm.Promotion);

    private static JsonElement Tagged(JsonDocument metadata, AbTest test, AbArm arm)
    {
        var pairs = JsonObject.Create(metadata.RootElement)!; // metadata is an object
        pairs["ab_test"] = new JsonObject { ["test_id"] = test.Key, ["variant_id"] = arm.VariantId };
        return JsonSerializer.SerializeToElement(pairs);
    }

    private static object Facts(AbTest test) => new { TestId = test.Key, TestName = test.Name, Status = Words<AbTestStatus>.Of(test.Status), test.Winner, test.EndsAt };
    private static DateTime Earlier(DateTime one, DateTime other) => one < other ? one : other;
    private static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;
}

/// <summary>Ends a test at its planned end.</summary>
internal sealed class EndAbTest(AuraDb db) : IJobHandler
{
    public static string Kind => "ab_tests.end";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var id = job.Read<Payload>().Test;
        if (await db.AbTests.WithArms().FirstOrDefaultAsync(t => t.Id == id && t.Status == AbTestStatus.Active, cancellation) is not { } test)
            return null;
        await db.End(test, null, null, cancellation);
        await db.SaveChangesAsync(cancellation);
        return null;
    }

    public sealed record Payload(long Test);
}
