using System.Text.Json;
using Aura.Promotions.Engine;

namespace Aura.Promotions;

/// <summary>Everything that a merchant says of a promotion.</summary>
/// <param name="DiscountValue">Percent or major units, as <paramref name="DiscountType"/> says; zero or more.</param>
public sealed record PromotionTerms(
    string Name, PromotionType Type, DiscountType DiscountType, decimal DiscountValue, Currency Currency, DateTime StartsAt, DateTime EndsAt)
{
    public string? Description { get; init; }

    /// <summary>At least 1; null: no limit.</summary>
    public int? MaxUses { get; init; }

    /// <summary>At least 1; null: no limit.</summary>
    public int? MaxUsesPerCustomer { get; init; }

    /// <summary>What it may cost in all, in major units.</summary>
    public decimal? Budget { get; init; }

    /// <summary>What the eligible goods must be worth, in major units.</summary>
    public decimal? MinimumOrderAmount { get; init; }

    /// <summary>What it gives at most in an order, in major units.</summary>
    public decimal? MaximumDiscountAmount { get; init; }

    /// <summary>Higher comes first.</summary>
    public int Priority { get; init; }

    public bool CanStack { get; init; }

    /// <summary>Null: from its first coupon on.</summary>
    public bool? RequiresCoupon { get; init; }

    /// <summary>Any of them; none: everybody.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary>Any of them, with all below them; none: every category.</summary>
    public IReadOnlyList<long> Categories { get; init; } = [];

    /// <summary>Any of them; none: every product.</summary>
    public IReadOnlyList<long> Products { get; init; } = [];

    public PromotionDetails Details { get; init; } = new();

    /// <summary>A JSON object of at most 50 keys and 16 KB.</summary>
    public JsonElement? Metadata { get; init; }
}

/// <summary>The terms that only some promotions have, all money in minor units. Kept whole as JSON.</summary>
public sealed record PromotionDetails
{
    /// <summary>Of <see cref="PromotionType.BuyOneGetOne"/>; null: buy one, get one.</summary>
    public BuyGet? BuyGet { get; init; }

    /// <summary>Of <see cref="PromotionType.TieredDiscount"/>, ascending; none: one tier from the minimum order on.</summary>
    public IReadOnlyList<Tier> Tiers { get; init; } = [];

    public TierMode TierMode { get; init; }
    public TierBase TierBase { get; init; }
    public DiscountTarget Target { get; init; }
    public DiscountBase DiscountBase { get; init; }

    /// <summary>Asks for the minimum again after each discount on the order.</summary>
    public bool Retest { get; init; }

    /// <summary>Units that it lowers at most in an order.</summary>
    public int? MaxUnits { get; init; }

    /// <summary>Only for somebody who has not bought before.</summary>
    public bool FirstPurchaseOnly { get; init; }
}
