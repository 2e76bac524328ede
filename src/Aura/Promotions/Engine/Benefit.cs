using Aura.Pricing;

namespace Aura.Promotions.Engine;

/// <summary>Works out what one promotion gives for what its predecessors left, without taking it.</summary>
internal sealed class Benefit(PromotionState state)
{
    private Portion[] portions = new Portion[state.Lines.All.Length];
    private int count;

    public CompiledRule Compiled { get; private set; } = null!; // set by Find, which comes first
    public PromotionRule Rule => Compiled.Rule;

    /// <summary>The lines it takes from, with room and weight; none for shipping.</summary>
    public Span<Portion> Portions => portions.AsSpan(0, count);

    /// <summary>What it was worked out from.</summary>
    public long Base { get; private set; }

    /// <summary>Before anything limited it.</summary>
    public long Computed { get; private set; }

    public long Amount { get; private set; }
    public PromotionCap? Cap { get; private set; }

    /// <summary>Why the amount is zero.</summary>
    public PromotionReason? Reason { get; private set; }

    public long? Missing { get; private set; }

    public void Find(CompiledRule compiled, long? budget)
    {
        (Compiled, count, Base, Computed, Amount, Cap, Reason, Missing) = (compiled, 0, 0, 0, 0, null, null, null);
        var words = state.Lines.Words;
        Span<ulong> lines = words <= 64 ? stackalloc ulong[words] : new ulong[words];
        if (!state.Lines.Match(compiled.Scope, lines))
            Reason = PromotionReason.NoEligibleItems;
        else if (MissingToMinimum(lines) is > 0 and var missing)
            (Reason, Missing) = (PromotionReason.BelowMinimum, missing);
        else
            Compute(lines);
        if (Reason is null)
            Limit(budget);
    }

    private long MissingToMinimum(ReadOnlySpan<ulong> lines)
    {
        if (Rule.MinimumOrder is not { } minimum)
            return 0;
        for (var i = CartLines.Next(lines, 0); i >= 0; i = CartLines.Next(lines, i + 1))
            minimum -= state.Threshold(i, Rule.Retest);
        return minimum;
    }

    private void Compute(ReadOnlySpan<ulong> lines)
    {
        switch (Rule.Type)
        {
            case PromotionType.FreeShipping:
                if (state.Shipping is not { } price)
                    Reason = PromotionReason.NoShipping;
                else
                    (Base, Computed) = (price, Rule.Percent is null && Rule.Amount is null ? price : OfBase(price));
                break;
            case PromotionType.BuyOneGetOne:
                ComputeBuyGet(Rule.BuyGet!); // checked when the set was compiled
                break;
            default:
                TakePortions(lines);
                Computed = Rule.Type switch
                {
                    PromotionType.TieredDiscount => OfTiers(lines),
                    PromotionType.FixedAmountDiscount when Rule.Target == DiscountTarget.Items => PerUnit(Rule.Amount ?? 0),
                    _ => OfBase(Base),
                };
                break;
        }
    }

    private long OfBase(long amount) => Rule.Percent is { } percent ? Share(amount, percent) : Rule.Amount ?? 0;

    private static long Share(decimal amount, decimal percent) => Money.RoundMinor(amount * percent / 100);

    /// <summary>The eligible lines with something left; where only some units are discounted, the cheapest of them.</summary>
    private void TakePortions(ReadOnlySpan<ulong> lines)
    {
        for (var i = CartLines.Next(lines, 0); i >= 0; i = CartLines.Next(lines, i + 1))
            if (state.Lines.All[i] is { Remaining: > 0 } line)
                portions[count++] = new(line, line.Remaining, line.Line.Quantity);
        if (Rule.MaxUnits is { } units)
            KeepCheapest(units);

        foreach (ref var portion in Portions)
            Base += portion.Weight = Rule.DiscountBase == DiscountBase.Remaining ? portion.Room : PartOf(portion.Line.Value, portion);
    }

    private void KeepCheapest(long units)
    {
        Portions.Sort(ByUnitPrice);
        var kept = 0;
        for (; kept < count && units > 0; kept++)
        {
            ref var portion = ref portions[kept];
            portion = new(portion.Line, portion.Line.Remaining, (int)Math.Min(units, portion.Units));
            portion.Room = PartOf(portion.Line.Remaining, portion);
            units -= portion.Units;
        }

        count = kept;
    }

