using System.Text.Json.Serialization;
using Aura.Pricing;

namespace Aura.Promotions.Engine;

/// <summary>What promotions do for a cart.</summary>
/// <param name="Effects">In the order in which they were applied.</param>
/// <param name="NotApplied">Those that were looked at in vain. Promotions that could not match are left out unless
/// <see cref="PromotionOptions.Everything"/> asks for them.</param>
/// <param name="Coupons">What became of each presented coupon, in the order in which they were presented.</param>
/// <param name="Trace">Empty unless <see cref="PromotionOptions.Explain"/> asks for it.</param>
public sealed record PromotionOutcome(
    Currency Currency, IReadOnlyList<PromotionEffect> Effects, IReadOnlyList<PromotionMiss> NotApplied, IReadOnlyList<CouponOutcome> Coupons,
    IReadOnlyList<TraceStep> Trace)
{
    /// <summary>Off the goods.</summary>
    public Money Discount => Sum(effect => effect.Phase <= PromotionPhase.Order);

    public Money ShippingDiscount => Sum(effect => effect.Phase == PromotionPhase.Shipping);

    /// <summary>To be credited after the purchase.</summary>
    public Money Cashback => Sum(effect => effect.Phase == PromotionPhase.Cashback);

    /// <summary>The discounts of the lines, by their ids, shares of discounts on the order among them: ready for pricing.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<LineDiscount>> LineDiscounts()
    {
        var lines = new Dictionary<long, List<LineDiscount>>();
        foreach (var effect in Effects)
        {
            if (effect.Phase > PromotionPhase.Order)
                continue;
            foreach (var share in effect.Shares)
            {
                if (!lines.TryGetValue(share.LineId, out var own))
                    lines[share.LineId] = own = [];
                own.Add(new(effect.SourceId, effect.Label, share.Amount)
                {
                    Scope = effect.Phase == PromotionPhase.Item ? DiscountScope.Line : DiscountScope.Order,
                    Rounding = share.Rounding,
                });
            }
        }

        return lines.ToDictionary(line => line.Key, line => (IReadOnlyList<LineDiscount>)line.Value);
    }

    /// <summary>The discounts on shipping: ready for pricing.</summary>
    public IReadOnlyList<ShippingDiscount> ShippingDiscounts() =>
    [
        .. Effects.Where(effect => effect.Phase == PromotionPhase.Shipping)
            .Select(effect => new ShippingDiscount(effect.SourceId, effect.Label, effect.Amount)),
    ];

    private Money Sum(Func<PromotionEffect, bool> which) => new(Effects.Where(which).Sum(effect => effect.Amount), Currency);
}

/// <param name="CouponId">The coupon that brought it, if one did.</param>
/// <param name="SourceId">As in the totals: <see cref="PromotionRule.SourceId"/>.</param>
/// <param name="Amount">Minor units, above zero.</param>
/// <param name="Shares">Sum to the amount; none for shipping. Those of cashback say what is taken back when a line is returned.</param>
/// <param name="CappedBy">What kept it from being more, if something did.</param>
public sealed record PromotionEffect(
    long PromotionId, long? CouponId, string SourceId, string Label, PromotionPhase Phase, long Amount, IReadOnlyList<LineShare> Shares,
    PromotionCap? CappedBy);

/// <param name="Amount">Minor units of the whole line, above zero.</param>
/// <param name="Units">How many of its units are discounted; the others are only paid for less when one of them returns.</param>
/// <param name="Quantity">Of the line.</param>
/// <param name="Rounding">Minor units that rounding gave (above 0) or took (below 0).</param>
public sealed record LineShare(long LineId, long Amount, int Units, int Quantity, decimal Rounding = 0)
{
    /// <summary>What falls on each unit of the line, the odd minor units first, as refunds count them (<see cref="RefundShare"/>).</summary>
    public IEnumerable<long> PerUnit()
    {
        for (var unit = 0; unit < Quantity; unit++)
            yield return RefundShare.FirstUnits(Amount, Quantity, unit + 1) - RefundShare.FirstUnits(Amount, Quantity, unit);
    }
}

/// <param name="Missing">How much more is needed: minor units for <see cref="PromotionReason.BelowMinimum"/>, units for
/// <see cref="PromotionReason.NotEnoughItems"/>.</param>
/// <param name="By">The promotion that excluded it.</param>
public sealed record PromotionMiss(long PromotionId, string Name, PromotionReason Reason, long? Missing = null, long? By = null);

/// <param name="Reason">Null: it took something off.</param>
public sealed record CouponOutcome(string Code, long? PromotionId, long? CouponId, PromotionReason? Reason, long? Missing = null, long? By = null)
{
    public bool Applied => Reason is null;
}

/// <param name="PromotionId">Null for a step about all of them.</param>
/// <param name="Base">What it was worked out from, in minor units.</param>
/// <param name="Amount">What came out, in minor units.</param>
public sealed record TraceStep(long? PromotionId, TraceKind Kind, string Text, long? Base = null, long? Amount = null, IReadOnlyList<LineShare>? Shares = null);

[JsonConverter(typeof(SnakeEnum<TraceKind>))]
public enum TraceKind
{
    /// <summary>It was looked at and does not apply.</summary>
    Rejected,
    Computed,
    Capped,
    Allocated,
    /// <summary>Those that stack against those that do not.</summary>
    Competed,
}

[JsonConverter(typeof(SnakeEnum<PromotionCap>))]
public enum PromotionCap
{
    /// <summary>Its own <see cref="PromotionRule.MaximumDiscount"/>.</summary>
    MaximumDiscount,
    /// <summary>What is left of its budget.</summary>
    BudgetExceeded,
    /// <summary>The store's limit for all promotions together.</summary>
    MaxCombinedPercent,
    /// <summary>Discounts given elsewhere leave no more.</summary>
    ExistingDiscounts,
    /// <summary>The lines, or the shipping, are not worth more.</summary>
    NothingLeft,
}

/// <summary>Why a promotion or a coupon does nothing.</summary>
[JsonConverter(typeof(SnakeEnum<PromotionReason>))]
public enum PromotionReason
{
    /// <summary>There is no such code.</summary>
    NotFound,
    /// <summary>It is not among the active ones.</summary>
    NotActive,
    NotStarted,
    Expired,
    WrongCurrency,
    /// <summary>No line of the cart is what it is about.</summary>
    NoEligibleItems,
    BelowMinimum,
    /// <summary>Fewer units than have to be bought and got.</summary>
    NotEnoughItems,
    SegmentMismatch,
    /// <summary>For first purchases only.</summary>
    NotFirstPurchase,
    CouponRequired,
    /// <summary>The coupon belongs to somebody else.</summary>
    WrongCustomer,
    /// <summary>A condition of the coupon itself does not hold.</summary>
    ConditionsNotMet,
    MaxUsesReached,
    CustomerLimitReached,
    BudgetExceeded,
    /// <summary>A test gives it to others, to compare.</summary>
    OtherVariant,
    /// <summary>Another one won that does not stack, or does not stack with this one.</summary>
    ExcludedByStacking,
    /// <summary>Another coupon has brought the same promotion; it applies once.</summary>
    AlreadyApplied,
    /// <summary>No method is chosen, or nothing needs shipping.</summary>
    NoShipping,
    /// <summary>It would take off nothing, or what there was is taken off already.</summary>
    NothingLeftToDiscount,
}
