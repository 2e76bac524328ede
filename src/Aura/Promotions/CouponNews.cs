using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

internal static class CouponNews
{
    /// <summary>Tells that a coupon was used for good; a use without a coupon is no news.</summary>
    public static async Task TellOfCoupon(this AuraDb db, PromotionUse use, CancellationToken cancellation)
    {
        if (use.CouponId is not { } id || await db.Coupons.AsNoTracking().FirstOrDefaultAsync(c => c.Id == id, cancellation) is not { } coupon)
            return;
        db.Publish("coupon.used", coupon, Facts(use, coupon));
    }

    internal static object Facts(PromotionUse use, Coupon coupon) => new
    {
        coupon.Code, PromotionId = $"{new Id<Promotion>(coupon.PromotionId)}", OrderId = use.OrderId is { } order ? $"{new Id<Order>(order)}" : null,
        CustomerId = use.CustomerId is { } customer ? $"{new Id<Customer>(customer)}" : null, DiscountAmount = new Money(use.Discount, use.Currency).Amount, Currency = use.Currency.Code,
    };
}
