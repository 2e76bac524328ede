using System.ComponentModel.DataAnnotations;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

/// <summary>Trying coupons and using them up, for shops with a checkout of their own.</summary>
internal static class CouponUses
{
    public static void MapCouponUses(this RouteGroupBuilder coupons)
    {
        coupons.MapPost("/validate/{coupon_code}", Validate);
        coupons.MapPost("/redeem/{coupon_code}", Redeem).WithMetadata(new Shared());
        coupons.MapPost("/reserve/{coupon_code}", Reserve);
        coupons.MapGet("/redemptions/{id}", Show);
        coupons.MapPost("/redemptions/{id}/confirm", Confirm);
        coupons.MapPost("/redemptions/{id}/release", Release);
    }

    /// <summary>Consumes nothing. A code that does not exist or cannot be used is no failure of the request: is_valid says so.</summary>
    private static async Task<ValidatedCoupon> Validate(
        string coupon_code, ShopperSession session, AuraDb db, PromotionShelf shelf, CancellationToken cancellation, ValidateCoupon? request = null)
    {
        request ??= new();
        return await db.Try(shelf, new(coupon_code, request.CustomerId, session.Id), cancellation) is { } found
            ? ValidatedCoupon.Of(found, await db.Judge(found, request.ToBasket(found), cancellation))
            : ValidatedCoupon.Unknown;
    }

    /// <summary>Uses it for good, for one order once.</summary>
    private static async Task<RedeemedCoupon> Redeem(
        string coupon_code, RedeemCoupon request, ShopperSession session, AuraDb db, PromotionShelf shelf, CancellationToken cancellation)
    {
        var found = await db.Find(shelf, new(coupon_code, request.CustomerId, session.Id, request.OrderId), cancellation);
        return Shown(await db.Redeem(found, request.ToBasket(found), request.OrderId, cancellation), db);
    }

    /// <summary>Sets a use aside until it is confirmed, released, or its time is over.</summary>
    private static async Task<Created<RedeemedCoupon>> Reserve(
        string coupon_code, ReserveCoupon request, ShopperSession session, AuraDb db, PromotionShelf shelf, CancellationToken cancellation)
    {
        var found = await db.Find(shelf, new(coupon_code, request.CustomerId, session.Id, request.OrderId), cancellation);
        var use = await db.Reserve(found, request.ToBasket(found), request.OrderId, TimeSpan.FromMinutes(request.ExpiresInMinutes), cancellation);
        return TypedResults.Created($"/api/v1/coupons/redemptions/{use.Id}", await Shown(use, db, cancellation));
    }

    private static async Task<RedeemedCoupon> Show(Number<PromotionUse> id, AuraDb db, CancellationToken cancellation) =>
        await Shown(await db.CouponUses().Read<PromotionUse>(id, cancellation), db, cancellation);

    private static async Task<RedeemedCoupon> Confirm(Number<PromotionUse> id, AuraDb db, CancellationToken cancellation) =>
        await Shown(await db.ConfirmUse(id, cancellation), db, cancellation);

    /// <summary>Gives the use back, a confirmed one too: the order was cancelled.</summary>
    private static async Task<RedeemedCoupon> Release(Number<PromotionUse> id, AuraDb db, CancellationToken cancellation) =>
        await Shown(await db.ReleaseUse(id, cancellation), db, cancellation);

    private static async Task<RedeemedCoupon> Shown(PromotionUse use, AuraDb db, CancellationToken cancellation) =>
        Shown(new(use, await db.Coupons.AsNoTracking().SingleAsync(c => c.Id == use.CouponId, cancellation)), db);

    private static RedeemedCoupon Shown(UsedCoupon made, AuraDb db)
    {
        var (use, coupon) = made;
        return new(true, use.Id, use.State, new Money(use.Discount, use.Currency).Amount, use.Currency,
            use.State == UseState.Reserved ? use.ExpiresAt : null, new(coupon.Id, coupon.Code, coupon.Used, coupon.MaxUses, coupon.StatusAt(db.Now)));
    }
}

