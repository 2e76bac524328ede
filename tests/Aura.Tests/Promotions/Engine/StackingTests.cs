using Aura.Promotions.Engine;
using static Aura.Tests.Promotions.Engine.Shop;

namespace Aura.Tests.Promotions.Engine;

public sealed class StackingTests
{
    private static readonly PromotionRule Alone = Percent(9, 30) with { CanStack = false };

    [Fact]
    public void One_that_cannot_stack_wins_alone_when_it_is_worth_more()
    {
        var outcome = Cart(new Item(10_000)).Evaluate(Percent(1, 10), Percent(2, 10), Alone);
        Assert.Equal([(9, 3_000)], outcome.Effects.Select(e => (e.PromotionId, e.Amount)));
        Assert.Equal([(1, PromotionReason.ExcludedByStacking, 9), (2, PromotionReason.ExcludedByStacking, 9)],
            outcome.NotApplied.Select(miss => (miss.PromotionId, miss.Reason, (int)(miss.By ?? 0))));
    }

    [Fact]
    public void Those_that_stack_win_when_they_are_worth_more_together()
    {
        var outcome = Cart(new Item(10_000)).Evaluate(Percent(1, 20), Percent(2, 20) with { Priority = 3 }, Alone);
        Assert.Equal(3_600, outcome.Discount.Minor);
        Assert.Equal((9, PromotionReason.ExcludedByStacking, 2), outcome.NotApplied.Select(miss => (miss.PromotionId, miss.Reason, (int)(miss.By ?? 0))).Single());
    }

    [Fact]
    public void A_tie_goes_to_the_higher_priority_then_to_the_lower_id()
    {
        var cart = Cart(new Item(10_000));
        Assert.Equal(9, cart.Evaluate(Percent(1, 30), Alone with { Priority = 1 }).Effects.Single().PromotionId);
        Assert.Equal(1, cart.Evaluate(Percent(1, 30), Alone).Effects.Single().PromotionId);
        Assert.Equal(8, cart.Evaluate(Alone, Alone with { Id = 8 }).Effects.Single().PromotionId);
    }

    [Fact]
    public void What_would_have_failed_anyway_keeps_its_own_reason() =>
        Assert.Equal(PromotionReason.BelowMinimum, Cart(new Item(10_000)).WithCoupon(1).Evaluate(
            Percent(1, 10) with { MinimumOrder = 50_000 }, Alone).NotApplied.Single().Reason);

    [Fact]
    public void Shipping_and_cashback_count_in_the_comparison()
    {
        var cart = Cart(new Item(1_000)).WithShipping(900);
        Assert.Equal(2, cart.Evaluate(FreeShipping(2), Alone).Effects.Single().PromotionId);
        Assert.Equal(3, cart.Evaluate(Cashback(3, 40), Alone).Effects.Single().PromotionId);
    }

    [Fact]
    public void By_priority_the_first_that_takes_something_off_stands_alone()
    {
        var set = PromotionSet.Compile([Percent(1, 90), Alone, Off(7, 1) with { CanStack = false, Priority = 2 }, Percent(8, 5) with { CanStack = false, Priority = 5, MinimumOrder = 1_000_000 }]);
        var outcome = set.Evaluate(Cart(new Item(10_000)), new() { Exclusivity = Exclusivity.Priority });
        Assert.Equal([(7, 1)], outcome.Effects.Select(e => (e.PromotionId, e.Amount)));
        Assert.Equal(Percent(1, 90).Id, PromotionSet.Compile([Percent(1, 90), Alone with { MinimumOrder = 99_999 }])
            .Evaluate(Cart(new Item(10_000)), new() { Exclusivity = Exclusivity.Priority }).Effects.Single().PromotionId);
    }

    [Fact]
    public void The_loser_leaves_no_trace_in_the_amounts()
    {
        // The stacked ones were tried first; what stands alone must start from the whole price, and from its own minimum.
        var outcome = Cart(new Item(10_000)).WithShipping(500).Evaluate(
            Percent(1, 50) with { Target = DiscountTarget.Items }, Percent(9, 60) with { CanStack = false, MinimumOrder = 10_000 });
        Assert.Equal([(9, 6_000)], outcome.Effects.Select(e => (e.PromotionId, e.Amount)));
    }

    [Fact]
    public void Coupons_and_automatic_promotions_are_sorted_together_and_coupons_learn_their_fate()
    {
        var rules = new[] { Percent(1, 10), Percent(2, 10) with { RequiresCoupon = true, Priority = 1 }, Percent(3, 10) with { RequiresCoupon = true, EndsAt = Now } };
        var cart = Cart(new Item(10_000)) with
        {
            Coupons = [new("OK", 2, 20), new("AGAIN", 2, 21), new("OLD", 3, 30), new("GONE", 4, 40), new("NONE"), new("SPENT", 2, 22, PromotionReason.MaxUsesReached)],
        };
        var outcome = cart.Evaluate(rules);
        Assert.Equal([(2, 20L, 1000), (1, null, 900)], outcome.Effects.Select(e => ((int)e.PromotionId, e.CouponId, (int)e.Amount)));
        Assert.Equal([null, PromotionReason.AlreadyApplied, PromotionReason.Expired, PromotionReason.NotActive, PromotionReason.NotFound, PromotionReason.MaxUsesReached],
            outcome.Coupons.Select(coupon => coupon.Reason));
        Assert.Equal([(1, 1000)], Cart(new Item(10_000)).Evaluate(rules).Effects.Select(e => ((int)e.PromotionId, (int)e.Amount)));
    }
}
