using System.Net;
using System.Security.Cryptography;
using Aura.Messages;
using Aura.Tests.Connectors.Messages;
using Aura.Tests.Events;
using Aura.Tests.Messages;
using Aura.Tests.V2;
using static Aura.Tests.Winback.Recovery.WinbackShop;

namespace Aura.Tests.Winback.Recovery;

public sealed class RecoveryMessagesTests
{
    private static readonly object[] Three =
    [
        new { type = "send_email", delayHours = 1 }, new { type = "send_email", delayHours = 24 }, new { type = "apply_discount", delayHours = 72, discountPercent = 20 },
        new { type = "send_email", delayHours = 72 },
    ];

    [Fact]
    public async Task Three_messages_go_out_at_their_times_and_the_last_one_leads_to_an_order_with_its_coupon()
    {
        await using var mail = MailServer.Start();
        await using var hooks = await WebhookReceiver.Start();
        var store = await Store.Open();
        await store.UseMailServer(mail);
        foreach (var type in (string[])["cart.abandoned", "workflow.triggered", "recovery.success"])
            await store.Test.Ok($"POST {Api}/developer/webhooks", new { url = hooks.Url, @event = type, secret = "webhook_secret_key" });
        await store.Workflow(["cart_value > 10"], Three);
        var (variant, customer) = ((await store.Stocked(price: 10m, ships: false)).Variant, await store.Customer());
        await store.Agree(customer);
        var cart = (string)(await store.Test.Ok("POST /v2/carts", new { customer_id = customer, items = new[] { new { variant_id = variant, quantity = 2 } } }))["id"]!;

        await store.Advance("PT59M");
        Assert.Empty(mail.Mails);
        await store.Advance("PT1M");
        Assert.Single(mail.Mails);
        await store.Advance("PT23H");
        Assert.Equal(2, mail.Mails.Count);
        await store.Advance("PT48H");
        Assert.Equal(3, mail.Mails.Count);
        await store.Advance("PT6H");
        var sent = await store.Messages();
        var code = Assert.Single(await store.Server.Rows("SELECT coupon_code FROM recovery_journeys WHERE tenant_id = $1", store.Account.Sandbox.Id));
        Assert.Contains(code, sent[2].Text);
        Assert.Equal(3, sent.Select(message => message.Template).Distinct().Count());
        Assert.Equal((HttpStatusCode.OK, 20m), await store.Follow(sent[2], cart));
        var order = await store.Test.Ok($"POST /v2/carts/{cart}/checkout", new { payment_method = "card" });
        await store.Advance("P10D");

        Assert.Equal(16m, (decimal)order["total"]!);
        var shown = await store.ShownCart(cart);
        Assert.Equal(("recovered", "direct", 16m, (string)order["id"]!), ((string?)shown["status"], (string?)shown["attribution"], (decimal)shown["revenue"]!, (string?)shown["orderId"]));
        Assert.Equal(3, mail.Mails.Count);
        Assert.Equal(["cart.abandoned", "workflow.triggered", "recovery.success"], await store.Happened());
        await hooks.Wait(3);
        var told = hooks.Messages.ToDictionary(message => (string)message.Json["event"]!, message => message);
        Assert.Equal(["cart.abandoned", "recovery.success", "workflow.triggered"], told.Keys.Order());
        var left = told["cart.abandoned"].Json["data"]!;
        Assert.Equal((cart, customer.Replace("cust_", "customer_", StringComparison.Ordinal), 20m, 2), ((string?)left["cartId"], (string?)left["customerId"], (decimal)left["cartValue"]!, (int)left["items"]!));
        Assert.Equal(("direct", 16m, (string)order["id"]!), ((string?)told["recovery.success"].Json["data"]!["attribution"], (decimal)told["recovery.success"].Json["data"]!["revenue"]!, (string?)told["recovery.success"].Json["data"]!["orderId"]));
        Assert.All(hooks.Messages, message =>
            Assert.Equal($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData("webhook_secret_key"u8, message.Body))}", message.Headers["x-webhook-signature"]));
        await store.Verify();
    }

