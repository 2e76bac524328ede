using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Tests.PromotionsV1;
using Aura.Tests.V2;
using Aura.Tests.Wallets;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Promotions;

/// <summary>Ten percent of the goods come back as credit: 2 of an order of 20 and 5 for sending.</summary>
public sealed class CashbackTests
{
    [Fact]
    public async Task Cashback_of_a_paid_order_is_pending_until_the_window_is_over_and_then_pays()
    {
        var (store, customer, goods) = await Shop();

        var order = await store.Bought(customer, goods);
        Assert.Equal(25m, (decimal)order["total"]!);
        await store.Advance("PT1S");
        Assert.Equal((0m, 2m, 0m), await store.Wallet(customer));
        await store.Advance("P13D");
        Assert.Equal((0m, 2m, 0m), await store.Wallet(customer));
        await store.Advance("P2D");

        Assert.Equal((2m, 0m, 0m), await store.Wallet(customer));
        Assert.Equal(201, (await store.PayWithCredit(await store.CartOf(customer, goods), "card")).Status);
        await store.Advance("PT1S");
        Assert.Equal((0m, 2m, 0m), await store.Wallet(customer));
        await store.Verify();
    }

    [Fact]
    public async Task A_refund_takes_its_share_back_and_a_full_one_all_of_it()
    {
        var (store, customer, goods) = await Shop();
        var order = await store.Bought(customer, goods);
        await store.Advance("PT1S");
        var payment = await store.Database((db, _) => db.PaymentIntents.Select(i => i.Id).SingleAsync());

        await store.Test.Ok($"POST /v2/payments/pay_{payment}/refund", new { amount = 1000 });
        await store.Advance("PT1S");
        Assert.Equal((0m, 1.20m, 0m), await store.Wallet(customer));
        await store.Advance("P15D");
        Assert.Equal((1.20m, 0m, 0m), await store.Wallet(customer));
        await store.Test.Ok($"POST /v2/payments/pay_{payment}/refund", new { amount = 1500 });
        await store.Advance("PT1S");

        Assert.Equal((0m, 0m, 0m), await store.Wallet(customer));
        Assert.Equal("refunded", (string?)(await store.Test.Ok($"GET /v2/orders/{order["id"]}"))["payment_status"]);
        await store.Verify();
    }

    [Fact]
    public async Task A_cancelled_order_brings_no_cashback_and_one_that_is_not_paid_none_yet()
    {
        var (store, customer, goods) = await Shop();
        var order = await store.Bought(customer, goods);
        await store.Advance("PT1S");

        await store.Test.Ok($"POST /v2/orders/{order["id"]}/cancel", new { refund = true });
        await store.Advance("PT1S");
        Assert.Equal((0m, 0m, 0m), await store.Wallet(customer));
        await store.Bought(customer, goods, payment: "cash_on_delivery");
        await store.Advance("P20D");
        Assert.Equal((0m, 0m, 0m), await store.Wallet(customer));
        var payment = await store.Database((db, _) => db.PaymentIntents.OrderByDescending(i => i.Id).Select(i => i.Id).FirstAsync());
        await store.Test.Ok($"POST /v2/payments/pay_{payment}/capture");
        await store.Advance("PT1S");

        Assert.Equal((0m, 2m, 0m), await store.Wallet(customer));
        await store.Verify();
    }

    [Fact]
    public async Task Following_an_order_many_times_at_once_gives_once()
    {
        var (store, customer, goods) = await Shop();
        var id = Referring.Bare((string)(await store.Bought(customer, goods))["id"]!);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.Database(async (_, services) =>
        {
            await ((OrderRewards)services.GetService(typeof(OrderRewards))!).Follow(id, default); // it is registered
            return true;
        })));

        Assert.Equal((0m, 2m, 0m), await store.Wallet(customer));
        await store.Verify();
    }

    private static async Task<(Store Store, string Customer, Shop.Goods Goods)> Shop()
    {
        var store = await Store.Open();
        await store.Offer(Offers.Percent(10) with { Type = PromotionType.Cashback, DiscountType = DiscountType.Cashback, EndsAt = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(90) });
        return (store, await store.Person(), await store.Stocked());
    }
}
