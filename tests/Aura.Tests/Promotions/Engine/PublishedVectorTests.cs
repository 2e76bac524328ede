using Aura.Pricing;
using Aura.Promotions.Engine;
using static Aura.Tests.Promotions.Engine.Shop;

namespace Aura.Tests.Promotions.Engine;

/// <summary>Numbers that other projects publish in their tests. Where ours differ, decision 18 says why.</summary>
public sealed class PublishedVectorTests
{
    [Theory] // solidus, distributed_amounts_handler_spec.rb: 15 over 100; over 3 x 50; over 150, 50 and 100
    [InlineData(new long[] { 10_000 }, new[] { 1 }, new long[] { 1_500 })]
    [InlineData(new long[] { 5_000, 5_000, 5_000 }, new[] { 1, 1, 1 }, new long[] { 500, 500, 500 })]
    [InlineData(new long[] { 5_000, 5_000, 5_000 }, new[] { 3, 1, 2 }, new long[] { 750, 250, 500 })]
    public void Solidus_shares_an_amount(long[] prices, int[] quantities, long[] shares) =>
        Assert.Equal(shares, Cart([.. prices.Zip(quantities, (price, quantity) => new Item(price, quantity))]).Evaluate(Off(1, 1_500)).OffLines().Values);

    [Fact] // The same file, 10 over 3 x 50: there 3.33, 3.33, 3.34 in no order; here the lowest id has the cent.
    public void Solidus_shares_an_odd_cent() =>
        Assert.Equal(new() { [1] = 334, [2] = 333, [3] = 333 }, Cart(new Item(5_000), new Item(5_000), new Item(5_000)).Evaluate(Off(1, 1_000)).OffLines());

    [Fact] // solidus, percent_with_cap_spec.rb: 15 % up to 50 of 120, 230 and 300. There 9.24, 17.69, 23.07: the cent goes to the first.
    public void Solidus_caps_a_percentage_ours_gives_the_cent_to_the_largest_remainder()
    {
        var rule = Percent(1, 15) with { MaximumDiscount = 5_000 };
        Assert.Equal(new() { [1] = 923, [2] = 1_769, [3] = 2_308 }, Cart(new Item(12_000), new Item(23_000), new Item(30_000)).Evaluate(rule).OffLines());
        Assert.Equal(new() { [1] = 180, [2] = 345, [3] = 150 }, Cart(new Item(1_200), new Item(2_300), new Item(1_000)).Evaluate(rule).OffLines());
    }

    [Theory] // solidus, tiered_percent_spec.rb: 10 % below 20, 15 % from 20, 20 % from 30
    [InlineData(1_000, 100)]
    [InlineData(2_000, 300)]
    [InlineData(3_000, 600)]
    public void Solidus_tiers(long price, long discount) => Assert.Equal(discount, Cart(new Item(price)).Evaluate(
        Tiers(1, new Tier(0) { Percent = 10 }, new Tier(2_000) { Percent = 15 }, new Tier(3_000) { Percent = 20 })).Discount.Minor);

    [Fact] // solidus, tiered_percent_spec.rb: 15 yen at 10 %; another currency than the promotion's gives nothing
    public void Solidus_rounds_yen_and_converts_nothing()
    {
        var rule = Tiers(1, new Tier(0) { Percent = 10 });
        Assert.Equal(2, Cart(Currency.Jpy, TaxRules.None, new Item(15)).Evaluate(rule with { Currency = Currency.Jpy }).Discount.Minor);
        Assert.Equal(PromotionReason.WrongCurrency, PromotionSet.Compile([rule]).Evaluate(
            Cart(Currency.Jpy, TaxRules.None, new Item(15)), new() { Everything = true }).NotApplied.Single().Reason);
    }

    [Theory] // solidus, adjust_line_item_quantity_groups_spec.rb: 10 % for whole groups of 3, of 2 x 10 and 1 x 10
    [InlineData(2, 0)]
    [InlineData(3, 300)]
    public void Solidus_quantity_groups_are_a_share_of_what_is_got(int quantity, long discount) =>
        Assert.Equal(discount, Cart(new Item(1_000, quantity)).Evaluate(Buy(1, 2, 1, 30)).Discount.Minor);

    [Theory] // vendure, order-calculator.spec.ts: 50 % of 100 at 20 % tax, on top and within
    [InlineData(false, 50, 60)]
    [InlineData(true, 42, 50)]
    public void Vendure_takes_half_off_an_order(bool inclusive, long net, long total)
    {
        var cart = Cart(Currency.Eur, Taxed(inclusive), new Item(100));
        var totals = cart.Totals(cart.Evaluate(Percent(1, 50)));
        Assert.Equal((net, total), (totals.Lines[0].Net.Minor, totals.Total.Minor));
    }

    [Fact] // vendure, order-calculator.spec.ts: 5 off 10, 6 and 4 leaves 7.50, 4.50 and 3.00; off 10 and 6 there 6.88 and 4.12, here the larger line has the cent
    public void Vendure_prorates_an_amount()
    {
        Assert.Equal(new() { [1] = 250, [2] = 150, [3] = 100 }, Cart(new Item(1000), new Item(600), new Item(400)).Evaluate(Off(1, 500)).OffLines());
        Assert.Equal(new() { [1] = 313, [2] = 187 }, Cart(new Item(1000), new Item(600)).Evaluate(Off(1, 500)).OffLines());
    }

    [Fact] // vendure, order-calculator.spec.ts "correct proration": 5 off 5 at 20 % and 5 at 0 %, tax included. There 2.50 each; here by net amounts (vendure#653).
    public void Vendure_prorates_by_gross_amounts_ours_by_net_ones()
    {
        var cart = Cart(Currency.Eur, Taxed(true), new Item(500), new Item(500) { Tax = "zero" });
        Assert.Equal(new() { [1] = 227, [2] = 273 }, cart.Evaluate(Off(1, 500)).OffLines());
    }

    [Fact] // medusa, compute-actions.spec.ts: 200 off 500 and 100 twice is 166.67 and 33.33, then the same of what is left
    public void Medusa_shares_an_amount_among_some_twice()
    {
        Item[] items = [new(50_000) { Product = 1 }, new(10_000) { Product = 2 }, new(20_000) { Product = 3 }];
        var off = Off(1, 20_000) with { Scope = new(Products: [1, 2]) };
        var outcome = Cart(items).Evaluate(off, off with { Id = 2 });
        Assert.All(outcome.Effects, effect => Assert.Equal([16_667, 3_333], effect.Shares.Select(share => share.Amount)));
        Assert.Single(Cart(items).Evaluate(off with { Amount = 100_000 }, off with { Id = 2 }).Effects);
    }

    [Fact] // saleor: 10 x 0.01 at 10 % is 0.01 off the line; rounded per unit it would be nothing
    public void A_percentage_of_cents_is_rounded_once() => Assert.Equal(1, Cart(new Item(1, 10)).Evaluate(Percent(1, 10)).Discount.Minor);

    private static TaxRules Taxed(bool inclusive) =>
        new([new("DE", [new(TaxRate.Standard, 20, "VAT", "DE"), new("zero", 0, "VAT", "DE")])]) { PricesIncludeTax = inclusive, Home = new("DE") };
}