    [Theory]
    [InlineData(true, "P6DT23H", "direct")]
    [InlineData(true, "P7DT1H", "unaided")]
    [InlineData(false, "P4DT23H", "assisted")]
    [InlineData(false, "P5DT1H", "unaided")]
    public async Task An_order_is_owed_to_a_click_for_seven_days_and_to_a_message_for_five(bool isClicked, string later, string attribution)
    {
        var store = await Store.Open();
        await store.Shopper("ann");
        await store.Workflow([], ["send_email"]);
        var cart = await store.Cart(new { customerId = "ann", cartValue = 50 });
        await store.Abandon(cart);
        await store.Advance("PT1M");
        if (isClicked)
        {
            using var visitor = store.Server.Client(null);
            await visitor.GetAsync(new Uri(Assert.Single(await store.Messages()).Links.First(link => link.Contains("/recover/", StringComparison.Ordinal))).AbsolutePath);
        }

        await store.Advance(later);
        await store.Test.Ok($"POST {Api}/carts/{cart}/recover", new { orderId = "1001" });

        Assert.Equal(attribution, (string?)(await store.ShownCart(cart))["attribution"]);
    }

    [Fact]
    public async Task What_a_workflow_began_stops_at_its_next_step_once_it_is_paused()
    {
        var store = await Store.Open();
        await store.Shopper("ann");
        var workflow = await store.Workflow([], Three);
        await store.Abandon(await store.Cart(new { customerId = "ann", cartValue = 50 }));
        await store.Advance("PT2H");

        await store.Test.Ok($"POST {Workflows}/{workflow}/pause");
        await store.Advance("P5D");

        Assert.Single(await store.Messages());
        Assert.Equal(["exited workflow_paused"], await store.Journeys());
    }

    [Theory]
    [InlineData(true, "out_of_stock")]
    [InlineData(false, "cart_empty")]
    public async Task Nobody_is_reminded_of_what_cannot_be_had_or_is_not_wanted_any_more(bool isSold, string exit)
    {
        var store = await Store.Open();
        await store.Workflow([], Three);
        var (goods, customer, other) = (await store.Stocked(price: 10m, stock: 1, ships: false), await store.Customer(), await store.Customer());
        await store.Agree(customer);
        var cart = await store.Test.Ok("POST /v2/carts", new { customer_id = customer, items = new[] { new { variant_id = goods.Variant, quantity = 1 } } });
        await store.Advance("PT2H");

        if (isSold)
            await store.Test.Ok("POST /v2/orders", new { customer_id = other, items = new[] { new { variant_id = goods.Variant, quantity = 1 } } });
        else
            await store.Test.Ok($"DELETE /v2/carts/{cart["id"]}/items/{cart["items"]![0]!["id"]}");
        await store.Advance("P5D");

        Assert.Equal([$"exited {exit}"], await store.Journeys());
        Assert.Single(await store.Messages());
    }

    [Fact]
    public async Task Whoever_comes_back_while_a_message_waits_for_the_morning_does_not_get_it()
    {
        var store = await Store.Open();
        await store.Shopper("ann");
        await store.Workflow([], ["send_email"]);
        await store.Set(Channel.Email, setup => setup.BeQuiet(new(0, 0), new(23, 59)));
        var cart = await store.Cart(new { customerId = "ann", cartValue = 50 });
        await store.Abandon(cart);
        await store.Advance("PT1M");

        await store.Test.Ok($"PUT {Api}/carts/{cart}", new { cartValue = 60 });
        await store.Set(Channel.Email, setup => setup.BeQuiet(null, null));
        await store.Advance("P1D");

        var message = Assert.Single(await store.Messages());
        Assert.Equal((MessageState.Skipped, "customer_returned"), (message.State, message.Reason));
    }

