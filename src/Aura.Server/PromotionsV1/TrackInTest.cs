using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.AbTests;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

public enum TestedEvent
{
    /// <summary>The offer was shown. Of a customer or session it counts once, and takes them in.</summary>
    Impression,
    /// <summary>Somebody bought. With an order_id it counts once; without, a customer or session converts once.</summary>
    Conversion,
}

/// <summary>What happened outside of this store's checkout; its own orders are counted by themselves.</summary>
/// <param name="VariantId">Needed where nobody says who it was; otherwise it has to be theirs.</param>
/// <param name="OrderId">Of the store, or of wherever it was bought.</param>
/// <param name="OrderValue">After discounts, in the test's currency.</param>
public sealed record TrackInTest(
    TestedEvent Event, [StringLength(50)] string? VariantId = null, [Range(1, long.MaxValue)] long? CustomerId = null,
    [StringLength(TestedBuyer.MaxSessionLength, MinimumLength = 1)] string? SessionId = null, [Range(1, long.MaxValue)] long? OrderId = null,
    [Range(0, 1e9)] decimal OrderValue = 0, [Range(0, 1e9)] decimal Discount = 0)
{
    internal TestedBuyer Buyer => new(CustomerId, SessionId);

    /// <exception cref="Refused">409 for the conversion of somebody who was never exposed: counting only those who bought would make the arm look better.</exception>
    internal async Task<AbUnit> Unit(AuraDb db, AbTest test, CancellationToken cancellation) => Event == TestedEvent.Impression
        ? await db.Assign(test, Buyer, cancellation)
        : await db.Assigned(test, Buyer, cancellation) ?? throw Refused.Conflict("not_assigned", "Nobody assigned them to the test. Assign them, or track an impression, when they see the offer.");

    /// <exception cref="Refused">422 without a variant or for one that is not there; 409 for one that is not theirs.</exception>
    internal int Arm(AbTest test, AbUnit? unit)
    {
        int? named = VariantId is null ? null : test.Position(VariantId) ?? throw Refused.Invalid(nameof(VariantId), "There is no such variant in the test.");
        if (unit is not null && named is not null && named != unit.Arm)
            throw Refused.Conflict("other_variant", $"They are in {AbArm.NameOf(unit.Arm)}.");
        return unit?.Arm ?? named ?? throw Refused.Invalid(nameof(VariantId), "Say who it was (customer_id, session_id), or in which variant.");
    }

    internal async Task<TestedOrder> ToOrder(AuraDb db, AbTest test, AbUnit? unit, CancellationToken cancellation)
    {
        var own = OrderId is not null && await db.Orders.AnyAsync(o => o.Id == OrderId, cancellation);
        var reference = own ? Claim.ForOrder(OrderId!.Value) // just asked
            : OrderId is null && unit is not null ? FormattableString.Invariant($"unit:{unit.CountedId}")
            : Claim.Elsewhere(OrderId);
        return new(reference, own ? OrderId : null, Money.Round(OrderValue, test.Currency).Minor, Money.Round(Discount, test.Currency).Minor);
    }
}

/// <param name="Counted">Of a conversion; false: it was counted before.</param>
public sealed record TrackedInTest(bool Success, string VariantId, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Counted);
