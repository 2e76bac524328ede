using Aura.Pricing;
using static Aura.Tests.Pricing.Carts;

namespace Aura.Tests.Pricing;

public sealed class RefundShareTests
{
    /// <summary>Three at 33.33, less 10.00, at 19 %: net 89.99, tax 17.10, paid 107.09.</summary>
    private static readonly LineTotals Three = CartPricing.Price(Cart(German(false, Rate(19)), Line(1, 3_333, quantity: 3))
        .Less(new("o", "Coupon", 1_000))).Lines[0];

    [Fact]
    public void The_odd_cents_go_to_the_units_that_return_first()
    {
        var units = Enumerable.Range(0, 3).Select(refunded => RefundShare.Of(Three, refunded, 1)).ToArray();
        Assert.Equal([3_570, 3_570, 3_569], units.Select(unit => unit.Total.Minor));
        Assert.Equal([570, 570, 570], units.Select(unit => unit.Tax.Minor));
        Assert.Equal([333, 333, 334], units.Select(unit => unit.Discount.Minor)); // 33.33 less what is paid back without tax
    }

    [Fact]
    public void All_at_once_is_what_was_paid()
    {
        var all = RefundShare.Of(Three, 0, 3);
        Assert.Equal((Three.Gross, Three.Net, Three.Tax, Three.Discount), (all.Total, all.Net, all.Tax, all.Discount));
    }

    [Fact]
    public void A_refund_depends_only_on_how_many_came_back_before() =>
        Assert.Equal(RefundShare.Of(Three, 1, 2).Total, RefundShare.Of(Three, 1, 1).Total + RefundShare.Of(Three, 2, 1).Total);

    [Theory]
    [InlineData(0, 4)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    [InlineData(9, 1)]
    [InlineData(1, int.MaxValue)]
    public void More_units_than_are_left_are_refused(int refunded, int units) =>
        Assert.Equal("refund_exceeds_quantity", Assert.Throws<Refused>(() => RefundShare.Of(Three, refunded, units)).Code);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Refunding_no_units_is_refused(int units) =>
        Assert.Equal(Refusal.Invalid, Assert.Throws<Refused>(() => RefundShare.Of(Three, 0, units)).Kind);

    [Fact]
    public void A_cent_for_a_thousand_units_is_paid_back_once()
    {
        var line = CartPricing.Price(Cart(TaxRules.None, Line(1, 1, quantity: 1_000)).Less(new("o", "Coupon", 999))).Lines[0];
        Assert.Equal(1, RefundShare.Of(line, 0, 1).Total.Minor);
        Assert.Equal(0, RefundShare.Of(line, 1, 999).Total.Minor);
    }

    [Fact]
    public void Two_small_taxes_never_make_the_net_of_a_unit_negative()
    {
        TaxLine[] taxes = [new(1, 1, "A", "A", TaxReason.StandardRate, true), new(1, 1, "B", "B", TaxReason.StandardRate, true)];
        var units = Enumerable.Range(0, 3)
            .Select(refunded => RefundShare.Of(3, new(1, Currency.Jpy), new(0, Currency.Jpy), taxes, refunded, 1)).ToArray();
        Assert.Equal([(1, 0, 1), (1, 0, 1), (1, 1, 0)], units.Select(unit => ((int)unit.Total.Minor, (int)unit.Net.Minor, (int)unit.Tax.Minor)));
    }
}
