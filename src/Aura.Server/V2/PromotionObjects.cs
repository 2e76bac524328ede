using System.Linq.Expressions;
using Aura.Customers;
using Aura.Orders;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Promotions.Referrals;

namespace Aura.Server.V2;

/// <summary>A promotion as events show it; all of it is at /api/v1/promotions.</summary>
/// <param name="DiscountValue">Percent or major units, as discount_type says.</param>
/// <param name="TimesUsed">By orders that are placed.</param>
public sealed record PromotionObject(
    Id<Promotion> Id, Guid Uuid, string Name, PromotionType Type, PromotionStatus Status, DiscountType DiscountType, decimal DiscountValue, Currency Currency,
    DateTime StartsAt, DateTime EndsAt, int? MaxUses, long TimesUsed, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static readonly Expression<Func<Promotion, PromotionObject>> From = p => new(
        p.Id, p.Uuid, p.Name, p.Type, p.Status, p.DiscountType, p.DiscountValue, p.Currency, p.StartsAt, p.EndsAt, p.MaxUses, p.Counters.Sum(c => c.Used), p.CreatedAt, p.UpdatedAt);
}

/// <summary>A referral as events show it; all of it is at /api/v1/referrals.</summary>
public sealed record ReferralObject(
    Id<Referral> Id, Id<ReferralProgram> ProgramId, string ReferralCode, Id<Customer> ReferrerCustomerId, Id<Customer> RefereeCustomerId, Id<Order>? OrderId,
    ReferralStatus Status, DateTime? RewardedAt, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static readonly Expression<Func<Referral, ReferralObject>> From = r => new(
        r.Id, r.ProgramId, r.Code, r.ReferrerId, r.RefereeId, r.OrderId, r.Status, r.RewardedAt, r.CreatedAt, r.UpdatedAt);
}
