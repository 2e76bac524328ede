using System.Text.Json;
using Aura.Pricing;
using Aura.Promotions.Engine;
using FsCheck;
using FsCheck.Fluent;
using static Aura.Tests.Promotions.Engine.Shop;

namespace Aura.Tests.Promotions.Engine;

public sealed class PromotionPropertyTests
{
    private static readonly PromotionOptions All = new() { Everything = true };

    [Fact]
    public void The_order_of_the_lines_and_of_the_promotions_changes_nothing() => Property.Holds(
        from given in Cases
        from lines in Gen.Shuffle(given.Cart.Priced.Lines.ToArray())
        from rules in Gen.Shuffle(given.Rules)
        select (given, Shuffled: given.Cart with { Priced = given.Cart.Priced with { Lines = lines } }, rules),
        both => Assert.Equal(Json(both.given.Cart.Evaluate(both.given.Rules)), Json(both.Shuffled.Evaluate(both.rules))));

    [Fact]
    public void What_the_index_leaves_out_would_not_have_applied() => Property.Holds(Cases, given =>
    {
        var set = PromotionSet.Compile(given.Rules);
        var (found, everything) = (set.Evaluate(given.Cart), set.Evaluate(given.Cart, All));
        Assert.Equal(JsonSerializer.Serialize(everything.Effects), JsonSerializer.Serialize(found.Effects));
        Assert.Equal(given.Rules.Length, everything.Effects.Count + everything.NotApplied.Count);
        Assert.Empty(found.Effects.Select(e => e.PromotionId).Except(set.Candidates(given.Cart)));
    }, runs: 1000);

    [Fact]
    public void Pricing_takes_off_exactly_what_was_decided_and_nothing_becomes_negative() => Property.Holds(Cases, given =>
    {
        var outcome = given.Cart.Evaluate(given.Rules);
        var totals = given.Cart.Totals(outcome);
        Assert.Equal((outcome.Discount, outcome.ShippingDiscount), (totals.DiscountTotal, totals.ShippingDiscount));
        Assert.All(totals.Lines, line => Assert.True(line.Net.Minor >= 0 && line.Gross.Minor >= 0 && line.Discount <= line.Value));
        Assert.True(totals.Total.Minor >= 0 && outcome.Cashback <= totals.Subtotal - totals.DiscountTotal);
    });

    [Fact]
    public void Parts_sum_to_their_whole() => Property.Holds(Cases, given =>
    {
        foreach (var effect in given.Cart.Evaluate(given.Rules).Effects)
        {
            Assert.True(effect.Amount > 0);
            if (effect.Phase != PromotionPhase.Shipping)
                Assert.Equal(effect.Amount, effect.Shares.Sum(share => share.Amount));
            foreach (var share in effect.Shares)
            {
                Assert.InRange(share.Units, 1, share.Quantity);
                Assert.True(share.Amount > 0);
                if (share.Quantity <= 100)
                    Assert.Equal(share.Amount, share.PerUnit().Sum());
            }
        }
    });

    [Fact]
    public void A_promotion_applies_once_and_only_to_its_lines() => Property.Holds(Cases, given =>
    {
        var outcome = given.Cart.Evaluate(given.Rules);
        Assert.Distinct(outcome.Effects.Select(e => e.PromotionId).Concat(outcome.NotApplied.Select(miss => miss.PromotionId)));
        foreach (var effect in outcome.Effects)
        {
            var rule = given.Rules.Single(rule => rule.Id == effect.PromotionId);
            var scope = rule.BuyGet?.GetScope ?? rule.BuyGet?.BuyScope ?? rule.Scope;
            Assert.All(effect.Shares, share => Assert.True(Matches(scope, given.Cart, share.LineId)));
            Assert.True(effect.Amount <= Math.Min(rule.MaximumDiscount ?? long.MaxValue, rule.BudgetLeft ?? long.MaxValue));
        }
    });

    [Fact]
    public void A_promotion_that_does_not_match_changes_nothing() => Property.Holds(
        from given in Cases
        from rule in Rule(1000)
        from how in Gen.Choose(0, 4)
        select (given, Other: how switch
        {
            0 => rule with { Scope = new([99]), BuyGet = rule.BuyGet is null ? null : new(1, 1) },
            1 => rule with { Currency = Currency.Gbp },
            2 => rule with { EndsAt = Now, StartsAt = null },
            3 => rule with { Segments = ["nobody"] },
            _ => rule with { RequiresCoupon = true },
        }),
        both => Assert.Equal(JsonSerializer.Serialize(both.given.Cart.Evaluate(both.given.Rules).Effects),
            JsonSerializer.Serialize(both.given.Cart.Evaluate([.. both.given.Rules, both.Other]).Effects)));

