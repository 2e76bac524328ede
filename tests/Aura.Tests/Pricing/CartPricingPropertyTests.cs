using System.Text.Json;
using Aura.Pricing;
using FsCheck.Fluent;

namespace Aura.Tests.Pricing;

public sealed class CartPricingPropertyTests
{
    [Fact]
    public void The_parts_sum_to_the_total() => Property.Holds(Carts.Any, cart =>
    {
        var totals = CartPricing.Price(cart);
        var taxAdded = totals.TaxTotal - totals.TaxIncluded;
        Assert.Equal(cart.Lines.Sum(line => line.UnitPrice.Minor * line.Quantity), totals.Subtotal.Minor);
        Assert.Equal(totals.Total, totals.Subtotal - totals.DiscountTotal + totals.ShippingTotal - totals.ShippingDiscount + taxAdded);
    });

    [Fact]
    public void Discounts_are_those_of_the_lines() => Property.Holds(Carts.Any, cart =>
    {
        var totals = CartPricing.Price(cart);
        Assert.Equal(cart.Lines.Sum(line => line.Discounts.Sum(discount => discount.Amount)), totals.DiscountTotal.Minor);
        Assert.All(totals.Lines, line => Assert.Equal(line.Discount.Minor, line.Discounts.Sum(share => share.Amount)));
    });

    [Fact]
    public void An_order_discount_is_applied_in_full_as_far_as_its_lines_reach() => Property.Holds(Carts.Ordered(), given =>
    {
        var (cart, left) = (given.Cart, given.Cart.Lines.ToDictionary(line => line.Id, line => line.UnitPrice.Minor * line.Quantity - line.Discounts.Sum(own => own.Amount)));
        if (given.Discounts is not [var discount, ..])
            return;
        var applied = CartPricing.Price(cart.Less(discount)).DiscountTotal - CartPricing.Price(cart).DiscountTotal;
        var reach = left.Where(line => discount.LineIds?.Contains(line.Key) ?? true).Sum(line => line.Value);
        Assert.Equal(Math.Min(discount.Amount, reach), applied.Minor);
    });

    [Fact]
    public void Entries_sum_to_the_total_and_those_of_a_kind_to_its_total() => Property.Holds(Carts.Any, cart =>
    {
        var totals = CartPricing.Price(cart);
        var entries = totals.Explain();
        long Sum(PriceKind kind) => entries.Where(entry => entry.Kind == kind).Sum(entry => entry.Amount);
        Assert.Equal(totals.Total.Minor, entries.Sum(entry => entry.Amount));
        Assert.Equal(totals.Subtotal.Minor, Sum(PriceKind.Line));
        Assert.Equal(-totals.DiscountTotal.Minor, Sum(PriceKind.Discount));
        Assert.Equal(totals.ShippingTotal.Minor, Sum(PriceKind.Shipping));
        Assert.Equal(-totals.ShippingDiscount.Minor, Sum(PriceKind.ShippingDiscount));
        Assert.Equal(totals.TaxTotal.Minor, Sum(PriceKind.Tax));
        Assert.Equal(-totals.TaxIncluded.Minor, Sum(PriceKind.TaxIncluded));
    });

    [Fact]
    public void The_order_of_the_lines_changes_nothing_but_their_order() => Property.Holds(
        from any in Carts.Ordered()
        from lines in Gen.Shuffle(any.Cart.Lines.ToArray())
        select (cart: any.Cart.Less(any.Discounts), Shuffled: (any.Cart with { Lines = [.. lines] }).Less(any.Discounts)),
        given =>
        {
            var before = CartPricing.Price(given.cart);
            var after = CartPricing.Price(given.Shuffled);
            Assert.Equal(given.Shuffled.Lines.Select(line => line.Id), after.Lines.Select(line => line.LineId));
            Assert.Equal(Json(before), Json(after with { Lines = [.. after.Lines.OrderBy(line => line.LineId)] }));
        });

    [Fact]
    public void Nothing_is_negative() => Property.Holds(Carts.Any, cart =>
    {
        var totals = CartPricing.Price(cart);
        Money[] all = [totals.Subtotal, totals.DiscountTotal, totals.ShippingTotal, totals.ShippingDiscount, totals.TaxTotal, totals.TaxIncluded,
            totals.Total, .. totals.Lines.SelectMany(line => new[] { line.Value, line.Discount, line.Net, line.Tax, line.Gross })];
        Assert.All(all, amount => Assert.True(amount.Minor >= 0));
        Assert.All(totals.Lines.SelectMany(line => line.Taxes), tax => Assert.True(tax.Amount >= 0));
    });

    [Fact]
    public void Net_and_tax_are_gross_and_tax_is_within_half_a_minor_unit_of_its_rate() => Property.Holds(Carts.Any, cart =>
    {
        foreach (var line in CartPricing.Price(cart).Lines)
        {
            Assert.Equal(line.Gross, line.Net + line.Tax);
            Assert.Equal(line.Tax.Minor, line.Taxes.Sum(tax => tax.Amount));
            if (line.Taxes.Count > 1)
                continue; // compound: pinned by hand elsewhere
            var rate = line.Taxes[0].Rate / 100;
            var exact = line.Taxes[0].Inclusive ? line.Gross.Minor * rate / (1 + rate) : line.Net.Minor * rate;
            Assert.InRange(line.Tax.Minor - exact, -0.5m, 0.5m);
        }
    });

