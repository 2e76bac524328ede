using Aura.Jobs;
using Aura.Persistence;
using Aura.Promotions.AbTests;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>The steps of a promotion's life, with what the world hears of them. Whoever takes one, takes it here.</summary>
public static class PromotionLife
{
    public static void Start(this AuraDb db, Promotion promotion)
    {
        db.Promotions.Add(promotion);
        db.Publish("promotion.created", promotion, Facts(promotion));
    }

    /// <inheritdoc cref="Promotion.Activate"/>
    public static void Activate(this AuraDb db, Promotion promotion)
    {
        var isRemembered = promotion.Status != PromotionStatus.Draft;
        promotion.Activate(db.Now);
        db.Publish("promotion.activated", promotion, Facts(promotion));
        if (!isRemembered)
            ExpirePromotion.Remember(db, promotion);
    }

    /// <inheritdoc cref="Promotion.Await"/>
    public static void Await(this AuraDb db, Promotion promotion)
    {
        var before = promotion.Status;
        promotion.Await(db.Now);
        if (before == PromotionStatus.Active)
            db.Publish("promotion.paused", promotion, Facts(promotion));
        if (before == PromotionStatus.Draft)
            ExpirePromotion.Remember(db, promotion);
    }

    /// <inheritdoc cref="Promotion.Pause"/>
    public static void Pause(this AuraDb db, Promotion promotion)
    {
        promotion.Pause(db.Now);
        db.Publish("promotion.paused", promotion, Facts(promotion));
    }

    /// <inheritdoc cref="Promotion.Resume"/>
    public static void Resume(this AuraDb db, Promotion promotion)
    {
        promotion.Resume(db.Now);
        db.Publish("promotion.activated", promotion, Facts(promotion));
    }

    /// <inheritdoc cref="Promotion.End"/>
    public static void End(this AuraDb db, Promotion promotion, string reason = "ended")
    {
        promotion.End(db.Now, reason);
        db.Publish("promotion.ended", promotion, Facts(promotion));
    }

    /// <inheritdoc cref="Promotion.Revise"/>
    public static void Revise(this AuraDb db, Promotion promotion, PromotionTerms terms)
    {
        var end = promotion.EndsAt;
        promotion.Revise(terms, db.Now);
        if (promotion.EndsAt != end && promotion.Status != PromotionStatus.Draft)
            ExpirePromotion.Remember(db, promotion);
    }

    /// <summary>For who changes a promotion by itself: the arms of a test that runs are the test's, or its result would mean nothing.</summary>
    /// <exception cref="Refused">409 <c>promotion_in_test</c> while a test compares it.</exception>
    public static async Task DemandUntested(this AuraDb db, Promotion promotion, CancellationToken cancellation)
    {
        if (promotion.Source == PromotionSource.AbTest &&
            await db.AbTests.AnyAsync(t => t.Status == AbTestStatus.Active && t.Arms.Any(arm => arm.PromotionId == promotion.Id), cancellation))
            throw Refused.Conflict("promotion_in_test", "It is an arm of an A/B test that runs. Change the test, or end it first.");
    }

    /// <summary>Deletes it; one that was used or tested stays for the books, over and out of sight.</summary>
    /// <exception cref="Refused">409 for one of a test that has not ended.</exception>
    public static async Task Withdraw(this AuraDb db, Promotion promotion, CancellationToken cancellation)
    {
        var isTested = promotion.Source == PromotionSource.AbTest;
        if (isTested && await db.AbTests.AnyAsync(t => t.Status != AbTestStatus.Ended && t.Arms.Any(arm => arm.PromotionId == promotion.Id), cancellation))
            throw Refused.Conflict("promotion_in_test", "It is an arm of an A/B test. End the test first.");
        if (promotion.StatusAt(db.Now) is PromotionStatus.Active or PromotionStatus.Paused or PromotionStatus.Scheduled)
            db.End(promotion, "deleted");
        if (isTested || promotion.HasCoupons || await db.PromotionUses.AnyAsync(u => u.PromotionId == promotion.Id, cancellation))
            promotion.Archive(db.Now);
        else
            db.Promotions.Remove(promotion);
    }

    internal static object Facts(Promotion promotion) => new { promotion.Name, Status = Words<PromotionStatus>.Of(promotion.Status), promotion.EndReason };
}

/// <summary>Ends a promotion with its end date.</summary>
internal sealed class ExpirePromotion(AuraDb db) : IJobHandler
{
    public static string Kind => "promotion.expire";

    /// <summary>Whenever it has a new end: an end that was moved away and back has two jobs, of which the second finds nothing to do.</summary>
    public static void Remember(AuraDb db, Promotion promotion)
    {
        if (promotion.EndsAt < Promotion.NoEnd)
            db.Enqueue<ExpirePromotion>(new Payload(promotion.Id), promotion.EndsAt);
    }

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var id = job.Read<Payload>().Promotion;
        // Only a status that is kept as running expires; the end may have moved since the job was made.
        if (await db.Promotions.FirstOrDefaultAsync(p => p.Id == id, cancellation) is not { } promotion ||
            promotion.Status == PromotionStatus.Expired || promotion.StatusAt(db.Now) != PromotionStatus.Expired)
            return null;
        promotion.Expire();
        db.Publish("promotion.ended", promotion, PromotionLife.Facts(promotion));
        await db.SaveChangesAsync(cancellation);
        return null;
    }

    public sealed record Payload(long Promotion);
}
