using Aura.Promotions.Engine;
using static Aura.Tests.Promotions.Engine.Shop;

namespace Aura.Tests.Promotions.Engine;

/// <summary>What went wrong in other systems, each with its thread.</summary>
public sealed class PainTests
{
    [Fact] // vendurehq/vendure#4353
    public void Limits_bind_promotions_without_a_coupon()
    {
        var rule = Percent(1, 10);
        Assert.Equal(PromotionReason.MaxUsesReached, With(new(Total: 0)).NotApplied.Single().Reason);
        Assert.Equal(PromotionReason.CustomerLimitReached, With(new(Total: 5, Customer: 0)).NotApplied.Single().Reason);
        Assert.Single(With(new(Total: 1, Customer: 1)).Effects);

        PromotionOutcome With(UsesLeft left) => (Cart(new Item(1000)) with { Uses = new Dictionary<long, UsesLeft> { [1] = left } }).Evaluate(rule);
    }

    [Fact] // saleor/saleor#17453
    public void A_sale_of_40_and_a_voucher_of_70_percent_do_not_give_goods_away() =>
        Assert.Equal(8_200, Cart(new Item(10_000)).WithCoupon(2).Evaluate(
            Percent(1, 40) with { Target = DiscountTarget.Items }, Percent(2, 70) with { RequiresCoupon = true }).Discount.Minor);

    [Fact] // saleor/saleor#14920: the best of several rules, not their sum; they say so by not stacking
    public void Rules_that_do_not_stack_do_not_add_up()
    {
        var rules = new[] { Percent(1, 10) with { CanStack = false }, Percent(2, 25) with { CanStack = false }, Percent(3, 15) with { CanStack = false } };
        Assert.Equal(2_500, Cart(new Item(10_000)).Evaluate(rules).Discount.Minor);
    }

    [Fact] // saleor/saleor#12107
    public void Once_per_order_takes_the_cheapest_line_that_is_covered() =>
        Assert.Equal(new() { [2] = 500 }, Cart(new Item(100), new Item(1_000) { Categories = [7] }, new Item(3_000) { Categories = [7] }).Evaluate(
            Percent(1, 50) with { Scope = new([7]), MaxUnits = 1, Target = DiscountTarget.Items }).OffLines());

    [Fact] // medusajs/medusa#8829: buy 10 get 20 with only 10 in the cart
    public void A_total_never_becomes_negative()
    {
        Assert.Empty(Cart(new Item(1000, 10)).Evaluate(Buy(1, 10, 20)).Effects);
        var cart = Cart(new Item(1000, 30));
        Assert.Equal(10_000, cart.Totals(cart.Evaluate(Buy(1, 10, 20))).Total.Minor);
    }

    [Fact] // medusajs/medusa#13265: 4 in the cart with "buy 2 get 1" as that thread counts them: bought and got differ
    public void Buy_two_get_one_applies_as_often_as_it_fits() =>
        Assert.Equal(1_400, Cart(new Item(1000, 4) { Categories = [1] }, new Item(700, 5) { Categories = [2] }).Evaluate(
            Buy(1, 2, 1) with { BuyGet = new(2, 1) { BuyScope = new([1]), GetScope = new([2]) } }).Discount.Minor);

    [Fact] // medusajs/medusa#13431: four of a collection and then a T-shirt of it, and #16396: A, B and C at one price in any order
    public void The_order_of_adding_does_not_matter()
    {
        var shirt = Buy(1, 4, 1) with { BuyGet = new(4, 1) { BuyScope = new([1]), GetScope = new(Products: [5]) } };
        Item[] apparel = [.. Enumerable.Range(1, 5).Select(product => new Item(1000) { Product = product, Categories = [1] })];
        for (var first = 0; first < 5; first++)
            Assert.Equal(1000, Cart([.. apparel[first..], .. apparel[..first]]).Evaluate(shirt).Discount.Minor);

        var second = Buy(2, 2, 1, 61) with { BuyGet = new(2, 1) { Percent = 61, BuyScope = new(Products: [1, 2, 3]), GetScope = new(Products: [1]), MaxApplications = 1 } };
        foreach (var (a, b, c) in new[] { (1, 2, 3), (1, 3, 2), (2, 1, 3), (3, 1, 2), (2, 3, 1), (3, 2, 1) })
            Assert.Equal(7_625, Cart(new Item(12_500) { Product = a }, new Item(12_500) { Product = b }, new Item(12_500) { Product = c }).Evaluate(second).Discount.Minor);
    }

    [Fact] // medusajs/medusa#14934: an amount of 500 was taken as 50,000 %
    public void An_amount_off_what_is_got_is_an_amount() =>
        Assert.Equal(500, Cart(new Item(2_000, 3)).Evaluate(Buy(1, 2, 1) with { BuyGet = new(2, 1) { Amount = 500 } }).Discount.Minor);

    [Fact] // solidusio/solidus#6370: one cap over all that a promotion gives
    public void A_cap_holds_for_all_lines_together()
    {
        var outcome = Cart(new Item(12_000), new Item(23_000), new Item(30_000)).Evaluate(Percent(1, 15) with { MaximumDiscount = 5_000, Target = DiscountTarget.Items });
        Assert.Equal((5_000, PromotionCap.MaximumDiscount), (outcome.Discount.Minor, outcome.Effects.Single().CappedBy));
        Assert.Equal(5_000, outcome.OffLines().Values.Sum());
    }

    [Fact] // vendurehq/vendure#5278
    public void What_takes_off_nothing_is_not_applied()
    {
        Assert.Equal(PromotionReason.NothingLeftToDiscount, Cart(new Item(1000)).Evaluate(Percent(1, 100) with { Priority = 1 }, Percent(2, 10)).NotApplied.Single().Reason);
        Assert.Equal(PromotionReason.NothingLeftToDiscount, Cart(new Item(1)).Evaluate(Percent(1, 1)).NotApplied.Single().Reason);
    }

    [Fact] // saleor/saleor#5689
    public void A_store_can_cap_all_promotions_together() =>
        Assert.Equal(5_000, PromotionSet.Compile([Percent(1, 40), Percent(2, 40)]).Evaluate(Cart(new Item(10_000)), new() { MaxCombinedPercent = 50 }).Discount.Minor);
}