    [Fact]
    public void The_winner_is_worth_at_least_what_stacks_and_each_that_does_not() => Property.Holds(Cases, given =>
    {
        var worth = Worth(given.Cart.Evaluate(given.Rules));
        Assert.True(worth >= Worth(given.Cart.Evaluate([.. given.Rules.Where(rule => rule.CanStack)])));
        Assert.All(given.Rules.Where(rule => !rule.CanStack), rule => Assert.True(worth >= Worth(given.Cart.Evaluate(rule))));
        var applied = given.Cart.Evaluate(given.Rules).Effects;
        Assert.True(applied.Count <= 1 || applied.All(effect => given.Rules.Single(rule => rule.Id == effect.PromotionId).CanStack));

        static long Worth(PromotionOutcome outcome) => outcome.Effects.Sum(effect => effect.Amount);
    });

    [Fact]
    public void A_discount_on_the_order_is_shared_as_pricing_shares_it() => Property.Holds(
        from given in Cases
        from amount in Property.Amounts(2_000_000)
        select (given.Cart, amount), given =>
        {
            if (given.amount == 0 || given.Cart.Priced.Currency != Currency.Eur)
                return;
            var shared = CartPricing.Price(given.Cart.Priced.Less(new("x", "X", given.amount)));
            var decided = given.Cart.Totals(given.Cart.Evaluate(Off(1, given.amount)));
            Assert.Equal(shared.Lines.Select(line => (line.Discount, line.Tax)), decided.Lines.Select(line => (line.Discount, line.Tax)));
        });

    [Fact]
    public void All_together_stay_below_the_limit_of_the_store() => Property.Holds(
        from given in Cases
        from percent in Gen.Choose(0, 100)
        from existing in Property.Amounts(50_000)
        select (given, percent, existing), each =>
        {
            var outcome = PromotionSet.Compile(each.given.Rules).Evaluate(each.given.Cart with { ExistingDiscounts = each.existing }, new() { MaxCombinedPercent = each.percent });
            var worth = each.given.Cart.Priced.Lines.Sum(line => line.UnitPrice.Minor * line.Quantity);
            Assert.True(outcome.Discount.Minor <= Math.Max(0, worth * each.percent / 100m - each.existing));
        });

    [Fact]
    public void It_does_not_matter_to_buy_and_get_how_units_are_spread_over_lines() => Property.Holds(
        from items in Gen.ArrayOf(Items, 4)
        from buy in Gen.Choose(1, 3)
        from get in Gen.Choose(1, 3)
        from percent in Gen.Choose(1, 100)
        from dear in Gen.Elements(UnitSelection.Cheapest, UnitSelection.MostExpensive)
        select (items: items.Select(item => item with { Quantity = item.Quantity % 20 + 1 }).ToArray(), Rule: Buy(1, buy, get) with { BuyGet = new(buy, get) { Percent = percent, Selection = dear } }),
        given => Assert.Equal(Cart(given.items).Evaluate(given.Rule).Discount,
            Cart([.. given.items.SelectMany(item => Enumerable.Repeat(item with { Quantity = 1 }, item.Quantity))]).Evaluate(given.Rule).Discount));

    private static bool Matches(PromotionScope scope, PromotionCart cart, long id) =>
        (scope.Products is not { Count: > 0 } products || products.Contains(cart.Priced.Lines.Single(line => line.Id == id).ProductId)) &&
        (scope.Brands is not { Count: > 0 } brands || cart.Lines[id].Brand is { } brand && brands.Contains(brand)) &&
        (scope.Categories is not { Count: > 0 } categories || cart.Lines[id].Categories.Any(categories.Contains));

    private static string Json(PromotionOutcome outcome) => JsonSerializer.Serialize((outcome.Effects, outcome.NotApplied.OrderBy(miss => miss.PromotionId), outcome.Coupons),
        new JsonSerializerOptions { IncludeFields = true });

    private static readonly Gen<Item> Items =
        from price in Property.Amounts(50_000)
        from quantity in Gen.Frequency((4, Gen.Choose(1, 5)), (1, Gen.Choose(1, 1000)))
        from product in Gen.Choose(1, 6)
        from categories in Gen.ArrayOf(Gen.Choose(1, 4).Select(id => (long)id), 2)
        from brand in Gen.Elements<long?>(null, 1, 2)
        from tax in Gen.Elements("standard", "food")
        from shipped in Gen.Elements(true, true, false)
        select new Item(price, quantity) { Product = product, Categories = categories, Brand = brand, Tax = tax, Shipped = shipped };

