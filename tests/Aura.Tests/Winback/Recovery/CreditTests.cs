using System.Net;
using System.Text.RegularExpressions;
using Aura.Jobs;
using Aura.Messages;
using Aura.Orders;
using Aura.Persistence;
using Aura.Tests.Fire;
using Aura.Tests.Messages;
using Aura.Tests.V2;
using Aura.Winback.Recovery;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using static Aura.Tests.Winback.Recovery.WinbackShop;

namespace Aura.Tests.Winback.Recovery;

/// <summary>To what an order is owed: a journey, a campaign, a message that was sent directly, or nothing.</summary>
public sealed class CreditTests
{
    private const string Channels = $"{Api}/ai/orchestration/multi-channel";

    [Fact]
    public async Task An_order_is_owed_to_the_campaign_whose_link_its_buyer_followed()
    {
        var (store, variant, customer, reference) = await Opened();
        var campaign = await Campaign(store, reference);
        await Follow(store, await Last(store));
        await store.Advance("P6D");
        await Buy(store, variant, customer);
        await store.Advance("PT1M");

        var stats = (await store.Test.Ok($"GET {Api}/campaigns/{campaign}/stats"))["stats"]!;
        Assert.Equal((1, 1, 1, 100m, 10m, "USD"), ((int)stats["sent"]!, (int)stats["clicked"]!, (int)stats["conversions"]!, (decimal)stats["conversionRate"]!, (decimal)stats["revenue"]!, (string?)stats["currency"]));
        Assert.Equal((0, 1, 10m), await Email(store));
        Assert.Equal(100m, (decimal)(await store.Test.Ok($"GET {Api}/ai/orchestration/ai-messaging/performance"))["performance"]![0]!["conversionRate"]!);
        await store.Verify();
    }

