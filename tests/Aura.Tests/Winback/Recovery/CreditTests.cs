using System.Text.RegularExpressions;
using Aura.Jobs;
using Aura.Messages;
using Aura.Orders;
using Aura.Persistence;
using Aura.Tests.Messages;
using Aura.Tests.V2;
using Aura.Winback.Recovery;
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

    private static async Task<(Store Store, string Variant, string Customer, string Reference)> Opened()
    {
        var store = await Store.Open();
        var variant = (await store.Stocked(price: 10m, ships: false)).Variant;
        var customer = (string)(await store.Test.Ok("POST /v2/customers", new { email = "ann@b.co" }))["id"]!;
        var reference = $"customer_{customer[5..]}";
        await store.Test.Ok($"POST {Api}/compliance/gdpr/consent", new { customerId = reference, consentType = "email_marketing", granted = true });
        return (store, variant, customer, reference);
    }

    private static async Task<string> Campaign(Store store, string reference)
    {
        var id = (string)(await store.Test.Ok($"POST {Api}/campaigns", new { name = "Sale", customerIds = new[] { reference }, personalizations = new { url = "https://shop.example/sale" } }))["campaignId"]!;
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
