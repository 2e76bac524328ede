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