/// <summary>What a coupon is wanted for.</summary>
public abstract record CouponOrder
{
    /// <summary>Of the store, or of another system: limits count a customer whom the store does not have by this number.</summary>
    public virtual long? CustomerId { get; init; }

    /// <summary>What the eligible goods are worth; order_items tell it better.</summary>
    [Range(0, 1e12)] public decimal? OrderAmount { get; init; }

    [MinLength(1), MaxLength(1000)] public IReadOnlyList<OrderItem>? OrderItems { get; init; }

    /// <summary>The price of shipping, which a coupon for free shipping takes off.</summary>
    [Range(0, 1e12)] public decimal? ShippingAmount { get; init; }

    /// <exception cref="Refused">422 for more decimal places than the currency has.</exception>
    public CouponBasket ToBasket(FoundCoupon found)
    {
        var currency = found.Promotion.Currency;
        return new()
        {
            Amount = OrderAmount is { } amount ? Money.Of(amount, currency, nameof(OrderAmount)).Minor : null,
            Items = OrderItems?.Index().Select(item => item.Item.ToItem(currency, $"OrderItems[{item.Index}]")).ToList(),
            Shipping = ShippingAmount is { } shipping ? Money.Of(shipping, currency, nameof(ShippingAmount)).Minor : null,
        };
    }
}

public sealed record ValidateCoupon : CouponOrder;

/// <summary>A use that is made for good.</summary>
public record RedeemCoupon : CouponOrder
{
    public required override long? CustomerId { get; init; }

    /// <summary>Of the store or of another system; with it the coupon is used for that order once, however often this is sent.</summary>
    [Range(1, long.MaxValue)] public long? OrderId { get; init; }
}

public sealed record ReserveCoupon : RedeemCoupon
{
    [Range(1, 1440)] public int ExpiresInMinutes { get; init; } = 15;
}

/// <param name="Reason">Valid, or why not.</param>
/// <param name="Code">The reason for programs; null where it is valid.</param>
/// <param name="DiscountAmount">What it gives; null where that depends on what was not said.</param>
public sealed record ValidatedCoupon(
    bool IsValid, string Reason, PromotionReason? Code, decimal? DiscountAmount, PromotionCap? CappedBy, TriedCoupon? Coupon, TriedPromotion? Promotion)
{
    public static readonly ValidatedCoupon Unknown =
        new(false, PromotionWords.Missed(PromotionReason.NotFound, null, Currency.Usd), PromotionReason.NotFound, null, null, null, null);

    public static ValidatedCoupon Of(FoundCoupon found, CouponVerdict verdict)
    {
        var (coupon, promotion) = (found.Coupon, found.Promotion);
        return new(verdict.IsValid, verdict.Text, verdict.Reason, verdict.Discount?.Amount, verdict.CappedBy,
            new(coupon.Id, coupon.Code, promotion.Id, coupon.MaxUses, coupon.Used, coupon.ExpiresAt),
            new(promotion.Id, promotion.Name, promotion.DiscountValue, promotion.Type, promotion.Currency));
    }
}

public sealed record TriedCoupon(Number<Coupon> Id, string Code, Number<Promotion> PromotionId, int? MaxUses, long CurrentUses, DateTime? ExpiresAt);

public sealed record TriedPromotion(Number<Promotion> Id, string Name, decimal DiscountValue, PromotionType PromotionType, Currency Currency);

/// <param name="RedemptionId">With which it is confirmed or released.</param>
/// <param name="ExpiresAt">When a reserved use is given back by itself.</param>
public sealed record RedeemedCoupon(
    bool Success, Number<PromotionUse> RedemptionId, UseState Status, decimal DiscountAmount, Currency Currency, DateTime? ExpiresAt, RedeemedFrom Coupon);

public sealed record RedeemedFrom(Number<Coupon> Id, string Code, long CurrentUses, int? MaxUses, CouponStatus Status);