    [Fact]
    public void What_rounding_gave_and_took_explains_every_entry() => Property.Holds(Carts.Any, cart =>
    {
        foreach (var line in CartPricing.Price(cart).Lines)
        {
            Assert.InRange(line.Taxes.Sum(tax => tax.Rounding), -0.500001m, 0.500001m);
            Assert.All(line.Taxes, tax => Assert.InRange(tax.Rounding, -1.5m, 1.5m));
            Assert.All(line.Discounts.Where(share => share.Scope == DiscountScope.Line), share => Assert.Equal(0, share.Rounding));
        }
    });

    [Fact]
    public void What_rounding_gave_one_line_of_an_order_discount_it_took_from_another() => Property.Holds(Carts.Ordered(), given =>
    {
        if (given.Cart.Tax.PricesIncludeTax || given.Discounts.Length == 0)
            return;
        var totals = CartPricing.Price(given.Cart.Less(given.Discounts[0]));
        var shares = totals.Lines.SelectMany(line => line.Discounts).Where(share => share.Scope == DiscountScope.Order).ToArray();
        Assert.All(shares, share => Assert.InRange(share.Rounding, -1.999999m, 1.999999m));
        if (totals.Lines.Count(line => line.Value.Minor > 0) == shares.Length)
            Assert.InRange(shares.Sum(share => share.Rounding), -0.0001m, 0.0001m); // a share of nothing is not listed, nor is its rounding
    });

    [Fact]
    public void A_net_price_and_the_gross_price_it_gives_have_the_same_tax() => Property.Holds(
        from price in Property.Amounts(10_000_000)
        from quantity in Gen.Choose(1, 1000)
        from percent in Gen.Elements(1m, 5.5m, 7m, 8.875m, 19m, 21m, 33.33m, 100m)
        select (price, quantity, percent),
        given =>
        {
            var net = CartPricing.Price(Carts.Cart(Carts.German(false, Carts.Rate(given.percent)), Carts.Line(1, given.price, given.quantity)));
            var gross = CartPricing.Price(Carts.Cart(Carts.German(true, Carts.Rate(given.percent)), Carts.Line(1, net.Total.Minor)));
            Assert.Equal((net.Total, net.TaxTotal, net.Lines[0].Net), (gross.Total, gross.TaxTotal, gross.Lines[0].Net));
        });

    [Fact]
    public void Totals_come_back_from_json_as_they_were() => Property.Holds(Carts.Any, cart =>
    {
        var totals = CartPricing.Price(cart);
        var back = JsonSerializer.Deserialize<CartTotals>(Json(totals))!; // null only for the JSON literal null
        Assert.Equal(Json(totals), Json(back));
        Assert.Equal((totals.Total, totals.Currency), (back.Total, back.Currency));
    });

    [Fact]
    public void Refunding_unit_by_unit_gives_back_what_was_paid() => Property.Holds(Carts.Any, cart =>
    {
        foreach (var line in CartPricing.Price(cart).Lines)
        {
            var units = Enumerable.Range(0, line.Quantity).Select(refunded => RefundShare.Of(line, refunded, 1)).ToArray();
            Assert.Equal(line.Gross.Minor, units.Sum(unit => unit.Total.Minor));
            Assert.Equal(line.Net.Minor, units.Sum(unit => unit.Net.Minor));
            Assert.Equal(line.Discount.Minor, units.Sum(unit => unit.Discount.Minor));
            for (var i = 0; i < line.Taxes.Count; i++)
                Assert.Equal(line.Taxes[i].Amount, units.Sum(unit => unit.Taxes[i].Amount));
            Assert.All(units, unit => Assert.True(unit.Net.Minor >= 0 && unit.Discount.Minor >= 0 && unit.Taxes.All(tax => tax.Amount >= 0)));
            Assert.True(units.Max(unit => unit.Total.Minor) - units.Min(unit => unit.Total.Minor) <= 1);
        }
    }, runs: 100);

    [Fact]
    public void Refunding_in_any_two_steps_is_refunding_at_once() => Property.Holds(
        from price in Property.Amounts(99_999)
        from quantity in Gen.Choose(2, 1000)
        from first in Gen.Choose(1, quantity - 1)
        select (price, quantity, first),
        given =>
        {
            var cart = Carts.Cart(Carts.German(false, Carts.Rate(6), Carts.Rate(3.25m)), Carts.Line(1, given.price, given.quantity));
            var line = CartPricing.Price(cart.Less(new("o", "Coupon", 1234))).Lines[0];
            var (a, b) = (RefundShare.Of(line, 0, given.first), RefundShare.Of(line, given.first, given.quantity - given.first));
            var all = RefundShare.Of(line, 0, given.quantity);
            Assert.Equal((all.Total, all.Net, all.Tax, all.Discount), (a.Total + b.Total, a.Net + b.Net, a.Tax + b.Tax, a.Discount + b.Discount));
            Assert.Equal(line.Gross, all.Total);
        });

    private static string Json(CartTotals totals) => JsonSerializer.Serialize(totals);
}
