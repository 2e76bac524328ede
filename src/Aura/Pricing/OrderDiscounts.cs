namespace Aura.Pricing;

/// <summary>Takes an order's discount off its lines in proportion to their net amounts: first among the tax rates, so that each
/// tax base falls by its part of the discount, then among the lines of a rate.</summary>
internal static class OrderDiscounts
{
    public static AppliedDiscount Apply(OrderDiscount discount, IEnumerable<DiscountedLine> lines, Currency currency)
    {
        if (discount.Amount < 0)
            throw Refused.Invalid("OrderDiscounts", "A discount is zero or more.");

        // Odd cents go to the earlier share, so shares need an order that does not depend on how the cart was sorted.
        var shares = lines
            .Where(line => line.Remaining > 0 && (discount.LineIds?.Contains(line.Line.Id) ?? true))
            .OrderBy(line => line.Tax.Combined).ThenByDescending(line => line.Remaining).ThenBy(line => line.Line.Id)
            .Select(line => new Share(line)).ToArray();

        var applied = Math.Min(discount.Amount, shares.Sum(share => share.Room));
        for (var left = applied; left > 0;)
            left -= Spread(left, [.. shares.Where(share => share.Room > 0)]);

        foreach (var share in shares)
            share.Line.Take(new(discount.SourceId, discount.Label, DiscountScope.Order, share.Taken, Math.Round(share.Taken - share.Exact, 6)));
        return new(discount.SourceId, discount.Label, new(discount.Amount, currency), new(applied, currency));
    }

    /// <summary>One round. With tax in the prices a line can be given more than it has left (its net share of a gross amount);
    /// the excess goes into the next round, among the others.</summary>
    private static long Spread(long amount, Share[] shares)
    {
        var rates = shares.GroupBy(share => share.Line.Tax.Combined).Select(rate => rate.ToArray()).ToArray();
        var perRate = Allocation.Split(amount, [.. rates.Select(rate => rate.Sum(share => share.Net))]);
        var net = shares.Sum(share => share.Net);
        var taken = 0L;
        for (var i = 0; i < rates.Length; i++)
        {
            var parts = Allocation.Split(perRate[i], [.. rates[i].Select(share => share.Net)]);
            for (var j = 0; j < parts.Length; j++)
            {
                var exact = net == 0 ? (decimal)amount / shares.Length : (decimal)amount / net * rates[i][j].Net;
                taken += rates[i][j].Take(parts[j], exact);
            }
        }

        return taken;
    }

    private sealed class Share(DiscountedLine line)
    {
        public DiscountedLine Line { get; } = line;
        public long Net { get; } = line.Net;
        public long Taken { get; private set; }
        public decimal Exact { get; private set; }
        public long Room => Line.Remaining - Taken;

        public long Take(long amount, decimal exact)
        {
            Exact += Math.Min(exact, Room);
            amount = Math.Min(amount, Room);
            Taken += amount;
            return amount;
        }
    }
}
