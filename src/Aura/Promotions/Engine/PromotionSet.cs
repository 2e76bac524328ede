using System.Runtime.InteropServices;

namespace Aura.Promotions.Engine;

/// <summary>The promotions of a store, compiled for asking. Immutable, so it can be shared by all requests.</summary>
/// <remarks>The time for a cart grows with the promotions that can match it: those that name one of its products, brands or categories,
/// those for one of its customer's segments, those whose coupon was presented, and those for everything whose minimum it reaches.
/// The others are not touched.</remarks>
public sealed class PromotionSet
{
    private readonly KeyTable keys = new();
    private readonly CompiledRule[] rules;
    private readonly Dictionary<long, int> byId;
    private readonly int[][] byKey;
    private readonly Dictionary<string, List<int>> bySegment = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<Currency, OpenRule[]> open = [];
    private readonly OpenRule[] openInAnyCurrency;

    private PromotionSet(IEnumerable<PromotionRule> given)
    {
        var ordered = given.ToArray();
        Array.Sort(ordered, CompiledRule.ByTurn);
        rules = new CompiledRule[ordered.Length];
        byId = new(ordered.Length);
        var openRules = new List<(Currency? Currency, OpenRule Rule)>();
        var byKeyLists = new List<List<int>>();
        for (var i = 0; i < ordered.Length; i++)
        {
            ordered[i].Check();
            rules[i] = new(ordered[i], keys);
            if (!byId.TryAdd(ordered[i].Id, i))
                throw new ArgumentException($"Two promotions have the id {ordered[i].Id}.", nameof(given));
            if (ordered[i].RequiresCoupon)
                continue;
            if (rules[i].Needs is { } needs)
            {
                while (byKeyLists.Count < keys.Count)
                    byKeyLists.Add([]);
                foreach (var key in needs)
                    byKeyLists[key].Add(i);
            }
            else if (ordered[i].Segments.Count > 0)
                foreach (var segment in ordered[i].Segments.Distinct(StringComparer.OrdinalIgnoreCase))
                    (CollectionsMarshal.GetValueRefOrAddDefault(bySegment, segment, out _) ??= []).Add(i);
            else
                openRules.Add((ordered[i].Currency, new(ordered[i], i)));
        }

        byKey = [.. Enumerable.Range(0, keys.Count).Select(key => key < byKeyLists.Count ? byKeyLists[key].ToArray() : [])];
        openInAnyCurrency = ByMinimum(openRules.Where(rule => rule.Currency is null).Select(rule => rule.Rule));
        foreach (var group in openRules.Where(rule => rule.Currency is not null).GroupBy(rule => rule.Currency!.Value, rule => rule.Rule)) // just filtered
            open[group.Key] = ByMinimum(group);
    }

    /// <summary>In any order; those that do not apply now are allowed.</summary>
    /// <exception cref="Refused">422 for a rule that makes no sense, as <see cref="PromotionRule.Check"/> says.</exception>
    /// <exception cref="ArgumentException">Two have the same id.</exception>
    public static PromotionSet Compile(IEnumerable<PromotionRule> rules) => new(rules);

    /// <summary>What the promotions do for a cart. Consumes nothing.</summary>
    /// <exception cref="Refused">422 for a cart that pricing refuses.</exception>
    public PromotionOutcome Evaluate(PromotionCart cart, PromotionOptions? options = null)
    {
        options ??= new();
        var lines = new CartLines(cart, keys);
        return new PromotionEvaluation(this, cart, lines, options).Run(options.Everything ? Everything() : Candidates(cart, lines));
    }

    /// <summary>The ids of all promotions that could apply to a cart, in the order of application: those whose limits are worth looking up.</summary>
    public long[] Candidates(PromotionCart cart) =>
        [.. Candidates(cart, new(cart, keys)).Select(index => rules[index].Rule.Id)];

    internal CompiledRule this[int index] => rules[index];

    internal PromotionRule Rule(long id) => rules[byId[id]].Rule;

    internal bool Has(long id) => byId.ContainsKey(id);

    private List<int> Everything() => [.. Enumerable.Range(0, rules.Length)];

    private List<int> Candidates(PromotionCart cart, CartLines lines)
    {
        var found = new List<int>();
        foreach (var key in lines.Keys())
            found.AddRange(byKey[key]);
        for (var i = 0; i < (cart.Customer.Segments?.Count ?? 0); i++)
            if (bySegment.TryGetValue(cart.Customer.Segments![i], out var own)) // counted just before
                found.AddRange(own);
        foreach (var coupon in cart.Coupons)
            if (coupon.PromotionId is { } promotion && byId.TryGetValue(promotion, out var index))
                found.Add(index);

        var worth = 0L;
        foreach (var line in lines.All)
            worth += line.Value;
        AddOpen(found, openInAnyCurrency, worth, cart.Now);
        if (open.TryGetValue(cart.Priced.Currency, out var inCurrency))
            AddOpen(found, inCurrency, worth, cart.Now);

        found.Sort();
        return Distinct(found);
    }

    private static void AddOpen(List<int> found, OpenRule[] rules, long worth, DateTime now)
    {
        foreach (ref readonly var rule in rules.AsSpan())
        {
            if (rule.Minimum > worth)
                break;
            if (rule.StartsAt <= now && now < rule.EndsAt)
                found.Add(rule.Index);
        }
    }

    private static List<int> Distinct(List<int> sorted)
    {
        var count = 0;
        for (var i = 0; i < sorted.Count; i++)
            if (i == 0 || sorted[i] != sorted[i - 1])
                sorted[count++] = sorted[i];
        sorted.RemoveRange(count, sorted.Count - count);
        return sorted;
    }

    private static OpenRule[] ByMinimum(IEnumerable<OpenRule> rules) => [.. rules.OrderBy(rule => rule.Minimum)];

    /// <summary>A rule for every line and everybody, with what decides most often that it does not apply.</summary>
    private readonly record struct OpenRule(long Minimum, DateTime StartsAt, DateTime EndsAt, int Index)
    {
        public OpenRule(PromotionRule rule, int index)
            : this(Math.Max(rule.MinimumOrder ?? 0, rule.Tiers is [var lowest, ..] ? lowest.Min : 0), rule.StartsAt ?? DateTime.MinValue, rule.EndsAt ?? DateTime.MaxValue, index)
        {
        }
    }
}
