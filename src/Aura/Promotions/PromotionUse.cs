using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions;

public enum UseState
{
    /// <summary>Promised to an order that is being checked out.</summary>
    Reserved,
    Confirmed,
    /// <summary>The order did not come about.</summary>
    Released,
    /// <summary>The order was cancelled or refunded after all.</summary>
    RolledBack,
}

/// <summary>One use of a promotion, with or without a coupon. All counters of uses are sums over these rows.</summary>
/// <remarks>Written by <see cref="PromotionClaims"/> alone, together with the counters.</remarks>
public sealed class PromotionUse : StoreRow, IIdentified
{
    public static string Prefix => "use";
    public static string Noun => "use of a promotion";

    public long PromotionId { get; private init; }
    public long? CouponId { get; private init; }
    public long? OrderId { get; private init; }

    /// <summary>What it was used for, once: <c>order:123</c>.</summary>
    public string Reference { get; private init; } = "";

    public long? CustomerId { get; private init; }

    /// <summary>See <see cref="Promotions.CustomerKey"/>; null: nobody knows who it was.</summary>
    public string? CustomerKey { get; private init; }

    /// <summary>Which row of the counters it is in, 0 to 15.</summary>
    public short Stripe { get; private init; }

    public UseState State { get; private init; }

    /// <summary>Minor units given.</summary>
    public long Discount { get; private init; }

    /// <summary>Minor units that the order brought after its discounts, without shipping and tax.</summary>
    public long Revenue { get; private init; }

    public Currency Currency { get; private init; }

    /// <summary>When a reservation that no order holds is given back.</summary>
    public DateTime? ExpiresAt { get; private init; }

    public DateTime CreatedAt { get; private init; }
    public DateTime UpdatedAt { get; private init; }

    /// <summary>One that is confirmed as it is made.</summary>
    internal static PromotionUse Made(Claim claim, short stripe, DateTime now) => new()
    {
        PromotionId = claim.PromotionId,
        CouponId = claim.CouponId,
        OrderId = claim.OrderId,
        Reference = claim.Reference,
        CustomerId = claim.CustomerId,
        CustomerKey = claim.CustomerKey,
        Stripe = stripe,
        State = UseState.Confirmed,
        Discount = claim.Discount.Minor,
        Revenue = claim.Revenue,
        Currency = claim.Discount.Currency,
        CreatedAt = now,
        UpdatedAt = now,
    };
}

internal sealed class PromotionUseMapping : IEntityTypeConfiguration<PromotionUse>
{
    public void Configure(EntityTypeBuilder<PromotionUse> use)
    {
        use.HasOne<Promotion>().WithMany().HasForeignKey(u => new { u.TenantId, u.PromotionId });
        use.HasOne<Coupon>().WithMany().HasForeignKey(u => new { u.TenantId, u.CouponId });
    }
}
