using Aura.Promotions.Engine;
using static Aura.Tests.Promotions.Engine.Shop;

namespace Aura.Tests.Promotions.Engine;

public sealed class WorstCaseTests
{
    private static WorstCase? Of(params PromotionRule[] rules) => WorstCase.Of(rules, Currency.Eur, Now);

    [Fact]
    public void A_sale_and_a_voucher_take_82_percent() =>
        Assert.InRange(Of(Percent(1, 40) with { Target = DiscountTarget.Items }, Percent(2, 70) with { RequiresCoupon = true, Segments = ["vip"], FirstPurchaseOnly = true })!.Percent, 82m, 82.01m); // there is one; beyond 82 it is rounded cents

    [Fact]
    public void An_amount_with_a_minimum_is_worst_at_its_minimum()
    {
        var worst = Of(Off(1, 1_000) with { MinimumOrder = 4_000 })!; // there is one
        Assert.Equal((4_000, 1_000, 25m, true), (worst.Subtotal.Minor, worst.Discount.Minor, worst.Percent, worst.Complete));
        Assert.Contains(worst.Outcome.Trace, step => step is { PromotionId: 1, Kind: TraceKind.Computed });
    }

    [Fact]
    public void A_minimum_after_the_discounts_on_items_is_found_before_them()
    {
        // 50 % on items leaves 40.00 of 80.00, the least of which 30.00 more are taken.
        var worst = Of(Percent(1, 50) with { Target = DiscountTarget.Items }, Off(2, 3_000) with { MinimumOrder = 4_000 })!; // there is one
        Assert.Equal((8_000, 7_000), (worst.Subtotal.Minor, worst.Discount.Minor));
    }

    [Fact]
    public void Promotions_for_several_categories_meet_on_a_product_of_all_of_them_unless_the_shop_has_none()
    {
        PromotionRule[] rules = [Percent(1, 50) with { Scope = new([1]) }, Percent(2, 50) with { Scope = new([2]) }];
        Assert.Equal(75m, Of(rules)!.Percent); // there is one
        Assert.Equal(50m, WorstCase.Of(rules, Currency.Eur, Now, items: [new(7, [1]), new(8, [2])])!.Percent); // there is one
    }

    [Fact]
    public void A_cheap_buy_brings_a_dear_gift()
    {
        var worst = Of(Buy(1, 2, 1) with { BuyGet = new(2, 1) { BuyScope = new([1]), GetScope = new([2]) }, MaximumDiscount = 50_000 })!; // there is one
        Assert.Equal(2, worst.Cart.Priced.Lines.Count);
        Assert.True(worst.Percent > 99, $"{worst.Percent}");
    }

    [Fact]
    public void One_that_cannot_stack_is_not_added_to_the_others() =>
        Assert.Equal(60m, Of(Percent(1, 30), Percent(2, 20), Percent(3, 60) with { CanStack = false })!.Percent); // there is one

    [Fact]
    public void What_takes_nothing_has_no_worst_case() => Assert.Null(Of(FreeShipping(1), Cashback(2, 50)));

    [Fact]
    public void It_is_the_same_each_time_says_when_it_stopped_and_its_numbers_are_those_of_the_engine()
    {
        PromotionRule[] rules = [Percent(1, 15), Off(2, 700) with { MinimumOrder = 3_000, Scope = new([3]) }, Buy(3, 2, 1), Tiers(4, new Tier(5_000) { Percent = 5 }, new Tier(9_000) { Percent = 12 })];
        var (first, second) = (Of(rules)!, Of(rules)!); // there is one
        Assert.Equal((first.Percent, first.Subtotal, first.Tried), (second.Percent, second.Subtotal, second.Tried));
        Assert.Equal(first.Discount, first.Cart.Evaluate(rules).Discount);
        Assert.False(WorstCase.Of(rules, Currency.Eur, Now, limit: 10)!.Complete); // ten carts are enough to find one
    }
}
