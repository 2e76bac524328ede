using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Aura.Brands;
using Aura.Tests.Events;
using Aura.Tests.Winback.Recovery;

namespace Aura.Tests.Winback;

public sealed class DeveloperWebhookTests
{
    private const string Webhooks = "/api/abandoned-checkout-winback/developer/webhooks";

    [Fact]
    public async Task A_message_has_the_documents_form_and_a_signature_that_names_its_algorithm()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        await store.Test.Ok($"POST {Webhooks}", new { url = receiver.Url, @event = "cart_abandoned", secret = "webhook_secret_key" });

        await Abandon(store, 150);
        await store.Advance("PT0S");
        await receiver.Wait(1);

        var message = Assert.Single(receiver.Messages);
        Assert.Equal(["event", "shop", "timestamp", "data"], message.Json.AsObject().Select(field => field.Key));
        Assert.Equal(("cart.abandoned", store.Account.Sandbox.Domain), ((string?)message.Json["event"], (string?)message.Json["shop"]));
        var data = message.Json["data"]!;
        Assert.Equal(("cart_123", "customer_456", 150, 3), ((string?)data["cartId"], (string?)data["customerId"], (int)data["cartValue"]!, (int)data["items"]!));
        var mac = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("webhook_secret_key"), message.Body));
        Assert.Equal($"sha256={mac}", message.Headers["x-webhook-signature"]);
        Assert.Contains(message.StandardSignature("webhook_secret_key"), message.Headers["webhook-signature"].Split(' '));
    }

    [Fact]
    public async Task A_test_tells_what_the_endpoint_answered()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        var made = await store.Test.Ok($"POST {Webhooks}", new { url = receiver.Url, @event = "recovery.success" });

        var taken = await store.Test.Ok($"POST {Webhooks}/{made["webhookId"]}/test", new { });
        receiver.AnswerWith(500);
        var refused = await store.Test.Ok($"POST {Webhooks}/{made["webhookId"]}/test");

        Assert.Equal((true, true, 200), ((bool)taken["success"]!, (bool)taken["delivered"]!, (int)taken["statusCode"]!));
        Assert.True((int)taken["durationMs"]! >= 0);
        Assert.Equal((false, 500), ((bool)refused["delivered"]!, (int)refused["statusCode"]!));
        Assert.Equal(("recovery.success", "cart_123"), ((string?)receiver.Messages[0].Json["event"], (string?)receiver.Messages[0].Json["data"]!["cartId"]));
    }

    [Fact]
    public async Task A_secret_is_shown_only_where_the_server_made_it_and_only_once()
    {
        var store = await Store.Open();

        var own = await store.Test.Ok($"POST {Webhooks}", new { url = "https://example.com/a", @event = "cart.abandoned", secret = "webhook_secret_key" });
        var given = await store.Test.Ok($"POST {Webhooks}", new { url = "https://example.com/b", @event = "cart.abandoned" });
        var list = await store.Test.Ok($"GET {Webhooks}");

        Assert.Null(own["secret"]);
        Assert.StartsWith("whsec_", (string?)given["secret"], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", list.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_is_changed_switched_off_and_deleted()
    {
        var store = await Store.Open();
        var id = (await store.Test.Ok($"POST {Webhooks}", new { url = "https://example.com/a", @event = "cart.abandoned" }))["webhookId"];

        await store.Test.Ok($"PUT {Webhooks}/{id}", new { @event = "campaign_sent", active = false });
        var shown = (await store.Test.Ok($"GET {Webhooks}/{id}"))["webhook"]!;
        await store.Test.Ok($"DELETE {Webhooks}/{id}");

        Assert.Equal(("campaign.sent", false), ((string?)shown["event"], (bool)shown["active"]!));
        await store.Test.Refused(404, $"GET {Webhooks}/{id}");
        await store.Test.Refused(422, $"POST {Webhooks}", new { url = "https://example.com/a", @event = "order.created" });
        await store.Test.Refused(400, $"POST {Webhooks}", new { url = "https://example.com/a" });
    }

    /// <summary>Says that a cart was abandoned, as the recovery loop does.</summary>
    [Fact]
    public async Task A_test_has_the_fields_of_what_really_happens()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        var hooks = new Dictionary<string, JsonNode?>();
        foreach (var type in (string[])["cart.abandoned", "recovery.success", "recovery.failed", "workflow.triggered", "approval.requested", "approval.completed", "campaign.sent"])
            hooks[type] = (await store.Test.Ok($"POST {Webhooks}", new { url = receiver.Url, @event = type }))["webhookId"];
        foreach (var (_, hook) in hooks)
            await store.Test.Ok($"POST {Webhooks}/{hook}/test", new { });
        await receiver.Wait(7);
        var tests = receiver.Messages.ToDictionary(message => (string)message.Json["event"]!, Fields);

        await store.Workflow(["cart_value > 100"], ["send_email"]);
        var (won, lost) = (await store.Cart(new { customerId = "customer_1", cartValue = 150, email = "a@b.co" }), await store.Cart(new { customerId = "customer_2", cartValue = 50, email = "c@b.co" }));
        await store.Abandon(won);
        await store.Test.Ok($"POST {WinbackShop.Api}/carts/{won}/recover", new { orderId = "o1" });
        await store.Abandon(lost);
        await store.Test.Ok($"POST {WinbackShop.Api}/carts/{lost}/recover", new { success = false });
        var approval = (await store.Test.Ok($"POST {WinbackShop.Api}/collaboration/approval-workflows", new { name = "Launch" }))["workflowId"];
        await store.Test.Ok($"POST {WinbackShop.Api}/collaboration/approval-workflows/{approval}/approve", new { approver = "user_1" });
        var campaign = (await store.Test.Ok($"POST {WinbackShop.Api}/campaigns", new { name = "All" }))["campaignId"];
        await store.Test.Ok($"POST {WinbackShop.Api}/campaigns/{campaign}/send", new { });
        await store.Advance("PT1S");
        await receiver.Wait(8);

        foreach (var message in receiver.Messages.Skip(7))
            Assert.Equal(Fields(message), tests[(string)message.Json["event"]!].Except(["test"]));

        static List<string> Fields(Message message) => [.. message.Json["data"]!.AsObject().Select(field => field.Key).Order(StringComparer.Ordinal)];
    }

    internal static Task Abandon(Store store, int value, string type = "cart.abandoned") => store.Database(async db =>
    {
        var thing = Brand.Create($"{Guid.CreateVersion7():n}");
        db.Brands.Add(thing);
        db.Publish(type, thing, new { cart_id = "cart_123", customer_id = "customer_456", cart_value = value, items = 3 });
        await db.SaveChangesAsync();
    });
}
