using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Catalog;
using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Server.Http;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <param name="Type">percentage, fixed_amount or free_shipping.</param>
/// <param name="Amount">Percent, or minor units.</param>
/// <param name="Duration">For how many bills of a subscription; in carts a coupon holds for one order.</param>
/// <param name="Currency">Of its amounts; the store's own where it is left out. Carts in another get nothing.</param>
/// <param name="CanStack">Whether it adds up with other promotions.</param>
public sealed record CreateCoupon(
    [StringLength(Coupon.MaxCodeLength, MinimumLength = 1)] string Code, DiscountKind Type, decimal? Amount = null, CouponDuration Duration = CouponDuration.Once,
    int? DurationInMonths = null, int? MaxRedemptions = null, int? MaxRedemptionsPerCustomer = null, CouponRestrictions? Restrictions = null,
    DateTime? ExpiresAt = null, Currency? Currency = null, bool CanStack = true, bool Active = true, Dictionary<string, string>? Metadata = null)
{
    public PromotionTerms ToTerms(AuraDb db)
    {
        if (Type is not (DiscountKind.Percentage or DiscountKind.FixedAmount or DiscountKind.FreeShipping))
            throw Refused.Invalid(nameof(Type), "Must be one of percentage, fixed_amount, free_shipping.");
        var terms = new PromotionTerms(Code.Trim(), default, default, 0, Currency ?? db.Caller.Currency, db.Now, Promotion.NoEnd) { CanStack = CanStack };
        return (Restrictions ?? new()).Over(terms.Of(Type, Amount));
    }

    public CouponTerms ToCouponTerms() => new()
    {
        MaxUses = MaxRedemptions, MaxUsesPerCustomer = MaxRedemptionsPerCustomer, ExpiresAt = ExpiresAt, Duration = Duration, DurationInMonths = DurationInMonths,
        Metadata = Metadata, Disabled = !Active,
    };
}

/// <summary>Changes what is given and nothing else.</summary>
public sealed record UpdateCoupon
{
    public Change<int?> MaxRedemptions { get; init; }
    public Change<int?> MaxRedemptionsPerCustomer { get; init; }

    /// <summary>Replace those that there are.</summary>
    public Change<CouponRestrictions?> Restrictions { get; init; }

    public Change<bool> Active { get; init; }
    public Change<DateTime?> ExpiresAt { get; init; }
    public Change<Dictionary<string, string>> Metadata { get; init; }

    public void Apply(Coupon coupon, AuraDb db)
    {
        coupon.Limit(MaxRedemptions.Or(coupon.MaxUses), MaxRedemptionsPerCustomer.Or(coupon.MaxUsesPerCustomer));
        Restrictions.Apply(restrictions => db.ReviseAlone(coupon, (restrictions ?? new()).Over));
        Active.Apply(coupon.Enable);
        ExpiresAt.Apply(coupon.Expire);
        Metadata.Apply(coupon.Describe);
    }
}

/// <param name="MinimumAmount">What the eligible goods must be worth, in minor units.</param>
/// <param name="FirstTimeTransaction">Only for somebody who has not bought before.</param>
/// <param name="ProductIds">Any of them; none: every product.</param>
public sealed record CouponRestrictions(
    [Range(0, 1e15)] long? MinimumAmount = null, bool FirstTimeTransaction = false, [MaxLength(1000)] IReadOnlyList<Id<Product>>? ProductIds = null)
{
    public PromotionTerms Over(PromotionTerms terms) => terms with
    {
        MinimumOrderAmount = DiscountKinds.Major(MinimumAmount, terms.Currency),
        Products = [.. (ProductIds ?? []).Select(product => product.Value)],
        Details = terms.Details with { FirstPurchaseOnly = FirstTimeTransaction },
    };

    public static CouponRestrictions Of(Promotion promotion) =>
        new(promotion.MinimumOrder, promotion.Details.FirstPurchaseOnly, [.. promotion.Products.Select(product => new Id<Product>(product))]);
}

/// <param name="Amount">Percent, or minor units.</param>
/// <param name="TimesRedeemed">For good; what carts have only set aside is not among them.</param>
/// <param name="PromotionId">Which has its terms.</param>
public sealed record CouponResponse(
    Id<Coupon> Id, string Code, DiscountKind Type, decimal Amount, Currency Currency, CouponDuration Duration, int? DurationInMonths, int? MaxRedemptions,
    int? MaxRedemptionsPerCustomer, long TimesRedeemed, CouponRestrictions Restrictions, bool CanStack, DateTime? ExpiresAt, Id<Promotion> PromotionId,
    Id<Customer>? CustomerId, Dictionary<string, string> Metadata, DateTime CreatedAt, DateTime UpdatedAt, int Version,
    [property: JsonIgnore] Coupon Coupon) : IVersioned
{
    public CouponStatus Status { get; private init; }
    public bool Active => Status == CouponStatus.Active;

    /// <summary>As it is at a time: with the clock coupons expire.</summary>
    public CouponResponse At(DateTime now) => this with { Status = Coupon.StatusAt(now) };

    public static readonly Expression<Func<Coupon, CouponResponse>> From = c => Of(c, c.Promotion);

    public static CouponResponse Of(Coupon coupon) => Of(coupon, coupon.Promotion);

    private static CouponResponse Of(Coupon c, Promotion p) => new(
        c.Id, c.Code, DiscountKinds.KindOf(p), DiscountKinds.AmountOf(p), p.Currency, c.Duration, c.DurationInMonths, c.MaxUses, c.MaxUsesPerCustomer, c.Used,
        CouponRestrictions.Of(p), p.CanStack, c.ExpiresAt, c.PromotionId, c.CustomerId is { } customer ? new Id<Customer>(customer) : null,
        c.Metadata, c.CreatedAt, c.UpdatedAt, c.Version, c);
}

/// <param name="OrderId">With it the coupon is used for that order once, however often this is sent.</param>
/// <param name="Amount">What the goods are worth, in minor units.</param>
/// <param name="ShippingAmount">In minor units; a coupon for free shipping takes it off.</param>
public sealed record RedeemCoupon(
    Id<Customer>? CustomerId = null, Id<Order>? OrderId = null, [Range(0, 1e15)] long? Amount = null, [MaxLength(1000)] IReadOnlyList<Id<Product>>? ProductIds = null,
    [Range(0, 1e15)] long? ShippingAmount = null)
{
    /// <exception cref="Refused">422 for a customer or an order that the store does not have.</exception>
    public async Task Check(AuraDb db, CancellationToken cancellation)
    {
        if (CustomerId is { } customer && !await db.Customers.AnyAsync(c => c.Id == customer.Value, cancellation))
            throw Refused.Invalid(nameof(CustomerId), "There is no such customer.");
        if (OrderId is { } order && !await db.Orders.AnyAsync(o => o.Id == order.Value, cancellation))
            throw Refused.Invalid(nameof(OrderId), "There is no such order.");
    }

    /// <remarks>A coupon for some products asks which are bought.</remarks>
    public CouponBasket ToBasket(Promotion promotion) =>
        new() { Amount = Amount, Shipping = ShippingAmount, Products = promotion.Products.Length == 0 ? null : [.. (ProductIds ?? []).Select(product => product.Value)] };
}

/// <param name="DiscountAmount">In minor units.</param>
public sealed record RedeemedCoupon(bool Valid, Id<PromotionUse> RedemptionId, long DiscountAmount, Currency Currency, long TimesRedeemed);
