using Aura.Pricing;

namespace Aura.Promotions.Engine;

internal sealed class WorstCaseSearch
{
    private const int MaxKinds = 24;
    private const int MaxAmounts = 40;
    private const int MaxQuantities = 8;
    private const int MaxLines = 4;

    /// <summary>A product that no promotion names.</summary>
    private const long AnyProduct = -1;

    private readonly IReadOnlyList<PromotionRule> rules;
    private readonly Currency currency;
    private readonly DateTime now;
    private readonly PromotionOptions options;
    private readonly int limit;
    private readonly PromotionSet set;
    private readonly WorstCaseItem[] kinds;
    private readonly long[] amounts;
    private readonly int[] quantities;
    private readonly PromotionCustomer customer;
    private readonly PresentedCoupon[] coupons;
    private int tried;

    public WorstCaseSearch(
        IReadOnlyList<PromotionRule> rules, Currency currency, DateTime now, PromotionOptions options, IReadOnlyList<WorstCaseItem>? items, int limit)
    {
        (this.rules, this.currency, this.now, this.options, this.limit) = (rules, currency, now, options with { Explain = false, Everything = false }, limit);
        set = PromotionSet.Compile(rules);
        kinds = items is null ? Kinds(rules) : [.. items];
        amounts = Amounts(rules, currency);
        quantities = [.. rules.SelectMany(Quantities).Append(1).Distinct().Order().Take(MaxQuantities)];
        customer = new(0, [.. rules.SelectMany(rule => rule.Segments).Distinct()], IsFirstPurchase: true);
        coupons = [.. rules.Where(rule => rule.RequiresCoupon).Select(rule => new PresentedCoupon(rule.Name, rule.Id))];
    }

    public WorstCase? Run()
    {
        var starts = new List<Try>();
        foreach (var kind in kinds)
            if (Worst(Lines(kind).Select(line => new[] { line })) is { } best)
                starts.Add(best);
        var complete = tried < limit;
        starts.AddRange(rules.Where(rule => rule.BuyGet is not null).SelectMany(Bundles).Select(lines => Worst([lines])).OfType<Try>());

        Try? worst = null;
        foreach (var start in starts.OrderByDescending(start => start.Percent)) // stable: the earlier of equals
            worst = Worse(worst, Climb(start));
        return worst is not { Percent: > 0 } found ? null : Report(found, complete);
    }

    /// <summary>Adds and exchanges lines, one at a time, as long as more is taken.</summary>
    private Try Climb(Try best)
    {
        while (Worst(Neighbours(best.Lines)) is { } next && next.Percent > best.Percent)
            best = next;
        return best;
    }

    private IEnumerable<Line[]> Neighbours(Line[] lines)
    {
        var all = kinds.SelectMany(Lines);
        var more = lines.Length < MaxLines ? all.Select(line => (Line[])[.. lines, line]) : [];
        return more.Concat(Enumerable.Range(0, lines.Length).SelectMany(i => all.Select(line => (Line[])[.. lines[..i], line, .. lines[(i + 1)..]])));
    }

    private IEnumerable<Line> Lines(WorstCaseItem kind) =>
        from amount in amounts
        from quantity in quantities
        select new Line(kind, (amount + quantity - 1) / quantity, quantity);

    /// <summary>What is bought at the least price beside what is got at any: no single step leads there.</summary>
    private IEnumerable<Line[]> Bundles(PromotionRule rule)
    {
        var terms = rule.BuyGet!; // the caller asks for those that have one
        var bought = kinds.FirstOrDefault(kind => Matches(terms.BuyScope ?? rule.Scope, kind));
        var got = kinds.FirstOrDefault(kind => Matches(terms.GetScope ?? terms.BuyScope ?? rule.Scope, kind));
        return bought is null || got is null ? [] : amounts.Select(amount => (Line[])[new(bought, amounts[0], terms.Buy), new(got, amount, terms.Get)]);
    }

    private Try? Worst(IEnumerable<Line[]> carts)
    {
        Try? worst = null;
        foreach (var lines in carts)
        {
            if (tried >= limit)
                break;
            tried++;
            var worth = lines.Sum(line => (decimal)line.Price * line.Quantity);
            if (worth is > 0 and <= PricedCart.MaxMinor)
                worst = Worse(worst, new(lines, set.Evaluate(Cart(lines), options).Discount.Minor * 100 / worth));
        }

        return worst;
    }

    private static Try? Worse(Try? a, Try? b) => a is null || b?.Percent > a.Percent ? b : a;

    private WorstCase Report(Try found, bool complete)
    {
        var cart = Cart(found.Lines);
        var outcome = set.Evaluate(cart, options with { Explain = true });
        return new(cart, new(found.Lines.Sum(line => line.Price * line.Quantity), currency), outcome.Discount, found.Percent, outcome, tried, complete);
    }

