using System.ComponentModel.DataAnnotations;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Analytics;
using Aura.Promotions.Simulation;
using Aura.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

/// <summary>Tries a promotion on the orders of the past.</summary>
internal static class Simulations
{
    public static void MapSimulations(this RouteGroupBuilder api)
    {
        var simulations = api.MapGroup("/promotions/{promotion_id}").WithTags("Simulation").Scope("promotions").NeverCached();
        simulations.MapPost("/simulate", Simulate).Limited(PromotionsApi.Calculations);
        simulations.MapGet("/simulations/{job_id}", Show);
    }

    /// <summary>Answers at once for up to 1,000 orders; more are replayed in the background, and the answer says where to look.</summary>
    private static async Task<Results<Ok<SimulationResponse>, Accepted<SimulationJob>>> Simulate(
        Number<Promotion> promotion_id, AuraDb db, CancellationToken cancellation, SimulatePromotionRequest? request = null)
    {
        var promotion = await db.FindPromotion(promotion_id, cancellation);
        var order = new SimulationOrder(promotion.Id, (request ?? new()).Days, request?.Sample, db.Now);
        if (await db.Replayed(order, promotion, cancellation) <= PromotionSimulations.MaxDirect)
            return TypedResults.Ok(SimulationResponse.Of(await db.Simulate(order, promotion, StoreDiscounts.Options(db), _ => Task.CompletedTask, cancellation)));
        var job = db.Enqueue<SimulatePromotion>(order);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Accepted($"/api/v1/promotions/{promotion.Id}/simulations/{job.Id}", SimulationJob.Of(job));
    }

    private static async Task<SimulationJob> Show(Number<Promotion> promotion_id, Number<Job> job_id, AuraDb db, CancellationToken cancellation)
    {
        await db.FindPromotion(promotion_id, cancellation);
        var job = await db.Jobs.AsNoTracking().FirstOrDefaultAsync(j => j.Id == job_id.Value && j.Kind == SimulatePromotion.Kind, cancellation);
        return job?.Read<SimulationOrder>().PromotionId == promotion_id.Value ? SimulationJob.Of(job) : throw Refused.NotFound("simulation");
    }
}

/// <param name="Days">How far back.</param>
/// <param name="Sample">Replays about so many orders at most, evenly spread over the period; null: all, up to 100,000.</param>
public sealed record SimulatePromotionRequest([Range(1, 365)] int Days = 30, [Range(1, PromotionSimulations.MaxOrders)] int? Sample = null);

/// <param name="Progress">Percent.</param>
/// <param name="Result">Null until it is completed.</param>
public sealed record SimulationJob(Number<Job> JobId, JobState Status, int Progress, string? Error, SimulationResponse? Result)
{
    public static SimulationJob Of(Job job) => new(
        job.Id, job.State, job.Progress, job.Error, SimulatePromotion.ResultOf(job) is { } result ? SimulationResponse.Of(result) : null);
}

