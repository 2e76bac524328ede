using Aura.Promotions.Engine;
using static Aura.Tests.Promotions.Engine.Shop;

namespace Aura.Tests.Promotions.Engine;

/// <summary>Each type, the order of application, thresholds, caps. Amounts worked out by hand.</summary>
public sealed class PromotionPhaseTests
{
    [Fact]
    public void The_documents_25_percent_of_59_98_are_15() =>
        Assert.Equal(1500, Cart(new Item(2999, 2)).Evaluate(Percent(1, 25)).Discount.Minor);

    [Fact]
    public void A_fixed_amount_is_shared_and_stops_at_what_there_is()
    {
        var outcome = Cart(new Item(1000), new Item(500)).Evaluate(Off(1, 300));
        Assert.Equal(new() { [1] = 200, [2] = 100 }, outcome.OffLines());

        var effect = Cart(new Item(1000)).Evaluate(Off(1, 5000)).Effects.Single();
        Assert.Equal((1000, PromotionCap.NothingLeft), (effect.Amount, effect.CappedBy));
    }

    [Fact]
    public void A_fixed_amount_on_items_is_off_each_unit() =>
        Assert.Equal(new() { [1] = 600, [2] = 50 }, Cart(new Item(1000, 3), new Item(50)).Evaluate(Off(1, 200) with { Target = DiscountTarget.Items }).OffLines());

    [Fact]
    public void Percentages_follow_one_another_on_what_is_left_by_priority_then_id()
    {
        var cart = Cart(new Item(10_000));
        Assert.Equal([(2, 1000), (1, 1800)], cart.Evaluate(Percent(1, 20), Percent(2, 10) with { Priority = 1 }).Effects.Select(e => (e.PromotionId, e.Amount)));
        Assert.Equal([(1, 2000), (2, 800)], cart.Evaluate(Percent(2, 10), Percent(1, 20)).Effects.Select(e => (e.PromotionId, e.Amount)));
        Assert.Equal([2000, 1000], cart.Evaluate(Percent(1, 20), Percent(2, 10) with { DiscountBase = DiscountBase.Original }).Effects.Select(e => e.Amount));
    }

    [Fact]
    public void Items_come_before_the_order_whatever_the_priority()
    {
        var outcome = Cart(new Item(10_000)).WithShipping(500).Evaluate(
            Cashback(1, 10) with { Priority = 9 }, FreeShipping(2) with { Priority = 8 }, Percent(3, 10) with { Priority = 7 }, Percent(4, 50) with { Target = DiscountTarget.Items });
        Assert.Equal([(4, 5000), (3, 500), (2, 500), (1, 450)], outcome.Effects.Select(e => (e.PromotionId, e.Amount)));
        Assert.Equal((5500, 500, 450), (outcome.Discount.Minor, outcome.ShippingDiscount.Minor, outcome.Cashback.Minor));
    }

    [Fact]
    public void The_minimum_is_reached_when_it_is_equalled_after_the_discounts_on_items()
    {
        var minimum = Percent(1, 10) with { MinimumOrder = 5000 };
        Assert.Single(Cart(new Item(5000)).Evaluate(minimum).Effects);
        var missed = Cart(new Item(5000)).Evaluate(minimum, Off(2, 1) with { Target = DiscountTarget.Items }).NotApplied.Single();
        Assert.Equal((PromotionReason.BelowMinimum, 1), (missed.Reason, missed.Missing));
    }

    [Fact]
    public void The_minimum_counts_eligible_lines_only()
    {
        var missed = Cart(new Item(4000) { Categories = [5] }, new Item(9000)).Evaluate(
            Percent(1, 10) with { MinimumOrder = 5000, Scope = new([5]) }).NotApplied.Single();
        Assert.Equal((PromotionReason.BelowMinimum, 1000), (missed.Reason, missed.Missing));
    }