    private PromotionCart Cart(Line[] lines)
    {
        var priced = new PricedLine[lines.Length];
        var facts = new Dictionary<long, PromotionLine>(lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            priced[i] = new(i + 1, 0, lines[i].Kind.ProductId, new(lines[i].Price, currency), lines[i].Quantity);
            facts[i + 1] = new(lines[i].Kind.Categories, lines[i].Kind.Brand);
        }

        return new(new(currency, priced, TaxRules.None), facts, now) { Customer = customer, Coupons = coupons };
    }

    /// <summary>A product that no promotion names, one for as many scopes at once as agree with each scope, then one for each alone.</summary>
    private static WorstCaseItem[] Kinds(IReadOnlyList<PromotionRule> rules)
    {
        var named = rules.SelectMany(rule => new[] { rule.BuyGet?.GetScope, rule.Scope, rule.BuyGet?.BuyScope })
            .OfType<PromotionScope>().Where(scope => !scope.IsEverything).Select(Item).ToArray();
        var nothing = new WorstCaseItem(AnyProduct, []);
        return [.. named.Select(first => named.Aggregate(first, Both)).Concat(named).Append(nothing).DistinctBy(kind => (kind.ProductId, string.Join(',', kind.Categories), kind.Brand)).Take(MaxKinds)];

        static WorstCaseItem Item(PromotionScope scope) => new(scope.Products is [var product, ..] ? product : AnyProduct,
            scope.Categories is [var category, ..] ? [category] : [], scope.Brands is [var brand, ..] ? brand : null);

        static WorstCaseItem Both(WorstCaseItem item, WorstCaseItem other) =>
            other.ProductId != AnyProduct && item.ProductId != AnyProduct && other.ProductId != item.ProductId ||
            other.Brand is not null && item.Brand is not null && other.Brand != item.Brand
                ? item
                : new(Math.Max(item.ProductId, other.ProductId), [.. item.Categories.Union(other.Categories).Order()], item.Brand ?? other.Brand);
    }

    private static bool Matches(PromotionScope scope, WorstCaseItem kind) =>
        (scope.Products is not { Count: > 0 } products || products.Contains(kind.ProductId)) &&
        (scope.Brands is not { Count: > 0 } brands || kind.Brand is { } brand && brands.Contains(brand)) &&
        (scope.Categories is not { Count: > 0 } categories || kind.Categories.Any(categories.Contains));

    /// <summary>Nothing below one major unit: there a rounded cent is a large part of the price.</summary>
    private static long[] Amounts(IReadOnlyList<PromotionRule> rules, Currency currency)
    {
        var named = rules.SelectMany(Named).Append(100L * currency.Scale).ToArray();
        var onItems = rules.Where(rule => rule is { Phase: PromotionPhase.Item, Percent: > 0 and < 100 }).Select(rule => 1 - rule.Percent!.Value / 100).Distinct().ToArray(); // just asked for
        var left = onItems.Append(onItems.Aggregate(1m, (product, part) => product * part)).Where(part => part > 0.001m);
        return [.. named.Concat(named.SelectMany(amount => left.Select(part => (long)Math.Ceiling(amount / part))))
            .Append(currency.Scale).Where(amount => amount >= currency.Scale && amount <= PricedCart.MaxMinor / MaxLines).Distinct().Order().Take(MaxAmounts)];
    }

    /// <summary>What it names, and where a percentage reaches its cap.</summary>
    private static IEnumerable<long> Named(PromotionRule rule)
    {
        long?[] own = [rule.MinimumOrder, rule.Amount, rule.BuyGet?.Amount, rule.BuyGet?.Price];
        long?[] caps = [rule.MaximumDiscount, rule.BudgetLeft];
        var percents = rule.Tiers.Select(tier => tier.Percent).Append(rule.Percent).Append(rule.BuyGet is null ? null : rule.BuyGet.Percent ?? 100);
        var reached = from cap in caps
                      from percent in percents
                      where cap is not null && percent > 0
                      select (long)Math.Min(PricedCart.MaxMinor, cap.Value * 100m / percent.Value); // just asked for
        return own.Concat(rule.Tiers.Select(tier => (long?)tier.Min)).Concat(rule.Tiers.Select(tier => tier.Amount)).OfType<long>().Concat(reached);
    }

    private static IEnumerable<int> Quantities(PromotionRule rule)
    {
        if (rule.BuyGet is { } terms)
            yield return terms.Buy + terms.Get;
        if (rule.BuyGet is { BuyScope: not null } or { GetScope: not null })
            foreach (var quantity in new[] { rule.BuyGet.Buy, rule.BuyGet.Get })
                yield return quantity;
        if (rule.MaxUnits is { } units)
            yield return units;
    }

    private sealed record Line(WorstCaseItem Kind, long Price, int Quantity);

    private sealed record Try(Line[] Lines, decimal Percent);
}
