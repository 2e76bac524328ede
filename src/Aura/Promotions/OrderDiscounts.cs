using System.Security.Cryptography;
using System.Text.Json;
using Aura.Persistence;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>Promotions for an order that another system has.</summary>
/// <param name="Order">Its number there.</param>
/// <param name="Promotions">Exactly these, and those of the codes.</param>
/// <param name="Items">All in one currency, at least one.</param>
/// <param name="Key">With which the caller marks the request; null: with nothing.</param>
public sealed record DiscountRequest(
    long Order, IReadOnlyList<long> Promotions, IReadOnlyList<OfferedItem> Items, long? Customer, IReadOnlyList<string> Codes, string? Key)
{
    /// <summary>Equal for equal requests; the order of promotions and codes does not matter.</summary>
    internal string Hash => Convert.ToBase64String(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new
    {
        Order, Promotions = Promotions.Distinct().Order(), Items = Items.Select(item => new { item.ProductId, item.UnitPrice.Minor, item.UnitPrice.Currency.Code, item.Quantity, item.CategoryId, item.BrandId }),
        Customer, Codes = Codes.Select(Coupon.KeyOf).Distinct().Order(StringComparer.Ordinal),
    })));
}

/// <summary>Gives orders of other systems their promotions, by the engine that prices the store's own carts.</summary>
public static class OrderDiscounts
{
    /// <summary>Works the discounts out and uses them up; for one order once. A discount of nothing uses nothing up, and can be asked again.</summary>
    /// <exception cref="Refused">409 for an order of the store, whose price is fixed, and for another request about the same order; 422 for a key that
    /// another request had; 404 for a promotion that is not there.</exception>
    public static Task<AppliedDiscounts> Apply(this AuraDb db, DiscountRequest request, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        if (await db.Orders.AnyAsync(o => o.Id == request.Order, cancellation))
            throw Refused.Conflict("order_already_priced", "The order was placed in this store, and its price is fixed. Discounts are given in its cart.");
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({$"discounts:{request.Order}"}, {db.Tenant}))", cancellation);
        if (await db.Replay(request, cancellation) is { } known)
            return known;
        var promotions = await db.Wanted(request, cancellation);
        var outcome = promotions.Set.Evaluate(await db.FactsOf(promotions, request.Items, request.Customer, request.Codes, cancellation), StoreDiscounts.Options(db) with { Everything = true });
        var applied = AppliedDiscounts.Of(request, outcome, Shares(outcome, request, promotions), db.Now);
        if (outcome.Effects.Count > 0)
            await db.Use(request, outcome, applied, cancellation);
        return applied;
    }, cancellation);

    /// <summary>Gives back what was applied to an order: it was cancelled, or is to be worked out anew.</summary>
    /// <exception cref="Refused">404 where nothing was applied.</exception>
    public static Task Unapply(this AuraDb db, long order, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var applied = await db.AppliedDiscounts.FirstOrDefaultAsync(a => a.OrderNumber == order, cancellation) ?? throw Refused.NotFound("discount of such an order");
        foreach (var share in applied.Shares.Given.OrderBy(share => share.PromotionId))
            await db.GiveBack(Claim.Elsewhere(order), cancellation, share.PromotionId);
        db.Remove(applied);
        await db.SaveChangesAsync(cancellation);
    }, cancellation);

    private static async Task<AppliedDiscounts?> Replay(this AuraDb db, DiscountRequest request, CancellationToken cancellation)
    {
        var known = await db.AppliedDiscounts.AsNoTracking()
            .Where(a => a.OrderNumber == request.Order || a.RequestKey != null && a.RequestKey == request.Key).ToListAsync(cancellation);
        if (known.Exists(applied => applied.RequestKey == request.Key && request.Key is not null && applied.RequestHash != request.Hash))
            throw Refused.Rule("idempotency_key_reused", "This idempotency_key was used for another request.");
        var own = known.Find(applied => applied.OrderNumber == request.Order);
        return own is null || own.RequestHash == request.Hash ? own : throw Refused.Conflict("discounts_already_applied",
            "Discounts were applied to this order already. Take them back first (DELETE) to apply others.", new { own.Currency.Code, Total = new Money(own.Total, own.Currency).Amount });
    }

    /// <summary>The promotions that are named, and those of the codes.</summary>
    private static async Task<PromotionShelf.Compiled> Wanted(this AuraDb db, DiscountRequest request, CancellationToken cancellation)
    {
        string[] keys = [.. request.Codes.Select(Coupon.KeyOf)];
        var found = await db.Promotions.AsNoTracking().Shown()
            .Where(p => request.Promotions.Contains(p.Id) || db.Coupons.Any(c => c.PromotionId == p.Id && keys.Contains(c.CodeKey) && c.DeletedAt == null)).ToListAsync(cancellation);
        if (request.Promotions.Any(id => !found.Exists(promotion => promotion.Id == id)))
            throw Refused.NotFound(Promotion.Noun);
        var active = found.Where(promotion => promotion.StatusAt(db.Now) == PromotionStatus.Active).ToDictionary(promotion => promotion.Id);
        var segments = active.Values.Any(promotion => promotion.Segments.Length > 0) ? await db.CustomerSegments.AsNoTracking().ToListAsync(cancellation) : [];
        return new(active, segments)
        {
            // Who names a promotion needs no code for it.
            Set = PromotionSet.Compile(active.Values.Select(promotion => promotion.ToRule() is var rule && request.Promotions.Contains(rule.Id) ? rule with { RequiresCoupon = false } : rule)),
        };
    }

    private static AppliedShares Shares(PromotionOutcome outcome, DiscountRequest request, PromotionShelf.Compiled promotions)
    {
        var codes = outcome.Coupons.Where(coupon => coupon.CouponId is not null).DistinctBy(coupon => coupon.CouponId).ToDictionary(coupon => coupon.CouponId!.Value, coupon => coupon.Code); // just filtered
        return new(
            [.. outcome.Effects.Select(effect => new AppliedShare(effect.PromotionId, effect.Label, effect.Amount, effect.Phase, effect.CouponId is { } id ? codes[id] : null))],
            [
                .. request.Promotions.Distinct().Where(id => !promotions.Promotions.ContainsKey(id))
                    .Select(id => new RefusedShare(id, null, PromotionReason.NotActive, PromotionWords.Missed(PromotionReason.NotActive, null, outcome.Currency), null)),
                .. outcome.NotApplied.Where(miss => request.Promotions.Contains(miss.PromotionId))
                    .Select(miss => new RefusedShare(miss.PromotionId, null, miss.Reason, PromotionWords.Missed(miss.Reason, miss.Missing, outcome.Currency), miss.By)),
                .. outcome.Coupons.Where(coupon => !coupon.Applied)
                    .Select(coupon => new RefusedShare(coupon.PromotionId, coupon.Code, coupon.Reason!.Value, PromotionWords.Missed(coupon.Reason.Value, coupon.Missing, outcome.Currency), coupon.By)), // not applied has a reason
            ]);
    }

    private static async Task Use(this AuraDb db, DiscountRequest request, PromotionOutcome outcome, AppliedDiscounts applied, CancellationToken cancellation)
    {
        db.AppliedDiscounts.Add(applied);
        var customer = request.Customer is null ? null : await db.Customers.Where(c => c.Id == request.Customer).Select(c => new { c.Id, c.Email }).FirstOrDefaultAsync(cancellation);
        var revenue = Math.Max(0, request.Items.Sum(item => item.UnitPrice.Minor * item.Quantity) - outcome.Discount.Minor);
        var reference = Claim.Elsewhere(request.Order);
        await db.Reserve(outcome.Effects.Select(effect => new Claim(reference, effect.PromotionId, effect.CouponId, new(effect.Amount, outcome.Currency), revenue)
        {
            CustomerId = customer?.Id,
            CustomerKey = request.Customer is { } number ? CustomerKey.Of(db.Caller.TenantId, customer?.Email ?? CustomerKey.ByNumber(number)) : null,
        }), cancellation);
        foreach (var use in await db.Confirm(reference, cancellation))
            await db.TellOfCoupon(use, cancellation);
        await db.SaveChangesAsync(cancellation);
    }
}
