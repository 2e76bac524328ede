using System.Globalization;

namespace Aura.Promotions;

public static class CouponQueries
{
    /// <summary>Those that were not deleted.</summary>
    public static IQueryable<Coupon> Shown(this IQueryable<Coupon> coupons) => coupons.Where(c => c.DeletedAt == null);

    /// <summary>The one with this id, else the one with this code; an id of either spelling (<c>coupon_12</c>, <c>12</c>).</summary>
    public static IQueryable<Coupon> Named(this IQueryable<Coupon> coupons, string name)
    {
        var id = Id<Coupon>.ToNumber(name) ?? (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0);
        var key = Coupon.KeyOf(name);
        return coupons.Shown().Where(c => c.Id == id || c.CodeKey == key).OrderBy(c => c.Id == id ? 0 : 1);
    }

    /// <summary>Those that can be used at a time, or those that cannot.</summary>
    public static IQueryable<Coupon> Usable(this IQueryable<Coupon> coupons, bool usable, DateTime now) => coupons.Where(c =>
        (c.Enabled && (c.ExpiresAt == null || c.ExpiresAt > now) && (c.MaxUses == null || c.Reserved + c.Used < c.MaxUses)) == usable);

    /// <summary>Those whose status is this at a time, as <see cref="Coupon.StatusAt"/> has it.</summary>
    public static IQueryable<Coupon> In(this IQueryable<Coupon> coupons, CouponStatus status, DateTime now) => status switch
    {
        CouponStatus.Disabled => coupons.Where(c => !c.Enabled),
        CouponStatus.Expired => coupons.Where(c => c.Enabled && c.ExpiresAt <= now),
        CouponStatus.Exhausted => coupons.Where(c => c.Enabled && (c.ExpiresAt == null || c.ExpiresAt > now) && c.Reserved + c.Used >= c.MaxUses),
        _ => coupons.Usable(true, now),
    };
}
