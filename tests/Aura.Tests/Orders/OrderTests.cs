using Aura.Carts;
using Aura.Catalog;
using Aura.Orders;
using Aura.Payments;
using Aura.Pricing;

namespace Aura.Tests.Orders;

public sealed class OrderTests
{
    private static readonly DateTime Noon = new(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(OrderStatus.Pending, OrderStatus.Processing, true)]
    [InlineData(OrderStatus.Pending, OrderStatus.Cancelled, true)]
    [InlineData(OrderStatus.Pending, OrderStatus.Shipped, false)]
    [InlineData(OrderStatus.Pending, OrderStatus.Delivered, false)]
    [InlineData(OrderStatus.Pending, OrderStatus.Pending, false)]
    [InlineData(OrderStatus.Processing, OrderStatus.Shipped, true)]
    [InlineData(OrderStatus.Processing, OrderStatus.Cancelled, true)]
    [InlineData(OrderStatus.Processing, OrderStatus.Pending, false)]
    [InlineData(OrderStatus.Shipped, OrderStatus.Delivered, true)]
    [InlineData(OrderStatus.Shipped, OrderStatus.Cancelled, false)]
    [InlineData(OrderStatus.Delivered, OrderStatus.Shipped, false)]
    [InlineData(OrderStatus.Cancelled, OrderStatus.Pending, false)]
    public void An_order_moves_only_forward(OrderStatus from, OrderStatus to, bool may) => Assert.Equal(may, from.Next().Contains(to));

    [Fact]
    public void The_payment_status_follows_from_the_money()
    {
        var order = Sold(quantity: 1, price: 1000);

        Assert.Equal(OrderPaymentStatus.Pending, After(new(0, 0, 0, 0)));
        Assert.Equal(OrderPaymentStatus.Failed, After(new(0, 0, 0, 0), failed: true));
        Assert.Equal(OrderPaymentStatus.Pending, After(new(1000, 0, 0, 0)));
        Assert.Equal(OrderPaymentStatus.Pending, After(new(0, 400, 0, 0)));
        Assert.Equal(OrderPaymentStatus.Pending, After(new(0, 400, 0, 0), failed: true));
        Assert.Equal(OrderPaymentStatus.Paid, After(new(0, 1000, 0, 0)));
        Assert.Equal(OrderPaymentStatus.Paid, After(new(0, 1000, 999, 0)));
        Assert.Equal(OrderPaymentStatus.Refunded, After(new(0, 1000, 1000, 0)));
        Assert.Equal(OrderPaymentStatus.Refunded, After(new(0, 1000, 0, 1000)));

        OrderPaymentStatus After(PaymentAmounts sums, bool failed = false)
        {
            order.Settle(sums, failed);
            return order.PaymentStatus;
        }
    }

    [Fact]
    public void An_order_for_nothing_is_paid()
    {
        var order = Sold(quantity: 1, price: 0);
        order.Place(Noon);

        Assert.Equal(OrderPaymentStatus.Paid, order.PaymentStatus);
    }

    [Fact]
    public void Handing_over_a_part_makes_it_processing_and_the_rest_shipped()
    {
        var order = Sold(quantity: 3);

        order.Fulfill([(0, 1)]);
        Assert.Equal((OrderStatus.Processing, FulfillmentStatus.Partial), (order.Status, order.FulfillmentStatus));
        order.Fulfill([(0, 2)]);
        Assert.Equal((OrderStatus.Shipped, FulfillmentStatus.Fulfilled), (order.Status, order.FulfillmentStatus));
        Assert.Equal("fulfillment_exceeds_quantity", Assert.Throws<Refused>(() => order.Fulfill([(0, 1)])).Code);
    }

    [Fact]
    public void What_was_partly_shipped_cannot_be_cancelled()
    {
        var order = Sold(quantity: 2);
        order.Fulfill([(0, 1)]);

        Assert.Equal("order_not_cancellable", Assert.Throws<Refused>(() => order.Cancel(null, Noon)).Code);
    }

    [Fact]
    public void A_held_order_is_not_handed_over_until_it_is_released()
    {
        var order = Sold(quantity: 1);
        order.Hold("fraud_review", Noon);

        Assert.Equal("order_held", Assert.Throws<Refused>(() => order.Fulfill([(0, 1)])).Code);
        Assert.Equal("order_held", Assert.Throws<Refused>(() => order.Hold("again", Noon)).Code);
        order.Release();
        order.Fulfill([(0, 1)]);
        Assert.Equal("order_not_held", Assert.Throws<Refused>(order.Release).Code);
    }