    private long PerUnit(long amount)
    {
        foreach (ref var portion in Portions)
            portion.Weight = (long)Int128.Min((Int128)amount * portion.Units, portion.Room);
        return Weights();
    }

    private long OfTiers(ReadOnlySpan<ulong> lines)
    {
        var reached = 0L;
        for (var i = CartLines.Next(lines, 0); i >= 0; i = CartLines.Next(lines, i + 1))
            reached += Rule.TierBase == TierBase.Subtotal ? state.Lines.All[i].Value : state.Lines.All[i].Remaining;
        var tiers = Rule.Tiers;
        if (reached < tiers[0].Min)
        {
            (Reason, Missing) = (PromotionReason.BelowMinimum, tiers[0].Min - reached);
            return 0;
        }

        decimal sum = 0;
        for (var i = 0; i < tiers.Count && tiers[i].Min <= reached; i++)
        {
            var next = i + 1 < tiers.Count ? tiers[i + 1].Min : long.MaxValue;
            if (Rule.TierMode == TierMode.Marginal)
                sum += tiers[i].Amount ?? Math.Max(0, Math.Min(Base, next) - tiers[i].Min) * tiers[i].Percent!.Value / 100; // the one or the other is given
            else if (next > reached)
                sum = tiers[i].Amount ?? Base * tiers[i].Percent!.Value / 100;
        }

        return Money.RoundMinor(sum);
    }

    private void ComputeBuyGet(BuyGet terms)
    {
        var words = state.Lines.Words;
        Span<ulong> buy = words <= 64 ? stackalloc ulong[words] : new ulong[words];
        Span<ulong> get = words <= 64 ? stackalloc ulong[words] : new ulong[words];
        if (!state.Lines.Match(Compiled.Buy, buy) | !state.Lines.Match(Compiled.Get, get))
        {
            Reason = PromotionReason.NoEligibleItems;
            return;
        }

        var units = new BuyGetUnits(terms, Rule.MaxUnits, state.Lines.All, buy, get);
        if (units.Missing > 0)
        {
            (Reason, Missing) = (PromotionReason.NotEnoughItems, units.Missing);
            return;
        }

        count = units.Choose(portions);
        foreach (ref var portion in Portions)
            Base += portion.Weight = portion.Room = PartOf(portion.Line.Remaining, portion);
        if (terms.Amount is { } amount)
            Computed = PerUnit(amount);
        else if (terms.Price is { } price)
        {
            foreach (ref var portion in Portions)
                portion.Weight = (long)Int128.Max(0, portion.Room - (Int128)price * portion.Units);
            Computed = Weights();
        }
        else
            Computed = Share(Base, terms.Percent ?? 100);
    }

    private long Weights()
    {
        var sum = 0L;
        foreach (ref readonly var portion in Portions)
            sum += portion.Weight;
        return sum;
    }

    /// <summary>In this order: its own maximum, its budget, what there is to take from, what all promotions together may take.</summary>
    private void Limit(long? budget)
    {
        Amount = Computed;
        Lower(Rule.MaximumDiscount, PromotionCap.MaximumDiscount);
        Lower(budget, PromotionCap.BudgetExceeded);
        Lower(Room(), PromotionCap.NothingLeft);
        if (Rule.Phase <= PromotionPhase.Order)
            Lower(state.Allowed, state.Limit);
        if (Amount == 0)
            Reason = Cap == PromotionCap.BudgetExceeded ? PromotionReason.BudgetExceeded : PromotionReason.NothingLeftToDiscount;
    }

    private long Room()
    {
        if (Rule.Phase == PromotionPhase.Shipping)
            return Base;
        var room = 0L;
        foreach (ref readonly var portion in Portions)
            room += portion.Room;
        return room;
    }

    private void Lower(long? most, PromotionCap cap)
    {
        if (most is { } limit && limit < Amount)
            (Amount, Cap) = (limit, cap);
    }

    /// <summary>What falls on its units when an amount of the line is spread over all of them.</summary>
    private static long PartOf(long amount, in Portion portion) => RefundShare.FirstUnits(amount, portion.Line.Line.Quantity, portion.Units);

    /// <summary>By what a unit costs after the discounts so far, then by the line's id.</summary>
    internal static int ByUnitPrice(Portion a, Portion b)
    {
        var order = ((Int128)a.Line.Remaining * b.Line.Line.Quantity).CompareTo((Int128)b.Line.Remaining * a.Line.Line.Quantity);
        return order != 0 ? order : a.Line.Line.Id.CompareTo(b.Line.Line.Id);
    }
}