    [Fact]
    public void Only_a_promotion_that_retests_minds_the_order_discounts_before_it()
    {
        var second = Percent(2, 10) with { MinimumOrder = 5000 };
        Assert.Equal(2, Cart(new Item(5000)).Evaluate(Percent(1, 10), second).Effects.Count);
        Assert.Single(Cart(new Item(5000)).Evaluate(Percent(1, 10), second with { Retest = true }).Effects);
    }

    [Fact]
    public void Caps_hold_in_their_order()
    {
        PromotionEffect Effect(PromotionRule rule) => Cart(new Item(100_000)).Evaluate(rule).Effects.Single();
        Assert.Equal((10_000, PromotionCap.MaximumDiscount), Capped(Effect(Percent(1, 25) with { MaximumDiscount = 10_000 })));
        Assert.Equal((4_000, PromotionCap.BudgetExceeded), Capped(Effect(Percent(1, 25) with { MaximumDiscount = 10_000, BudgetLeft = 4_000 })));
        Assert.Equal((10_000, PromotionCap.MaximumDiscount), Capped(Effect(Percent(1, 25) with { MaximumDiscount = 10_000, BudgetLeft = 40_000 })));
        Assert.Equal(PromotionReason.BudgetExceeded, Cart(new Item(1)).Evaluate(Percent(1, 25) with { BudgetLeft = 0 }).NotApplied.Single().Reason);

        static (long, PromotionCap?) Capped(PromotionEffect effect) => (effect.Amount, effect.CappedBy);
    }

    [Fact]
    public void All_promotions_together_take_no_more_than_the_store_allows()
    {
        var set = PromotionSet.Compile([Percent(1, 30), Off(2, 2_000), FreeShipping(3)]);
        var outcome = set.Evaluate(Cart(new Item(9_999)).WithShipping(500), new() { MaxCombinedPercent = 40 });
        Assert.Equal([(1, 3_000, null), (2, 999, PromotionCap.MaxCombinedPercent), (3, 500, null)], outcome.Effects.Select(e => (e.PromotionId, e.Amount, e.CappedBy)));
    }

    [Fact]
    public void Discounts_given_elsewhere_lower_no_base_and_limit_the_sum()
    {
        Assert.Equal(1500, (Cart(new Item(2999, 2)) with { ExistingDiscounts = 1000 }).Evaluate(Percent(1, 25)).Discount.Minor);
        var effect = (Cart(new Item(2999, 2)) with { ExistingDiscounts = 5000 }).Evaluate(Percent(1, 25)).Effects.Single();
        Assert.Equal((998, PromotionCap.ExistingDiscounts), (effect.Amount, effect.CappedBy));
    }

    [Fact]
    public void At_most_so_many_units_the_cheapest_first()
    {
        var outcome = Cart(new Item(3000, 2), new Item(1000, 2)).Evaluate(Percent(1, 50) with { MaxUnits = 3, Target = DiscountTarget.Items });
        Assert.Equal(new() { [1] = 1500, [2] = 1000 }, outcome.OffLines());
        Assert.Equal([1, 2], outcome.Effects.Single().Shares.Select(share => share.Units));
    }

    [Fact]
    public void The_highest_tier_that_is_reached_holds_for_the_whole_amount()
    {
        var tiers = Tiers(1, new Tier(5_000) { Percent = 5 }, new Tier(10_000) { Percent = 10 }, new Tier(20_000) { Amount = 5_000 });
        Assert.Equal([0, 250, 500, 1_000, 5_000],
            new long[] { 4_999, 5_000, 9_999, 10_000, 20_000 }.Select(price => Cart(new Item(price)).Evaluate(tiers).Discount.Minor));
        Assert.Equal((PromotionReason.BelowMinimum, 1), PromotionSet.Compile([tiers]).Evaluate(Cart(new Item(4_999)), new() { Everything = true }).NotApplied.Select(miss => (miss.Reason, (int)(miss.Missing ?? 0))).Single());
    }

