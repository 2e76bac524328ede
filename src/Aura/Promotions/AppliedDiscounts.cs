using Aura.Persistence;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions;

/// <summary>What promotions gave an order of another system: worked out once, used up once, and told again as often as it is asked.</summary>
public sealed class AppliedDiscounts : StoreRow
{
    /// <summary>In the other system.</summary>
    public long OrderNumber { get; private init; }

    /// <summary>With which the caller marked the request; null: with nothing.</summary>
    public string? RequestKey { get; private init; }

    /// <summary>Tells the same request from another one.</summary>
    public string RequestHash { get; private init; } = "";

    public Currency Currency { get; private init; }

    /// <summary>Minor units off the goods and shipping.</summary>
    public long Total { get; private init; }

    public AppliedShares Shares { get; private init; } = new([], []);
    public DateTime CreatedAt { get; private init; }

    internal static AppliedDiscounts Of(DiscountRequest request, PromotionOutcome outcome, AppliedShares shares, DateTime now) => new()
    {
        OrderNumber = request.Order,
        RequestKey = request.Key,
        RequestHash = request.Hash,
        Currency = outcome.Currency,
        Total = (outcome.Discount + outcome.ShippingDiscount).Minor,
        Shares = shares,
        CreatedAt = now,
    };
}

/// <summary>What each promotion gave, and why others gave nothing. Kept whole as JSON.</summary>
public sealed record AppliedShares(IReadOnlyList<AppliedShare> Given, IReadOnlyList<RefusedShare> Refused);

/// <param name="Amount">Minor units.</param>
/// <param name="Code">Of the coupon that brought it.</param>
public sealed record AppliedShare(long PromotionId, string Name, long Amount, PromotionPhase Phase, string? Code);

/// <param name="By">The promotion that excluded it.</param>
public sealed record RefusedShare(long? PromotionId, string? Code, PromotionReason Reason, string Text, long? By);

internal sealed class AppliedDiscountsMapping : IEntityTypeConfiguration<AppliedDiscounts>
{
    public void Configure(EntityTypeBuilder<AppliedDiscounts> applied)
    {
        applied.HasIndex(a => new { a.TenantId, a.OrderNumber }).IsUnique();
        applied.HasIndex(a => new { a.TenantId, a.RequestKey }).IsUnique().HasFilter("request_key IS NOT NULL");
        applied.Property(a => a.Shares).Json();
    }
}
