using System.Text.Json.Serialization;

namespace Aura.Pricing;

/// <summary>What a cart costs and why. The totals are sums over its parts and hold nothing of their own.</summary>
/// <param name="Shipping">Null when no method is chosen or nothing needs shipping.</param>
public sealed record CartTotals(Currency Currency, IReadOnlyList<LineTotals> Lines, ShippingTotals? Shipping)
{
    /// <summary>Unit prices times quantities, before any discount.</summary>
    public Money Subtotal => Sum(line => line.Value);

    /// <summary>Line and order discounts, without those on shipping.</summary>
    public Money DiscountTotal => Sum(line => line.Discount);

    /// <summary>The shipping price before its discount.</summary>
    public Money ShippingTotal => Shipping?.Price ?? Money.Zero(Currency);

    public Money ShippingDiscount => Shipping?.Discount ?? Money.Zero(Currency);

    /// <summary>All tax, whether added to the prices or contained in them.</summary>
    public Money TaxTotal => Sum(line => line.Tax) + (Shipping?.Tax ?? Money.Zero(Currency));

    /// <summary>The part of <see cref="TaxTotal"/> that the prices contain.</summary>
    public Money TaxIncluded => new(Lines.SelectMany(line => line.Taxes).Concat(Shipping?.Taxes ?? [])
        .Where(tax => tax.Inclusive).Sum(tax => tax.Amount), Currency);

    /// <summary>What the customer pays.</summary>
    public Money Total => Sum(line => line.Gross) + (Shipping?.Gross ?? Money.Zero(Currency));

    /// <summary>Every minor unit of the total with its cause; the amounts sum to <see cref="Total"/>, and those of one kind to
    /// the total of that kind.</summary>
    public IReadOnlyList<PriceEntry> Explain() => PriceEntry.Explain(this);

    private Money Sum(Func<LineTotals, Money> part) => new(Lines.Sum(line => part(line).Minor), Currency);
}

/// <param name="Value">Unit price times quantity.</param>
/// <param name="Discount">The sum of <paramref name="Discounts"/>.</param>
/// <param name="Net">After discounts, without tax.</param>
/// <param name="Tax">The sum of <paramref name="Taxes"/>.</param>
/// <param name="Gross">Net and tax: what the customer pays for the line.</param>
/// <param name="Taxes">At least one; a line without tax has one that says why.</param>
public sealed record LineTotals(
    long LineId, long VariantId, long ProductId, int Quantity, Money UnitPrice, Money Value, Money Discount, Money Net, Money Tax,
    Money Gross, IReadOnlyList<DiscountShare> Discounts, IReadOnlyList<TaxLine> Taxes);

/// <param name="Price">Of the method, before the discount.</param>
/// <param name="Net">After the discount, without tax.</param>
/// <param name="Gross">Net and tax: what the customer pays for shipping.</param>
public sealed record ShippingTotals(
    string Code, string Name, Money Price, Money Discount, Money Net, Money Tax, Money Gross, IReadOnlyList<DiscountShare> Discounts,
    IReadOnlyList<TaxLine> Taxes, int? MinDays, int? MaxDays);

/// <param name="Amount">Minor units, above zero.</param>
/// <param name="Rounding">Minor units that rounding gave (above 0) or took (below 0): the share less the exact proportion.</param>
public sealed record DiscountShare(string SourceId, string Label, DiscountScope Scope, long Amount, decimal Rounding = 0);

[JsonConverter(typeof(SnakeEnum<DiscountScope>))]
public enum DiscountScope
{
    Line,
    /// <summary>A line's share of a discount on the order.</summary>
    Order,
    Shipping,
}