/// <param name="Cost">What the promotion would have given: off goods, off shipping, and as cashback. Of the replayed orders, not projected to all.</param>
/// <param name="ExtraCost">By how much all promotions together would have given more than without it.</param>
/// <param name="Revenue">Goods of the replayed orders, less what the active promotions take off.</param>
/// <param name="RevenueTouched">The same, of the orders that the promotion touches.</param>
/// <param name="ShareOfOrders">Touched by replayed, in percent.</param>
/// <param name="DiscountPerOrder">Of the touched orders.</param>
/// <param name="Conflicts">Active promotions that it changes, or that change it.</param>
/// <param name="WorstStack">The order of which the largest part would have been taken off.</param>
public sealed record SimulationResponse(
    Number<Promotion> PromotionId, Currency Currency, ReportedPeriod Period, SimulatedOrders Orders, long OrdersTouched, decimal? ShareOfOrders,
    decimal Cost, decimal ExtraCost, decimal Revenue, decimal RevenueTouched, DiscountPerOrder? DiscountPerOrder, IReadOnlyList<Conflict> Conflicts,
    WorstStack? WorstStack, LimitEffects Limits, IReadOnlyList<ReplayedDay> Days, IReadOnlyList<string> Assumptions)
{
    public static SimulationResponse Of(SimulationResult result)
    {
        decimal Major(long minor) => new Money(minor, result.Currency).Amount;
        return new(
            result.PromotionId, result.Currency, new(result.From, result.Until.AddSeconds(-1), (int)Math.Round((result.Until - result.From).TotalDays)),
            new(result.Found, result.Replayed, result.Every, result.Elsewhere), result.Touched, Ratio.Percent(result.Touched, result.Replayed),
            Major(result.Cost), Major(result.ExtraCost), Major(result.Revenue), Major(result.RevenueTouched),
            result.PerOrder is { } each ? new(Major(each.Least), Major(each.Quarter), Major(each.Median), Major(each.ThreeQuarters), Major(each.NinetyPercent), Major(each.Most), Major(each.Mean)) : null,
            [.. result.Conflicts.Select(c => new Conflict(c.PromotionId, c.Name, c.Excluded, c.Excludes, c.Changed, Major(c.Difference), c.Orders))],
            result.Worst is { } worst ? new(worst.OrderId, Major(worst.Subtotal), Major(worst.Discount), Rounded(worst.Percent), Rounded(worst.Without),
                [.. worst.Promotions.Select(p => new AppliedPromotion(p.PromotionId, p.Name, Major(p.Amount), null))]) : null,
            new(result.Limits.Refused, result.Limits.Clipped, result.Limits.UsesExhaustedAt, result.Limits.BudgetExhaustedAt),
            [.. result.Days.Select(day => new ReplayedDay(day.Date, day.Orders, day.Touched, Major(day.Cost), day.Refused))], Assumed);
    }

    private static decimal Rounded(decimal percent) => Math.Round(percent, 2, MidpointRounding.AwayFromZero);

    private static readonly string[] Assumed =
    [
        "Carts are made again from the lines of orders: quantities, and prices as they were sold for before discounts. Shipping prices are as they were.",
        "Categories, tags and segments are those of today, and so are the active promotions, whose limits count as not reached. Arms of A/B tests are left out.",
        "The promotion holds for the whole period, with its limits and its budget from the first order on. If it needs a coupon, every buyer has it.",
        "Customers buy what they bought: nobody buys more, less or at another time because of the promotion.",
    ];
}

/// <param name="Found">Placed and not cancelled, in the promotion's currency.</param>
/// <param name="SampledEvery">1: all were replayed; 3: every third.</param>
public sealed record SimulatedOrders(long Found, long Replayed, int SampledEvery, long InOtherCurrencies);

/// <summary>By nearest rank.</summary>
public sealed record DiscountPerOrder(decimal Min, decimal P25, decimal Median, decimal P75, decimal P90, decimal Max, decimal Mean);

/// <param name="ExcludedBySimulated">Orders in which this promotion would no longer apply.</param>
/// <param name="ExcludesSimulated">Orders in which it would keep the simulated one from applying.</param>
/// <param name="Changed">Orders in which it would give another amount.</param>
/// <param name="DiscountDifference">What it would give more (above 0) or less in all.</param>
/// <param name="OrderIds">Up to three of them.</param>
public sealed record Conflict(
    Number<Promotion> PromotionId, string PromotionName, long ExcludedBySimulated, long ExcludesSimulated, long Changed, decimal DiscountDifference, IReadOnlyList<long> OrderIds);

/// <param name="PercentWithout">Without the simulated promotion.</param>
public sealed record WorstStack(
    long OrderId, decimal Subtotal, decimal Discount, decimal DiscountPercent, decimal PercentWithout, IReadOnlyList<AppliedPromotion> Promotions);

/// <param name="OrdersRefused">Would have been given something but for a limit of uses or the budget.</param>
/// <param name="OrdersClipped">Got the rest of the budget.</param>
public sealed record LimitEffects(long OrdersRefused, long OrdersClipped, DateTime? UsesExhaustedAt, DateTime? BudgetExhaustedAt);

public sealed record ReplayedDay(DateOnly Date, long Orders, long OrdersTouched, decimal Cost, long OrdersRefused);
