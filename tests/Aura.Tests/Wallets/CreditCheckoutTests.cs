using Aura.Payments;
using Aura.Tests.V2;
using Aura.Wallets;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Wallets;

/// <summary>Paying with store credit. A cart of one thing costs 20, and 5 to send.</summary>
public sealed class CreditCheckoutTests
{
    [Fact]
    public async Task Credit_pays_first_and_the_card_the_rest()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(10);

        var (status, order) = await store.PayWithCredit(await store.CartOf(customer, await store.Stocked()), "card");

        Assert.Equal((201, "paid", 25m, 0m), (status, (string?)order!["payment_status"], (decimal)order["amount_paid"]!, (decimal)order["amount_due"]!));
        Assert.Equal([("card", 1500L), ("store_credit", 1000L)], await Paid(store));
        Assert.Equal((0m, 0m, 0m), await store.Wallet(customer));
        Assert.Equal([WalletFact.Granted, WalletFact.Held, WalletFact.Spent], await store.Facts(customer));
        await store.Verify();
    }

    [Fact]
    public async Task An_order_that_credit_pays_entirely_needs_no_card()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(100);

        var (status, order) = await store.PayWithCredit(await store.CartOf(customer, await store.Stocked()));

        Assert.Equal((201, "paid"), (status, (string?)order!["payment_status"]));
        Assert.Equal([("store_credit", 2500L)], await Paid(store));
        Assert.Equal(75m, (await store.Wallet(customer)).Available);
        Assert.Equal(1, await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "payment.succeeded")));
        await store.Verify();
    }

    [Fact]
    public async Task So_much_credit_is_used_as_is_wished()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(100);

        Assert.Equal(201, (await store.PayWithCredit(await store.CartOf(customer, await store.Stocked()), "card", most: 4.5m)).Status);

        Assert.Equal([("card", 2050L), ("store_credit", 450L)], await Paid(store));
        Assert.Equal(95.5m, (await store.Wallet(customer)).Available);
    }

    [Fact]
    public async Task Credit_needs_a_customer_and_the_rest_a_way_to_pay()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(stock: 1);
        Assert.Equal("customer_required", (string?)(await store.PayWithCredit(await store.Cart((goods, 1)), "card")).Body!["error"]!["code"]);
        var customer = await store.CustomerWith(10);

        Assert.Equal("payment_method_required", (string?)(await store.PayWithCredit(await store.CartOf(customer, goods))).Body!["error"]!["code"]);

        Assert.Equal((10m, 0m, 0m), await store.Wallet(customer));
        await store.Test.Refused(422, "POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = "store_credit", customer_id = customer });
    }

    [Fact]
    public async Task A_declined_card_leaves_the_credit_with_the_customer()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(10);
        var cart = await store.CartOf(customer, await store.Stocked());

        var (_, declined) = await store.PayWithCredit(cart, await CheckoutTests.Saved(store, "4000000000000002"));

        Assert.Equal("card_declined", (string?)declined!["error"]!["decline_code"]);
        Assert.Equal((10m, 0m, 0m), await store.Wallet(customer));
        await store.Verify();
        Assert.Equal(201, (await store.PayWithCredit(cart, "card")).Status);
        Assert.Equal((0m, 0m, 0m), await store.Wallet(customer));
        await store.Verify();
    }

    [Fact]
    public async Task While_the_payer_is_challenged_the_credit_is_held_and_giving_up_lets_it_go()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(10);
        var cart = await store.CartOf(customer, await store.Stocked());
        var card = await CheckoutTests.Saved(store, "4000002760003184");

        var (status, waiting) = await store.PayWithCredit(cart, card);
        Assert.Equal((202, 10m, 15m), (status, (decimal)waiting!["credit"]!, (decimal)waiting["amount_due"]!));
        Assert.Equal((0m, 0m, 10m), await store.Wallet(customer));
        await store.Verify();
        await store.Test.Ok($"DELETE /v2/carts/{cart}/checkout");
        Assert.Equal((10m, 0m, 0m), await store.Wallet(customer));

        await store.PayWithCredit(cart, card);
        var order = await store.Test.Ok($"POST /v2/carts/{cart}/complete", new { challenge = "passed" });
        Assert.Equal(25m, (decimal)order["amount_paid"]!);
        Assert.Equal((0m, 0m, 0m), await store.Wallet(customer));
        await store.Verify();
    }

    [Fact]
    public async Task Whoever_never_comes_back_has_the_credit_again_after_an_hour()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(10);
        await store.PayWithCredit(await store.CartOf(customer, await store.Stocked()), await CheckoutTests.Saved(store, "4000002760003184"));

        await store.Advance("PT70M");

        Assert.Equal((10m, 0m, 0m), await store.Wallet(customer));
        await store.Verify();
    }

    [Fact]
    public async Task A_checkout_that_died_before_it_paid_lets_the_credit_go()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(10);
        var cart = await store.CartOf(customer, await store.Stocked());
        await store.PayWithCredit(cart, await CheckoutTests.Saved(store, "4000002760003184"));
        await store.Database(async db => // as if the payment had never been made
        {
            await db.Database.ExecuteSqlAsync($"UPDATE payment_intents SET once_key = NULL, order_id = NULL WHERE tenant_id = {db.Caller.TenantId}");
        });

        await store.Advance("PT10M");

        Assert.Equal((10m, 0m, 0m), await store.Wallet(customer));
        Assert.Equal(201, (await store.PayWithCredit(cart, "card")).Status);
    }

    [Fact]
    public async Task Many_checkouts_at_once_spend_no_more_than_there_is()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(60);
        var goods = await store.Stocked();
        var carts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.CartOf(customer, goods)));

        var answers = await Task.WhenAll(carts.Select(cart => store.PayWithCredit(cart)));

        Assert.Equal(2, answers.Count(answer => answer.Status == 201));
        Assert.Equal(6, answers.Count(answer => (string?)answer.Body!["error"]?["code"] == "payment_method_required"));
        Assert.Equal((10m, 0m, 0m), await store.Wallet(customer));
        await store.Verify();
    }

    [Fact]
    public async Task Two_checkouts_that_share_the_credit_pay_the_rest_by_card()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(30);
        var goods = await store.Stocked();
        var carts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.CartOf(customer, goods)));

        var answers = await Task.WhenAll(carts.Select(cart => store.PayWithCredit(cart, "card")));

        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Equal(3000L, (await Paid(store)).Where(paid => paid.Kind == "store_credit").Sum(paid => paid.Amount));
        Assert.Equal(7000L, (await Paid(store)).Where(paid => paid.Kind == "card").Sum(paid => paid.Amount));
        await store.Verify();
    }

    [Fact]
    public async Task A_cancelled_order_gives_the_credit_back_to_the_wallet_and_the_rest_to_the_card()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(10);
        var (_, order) = await store.PayWithCredit(await store.CartOf(customer, await store.Stocked()), "card");

        await store.Test.Ok($"POST /v2/orders/{order!["id"]}/cancel", new { refund = true });

        Assert.Equal((10m, 0m, 0m), await store.Wallet(customer));
        Assert.Equal(25m, (decimal)(await store.Test.Ok($"GET /v2/orders/{order["id"]}"))["amount_refunded"]!);
        await store.Verify();
    }

    [Fact]
    public async Task A_return_gives_the_card_its_money_back_first()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(20);
        var (_, order) = await store.PayWithCredit(await store.CartOf(customer, await store.Stocked(price: 10m), 2), "card");
        await store.Test.Ok($"POST /v2/orders/{order!["id"]}/fulfillments", new { });
        var made = await store.Test.Ok("POST /v2/returns", new { order_id = order["id"], items = new[] { new { order_item_id = order["items"]![0]!["id"], quantity = 1 } } });
        foreach (var status in new[] { "approved", "received", "refunded" })
            await store.Test.Ok($"PATCH /v2/returns/{made["id"]}", new { status });

        Assert.Equal((5m, 0m, 0m), await store.Wallet(customer));
        await store.Verify();
    }

    [Fact]
    public async Task A_refund_of_credit_is_made_once_and_never_of_more_than_was_paid()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(25);
        await store.PayWithCredit(await store.CartOf(customer, await store.Stocked()));
        var payment = await store.Database((db, _) => db.PaymentIntents.AsNoTracking().SingleAsync());
        var source = ((IEnumerable<IGatewaySource>)store.Server.Services.GetService(typeof(IEnumerable<IGatewaySource>))!).Single(one => one.Name == "wallet"); // always registered
        var gateway = source.Open(await store.Database((db, _) => Task.FromResult(db.Caller)));

        await store.Test.Ok($"POST /v2/payments/pay_{payment.Id}/refund", new { amount = 700 });
        await store.Test.Refused(422, $"POST /v2/payments/pay_{payment.Id}/refund", new { amount = 1801 });
        var refund = await store.Database((db, _) => db.Refunds.AsNoTracking().SingleAsync());
        await gateway.Refund(payment.GatewayReference!, 700, "USD", null, refund.GatewayKey, default); // the answer was lost, so it is asked again

        Assert.Equal((7m, 0m, 0m), await store.Wallet(customer));
        await store.Verify();
    }

    private static Task<List<(string Kind, long Amount)>> Paid(Store store) => store.Database(async (db, _) =>
        (await db.PaymentIntents.AsNoTracking().Where(i => i.Captured > 0).ToListAsync()).OrderBy(i => i.Kind).ThenBy(i => i.Id)
            .Select(i => (Aura.Connectors.Payments.PaymentKinds.Name(i.Kind!.Value), i.Captured)).ToList());
}
