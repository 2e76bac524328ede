using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>Gives out coupons of a promotion that is there already.</summary>
public static class CouponIssue
{
    /// <summary>A new coupon, saved. From its first coupon on a promotion is for bearers of one, unless it says otherwise.</summary>
    /// <param name="code">Null: one that nobody can guess.</param>
    /// <exception cref="Refused">409 for a promotion that is over; 422 as for <see cref="Coupon.Create"/>.</exception>
    public static Task<Coupon> Issue(this AuraDb db, Promotion promotion, string? code, CouponTerms terms, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        promotion.DemandOpen(db.Now);
        var coupon = Coupon.Create(promotion, code ?? CodeForm.Single.Next(), terms);
        db.Coupons.Add(coupon);
        await db.DemandCoupons(promotion.Id, cancellation);
        await db.SaveChangesAsync(cancellation);
        return coupon;
    }, cancellation);

    /// <exception cref="Refused">409: nobody could use a coupon of it.</exception>
    public static void DemandOpen(this Promotion promotion, DateTime now)
    {
        if (promotion.StatusAt(now) is PromotionStatus.Ended or PromotionStatus.Expired)
            throw Refused.Conflict("promotion_ended", "The promotion is over. Make a new one.");
    }

    /// <summary>Marks the promotion as one with coupons, where it is not. By hand: two first coupons at once are no conflict.</summary>
    internal static Task DemandCoupons(this AuraDb db, long promotion, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"UPDATE promotions SET has_coupons = true WHERE tenant_id = {db.Tenant} AND id = {promotion} AND NOT has_coupons", cancellation);
}