    [Theory]
    [InlineData(Channel.Sms)]
    [InlineData(Channel.Push)]
    public async Task An_order_is_owed_to_a_text_message_or_notification_whose_link_its_buyer_followed(Channel channel)
    {
        var (store, variant, customer, reference) = await Opened();
        await store.Test.Ok($"PUT /v2/customers/{customer}", new { phone = "+15552223333" });
        await store.Shopper(reference, email: "ann@b.co");
        await store.Test.Ok($"POST {Channels}/push-subscriptions", new { customerId = reference, endpoint = "https://push.example/1", keys = new { p256dh = new string('A', 87), auth = new string('A', 22) } });
        await store.Set(channel, setup => { setup.Switch(true); setup.BeQuiet(null, null); });
        var campaign = await Campaign(store, reference, Words<Channel>.Of(channel));
        var message = await Last(store);
        var link = channel == Channel.Sms ? Regex.Match(message.Text!, "http[^ ]*/m/c/[^ ]*").Value
            : await store.Database((_, services) => Task.FromResult(services.GetRequiredService<Dispatch>().Outgoing(new(message, null!, new(message.Address, null, null, []))).Link!)); // nobody asks for the provider
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var followed = await browser.GetAsync(new Uri(link));
        await Buy(store, variant, customer);
        await store.Advance("PT1M");

        Assert.Equal((channel, "https://shop.example/sale"), (message.Channel, followed.Headers.Location?.ToString()));
        Assert.Equal(["https://shop.example/sale"], message.Links);
        var stats = (await store.Test.Ok($"GET {Api}/campaigns/{campaign}/stats"))["stats"]!;
        Assert.Equal((1, 1, 10m), ((int)stats["clicked"]!, (int)stats["conversions"]!, (decimal)stats["revenue"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(new Uri($"{link}x"))).StatusCode);
        await store.Verify();
    }

    [Theory]
    [InlineData("P8D", true)]
    [InlineData("P1D", false)]
    public async Task An_order_is_owed_to_no_campaign_whose_link_nobody_followed_or_more_than_a_week_before(string pause, bool follows)
    {
        var (store, variant, customer, reference) = await Opened();
        await Campaign(store, reference);
        if (follows)
            await Follow(store, await Last(store));
        await store.Advance(pause);
        await Buy(store, variant, customer);
        await store.Advance("PT1M");

        Assert.Equal((0, 0, 0m), await Email(store));
    }

    [Fact]
    public async Task Of_two_messages_the_one_is_credited_whose_link_was_followed_last_though_it_came_first()
    {
        var (store, variant, customer, reference) = await Opened();
        var campaign = await Campaign(store, reference);
        var first = await Last(store);
        await Follow(store, first);
        await store.Advance("PT1H");
        await store.Test.Ok($"POST {Channels}/send", new { channels = new[] { "email" }, customerId = reference, personalizations = new { url = "https://shop.example/a" } });
        await Follow(store, await Last(store));
        await store.Advance("PT1H");
        await Follow(store, first);
        await Buy(store, variant, customer);
        await store.Advance("PT1M");

        Assert.Equal(1, (int)(await store.Test.Ok($"GET {Api}/campaigns/{campaign}/stats"))["stats"]!["conversions"]!);
        Assert.Equal((0, 1, 10m), await Email(store));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Journeys_and_campaigns_compete_and_the_last_link_that_was_followed_gets_the_cart(bool campaignLast)
    {
        var (store, variant, customer, reference) = await Opened();
        var workflow = await store.Workflow([], ["send_email"]);
        await Campaign(store, reference);
        var campaign = await Last(store);
        var cart = (string)(await store.Test.Ok("POST /v2/carts", new { customer_id = customer, items = new[] { new { variant_id = variant, quantity = 1 } } }))["id"]!;
        await store.Advance("PT30M");
        var journey = await Last(store);
        foreach (var message in campaignLast ? (Message[])[journey, campaign] : [campaign, journey])
        {
            await Follow(store, message);
            await store.Advance("PT1M");
        }

        var order = await Buy(store, variant, customer);
        await store.Advance("PT1M");

        var shown = await store.ShownCart(cart);
        Assert.Equal(("recovered", "direct", 10m), ((string?)shown["status"], (string?)shown["attribution"], (decimal?)shown["revenue"]));
        Assert.Equal((1, 1, 10m), await Email(store));
        Assert.Equal(campaignLast ? 0 : 1, (int)(await store.Test.Ok($"GET {Workflows}/{workflow}/stats"))["stats"]!["recovered"]!);
        Assert.Equal(campaignLast ? 1 : 0, (int)(await store.Test.Ok($"GET {Api}/campaigns/campaign_{campaign.CampaignId}/stats"))["stats"]!["conversions"]!);
        await store.Verify();

        await store.Test.Ok($"POST /v2/orders/{order}/cancel", new { reason = "customer" });
        await store.Advance("PT1M");
        Assert.Equal((1, 1, 0m), await Email(store));
        await store.Verify();
    }

    [Fact]
    public async Task Of_an_order_that_was_cancelled_the_conversion_stays_without_its_money()
    {
        var (store, variant, customer, reference) = await Opened();
        await Campaign(store, reference);
        await Follow(store, await Last(store));
        var order = await Buy(store, variant, customer);
        await store.Advance("PT1M");
        await store.Test.Ok($"POST /v2/orders/{order}/cancel", new { reason = "customer" });
        await store.Advance("PT1M");

        Assert.Equal((0, 1, 0m), await Email(store));
        await store.Verify();
    }

    [Fact]
    public async Task A_cart_that_is_claimed_for_an_order_that_a_campaign_has_is_credited_once()
    {
        var (store, variant, customer, reference) = await Opened();
        await Campaign(store, reference);
        await Follow(store, await Last(store));
        var order = await Buy(store, variant, customer);
        await store.Advance("PT1M");
        var (cart, other) = (await store.Cart(new { customerId = reference, cartValue = 10 }), await store.Cart(new { customerId = reference, cartValue = 10 }));
        await store.Test.Ok($"POST {Api}/carts/{cart}/recover", new { orderId = order });
        var (status, refusal) = await store.Test.Send($"POST {Api}/carts/{other}/recover", new { orderId = order });
        await store.Advance("PT1M");

        Assert.Equal((1, 1, 10m), await Email(store));
        Assert.Equal((409, $"This order won back {cart}."), (status, (string?)refusal!["message"]));
        await store.Verify();
    }

    [Fact]
    public async Task An_order_that_was_claimed_before_it_was_heard_of_wins_back_no_other_cart()
    {
        var (store, variant, customer, reference) = await Opened();
        var order = await Buy(store, variant, customer);
        await store.Advance("PT1M");
        await Campaign(store, reference);
        await Follow(store, await Last(store));
        var (told, left) = (await store.Cart(new { customerId = reference, cartValue = 10 }), await store.Cart(new { customerId = reference, cartValue = 20 }));
        await store.Test.Ok($"POST {Api}/carts/{left}/abandon", new { abandonedAt = (await store.Database((db, _) => Task.FromResult(db.Now))).AddHours(-1) });
        await store.Test.Ok($"POST {Api}/carts/{told}/recover", new { orderId = order });

        await store.Database(db => TakeAgain(db, order));
        await store.Advance("PT1M");

        Assert.Equal(("recovered", "closed"), ((string?)(await store.ShownCart(told))["status"], (string?)(await store.ShownCart(left))["status"]));
        Assert.Equal((1, 1, 10m), await Email(store));
        await store.Verify();
    }

    [Theory(Timeout = 120_000)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_claim_and_the_server_s_own_credit_of_the_same_order_in_the_same_instant_count_once(bool follows, bool anotherWasLeft)
    {
        await using var server = await TestServer.Start();
        var (store, variant, customer, reference) = await Opened(server);
        await Campaign(store, reference);
        if (follows)
            await Follow(store, await Last(store));
        var order = await Buy(store, variant, customer);
        await store.Advance("PT1M");
        Assert.Equal(follows ? 1 : 0, (await server.Rows("DELETE FROM message_sales RETURNING id")).Count); // as if it had not been heard of
        var told = await store.Cart(new { customerId = reference, cartValue = 10 });
        if (anotherWasLeft)
            await store.Test.Ok($"POST {Api}/carts/{await store.Cart(new { customerId = reference, cartValue = 20 })}/abandon", new { abandonedAt = (await store.Database((db, _) => Task.FromResult(db.Now))).AddHours(-1) });

        await using var source = NpgsqlDataSource.Create(server.Database);
        await using var connection = await source.OpenConnectionAsync();
        await using var gate = await connection.BeginTransactionAsync();
        await using (var close = new NpgsqlCommand("LOCK TABLE events, message_sales IN EXCLUSIVE MODE", connection))
            await close.ExecuteNonQueryAsync();
        await store.Database(db => TakeAgain(db, order));
        var claim = store.Test.Send($"POST {Api}/carts/{told}/recover", new { orderId = order });
        await Await.Until(async () => await server.Rows("SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())") is { Count: >= 2 });
        await gate.RollbackAsync();
        var (status, answer) = await claim;
        await store.Advance("PT1M");

        Assert.True((status, (string?)answer!["error"]) is (200, null) or (409, "ORDER_CREDITED"), $"{status} {answer}");
        Assert.Equal("1", Assert.Single(await server.Rows(
            "SELECT (SELECT count(*) FROM watched_carts WHERE order_id IS NOT NULL) + (SELECT count(*) FROM message_sales WHERE cart_id IS NULL)")));
        await store.Verify();
    }

    [Fact]
    public async Task Figures_stay_when_the_buyer_is_forgotten()
    {
        var (store, variant, customer, reference) = await Opened();
        await Campaign(store, reference);
        await Follow(store, await Last(store));
        await Buy(store, variant, customer);
        await store.Advance("PT1M");
        await store.Test.Ok($"DELETE {Api}/compliance/gdpr/delete-customer-data?customerId={reference}");

        Assert.Equal((0, 1, 10m), await Email(store));
        Assert.DoesNotContain("ann@b.co", (await store.Server.Rows("SELECT row_to_json(s)::text FROM message_sales s WHERE tenant_id = $1", store.Account.Sandbox.Id))[0], StringComparison.Ordinal);
        await store.Verify();
    }

    private static Task TakeAgain(AuraDb db, string order)
    {
        db.Enqueue<TakeOrder>(new TakeOrder.Payload(Id<Order>.ToNumber(order)!.Value));
        return db.SaveChangesAsync();
    }

    private static async Task<(Store Store, string Variant, string Customer, string Reference)> Opened(TestServer? server = null)
    {
        var store = await Store.Open(server: server);
        var variant = (await store.Stocked(price: 10m, ships: false)).Variant;
        var customer = (string)(await store.Test.Ok("POST /v2/customers", new { email = "ann@b.co" }))["id"]!;
        var reference = $"customer_{customer[5..]}";
        await store.Test.Ok($"POST {Api}/compliance/gdpr/consent", new { customerId = reference, consentType = "email_marketing", granted = true });
        return (store, variant, customer, reference);
    }

    private static async Task<string> Campaign(Store store, string reference, string channel = "email")
    {
        var id = (string)(await store.Test.Ok($"POST {Api}/campaigns", new { name = "Sale", channels = new[] { channel }, customerIds = new[] { reference }, personalizations = new { url = "https://shop.example/sale" } }))["campaignId"]!;
        await store.Test.Ok($"POST {Api}/campaigns/{id}/send");
        await store.Advance("PT1M");
        return id;
    }

    private static async Task<Message> Last(Store store) => (await store.Messages())[^1];

    private static async Task<string> Buy(Store store, string variant, string customer) =>
        (string)(await store.Test.Ok("POST /v2/orders", new { customer_id = customer, items = new[] { new { variant_id = variant, quantity = 1 } } }))["id"]!;

    /// <summary>Goes where the first link of a message leads, and on if that is a way back into a cart.</summary>
    private static async Task Follow(Store store, Message message)
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var followed = await browser.GetAsync(new Uri(Regex.Match(message.Html!, "href=\"([^\"]*/m/c/[^\"]*)\"").Groups[1].Value));
        if (followed.Headers.Location is { } on && on.AbsolutePath.StartsWith("/recover/", StringComparison.Ordinal))
            using (await browser.GetAsync(on)) { }
    }

    /// <summary>What e-mail brought: carts, conversions, revenue.</summary>
    private static async Task<(int Recovered, int Conversions, decimal Revenue)> Email(Store store)
    {
        var row = (await store.Test.Ok($"GET {Channels}/performance"))["performance"]![0]!;
        return ((int)row["recovered"]!, (int)row["conversions"]!, (decimal)row["revenue"]!);
    }
}
