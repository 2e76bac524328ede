using System.Globalization;
using System.Text.Json.Serialization;

namespace Aura.Pricing;

[JsonConverter(typeof(SnakeEnum<PriceKind>))]
public enum PriceKind
{
    Line,
    Discount,
    Shipping,
    ShippingDiscount,
    /// <summary>Tax of either sort.</summary>
    Tax,
    /// <summary>Takes back a tax that the price contained already.</summary>
    TaxIncluded,
}

/// <param name="LineId">Null for shipping.</param>
/// <param name="Label">For people.</param>
/// <param name="Amount">Minor units; below zero for what is taken off.</param>
/// <param name="Reason">For programs: <c>order_discount</c>, <c>reverse_charge</c>.</param>
/// <param name="Rounding">Minor units of the amount that only rounding explains; the amount less this is the exact value.</param>
public sealed record PriceEntry(PriceKind Kind, long? LineId, string Label, long Amount, string Reason, decimal Rounding = 0)
{
    internal static PriceEntry[] Explain(CartTotals totals) =>
    [
        .. totals.Lines.SelectMany(line => OfPart(PriceKind.Line, PriceKind.Discount, line.LineId,
            string.Create(CultureInfo.InvariantCulture, $"{line.Quantity} x {line.UnitPrice}"), "unit_price", line.Value, line.Discounts, line.Taxes)),
        .. totals.Shipping is not { } shipping ? [] : OfPart(PriceKind.Shipping, PriceKind.ShippingDiscount, null,
            shipping.Name, "shipping_method", shipping.Price, shipping.Discounts, shipping.Taxes),
    ];

    private static IEnumerable<PriceEntry> OfPart(PriceKind kind, PriceKind discountKind, long? line, string label, string reason,
        Money price, IEnumerable<DiscountShare> discounts, IEnumerable<TaxLine> taxes)
    {
        yield return new(kind, line, label, price.Minor, reason);
        foreach (var share in discounts)
            yield return new(discountKind, line, share.Label, -share.Amount, $"{Snake(share.Scope)}_discount", -share.Rounding);
        foreach (var tax in taxes)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{tax.Name} {tax.Rate:0.####} %").TrimStart();
            yield return new(PriceKind.Tax, line, name, tax.Amount, Snake(tax.Reason), tax.Rounding);
            if (tax.Inclusive)
                yield return new(PriceKind.TaxIncluded, line, name, -tax.Amount, "price_includes_tax", -tax.Rounding);
        }
    }

    private static string Snake<T>(T value) where T : struct, Enum =>
        System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
