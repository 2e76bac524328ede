using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Aura.Orders;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

/// <summary>Promotions for orders of shops with a checkout of their own.</summary>
internal static class OrderDiscounts
{
    public static void MapOrderDiscounts(this RouteGroupBuilder api)
    {
        var orders = api.MapGroup("/orders").WithTags("Promotions").Scope("promotions");
        orders.MapPost("/{order_id}/apply-discount", Apply).Limited(PromotionsApi.Calculations);
        orders.MapDelete("/{order_id}/apply-discount", Delete);
    }

    /// <summary>Gives the order exactly these promotions, as far as they can be combined, and uses them up: for one order once.</summary>
    /// <param name="order_id">Of another system. An order of this store takes its discounts in its cart, and has a fixed price.</param>
    private static async Task<OrderDiscountResponse> Apply(
        Number<Order> order_id, ApplyDiscount request, ShopperSession session, AuraDb db, HttpContext http, CancellationToken cancellation)
    {
        if (order_id.Value == 0)
            throw Refused.NotFound(Order.Noun);
        var guesses = await Guessing(request, session, db, cancellation);
        var wanted = await request.ToRequest(order_id.Value, http.Request.Headers["Idempotency-Key"], db, cancellation);
        var applied = await db.Apply(wanted, cancellation);
        if (guesses is not null)
            await (applied.Shares.Refused.Any(refused => refused.Reason == PromotionReason.NotFound) ? guesses.Wrong(cancellation) : guesses.Right(cancellation));
        return OrderDiscountResponse.Of(applied);
    }

    /// <summary>Gives back what was applied: the order was cancelled, or gets other discounts.</summary>
    private static async Task<NoContent> Delete(Number<Order> order_id, AuraDb db, CancellationToken cancellation)
    {
        await db.Unapply(order_id.Value, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<CouponGuesses?> Guessing(ApplyDiscount request, ShopperSession session, AuraDb db, CancellationToken cancellation) =>
        request.CouponCodes is { Count: > 0 } ? await CouponGuesses.Admit(db, session.Id, cancellation) : null;
}

/// <param name="CustomerId">Of the store, or of another system: limits count a customer whom the store does not have by this number.</param>
/// <param name="IdempotencyKey">As the header Idempotency-Key.</param>
/// <param name="Currency">Of the prices; that of the first promotion where it is left out.</param>
public sealed record ApplyDiscount(
    [MaxLength(100)] IReadOnlyList<Number<Promotion>> PromotionIds, [MinLength(1), MaxLength(1000)] IReadOnlyList<OrderItem> OrderItems, long? CustomerId = null,
    [MaxLength(20)] IReadOnlyList<string>? CouponCodes = null, [StringLength(255, MinimumLength = 1)] string? IdempotencyKey = null, Currency? Currency = null)
{
    /// <exception cref="Refused">422 for neither promotions nor codes, 404 for a promotion that is not there.</exception>
    internal async Task<DiscountRequest> ToRequest(long order, string? header, AuraDb db, CancellationToken cancellation)
    {
        if (PromotionIds.Count == 0 && CouponCodes is not { Count: > 0 })
            throw Refused.Invalid(nameof(PromotionIds), "Name promotions or coupon codes.");
        long[] ids = [.. PromotionIds.Select(id => id.Value)];
        var currency = Currency ?? (ids.Length == 0 ? db.Caller.Currency
            : (await db.Promotions.Shown().Where(p => p.Id == ids[0]).Select(p => new { p.Currency }).FirstOrDefaultAsync(cancellation) ?? throw Refused.NotFound(Promotion.Noun)).Currency);
        return new(order, ids, [.. OrderItems.Index().Select(item => item.Item.ToItem(currency, $"OrderItems[{item.Index}]"))], CustomerId, CouponCodes ?? [],
            IdempotencyKey ?? (string.IsNullOrEmpty(header) ? null : header));
    }
}

/// <param name="Success">Whether anything was given.</param>
/// <param name="Discounts">In the order in which they were given.</param>
/// <param name="TotalDiscount">Off the goods and shipping; cashback is not among it.</param>
/// <param name="NotApplied">The promotions and codes that gave nothing.</param>
public sealed record OrderDiscountResponse(
    bool Success, Number<Order> OrderId, IReadOnlyList<GivenToOrder> Discounts, decimal TotalDiscount, Currency Currency, IReadOnlyList<NotGivenToOrder> NotApplied)
{
    public static OrderDiscountResponse Of(AppliedDiscounts applied) => new(
        applied.Shares.Given.Count > 0, applied.OrderNumber,
        [.. applied.Shares.Given.Select(share => new GivenToOrder(share.PromotionId, share.Name, new Money(share.Amount, applied.Currency).Amount, share.Phase, share.Code))],
        new Money(applied.Total, applied.Currency).Amount, applied.Currency,
        [.. applied.Shares.Refused.Select(share => new NotGivenToOrder(share.PromotionId is { } id ? new Number<Promotion>(id) : null, share.Code, share.Text, share.Reason,
            share.By is { } by ? new Number<Promotion>(by) : null))]);
}

public sealed record GivenToOrder(
    Number<Promotion> PromotionId, string Name, decimal DiscountAmount, PromotionPhase Phase,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CouponCode);

/// <param name="Code">The reason for programs.</param>
/// <param name="ExcludedBy">The promotion that it cannot be combined with.</param>
public sealed record NotGivenToOrder(Number<Promotion>? PromotionId, string? CouponCode, string Reason, PromotionReason Code, Number<Promotion>? ExcludedBy);
