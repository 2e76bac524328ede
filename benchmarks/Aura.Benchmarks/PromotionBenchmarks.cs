using Aura.Pricing;
using Aura.Promotions.Engine;
using BenchmarkDotNet.Attributes;

namespace Aura.Benchmarks;

/// <summary>A cart against the promotions of a store, of which ten match it whatever their number.</summary>
[MemoryDiagnoser]
public class PromotionBenchmarks
{
    private PromotionSet set = null!; // set up before each run
    private PromotionCart cart = null!; // set up before each run

    [Params(10, 1_000, 10_000)]
    public int Promotions { get; set; }

    [Params(1, 20, 500)]
    public int Lines { get; set; }

    [GlobalSetup]
    public void Prepare() => (set, cart) = (PromotionSet.Compile(Shelf.Rules(10, Promotions)), Shelf.Cart(Lines));

    [Benchmark]
    public PromotionOutcome Evaluate() => set.Evaluate(cart);

    /// <summary>Every rule looked at: what an engine without an index would do.</summary>
    [Benchmark]
    public PromotionOutcome EvaluateEverything() => set.Evaluate(cart, Everything);

    private static readonly PromotionOptions Everything = new() { Everything = true };
}

/// <summary>Twenty lines against 10,000 promotions, of which ever more match.</summary>
[MemoryDiagnoser]
public class MatchingBenchmarks
{
    private PromotionSet set = null!; // set up before each run
    private PromotionCart cart = null!; // set up before each run

    [Params(0, 1, 10, 100, 1_000)]
    public int Matching { get; set; }

    [GlobalSetup]
    public void Prepare() => (set, cart) = (PromotionSet.Compile(Shelf.Rules(Matching, 10_000)), Shelf.Cart(20));

    [Benchmark]
    public PromotionOutcome Evaluate() => set.Evaluate(cart);
}

/// <summary>What a change to one promotion costs: all are compiled again.</summary>
[MemoryDiagnoser]
public class CompileBenchmarks
{
    private PromotionRule[] rules = null!; // set up before each run

    [Params(10, 1_000, 10_000)]
    public int Promotions { get; set; }

    [GlobalSetup]
    public void Prepare() => rules = [.. Shelf.Rules(10, Promotions)];

    [Benchmark]
    public PromotionSet Compile() => PromotionSet.Compile(rules);
}

internal static class Shelf
{
    private static readonly DateTime Now = new(2024, 7, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>First those that match: half on everything, the rest on a category, one in five of them alone. Then those that do not.</summary>
    public static IEnumerable<PromotionRule> Rules(int matching, int all)
    {
        for (var i = 1; i <= all; i++)
        {
            var rule = new PromotionRule(i, $"Promotion {i}", i % 3 == 0 ? PromotionType.FixedAmountDiscount : PromotionType.PercentageDiscount)
            {
                Currency = Currency.Eur, Priority = i % 7, CanStack = i % 5 != 0, Target = i % 4 == 0 ? DiscountTarget.Items : DiscountTarget.Order,
                Percent = i % 3 == 0 ? null : 1 + i % 3, Amount = i % 3 == 0 ? 50 + i % 100 : null,
            };
            yield return i <= matching ? i % 2 == 0 ? rule : rule with { Scope = new([i % 8]) } : Elsewhere(rule);
        }
    }

    public static PromotionCart Cart(int lines)
    {
        var priced = new PricedLine[lines];
        var facts = new Dictionary<long, PromotionLine>(lines);
        for (var i = 0; i < lines; i++)
        {
            priced[i] = new(i + 1, i + 1, i % 100, new(1_000 + i * 37 % 5_000, Currency.Eur), 1 + i % 3) { TaxCategory = i % 4 == 0 ? "food" : TaxRate.Standard };
            facts[i + 1] = new([i % 8, 100 + i % 8], i % 10);
        }

        var tax = new TaxRules([new("DE", [new(TaxRate.Standard, 19, "VAT", "DE"), new("food", 7, "VAT", "DE")])]) { PricesIncludeTax = true, Home = new("DE") };
        return new(new(Currency.Eur, priced, tax) { ShipTo = new("DE") }, facts, Now) { Customer = new(1, ["loyal"]) };
    }

    private static PromotionRule Elsewhere(PromotionRule rule) => (rule.Id % 6) switch
    {
        0 => rule with { Scope = new([1_000 + rule.Id % 500]) },
        1 => rule with { Scope = new(null, [10_000 + rule.Id]) },
        2 => rule with { Segments = [$"segment {rule.Id % 50}"] },
        3 => rule with { RequiresCoupon = true },
        4 => rule with { MinimumOrder = 100_000_000 + rule.Id },
        _ => rule with { Scope = new(null, null, [1_000 + rule.Id % 200]) },
    };
}