    [Fact]
    public void Marginal_tiers_hold_for_their_part_of_the_amount()
    {
        var tiers = Tiers(1, new Tier(5_000) { Percent = 10 }, new Tier(10_000) { Percent = 20 }) with { TierMode = TierMode.Marginal };
        Assert.Equal(500 + 1_000, Cart(new Item(15_000)).Evaluate(tiers).Discount.Minor);
        Assert.Equal(200, Cart(new Item(7_000)).Evaluate(tiers).Discount.Minor);
    }

    [Fact]
    public void A_tier_is_reached_before_discounts_unless_it_asks_for_what_is_left()
    {
        var tiers = Tiers(1, new Tier(10_000) { Amount = 1_000 });
        var sale = Off(2, 1) with { Target = DiscountTarget.Items };
        Assert.Equal(1_001, Cart(new Item(10_000)).Evaluate(tiers, sale).Discount.Minor);
        Assert.Equal(1, Cart(new Item(10_000)).Evaluate(tiers with { TierBase = TierBase.Remaining }, sale).Discount.Minor);
    }

    [Fact]
    public void Free_shipping_takes_the_price_of_the_chosen_method_up_to_its_cap()
    {
        var cart = Cart(new Item(1000)).WithShipping(700);
        Assert.Equal(700, cart.Evaluate(FreeShipping(1)).ShippingDiscount.Minor);
        Assert.Equal(500, cart.Evaluate(FreeShipping(1) with { MaximumDiscount = 500 }).ShippingDiscount.Minor);
        Assert.Equal([350, 350], cart.Evaluate(FreeShipping(1) with { Percent = 50 }, FreeShipping(2)).Effects.Select(e => e.Amount));
        Assert.Equal(PromotionReason.NoShipping, Cart(new Item(1000)).Evaluate(FreeShipping(1)).NotApplied.Single().Reason);
        Assert.Equal(1000, cart.Totals(cart.Evaluate(FreeShipping(1))).Total.Minor);
    }

    [Fact]
    public void Cashback_is_on_what_is_paid_for_goods_and_leaves_the_total()
    {
        var cart = Cart(new Item(10_000), new Item(5_000)).WithShipping(500);
        var outcome = cart.Evaluate(Percent(1, 20), Cashback(2, 5));
        Assert.Equal(600, outcome.Cashback.Minor);
        Assert.Equal([400, 200], outcome.Effects[1].Shares.Select(share => share.Amount));
        Assert.Equal(12_500, cart.Totals(outcome).Total.Minor);
    }

    [Theory]
    [InlineData("JPY", 105, 10)] // 10.5 yen
    [InlineData("KWD", 1_005, 100)] // 100.5 fils
    public void Half_a_minor_unit_rounds_up_once(string currency, long price, long floor) =>
        Assert.Equal(floor + 1, Cart(Currency.Of(currency), Aura.Pricing.TaxRules.None, new Item(price)).Evaluate(Percent(1, 10) with { Currency = null }).Discount.Minor);

    [Fact]
    public void The_default_trace_is_empty_and_the_asked_one_tells_each_step()
    {
        var set = PromotionSet.Compile([Percent(1, 25) with { MaximumDiscount = 1_000 }, Off(2, 1) with { MinimumOrder = 10_000_000, RequiresCoupon = true }]);
        var cart = Cart(new Item(5_998)).WithCoupon(2);
        Assert.Empty(set.Evaluate(cart).Trace);
        Assert.Equal([(1, TraceKind.Computed, 5_998, 1_500), (1, TraceKind.Capped, 1_500, 1_000), (1, TraceKind.Allocated, null, 1_000), (2, TraceKind.Rejected, null, 9_994_002)],
            set.Evaluate(cart, new() { Explain = true }).Trace.Select(step => (step.PromotionId!.Value, step.Kind, (int?)step.Base, (int)step.Amount!.Value))); // all four are about a promotion
    }
}
