namespace Aura.Pricing;

/// <summary>What some units of a sold line are worth when they come back.</summary>
/// <remarks>The amounts of a line are spread over its units as evenly as whole minor units allow, the odd ones on the units that
/// return first. So the refund of a unit depends only on how many returned before it: one by one, or all at once, all units
/// together give back exactly what was paid, and so does each tax.</remarks>
/// <param name="Total">To pay back: net and tax.</param>
/// <param name="Discount">The part of the line's discount that is given up; it was never paid and is not in the total.</param>
/// <param name="Taxes">The taxes of the line with this refund's part of their amounts, for the credit note.</param>
public sealed record RefundShare(int Units, Money Total, Money Net, Money Tax, Money Discount, IReadOnlyList<TaxLine> Taxes)
{
    /// <param name="refunded">Units of the line that were refunded before.</param>
    /// <param name="units">Units to refund now, at least 1.</param>
    /// <exception cref="Refused">422 when fewer units are left (<c>refund_exceeds_quantity</c>).</exception>
    public static RefundShare Of(LineTotals line, int refunded, int units) =>
        Of(line.Quantity, line.Net, line.Discount, line.Taxes, refunded, units);

    /// <param name="quantity">Units sold, at least 1.</param>
    /// <param name="net">Paid for all of them, after discounts and without tax.</param>
    /// <param name="discount">Taken off all of them.</param>
    /// <param name="taxes">On all of them.</param>
    /// <inheritdoc cref="Of(LineTotals, int, int)"/>
    public static RefundShare Of(int quantity, Money net, Money discount, IReadOnlyList<TaxLine> taxes, int refunded, int units)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quantity, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(refunded);
        if (units < 1)
            throw Refused.Invalid("Quantity", "Refund at least 1 unit.");
        if (units > quantity - refunded)
            throw Refused.Rule("refund_exceeds_quantity", $"At most {Math.Max(0, quantity - refunded)} units are left to refund.");

        // Spreading running sums instead of the parts keeps every part of every unit at zero or more, and the parts of a unit
        // add up to the even share of the whole.
        var running = 0L;
        long Part(long amount)
        {
            var before = Between(running, quantity, refunded, units);
            running = checked(running + amount);
            return Between(running, quantity, refunded, units) - before;
        }

        TaxLine[] shares = [.. taxes.Select(tax => tax with { Amount = Part(tax.Amount), Rounding = 0 })];
        var taxPart = new Money(shares.Sum(tax => tax.Amount), net.Currency);
        var netPart = new Money(Part(net.Minor), net.Currency);
        var discountPart = new Money(Part(discount.Minor), discount.Currency);
        return new(units, netPart + taxPart, netPart, taxPart, discountPart, shares);
    }

    private static long Between(long amount, int quantity, int refunded, int units) =>
        FirstUnits(amount, quantity, refunded + units) - FirstUnits(amount, quantity, refunded);

    /// <summary>The first units' part of an even split by largest remainder: the odd minor units come first.</summary>
    internal static long FirstUnits(long amount, int quantity, int units)
    {
        var (share, odd) = Math.DivRem(amount, quantity);
        return share * units + Math.Min(units, odd);
    }
}
