using System.ComponentModel.DataAnnotations;
using Aura.Persistence;
using Aura.Promotions;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

public enum TrackedEvent
{
    Impression,
    Click,
    /// <summary>Somebody bought with it. With the id of an order it counts once.</summary>
    Conversion,
}

/// <param name="OrderId">Of the store, or of wherever it was bought.</param>
/// <param name="Revenue">Of the order after its discounts, in the promotion's currency.</param>
public sealed record TrackPromotion(
    TrackedEvent Event, long? CustomerId = null, [Range(1, long.MaxValue)] long? OrderId = null,
    [Range(0, 1e12)] decimal Revenue = 0, [Range(0, 1e12)] decimal Discount = 0)
{
    internal async Task<Claim> ToClaim(Promotion promotion, AuraDb db, CancellationToken cancellation)
    {
        var customer = CustomerId is null ? null : await db.Customers.AsNoTracking().FirstOrDefaultAsync(c => c.Id == CustomerId, cancellation);
        var (reference, own) = await db.ReferenceOf(OrderId, cancellation);
        return new(reference, promotion.Id, null, Money.Round(Discount, promotion.Currency), Money.Round(Revenue, promotion.Currency).Minor)
        {
            OrderId = own,
            CustomerId = customer?.Id,
            CustomerKey = CustomerKey.Of(db.Caller.TenantId, customer?.Email),
        };
    }
}

public sealed record PromotionCounts(bool Success, long Impressions, long Clicks, long Conversions)
{
    internal static Task<PromotionCounts> Of(Promotion promotion, AuraDb db, CancellationToken cancellation) => db.Promotions.Where(p => p.Id == promotion.Id)
        .Select(p => new PromotionCounts(true, p.Tallies.Sum(t => t.Impressions), p.Tallies.Sum(t => t.Clicks), p.Counters.Sum(c => c.Used)))
        .SingleAsync(cancellation);
}