    [Fact]
    public void Returning_unit_by_unit_gives_back_exactly_what_was_paid()
    {
        var order = Sold(quantity: 7, price: 333, percent: 7.25m, discount: 100);
        order.Place(Noon);
        order.Fulfill([(0, 7)]);
        var given = 0L;

        for (var unit = 0; unit < 7; unit++)
        {
            var request = Return.Request(order, [(0, 1)], null, null, TimeSpan.FromDays(30), Noon);
            request.Approve(null);
            request.Receive([new(0, 1, true)], null, Noon);
            given += request.BeginRefund(order, new(), 0, Noon);
            request.Finish(order, null, Noon);
        }

        Assert.Equal(order.Total, given);
        Assert.Throws<Refused>(() => Return.Request(order, [(0, 1)], null, null, TimeSpan.FromDays(30), Noon));
    }

    [Fact]
    public void Announced_goods_that_never_came_are_not_paid_for_and_can_be_announced_again()
    {
        var order = Sold(quantity: 3, price: 1000);
        order.Place(Noon);
        order.Fulfill([(0, 3)]);
        var request = Return.Request(order, [(0, 3)], null, null, TimeSpan.FromDays(30), Noon);
        request.Approve(null);
        request.Receive([new(0, 1, true)], null, Noon);

        Assert.Equal(1000, request.BeginRefund(order, new(), 0, Noon));
        request.Finish(order, null, Noon);

        Assert.Equal(1, order.Lines[0].Returned);
        Return.Request(order, [(0, 2)], null, null, TimeSpan.FromDays(30), Noon);
    }

    [Fact]
    public void More_than_was_announced_is_not_received()
    {
        var order = Sold(quantity: 3);
        order.Place(Noon);
        order.Fulfill([(0, 3)]);
        var request = Return.Request(order, [(0, 1)], null, null, TimeSpan.FromDays(30), Noon);
        request.Approve(null);

        Assert.Equal("received_exceeds_return", Assert.Throws<Refused>(() => request.Receive([new(0, 2, true)], null, Noon)).Code);
    }

    [Fact]
    public void A_return_goes_through_its_steps_in_order()
    {
        var order = Sold(quantity: 1);
        order.Place(Noon);
        order.Fulfill([(0, 1)]);
        var request = Return.Request(order, [(0, 1)], null, null, TimeSpan.FromDays(30), Noon);

        Assert.Throws<Refused>(() => request.Receive([new(0, 1, true)], null, Noon));
        Assert.Throws<Refused>(() => request.BeginRefund(order, new(), 0, Noon));
        request.Approve(null);
        Assert.Throws<Refused>(() => request.Approve(null));
        request.Reject(order, "changed our mind");
        Assert.Throws<Refused>(() => request.Approve(null));
    }

    [Fact]
    public void The_return_window_counts_from_the_order()
    {
        var order = Sold(quantity: 1);
        order.Place(Noon);
        order.Fulfill([(0, 1)]);

        var refusal = Assert.Throws<Refused>(() => Return.Request(order, [(0, 1)], null, null, TimeSpan.FromDays(30), Noon.AddDays(30).AddSeconds(1)));

        Assert.Equal("return_window_closed", refusal.Code);
    }

    /// <summary>An order of one line; without a database its id is 0.</summary>
    private static Order Sold(int quantity, long price = 1000, decimal percent = 0, long discount = 0)
    {
        var variant = Variant.Create("TEA", Currency.Usd);
        _ = Product.Create("Tea", "TEA", new(price, Currency.Usd), [variant]);
        var cart = new PricedCart(Currency.Usd, [new(1, 0, 0, new(price, Currency.Usd), quantity)],
            new([new("US", [new(TaxRate.Standard, percent, "Tax", "US")])]))
        {
            ShipTo = new("US"),
        };
        if (discount > 0)
            cart = cart.Less(new("test", "Test", discount));
        var basket = new Basket(Currency.Usd, [new(1, 0, quantity)]);
        var order = Order.Draft(Currency.Usd, null);
        order.Copy(new(basket, cart, CartPricing.Price(cart), [], new Dictionary<long, Variant> { [0] = variant }, []), null, null);
        return order;
    }
}
