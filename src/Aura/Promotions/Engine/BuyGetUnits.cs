using Aura.Pricing;

namespace Aura.Promotions.Engine;

/// <summary>Which units of a cart are bought and which are got. A unit is one or the other, never both.</summary>
/// <remarks>The units are counted, not the lines, and are chosen by their price alone, so neither how they are spread over lines nor in
/// which order they were put into the cart matters. Units that cost nothing are neither bought nor got.</remarks>
internal readonly ref struct BuyGetUnits
{
    private readonly BuyGet terms;
    private readonly DiscountedLine[] lines;
    private readonly ReadOnlySpan<ulong> buy;
    private readonly ReadOnlySpan<ulong> get;
    private readonly long applications;

    /// <summary>Units that may be either, and are not needed as bought ones.</summary>
    private readonly long spare;

    public BuyGetUnits(BuyGet terms, int? maxUnits, DiscountedLine[] lines, ReadOnlySpan<ulong> buy, ReadOnlySpan<ulong> get)
    {
        this.terms = terms;
        this.lines = lines;
        this.buy = buy;
        this.get = get;
        long onlyBuy = 0, onlyGet = 0, both = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            var units = lines[i].Remaining > 0 ? lines[i].Line.Quantity : 0;
            if (Has(buy, i) && Has(get, i))
                both += units;
            else if (Has(buy, i))
                onlyBuy += units;
            else if (Has(get, i))
                onlyGet += units;
        }

        Missing = Math.Max(terms.Buy + terms.Get - (onlyBuy + onlyGet + both), Math.Max(terms.Buy - (onlyBuy + both), terms.Get - (onlyGet + both)));
        applications = Math.Min((onlyBuy + onlyGet + both) / (terms.Buy + terms.Get), Math.Min((onlyBuy + both) / terms.Buy, (onlyGet + both) / terms.Get));
        applications = Math.Min(applications, Math.Min(terms.MaxApplications ?? long.MaxValue, (maxUnits ?? long.MaxValue) / terms.Get));
        spare = both - Math.Max(0, applications * terms.Buy - onlyBuy);
    }

    /// <summary>Units that would have to be added for it to apply once, at least; zero or less when there are enough.</summary>
    public long Missing { get; }

    /// <summary>The units that are got, by line: the cheapest, or the most expensive ones.</summary>
    /// <returns>How many of the portions are used.</returns>
    public int Choose(Span<Portion> portions)
    {
        var count = 0;
        for (var i = CartLines.Next(get, 0); i >= 0; i = CartLines.Next(get, i + 1))
            if (lines[i].Remaining > 0)
                portions[count++] = new(lines[i], 0, lines[i].Line.Quantity) { Weight = Has(buy, i) ? 1 : 0 };
        portions[..count].Sort(terms.Selection == UnitSelection.Cheapest ? Benefit.ByUnitPrice : Dearest);

        var (wanted, fromBoth, kept) = (applications * terms.Get, spare, 0);
        for (var i = 0; i < count && wanted > 0; i++)
        {
            var shared = portions[i].Weight == 1;
            var units = Math.Min(wanted, shared ? Math.Min(fromBoth, portions[i].Units) : portions[i].Units);
            if (units == 0)
                continue;
            wanted -= units;
            fromBoth -= shared ? units : 0;
            portions[kept++] = new(portions[i].Line, 0, (int)units);
        }

        return kept;
    }

    private static int Dearest(Portion a, Portion b) =>
        Benefit.ByUnitPrice(a, b) is var order && ((Int128)a.Line.Remaining * b.Line.Line.Quantity) == (Int128)b.Line.Remaining * a.Line.Line.Quantity ? order : -order;

    private static bool Has(ReadOnlySpan<ulong> mask, int line) => (mask[line / 64] >> line % 64 & 1) != 0;
}
