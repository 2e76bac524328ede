namespace Aura.Pricing;

/// <summary>A line while its price is worked out: what is left of its value after the discounts so far.</summary>
internal sealed class DiscountedLine
{
    private readonly List<DiscountShare> shares = [];

    private DiscountedLine(PricedLine line, TaxTreatment tax, long value)
    {
        (Line, Tax, Value, Remaining) = (line, tax, value, value);
    }

    public PricedLine Line { get; }
    public TaxTreatment Tax { get; }

    /// <summary>Unit price times quantity, in minor units.</summary>
    public long Value { get; }

    /// <summary>The place of its tax rate among those of the cart, from low to high.</summary>
    public int Rate { get; private set; }

    /// <summary>Minor units left to discount, zero or more.</summary>
    public long Remaining { get; set; }

    public void Take(DiscountShare share)
    {
        if (share.Amount == 0)
            return;
        Remaining -= share.Amount;
        shares.Add(share);
    }

    /// <summary>The lines in the order of the cart, their own discounts taken off.</summary>
    public static DiscountedLine[] Of(PricedCart cart)
    {
        var goods = new TaxPlace(cart.Tax, cart.ShipTo ?? cart.BillTo, cart.Customer);
        var others = new TaxPlace(cart.Tax, cart.BillTo ?? cart.ShipTo, cart.Customer);
        var lines = new DiscountedLine[cart.Lines.Count];
        var ids = new HashSet<long>();
        Int128 sum = 0, grams = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var line = cart.Lines[i];
            if (!ids.Add(line.Id))
                throw Refused.Invalid($"Lines[{i}].Id", "Two lines have this id.");
            var value = ValueOf(line, cart.Currency, i);
            if ((sum += value) > PricedCart.MaxMinor || (grams += (Int128)line.Grams * line.Quantity) > PricedCart.MaxMinor)
                throw Refused.Invalid("Lines", "The lines together are more than a cart can hold.");
            lines[i] = new(line, (line.RequiresShipping ? goods : others).ForLine(line), value);
            lines[i].TakeOwn(i);
        }

        Rank(lines);
        return lines;
    }

    public LineTotals Totals()
    {
        var currency = Line.UnitPrice.Currency;
        var (net, tax, gross, taxes) = Tax.Divide(Remaining, currency);
        return new(Line.Id, Line.VariantId, Line.ProductId, Line.Quantity, Line.UnitPrice, new(Value, currency),
            new(Value - Remaining, currency), net, tax, gross, [.. shares], taxes);
    }

    private static void Rank(DiscountedLine[] lines)
    {
        var rates = new List<decimal>();
        foreach (var line in lines)
            if (rates.BinarySearch(line.Tax.Combined) is < 0 and var place)
                rates.Insert(~place, line.Tax.Combined);
        foreach (var line in lines)
            line.Rate = rates.BinarySearch(line.Tax.Combined);
    }

    private static long ValueOf(PricedLine line, Currency currency, int i)
    {
        if (line.UnitPrice.Currency != currency)
            throw Refused.Invalid($"Lines[{i}].UnitPrice", $"The cart is in {currency.Code}.");
        if (line.UnitPrice.Minor < 0)
            throw Refused.Invalid($"Lines[{i}].UnitPrice", "A price is zero or more.");
        if (line.Quantity < 1)
            throw Refused.Invalid($"Lines[{i}].Quantity", "A quantity is at least 1.");
        if (line.Grams < 0)
            throw Refused.Invalid($"Lines[{i}].Grams", "A weight is zero or more.");
        var value = (Int128)line.UnitPrice.Minor * line.Quantity;
        return value <= PricedCart.MaxMinor ? (long)value : throw Refused.Invalid($"Lines[{i}].Quantity", "The line is worth more than a cart can hold.");
    }

    private void TakeOwn(int i)
    {
        foreach (var discount in Line.Discounts)
        {
            if (discount.Amount < 0 || discount.Amount > Remaining)
                throw Refused.Invalid($"Lines[{i}].Discounts", "The discounts of a line are zero or more and together at most its value.");
            Take(new(discount.SourceId, discount.Label, discount.Scope, discount.Amount, discount.Rounding));
        }
    }
}
