using System.ComponentModel.DataAnnotations;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Promotions.Simulation;
using Aura.Server.Http;

namespace Aura.Server.PromotionsV1;

/// <summary>Looks for the cart from which promotions together take the most, before a customer finds it.</summary>
internal static class StackingCheckRoutes
{
    public static void MapStackingCheck(this RouteGroupBuilder api) => api.MapGroup("/promotions").WithTags("Simulation").Scope("promotions")
        .MapPost("/stacking-check", Check).Limited(PromotionsApi.Calculations);

    private static async Task<StackingCheckResponse> Check(AuraDb db, CancellationToken cancellation, CheckStacking? request = null)
    {
        request ??= new();
        return StackingCheckResponse.Of(await db.CheckStacking(
            request.PromotionIds ?? [], request.IncludeActive, request.Currency ?? db.Caller.Currency, StoreDiscounts.Options(db), cancellation));
    }
}

/// <param name="PromotionIds">Drafts and others, taken as if they were active now.</param>
/// <param name="IncludeActive">False: only those that are named.</param>
/// <param name="Currency">Null: the store's.</param>
public sealed record CheckStacking([MaxLength(200)] IReadOnlyList<long>? PromotionIds = null, bool IncludeActive = true, Currency? Currency = null);

/// <param name="WarningLevel">none below 25 percent, low from 25, medium from 50, high from 75, critical where goods are free.</param>
/// <param name="WorstCart">Null where nothing was taken from any cart that was tried.</param>
/// <param name="Applied">In the order of application.</param>
/// <param name="NotApplied">What was looked at in vain, and why.</param>
/// <param name="CartsTried">The search is not of all carts: the true worst case is at least as bad.</param>
/// <param name="Complete">Every cart of one line was tried, of the values that the promotions name.</param>
public sealed record StackingCheckResponse(
    Currency Currency, int PromotionsChecked, StackingWarning WarningLevel, decimal TotalDiscountPercent, WorstCart? WorstCart,
    IReadOnlyList<AppliedPromotion> Applied, IReadOnlyList<MissedPromotion> NotApplied, IReadOnlyList<TracedStep> Trace, int CartsTried, bool Complete,
    IReadOnlyList<string> Assumptions)
{
    public static StackingCheckResponse Of(StackingCheck check)
    {
        decimal Major(long minor) => new Money(minor, check.Currency).Amount;
        return new(check.Currency, check.Promotions.Count, check.Warning, Math.Round(check.Worst?.Percent ?? 0, 2, MidpointRounding.AwayFromZero),
            check.Worst is { } worst ? WorstCart.Of(worst) : null,
            [.. (check.Worst?.Outcome.Effects ?? []).Select(effect => new AppliedPromotion(effect.PromotionId, effect.Label, Major(effect.Amount), effect.CappedBy))],
            [.. (check.Worst?.Outcome.NotApplied ?? []).Select(miss => new MissedPromotion(miss.PromotionId, miss.Name, miss.Reason, miss.By is { } by ? new Number<Promotion>(by) : null))],
            [.. (check.Worst?.Outcome.Trace ?? []).Select(step => new TracedStep(
                step.PromotionId is { } id ? new Number<Promotion>(id) : null, step.Kind, step.Text, step.Base is { } of ? Major(of) : null, step.Amount is { } amount ? Major(amount) : null))],
            check.Worst?.Tried ?? 0, check.Worst?.Complete ?? true, Assumed);
    }

    private static readonly string[] Assumed =
    [
        "The customer is in every segment, buys for the first time and has every coupon.",
        "A product may be in every category that a promotion names; category_ids are the least it has to be in.",
        "Limits of uses have not been reached. Shipping and cashback are not counted. Arms of A/B tests are left out unless they are named.",
    ];
}

public sealed record WorstCart(IReadOnlyList<WorstCartItem> Items, decimal Subtotal, decimal Discount, decimal Total)
{
    public static WorstCart Of(WorstCase worst) => new(
        [.. worst.Cart.Priced.Lines.Select(line => new WorstCartItem(line.ProductId > 0 ? line.ProductId : null, worst.Cart.Lines[line.Id].Categories, line.Quantity, line.UnitPrice.Amount))],
        worst.Subtotal.Amount, worst.Discount.Amount, (worst.Subtotal - worst.Discount).Amount);
}

/// <param name="ProductId">Null: any product.</param>
public sealed record WorstCartItem(long? ProductId, IReadOnlyList<long> CategoryIds, int Quantity, decimal UnitPrice);

public sealed record AppliedPromotion(Number<Promotion> PromotionId, string PromotionName, decimal DiscountAmount, PromotionCap? CappedBy);

/// <param name="ExcludedBy">The promotion that won.</param>
public sealed record MissedPromotion(Number<Promotion> PromotionId, string PromotionName, PromotionReason Reason, Number<Promotion>? ExcludedBy);

/// <param name="PromotionId">Null: a step about all of them.</param>
public sealed record TracedStep(Number<Promotion>? PromotionId, TraceKind Kind, string Text, decimal? BaseAmount, decimal? Amount);
