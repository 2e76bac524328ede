using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Promotions;
using Aura.Tests.Events;
using Aura.Tests.Promotions;
using Aura.Tests.V2;

namespace Aura.Tests.PromotionsV1;

/// <summary>What receivers get whose webhook was made at /api/v1/webhooks.</summary>
public sealed class WebhookMessagesTests
{
    private const string All = "/api/v1/promotions/";

    [Fact]
    public async Task The_life_of_a_promotion_is_told_in_the_form_of_the_document()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        await Subscribe(store, receiver, "promotion.*");
        var promotion = await store.Test.Ok($"POST {All}", new
        {
            name = "Été & \"Co\" <25 %>", promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 25.50, start_date = "2026-01-01", end_date = "2099-01-01",
            metadata = JsonNode.Parse("""{"share": 25.0, "list": [1.50]}"""),
        });
        foreach (var verb in (string[])["activate", "pause", "resume", "end"])
            await store.Test.Ok($"POST {All}{promotion["id"]}/{verb}");
        await store.Advance("PT0S");

        var inOrder = receiver.Messages.OrderBy(message => Id<Aura.Events.StoreEvent>.ToNumber(message.Id)).ToList(); // they are sent side by side
        Assert.Equal(["promotion.created", "promotion.activated", "promotion.paused", "promotion.activated", "promotion.ended"], inOrder.Select(message => (string?)message.Json["event"]));
        Assert.Equal(["draft", "active", "paused", "active", "ended"], inOrder.Select(message => (string?)message.Json["data"]!["promotion"]!["status"]));
        Assert.All(receiver.Messages, message =>
        {
            Assert.Equal(["event", "timestamp", "data", "signature"], message.Json.AsObject().Select(member => member.Key));
            Assert.EndsWith("Z", (string?)message.Json["timestamp"]);
            Assert.Equal((long)promotion["id"]!, (long)message.Json["data"]!["promotion"]!["id"]!);
            Assert.Equal((string?)promotion["name"], (string?)message.Json["data"]!["promotion"]!["name"]);
            message.Verify(Secret);
            VerifyInside(message);
        });
    }

    [Fact]
    public async Task A_referral_that_is_rewarded_is_told_once()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        await Subscribe(store, receiver, "referral.completed");
        var (alice, bob) = (await store.Person(), await store.Person("Bob"));
        var code = await store.Code(await store.Program(), alice);
        var order = await store.Bought(bob, await store.Stocked());
        await store.Process(code, bob, order);
        await store.Process(code, bob, order);
        await store.Advance("PT0S");

        var referral = Assert.Single(receiver.Messages).Json["data"]!["referral"]!;
        Assert.Equal((code, "rewarded", Referring.Bare(alice), Referring.Bare(bob), Referring.Bare((string)order["id"]!)), ((string)referral["referral_code"]!, (string)referral["status"]!,
            (long)referral["referrer_customer_id"]!, (long)referral["referee_customer_id"]!, (long)referral["referee_order_id"]!));
    }

    [Fact]
    public async Task A_coupon_that_is_used_is_told_with_bare_numbers_here_and_with_prefixes_at_v2()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        await Subscribe(store, receiver, "coupon.used");
        await store.Test.Ok("POST /v2/webhooks", new { url = receiver.Url, events = new[] { "coupon.used" }, secret = Secret });
        var promotion = await store.Offer(Offers.Percent(25));
        var coupon = await store.Coupon(promotion, "SUMMER25", new() { MaxUses = 5 });
        var cart = await store.Cart((await store.Stocked(price: 20m), 1));
        await store.Test.Ok($"PUT /v2/carts/{cart}", new { coupon = "SUMMER25" });
        var order = await store.Test.Ok($"POST /v2/carts/{cart}/checkout", new { payment_method = "card" });
        await store.Advance("PT0S");

        var here = Assert.Single(receiver.Messages, message => message.Json["event"] is not null);
        var there = Assert.Single(receiver.Messages, message => message.Json["type"] is not null);
        var shown = here.Json["data"]!["coupon"]!;
        Assert.Equal((coupon.Id, promotion.Id, "SUMMER25", 1, "active"), ((long)shown["id"]!, (long)shown["promotion_id"]!, (string?)shown["code"], (int)shown["current_uses"]!, (string?)shown["status"]));
        Assert.Equal(($"ord_{shown["order_id"]}", 5m), ((string?)order["id"], (decimal)shown["discount_amount"]!));
        VerifyInside(here);
        there.Verify(Secret);
        Assert.Equal(($"coupon_{coupon.Id}", $"promo_{promotion.Id}", 1), ((string?)there.Json["data"]!["object"]!["id"], (string?)there.Json["data"]!["object"]!["promotion_id"], (int)there.Json["data"]!["object"]!["times_redeemed"]!));
        Assert.Equal(((string?)order["id"], $"promo_{promotion.Id}"), ((string?)there.Json["data"]!["facts"]!["order_id"], (string?)there.Json["data"]!["facts"]!["promotion_id"]));
    }

    [Fact]
    public async Task Events_of_the_platform_come_with_their_number_and_what_they_say()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        await Subscribe(store, receiver, "customer.created");
        var customer = await store.Customer();
        await store.Advance("PT0S");

        var message = Assert.Single(receiver.Messages);
        Assert.EndsWith($"_{(long)message.Json["data"]!["customer"]!["id"]!}", customer, StringComparison.Ordinal);
        VerifyInside(message);
    }

    [Fact]
    public async Task A_message_that_is_sent_again_after_the_secret_changed_is_signed_with_the_new_one()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        var webhook = await Subscribe(store, receiver, "customer.created");
        receiver.AnswerWith(500);
        await store.Customer();
        await store.Advance("PT0S");
        await store.Test.Ok($"PUT /api/v1/webhooks/{webhook["id"]}", new { secret = "another_secret" });
        receiver.AnswerWith(200);
        await store.Advance("PT2M");

        Assert.Equal(2, receiver.Messages.Count);
        VerifyInside(receiver.Messages[0]);
        VerifyInside(receiver.Messages[1], "another_secret"); // the second came two minutes later
    }

    [Fact]
    public async Task A_test_at_v2_sends_the_same_form()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        var webhook = await Subscribe(store, receiver, "promotion.ended");
        await store.Offer(Offers.Percent(10));

        Assert.True((bool)(await store.Test.Ok($"POST /v2/webhooks/hook_{webhook["id"]}/test", new { type = "promotion.activated" }))["delivered"]!);

        Assert.True((bool)Assert.Single(receiver.Messages).Json["data"]!["promotion"]!["test"]!);
        VerifyInside(receiver.Messages[0]);
    }

    private const string Secret = "your_webhook_secret";

    private static Task<JsonNode> Subscribe(Store store, WebhookReceiver receiver, params string[] events) =>
        store.Test.Ok("POST /api/v1/webhooks/", new { url = receiver.Url, events, secret = Secret });

    /// <summary>As a receiver checks it: it reads the message, takes the signature out, writes the rest compactly, and signs that.</summary>
    private static void VerifyInside(Message message, string secret = Secret)
    {
        var rest = message.Json.AsObject();
        var signature = (string?)rest["signature"];
        rest.Remove("signature");
        var text = rest.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.Equal($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)))}", signature);
        var sent = Encoding.UTF8.GetString(message.Body);
        Assert.Equal($"{text[..^1]},\"signature\":\"{signature}\"}}", sent);
        Assert.DoesNotMatch(@"[:\[,]-?\d+\.\d*0[,}\]]", sent); // JSON.stringify writes no such number
    }
}
