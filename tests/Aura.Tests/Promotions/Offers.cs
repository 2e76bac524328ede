using Aura.Promotions;
using Aura.Promotions.Engine;

namespace Aura.Tests.Promotions;

/// <summary>Promotions and coupons of a sandbox, made without the API.</summary>
internal static class Offers
{
    /// <summary>A percentage off everything, from yesterday on for a month.</summary>
    public static PromotionTerms Percent(decimal percent) => new(
        FormattableString.Invariant($"{percent:0.#} % off"), PromotionType.PercentageDiscount, DiscountType.Percentage, percent, Currency.Usd, TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(-1), TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(30));

    /// <summary>An active promotion.</summary>
    public static Task<Promotion> Offer(this Store store, PromotionTerms terms) => store.Database(async (db, _) =>
    {
        var promotion = Promotion.Create(terms);
        db.Start(promotion);
        db.Activate(promotion);
        await db.SaveChangesAsync();
        return promotion;
    });

    public static Task<Coupon> Coupon(this Store store, Promotion promotion, string code, CouponTerms? terms = null) => store.Database(async (db, _) =>
    {
        var coupon = Aura.Promotions.Coupon.Create(await db.Load(new Id<Promotion>(promotion.Id), default), code, terms ?? new());
        db.Coupons.Add(coupon);
        await db.SaveChangesAsync();
        return coupon;
    });
}
