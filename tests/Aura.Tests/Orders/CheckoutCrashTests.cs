using Aura.Carts;
using Aura.Orders;
using Aura.Payments;
using Aura.Tests.Inventory;
using Aura.Tests.Payments;
using Aura.Tests.V2;
using Aura.Tests.Wallets;
using Aura.Wallets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Orders;

/// <summary>Wherever a checkout is cut off, the jobs that it left behind end it: once, or not at all.</summary>
public sealed class CheckoutCrashTests
{
    [Theory]
    [InlineData(Fault.DiesBefore)]
    [InlineData(Fault.DiesAfter)]
    [InlineData(Fault.AnswerLost)]
    internal async Task A_checkout_that_dies_while_it_pays_ends_in_one_order_and_one_charge(Fault fault)
    {
        var (till, goods, cart) = await Ready();
        till.Line.Next = fault;

        await Survive(CheckOut(till, cart));
        Assert.Equal(0, await till.Store.Database((db, _) => db.Orders.CountAsync()));
        await till.Store.Advance("PT10M");

        var order = await till.Store.Database((db, _) => db.Orders.SingleAsync());
        Assert.Equal((OrderPaymentStatus.Paid, order.Total), (order.PaymentStatus, order.Paid));
        Assert.Equal((10, 1), (await till.Store.Levels(goods.VariantId)).Values.Single());
        Assert.Equal(200, (await till.Store.Test.Send($"POST /v2/carts/cart_{cart}/checkout", new { payment_method = "card" })).Status);
        Assert.Equal(1, await till.Store.Database((db, _) => db.Events.CountAsync(e => e.Type == "order.created")));
        await till.Store.Verify();
    }

    [Fact]
    public async Task A_checkout_that_dies_before_it_pays_gives_everything_back_after_five_minutes()
    {
        var (till, goods, cart) = await Ready();

        await Assert.ThrowsAsync<ProcessDied>(() => till.Store.Database((db, services) =>
            ActivatorUtilities.CreateInstance<Checkout>(services, ActivatorUtilities.CreateInstance<PaymentProcessing>(
                services, new PaymentGateways([new DeadSource()]), services.GetServices<IPaymentObserver>(), services.GetServices<IOrderBalances>()))
                .Run(cart, new() { Method = TestCards.Good }, default)));
        Assert.Equal((10, 1), (await till.Store.Levels(goods.VariantId)).Values.Single());
        Assert.Equal("completion_in_progress", (string?)(await till.Store.Test.Refused(409, $"POST /v2/carts/cart_{cart}/checkout", new { payment_method = "card" }))["code"]);
        await till.Store.Advance("PT6M");

        Assert.Equal((10, 0), (await till.Store.Levels(goods.VariantId)).Values.Single());
        await till.Store.Test.Ok($"POST /v2/carts/cart_{cart}/checkout", new { payment_method = "card" });
        await till.Store.Verify();
    }

    [Fact]
    public async Task A_gateway_that_cannot_be_reached_leaves_the_cart_open()
    {
        var (till, goods, cart) = await Ready();
        till.Line.Next = Fault.NotSent;

        var refusal = await Assert.ThrowsAsync<Refused>(() => CheckOut(till, cart));

        Assert.Equal("gateway_unavailable", refusal.Code);
        Assert.Equal((10, 0), (await till.Store.Levels(goods.VariantId)).Values.Single());
        await till.Store.Test.Ok($"POST /v2/carts/cart_{cart}/checkout", new { payment_method = "card" });
        Assert.Equal(1, await till.Store.Database((db, _) => db.PaymentIntents.CountAsync(i => i.Captured > 0)));
    }

    [Fact]
    public async Task Money_that_arrives_after_the_goods_are_gone_makes_an_order_on_hold()
    {
        var (till, goods, cart) = await Ready(stock: 1);
        var waiting = await till.Store.Database((_, services) => services.GetRequiredService<Checkout>().Run(cart, new() { Method = TestCards.Challenged }, default));
        await till.Store.Database(db => new Aura.Inventory.Stock(db).Release(waiting.Order.Id, null, "given_up", default));
        await till.Store.Order(goods);

        await till.Store.Test.Ok($"POST /v2/carts/cart_{cart}/complete", new { });

        var order = await till.Store.Test.Ok($"GET /v2/orders/ord_{waiting.Order.Id}");
        Assert.Equal(("paid", "insufficient_stock"), ((string?)order["payment_status"], (string?)order["hold_reason"]));
        await till.Store.Verify();
    }