    [Fact]
    public async Task An_order_stops_a_message_before_anything_else_has_heard_of_it()
    {
        var store = await Store.Open();
        await store.Workflow([], ["send_email"]);
        var (goods, customer) = (await store.Stocked(price: 10m, ships: false), await store.Customer());
        await store.Agree(customer);
        await store.Abandon(await store.Cart(new { customerId = customer.Replace("cust_", "customer_", StringComparison.Ordinal), cartValue = 30 }));
        await store.Advance("PT1M");
        await store.Test.Ok("POST /v2/orders", new { customer_id = customer, items = new[] { new { variant_id = goods.Variant, quantity = 1 } } });
        await store.Advance("PT1M");
        foreach (var unheard in (string[])["UPDATE recovery_journeys SET status = 'running', exit = NULL WHERE tenant_id = $1", "UPDATE watched_carts SET status = 'abandoned' WHERE tenant_id = $1"])
            await store.Server.Rows(unheard, store.Account.Sandbox.Id);

        var message = Assert.Single(await store.Messages());
        Assert.Equal("ordered", await store.Database((db, _) => new Aura.Winback.Recovery.RecoveryExit().ReasonNotToSend(db, message, default)));
    }

    [Fact]
    public async Task Whoever_orders_on_another_path_while_a_message_waits_for_the_morning_does_not_get_it()
    {
        var store = await Store.Open();
        await store.Workflow([], [new { type = "send_email" }, new { type = "send_email", delayHours = 48 }]);
        await store.Set(Channel.Email, setup => setup.BeQuiet(new(0, 0), new(23, 59)));
        var (goods, customer) = (await store.Stocked(price: 10m, ships: false), await store.Customer());
        await store.Agree(customer);
        await store.Abandon(await store.Cart(new { customerId = customer.Replace("cust_", "customer_", StringComparison.Ordinal), cartValue = 30 }));
        await store.Advance("PT1S");
        var held = (await store.Messages())[0];

        await store.Test.Ok("POST /v2/orders", new { customer_id = customer, items = new[] { new { variant_id = goods.Variant, quantity = 1 } } });
        await store.Advance("P4D");

        Assert.Equal(MessageState.Queued, held.State);
        var message = Assert.Single(await store.Messages());
        Assert.Equal((MessageState.Skipped, "ordered"), (message.State, message.Reason));
        Assert.Equal(["cart.abandoned", "workflow.triggered", "recovery.success"], await store.Happened());
    }

    [Fact]
    public async Task Without_consent_nothing_is_sent_and_the_reason_is_kept_and_a_week_later_the_cart_is_given_up()
    {
        var store = await Store.Open();
        await store.Workflow([], [new { type = "send_email" }]);
        await store.Abandon(await store.Cart(new { customerId = "c9", email = "c9@b.co", cartValue = 30 }));

        await store.Advance("P8D");

        var message = Assert.Single(await store.Messages());
        Assert.Equal((MessageState.Skipped, "no_consent"), (message.State, message.Reason));
        Assert.Equal(["cart.abandoned", "workflow.triggered", "recovery.failed"], await store.Happened());
    }

    [Fact]
    public async Task A_link_that_nobody_made_leads_nowhere()
    {
        var store = await Store.Open();

        Assert.Equal(404, (await store.Test.Send("GET /recover/abc")).Status);
        Assert.Equal(404, (await store.Test.Send($"GET /recover/{new string('A', 80)}")).Status);
    }
}

internal static class Followers
{
    /// <summary>A customer of the store says that they may be written to.</summary>
    public static Task Agree(this Store store, string customer) => store.Database(async db =>
    {
        var shopper = await Aura.Customers.ShopperRows.ShopperOf(db, customer, default);
        db.Consents.Add(Consent.Record(shopper, Consent.Marketing, true, "test", db.Now));
        await db.SaveChangesAsync();
    });

    /// <summary>Follows the way back that a message shows.</summary>
    /// <returns>The answer, and what is taken off in the cart then.</returns>
    public static async Task<(HttpStatusCode, decimal)> Follow(this Store store, Aura.Messages.Message message, string cart)
    {
        var link = message.Links.First(link => link.Contains("/recover/", StringComparison.Ordinal));
        using var visitor = store.Server.Client(null);
        using var answer = await visitor.GetAsync(new Uri(link).AbsolutePath);
        var priced = await store.Test.Ok($"GET /v2/carts/{cart}");
        return (answer.StatusCode, 100 * (decimal)priced["discount_total"]! / (decimal)priced["subtotal"]!);
    }
}
