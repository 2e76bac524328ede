using Aura.Promotions.Engine;
using static Aura.Tests.Promotions.Engine.Shop;

namespace Aura.Tests.Promotions.Engine;

public sealed class BuyGetTests
{
    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(5, 1)]
    [InlineData(6, 2)]
    [InlineData(9, 3)]
    public void Buy_two_get_one_repeats_as_often_as_the_units_allow(int quantity, int free) =>
        Assert.Equal(free * 1000, Cart(new Item(1000, quantity)).Evaluate(Buy(1, 2, 1)).Discount.Minor);

    [Fact]
    public void Of_three_the_cheapest_is_free() =>
        Assert.Equal(new() { [2] = 500 }, Cart(new Item(2000), new Item(500), new Item(1000)).Evaluate(Buy(1, 2, 1)).OffLines());

    [Fact]
    public void Units_are_sorted_by_what_one_costs_and_not_by_their_line() =>
        Assert.Equal(new() { [2] = 300 }, Cart(new Item(1000, 1), new Item(300, 5)).Evaluate(Buy(1, 5, 1)).OffLines());

    [Fact]
    public void The_most_expensive_can_be_got_instead() =>
        Assert.Equal(new() { [1] = 1000 }, Cart(new Item(2000), new Item(500), new Item(1000)).Evaluate(
            Buy(1, 2, 1, 50) with { BuyGet = new(2, 1) { Percent = 50, Selection = UnitSelection.MostExpensive } }).OffLines());

    [Fact]
    public void It_applies_no_more_often_than_it_may() =>
        Assert.Equal(2000, Cart(new Item(1000, 30)).Evaluate(Buy(1, 2, 1) with { BuyGet = new(2, 1) { MaxApplications = 2 } }).Discount.Minor);

    [Fact]
    public void What_is_bought_and_what_is_got_can_differ()
    {
        var rule = Buy(1, 2, 1) with { BuyGet = new(2, 1) { BuyScope = new([1]), GetScope = new([2]) } };
        Assert.Equal(new() { [2] = 700 }, Cart(new Item(1000, 2) { Categories = [1] }, new Item(700, 3) { Categories = [2] }).Evaluate(rule).OffLines());
        var missed = Cart(new Item(1000, 1) { Categories = [1] }, new Item(700) { Categories = [2] }).Evaluate(rule).NotApplied.Single();
        Assert.Equal((PromotionReason.NotEnoughItems, 1), (missed.Reason, missed.Missing));
    }

    [Fact]
    public void A_unit_that_could_be_either_is_not_counted_twice()
    {
        var rule = Buy(1, 1, 1) with { BuyGet = new(1, 1) { BuyScope = new([1]), GetScope = new([1, 2]) } };
        // Two of category 1, one of category 2: one is bought for each that is got, and two are got only where three are left to buy from.
        Assert.Equal(new() { [2] = 700 }, Cart(new Item(1000, 2) { Categories = [1] }, new Item(700) { Categories = [2] }).Evaluate(rule).OffLines());
        Assert.Equal(new() { [1] = 1000, [2] = 700 }, Cart(new Item(1000, 3) { Categories = [1] }, new Item(700) { Categories = [2] }).Evaluate(rule).OffLines());
        // The cheap ones are needed as bought: only one of them can be got, beside the dear one that can only be got.
        Assert.Equal(new() { [1] = 100, [2] = 700 }, Cart(new Item(100, 3) { Categories = [1] }, new Item(700) { Categories = [2] }).Evaluate(rule).OffLines());
    }

    [Fact]
    public void An_amount_off_and_a_fixed_price_hold_for_each_unit_and_never_exceed_it()
    {
        Assert.Equal(600, Cart(new Item(1000, 6)).Evaluate(Buy(1, 2, 1) with { BuyGet = new(2, 1) { Amount = 300 } }).Discount.Minor);
        Assert.Equal(1800, Cart(new Item(1000, 6)).Evaluate(Buy(1, 2, 1) with { BuyGet = new(2, 1) { Price = 100 } }).Discount.Minor);
        Assert.Equal(2000, Cart(new Item(1000, 6)).Evaluate(Buy(1, 2, 1) with { BuyGet = new(2, 1) { Amount = 50_000 } }).Discount.Minor);
        Assert.Empty(Cart(new Item(1000, 6)).Evaluate(Buy(1, 2, 1) with { BuyGet = new(2, 1) { Price = 1_500 } }).Effects);
    }

    [Fact]
    public void Units_that_cost_nothing_are_neither_bought_nor_got() =>
        Assert.Equal(PromotionReason.NotEnoughItems, Cart(new Item(0, 5), new Item(1000, 2)).Evaluate(Buy(1, 2, 1)).NotApplied.Single().Reason);

    [Fact]
    public void Percent_are_rounded_once_for_all_units()
    {
        // 3 x 0.05 at 50 %: 0.075 together, where each unit alone would give 0.03.
        Assert.Equal(8, Cart(new Item(5, 6)).Evaluate(Buy(1, 1, 1, 50)).Discount.Minor);
    }

    [Fact]
    public void The_shares_say_how_many_units_are_got_and_what_each_unit_is_less()
    {
        var share = Cart(new Item(1000, 3)).Evaluate(Buy(1, 2, 1)).Effects.Single().Shares.Single();
        Assert.Equal((1000, 1, 3), (share.Amount, share.Units, share.Quantity));
        Assert.Equal([334, 333, 333], share.PerUnit());
    }
}
