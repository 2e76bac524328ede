using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Aura.Promotions;
using Aura.Promotions.Engine;

namespace Aura.Server.PromotionsV1;

/// <param name="ExistingDiscounts">Given elsewhere: they do not lower the base, but all together never exceed the order.</param>
public sealed record CalculateDiscount(
    [MinLength(1), MaxLength(1000)] IReadOnlyList<OrderItem> OrderItems, long? CustomerId = null, [Range(0, 1e12)] decimal ExistingDiscounts = 0);

/// <param name="Subtotal">Quantity times price; worked out where it is left out.</param>
/// <param name="CategoryId">Left out: the categories of the product.</param>
public sealed record OrderItem(
    long ProductId, [Range(1, 1_000_000)] int Quantity, [Range(0, 1e12)] decimal UnitPrice, decimal? Subtotal = null,
    long? CategoryId = null, long? BrandId = null, JsonElement? Metadata = null)
{
    /// <exception cref="Refused">422 for more decimal places than the currency has, or a subtotal that is not quantity times price.</exception>
    public OfferedItem ToItem(Currency currency, string field)
    {
        if (Subtotal is { } subtotal && subtotal != Quantity * UnitPrice)
            throw Refused.Invalid($"{field}.Subtotal", "Is not quantity times unit_price; leave it out.");
        return new(ProductId, Money.Of(UnitPrice, currency, $"{field}.UnitPrice"), Quantity, CategoryId, BrandId);
    }
}

/// <param name="Code">Why it does not apply, for programs; null where it does.</param>
public sealed record CalculatedDiscount(decimal DiscountAmount, bool Applicable, string Reason, PromotionReason? Code, CalculationDetails CalculationDetails)
{
    public static CalculatedDiscount Of(SingleDiscount discount) => new(
        discount.Discount.Amount, discount.Applicable, discount.Reason, discount.Code,
        new(discount.Base.Amount, discount.Percent, discount.Maximum?.Amount, discount.Discount.Amount, discount.CappedBy));
}

/// <param name="BaseAmount">Of the eligible items, before any discount.</param>
/// <param name="DiscountPercentage">Null where the discount is no percentage.</param>
/// <param name="MaximumDiscount">Null where there is none.</param>
public sealed record CalculationDetails(decimal BaseAmount, decimal? DiscountPercentage, decimal? MaximumDiscount, decimal AppliedDiscount, PromotionCap? CappedBy);
