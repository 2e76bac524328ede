using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>Coupons that bring their own terms: each has a promotion that nobody else has.</summary>
public static class CouponPromotion
{
    /// <summary>A new coupon with its promotion, given out from now on, saved.</summary>
    /// <exception cref="Refused">422 as for <see cref="Promotion.Create"/> and <see cref="Coupon.Create"/>.</exception>
    public static async Task<Coupon> IssueAlone(this AuraDb db, PromotionTerms terms, string code, CouponTerms coupon, CancellationToken cancellation)
    {
        var promotion = Promotion.Create(terms with { RequiresCoupon = true }, PromotionSource.Coupon);
        db.Start(promotion);
        db.Activate(promotion);
        var issued = Coupon.Create(promotion, code, coupon);
        db.Coupons.Add(issued);
        await db.SaveChangesAsync(cancellation);
        return issued;
    }

    /// <summary>Changes the terms of a coupon that has its own.</summary>
    /// <exception cref="Refused">409 <c>shared_promotion</c> where other coupons may have the same terms.</exception>
    public static void ReviseAlone(this AuraDb db, Coupon coupon, Func<PromotionTerms, PromotionTerms> change)
    {
        if (coupon.Promotion.Source != PromotionSource.Coupon)
            throw Refused.Conflict("shared_promotion", $"The restrictions are those of {new Id<Promotion>(coupon.PromotionId)}. Change them there.");
        db.Revise(coupon.Promotion, change(coupon.Promotion.Terms));
    }

    /// <summary>Deletes a coupon, and with it a promotion that only it had.</summary>
    public static async Task Withdraw(this AuraDb db, Coupon coupon, CancellationToken cancellation)
    {
        coupon.Delete(db.Now);
        if (coupon.Promotion.Source == PromotionSource.Coupon)
            await db.Withdraw(coupon.Promotion, cancellation);
    }

    /// <summary>A coupon to be changed, with its promotion, by id or code.</summary>
    /// <exception cref="Refused">404 without it, 409 when it is not of the version that the caller expects.</exception>
    public static Task<Coupon> LoadCoupon(this AuraDb db, string name, CancellationToken cancellation) =>
        db.Load(db.Coupons.Include(c => c.Promotion).Named(name), cancellation);
}