    [Theory]
    [InlineData(Fault.DiesBefore)]
    [InlineData(Fault.DiesAfter)]
    [InlineData(Fault.AnswerLost)]
    internal async Task A_cancellation_that_dies_while_it_refunds_refunds_once(Fault fault)
    {
        var (till, goods, cart) = await Ready();
        var order = await till.Store.Test.Ok($"POST /v2/carts/cart_{cart}/checkout", new { payment_method = "card" });
        till.Line.Next = fault;

        await Survive(Till(till, payments => till.Store.Database((_, services) => ActivatorUtilities.CreateInstance<OrderCancellation>(services, payments)
            .Cancel(Id<Order>.ToNumber((string?)order["id"])!.Value, "customer_request", true, null, default))));
        await till.Store.Advance("PT10M");

        Assert.Equal("refunded", (string?)(await till.Store.Test.Ok($"GET /v2/orders/{order["id"]}"))["payment_status"]);
        Assert.Equal(1, await till.Store.Database((db, _) => db.Refunds.CountAsync()));
        Assert.Equal((10, 0), (await till.Store.Levels(goods.VariantId)).Values.Single());
        await till.Store.Verify();
    }

    [Theory]
    [InlineData(Fault.DiesBefore)]
    [InlineData(Fault.DiesAfter)]
    [InlineData(Fault.AnswerLost)]
    internal async Task A_checkout_with_credit_that_dies_while_it_pays_spends_the_credit_once(Fault fault)
    {
        var (till, _, cart) = await Ready();
        var customer = await till.Store.CustomerWith(10);
        await till.Store.Test.Ok($"PUT /v2/carts/cart_{cart}", new { customer_id = customer });
        till.Line.Next = fault;

        await Survive(Till(till, payments => till.Store.Database((_, services) =>
            ActivatorUtilities.CreateInstance<Checkout>(services, payments).Run(cart, new() { Method = TestCards.Good, UseCredit = true }, default))));
        Assert.Equal((0m, 0m, 10m), await till.Store.Wallet(customer));
        await till.Store.Verify();
        await till.Store.Advance("PT10M");

        Assert.Equal((0m, 0m, 0m), await till.Store.Wallet(customer));
        var order = await till.Store.Database((db, _) => db.Orders.SingleAsync());
        Assert.Equal((OrderPaymentStatus.Paid, order.Total), (order.PaymentStatus, order.Paid));
        Assert.Equal([1000, order.Total - 1000], await till.Store.Database((db, _) => db.PaymentIntents.Select(i => i.Captured).OrderBy(amount => amount).ToListAsync()));
        await till.Store.Verify();
    }

    [Theory]
    [InlineData(true, "pending", "credit_gone", 10)]
    [InlineData(false, "paid", null, 0)]
    public async Task Money_that_arrives_after_the_credit_was_let_go_takes_it_again_or_makes_an_order_on_hold(bool isSpent, string status, string? hold, decimal due)
    {
        var (till, goods, cart) = await Ready();
        var customer = await till.Store.CustomerWith(10);
        await till.Store.Test.Ok($"PUT /v2/carts/cart_{cart}", new { customer_id = customer });
        var waiting = await till.Store.Database((_, services) => services.GetRequiredService<Checkout>().Run(cart, new() { Method = TestCards.Challenged, UseCredit = true }, default));
        await till.Store.Database(db => db.InTransaction(() => db.Release(Id<Aura.Customers.Customer>.ToNumber(customer)!.Value, Currency.Usd, waiting.Order.Id, default), default));
        if (isSpent)
            Assert.Equal(201, (await till.Store.PayWithCredit(await till.Store.CartOf(customer, goods), "card")).Status);

        await till.Store.Test.Ok($"POST /v2/carts/cart_{cart}/complete", new { });

        var order = await till.Store.Test.Ok($"GET /v2/orders/ord_{waiting.Order.Id}");
        Assert.Equal((status, hold, due), ((string?)order["payment_status"], (string?)order["hold_reason"], (decimal)order["amount_due"]!));
        Assert.Equal((0m, 0m, 0m), await till.Store.Wallet(customer));
        await till.Store.Verify();
    }

    private static async Task<(Till Till, Shop.Goods Goods, long Cart)> Ready(int stock = 10)
    {
        var till = await Payments.Till.Open();
        till.Observers.AddRange(till.Store.Server.Services.GetServices<IPaymentObserver>());
        till.Balances.AddRange(till.Store.Server.Services.GetServices<IOrderBalances>());
        var goods = await till.Store.Stocked(stock: stock);
        return (till, goods, Id<Cart>.ToNumber(await till.Store.Cart((goods, 1)))!.Value);
    }

    private static Task<CheckoutState> CheckOut(Till till, long cart) => Till(till, payments => till.Store.Database((_, services) =>
        ActivatorUtilities.CreateInstance<Checkout>(services, payments).Run(cart, new() { Method = TestCards.Good }, default)));

    private static Task<T> Till<T>(Till till, Func<PaymentProcessing, Task<T>> work) => till.Do(work);

    private static async Task Survive(Task work)
    {
        try
        {
            await work;
        }
        catch (ProcessDied)
        {
        }
    }

    /// <summary>The process dies when it first looks for a gateway.</summary>
    private sealed class DeadSource : IGatewaySource
    {
        public string Name => "sandbox";
        public bool Serves(Aura.Accounts.Caller store, Aura.Connectors.Payments.PaymentKind kind) => throw new ProcessDied();
        public Aura.Connectors.Payments.IPaymentGateway Open(Aura.Accounts.Caller store) => throw new ProcessDied();
    }
}