    private static readonly Gen<PromotionScope> Scopes = Gen.Frequency(
        (2, Gen.Constant(PromotionScope.Everything)),
        (3, Gen.NonEmptyListOf(Gen.Choose(1, 5)).Select(ids => new PromotionScope([.. ids.Take(2).Select(id => (long)id)]))),
        (2, Gen.NonEmptyListOf(Gen.Choose(1, 7)).Select(ids => new PromotionScope(null, [.. ids.Take(2).Select(id => (long)id)]))),
        (1, Gen.Choose(1, 4).Select(id => new PromotionScope([id], null, [1]))));

    private static Gen<PromotionRule> Rule(long id) =>
        from type in Gen.Elements(Enum.GetValues<PromotionType>())
        from scope in Scopes
        from get in Scopes
        from percent in Gen.Elements(0.5m, 10m, 33.33m, 50m, 100m)
        from amount in Property.Amounts(20_000)
        from minimum in Gen.Frequency((2, Gen.Constant<long?>(null)), (1, Property.Amounts(100_000).Select(value => (long?)value)))
        from most in Gen.Frequency((3, Gen.Constant<long?>(null)), (1, Property.Amounts(5_000).Select(value => (long?)value)))
        from budget in Gen.Frequency((5, Gen.Constant<long?>(null)), (1, Property.Amounts(5_000).Select(value => (long?)value)))
        from priority in Gen.Choose(0, 2)
        from stack in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
        from items in Gen.Elements(DiscountTarget.Order, DiscountTarget.Items)
        from original in Gen.Elements(DiscountBase.Remaining, DiscountBase.Remaining, DiscountBase.Original)
        from units in Gen.Frequency((4, Gen.Constant<int?>(null)), (1, Gen.Choose(1, 5).Select(value => (int?)value)))
        from coupon in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        from segment in Gen.Frequency((4, Gen.Constant("")), (1, Gen.Elements("vip", "new")))
        from bought in Gen.Choose(1, 3)
        from flag in Gen.Elements(true, false)
        select new PromotionRule(id, $"P{id}", type)
        {
            Currency = Currency.Eur,
            Scope = scope,
            Percent = type is PromotionType.PercentageDiscount or PromotionType.Cashback || type == PromotionType.FreeShipping && flag ? percent : null,
            Amount = type == PromotionType.FixedAmountDiscount ? amount : null,
            BuyGet = type != PromotionType.BuyOneGetOne ? null : flag
                ? new(bought, 1) { Percent = percent, GetScope = get }
                : new(bought, 2) { Amount = amount, MaxApplications = units, Selection = UnitSelection.MostExpensive },
            Tiers = type != PromotionType.TieredDiscount ? [] : [new(amount) { Percent = percent }, new(amount + 1_000) { Amount = amount }],
            TierMode = flag ? TierMode.Whole : TierMode.Marginal,
            TierBase = flag ? TierBase.Subtotal : TierBase.Remaining,
            MinimumOrder = minimum,
            MaximumDiscount = most,
            BudgetLeft = budget,
            Priority = priority,
            CanStack = stack,
            Target = items,
            DiscountBase = original,
            MaxUnits = units,
            RequiresCoupon = coupon,
            Segments = segment == "" ? [] : [segment],
            Retest = flag,
        };

    private static readonly Gen<(PromotionCart Cart, PromotionRule[] Rules)> Cases =
        from count in Gen.Choose(0, 7)
        from different in Gen.ArrayOf(Items, count)
        from alike in Gen.Elements(true, false, false)
        let items = alike ? different.Select(_ => different[0]).ToArray() : different
        from inclusive in Gen.Elements(true, false)
        from currency in Gen.Frequency((9, Gen.Constant(Currency.Eur)), (1, Gen.Constant(Currency.Usd)))
        from shipping in Property.Amounts(2_000)
        from size in Gen.Choose(0, 9)
        from rules in Gen.CollectToList(Enumerable.Range(1, size), id => Rule(id))
        from segments in Gen.Elements<string[]>([], ["vip"], ["VIP", "new"])
        from coupons in Gen.ArrayOf(Gen.Choose(1, 10), 2)
        let tax = new TaxRules([new("DE", [new(TaxRate.Standard, 19, "VAT", "DE"), new("food", 7, "VAT", "DE")])]) { PricesIncludeTax = inclusive, Home = new("DE") }
        select (Cart(currency, tax, items).WithShipping(shipping) with
        {
            Customer = new(1, segments),
            Coupons = [.. coupons.Select(id => new PresentedCoupon($"C{id}", id, id))],
        }, rules.ToArray());
}
