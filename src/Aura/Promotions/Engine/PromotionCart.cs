using Aura.Pricing;

namespace Aura.Promotions.Engine;

/// <summary>Everything a decision about promotions depends on. Nothing is looked up: equal carts get equal answers.</summary>
/// <param name="Priced">Without discounts; those its lines have already were taken off before, and stay.</param>
/// <param name="Lines">What promotions want to know of the lines, by the id of the line; a line that is missing has no category and no brand.</param>
/// <param name="Now">UTC.</param>
public sealed record PromotionCart(PricedCart Priced, IReadOnlyDictionary<long, PromotionLine> Lines, DateTime Now)
{
    public PromotionCustomer Customer { get; init; } = new();

    public IReadOnlyList<PresentedCoupon> Coupons { get; init; } = [];

    /// <summary>Given elsewhere, in minor units. Lowers no price: it only limits what may be taken off besides.</summary>
    public long ExistingDiscounts { get; init; }

    /// <summary>Promotions that are not for this buyer: the other arms of tests.</summary>
    public IReadOnlySet<long> Withheld { get; init; } = NothingWithheld;

    private static readonly HashSet<long> NothingWithheld = [];

    /// <summary>How often promotions may still be used, by their id, as far as it is limited and known.</summary>
    public IReadOnlyDictionary<long, UsesLeft> Uses { get; init; } = new Dictionary<long, UsesLeft>();
}

/// <param name="Categories">With all their ancestors.</param>
public readonly record struct PromotionLine(IReadOnlyList<long> Categories, long? Brand = null);

/// <param name="Id">Null for a guest.</param>
/// <param name="IsFirstPurchase">There is no earlier order that was not canceled.</param>
public sealed record PromotionCustomer(long? Id = null, IReadOnlyList<string>? Segments = null, bool IsFirstPurchase = false);

/// <param name="Code">As presented.</param>
/// <param name="PromotionId">Null when there is no such code.</param>
/// <param name="Refusal">Why the coupon itself cannot be used, where that is known beforehand.</param>
public sealed record PresentedCoupon(string Code, long? PromotionId = null, long? CouponId = null, PromotionReason? Refusal = null);

/// <param name="Total">By anybody; null: unlimited.</param>
/// <param name="Customer">By this customer; null: unlimited.</param>
/// <param name="Budget">Minor units of its budget; null: as the promotion says.</param>
public readonly record struct UsesLeft(long? Total = null, long? Customer = null, long? Budget = null);

/// <summary>What the store decided once for all of its promotions.</summary>
public sealed record PromotionOptions
{
    public Exclusivity Exclusivity { get; init; }

    /// <summary>The most that all promotions together take off the goods, in percent of their prices; null: all of it.</summary>
    public decimal? MaxCombinedPercent { get; init; }

    /// <summary>Records each step.</summary>
    public bool Explain { get; init; }

    /// <summary>Gives a reason for every promotion of the set, also for those that could not match: takes longer the more there are.</summary>
    public bool Everything { get; init; }
}

/// <summary>Which promotions win when one cannot stack.</summary>
public enum Exclusivity
{
    /// <summary>What is worth most to the customer: all that stack together, or one that does not. Ties go to the higher rank.</summary>
    Best,
    /// <summary>The highest-ranked one that cannot stack and takes something off stands alone; without one, all that stack.</summary>
    Priority,
}
