using System.Globalization;
using Aura.Messages;
using Aura.Tests.Messages;

namespace Aura.Tests.Winback;

public sealed class CampaignsTests
{
    private const string Base = "/api/abandoned-checkout-winback";
    private const string Path = $"{Base}/ai/orchestration/multi-channel";

    private static string In(int hours, DateTime now) => now.AddHours(hours).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Task<DateTime> Now(Store store) => store.Database((db, _) => Task.FromResult(db.Now));

    [Fact]
    public async Task A_campaign_reaches_its_segment_and_everybody_in_it_once()
    {
        var store = await Store.Open();
        var product = await store.Test.Ok("POST /v2/products", new { name = "Lamp", price = 50, sku = "L", variants = new[] { new { sku = "L", inventory = 50 } } });
        var people = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            people.Add((string)(await store.Test.Ok("POST /v2/customers", new { email = $"c{i}@example.com" }))["id"]!);
            await store.Test.Ok($"POST {Base}/compliance/gdpr/consent", new { customerId = people[i], consentType = "email_marketing", granted = true });
        }

        foreach (var person in people.Take(2))
            await store.Test.Ok("POST /v2/orders", new { customer_id = person, items = new[] { new { product_id = product["id"], quantity = 2 } } });
        var segment = await store.Test.Ok($"POST {Base}/segments", new { name = "Buyers", rules = new[] { "total_spent >= 100", "orders > 0" } });
        var listed = (await store.Test.Ok($"GET {Base}/segments"))["segments"]![0]!;
        Assert.Equal(("buyers", 2, """["orders >= 1","total_spent >= 100"]"""), ((string?)listed["name"], (int)listed["size"]!, listed["rules"]!.ToJsonString().Replace("\\u003E", ">", StringComparison.Ordinal)));

        var made = await store.Test.Ok($"POST {Base}/campaigns", new { name = "Thanks", channels = new[] { "email" }, segmentId = segment["segmentId"] });
        Assert.Equal("draft", (string?)made["status"]);
        var sent = await store.Test.Ok($"POST {Base}/campaigns/{made["campaignId"]}/send");
        Assert.Equal((true, 2), ((bool)sent["success"]!, (int)sent["sent"]!));
        await store.Advance("PT0S");

        Assert.Equal(["c0@example.com", "c1@example.com"], (await store.Messages()).Select(message => message.Address!).Order());
        Assert.All(await store.Messages(), message => Assert.Equal(MessageState.Delivered, message.State));
        Assert.Equal(409, (await store.Test.Send($"POST {Base}/campaigns/{made["campaignId"]}/send")).Status);
        Assert.Equal("sent", (string?)(await store.Test.Ok($"GET {Base}/campaigns"))["campaigns"]![0]!["status"]);
        Assert.Single(await store.Server.Rows("SELECT type FROM events WHERE tenant_id = $1 AND type = 'campaign.sent'", [store.Account.Sandbox.Id]));
    }

    [Fact]
    public async Task Two_people_with_one_address_get_one_message_of_a_campaign()
    {
        var store = await Store.Open();
        await store.Shopper("a", email: "same@example.com");
        await store.Shopper("b", email: "same@example.com");
        var made = await store.Test.Ok($"POST {Base}/campaigns", new { name = "One", customerIds = new[] { "a", "b" } });
        await store.Test.Ok($"POST {Base}/campaigns/{made["campaignId"]}/send");
        await store.Advance("PT0S");

        Assert.Equal([null, "duplicate"], (await store.Messages()).Select(message => message.Reason).Order());
    }

    [Fact]
    public async Task What_is_scheduled_goes_out_at_its_time_unless_it_was_cancelled()
    {
        var store = await Store.Open();
        await store.Shopper("jane");
        var now = await Now(store);
        var one = await store.Test.Ok($"POST {Path}/schedule", new { channels = new[] { "email" }, customerIds = new[] { "jane" }, scheduledAt = In(2, now) });
        var two = await store.Test.Ok($"POST {Path}/schedule", new { channels = new[] { "email" }, customerIds = new[] { "jane" }, scheduledAt = In(2, now) });
        Assert.Equal(("scheduled", true), ((string?)one["status"], ((string)one["scheduledId"]!).StartsWith("scheduled_", StringComparison.Ordinal)));

        var cancelled = await store.Test.Ok($"DELETE {Path}/scheduled/{two["scheduledId"]}");
        Assert.True((bool)cancelled["cancelled"]!);
        Assert.Equal(404, (await store.Test.Send($"DELETE {Path}/scheduled/{two["scheduledId"]}")).Status);
        await store.Advance("PT1H");
        Assert.Empty(await store.Messages());
        await store.Advance("PT1H");
        Assert.Single(await store.Messages());
        Assert.Equal(409, (await store.Test.Send($"DELETE {Path}/scheduled/{one["scheduledId"]}")).Status);
    }

    [Fact]
    public async Task A_schedule_needs_a_time_to_come_and_somebody_to_write_to()
    {
        var store = await Store.Open();
        var now = await Now(store);
        Assert.Equal(422, (await store.Test.Send($"POST {Path}/schedule", new { channels = new[] { "email" }, customerIds = new[] { "a" }, scheduledAt = In(-1, now) })).Status);
        Assert.Equal(400, (await store.Test.Send($"POST {Path}/schedule", new { channels = new[] { "email" }, scheduledAt = In(1, now) })).Status);
        Assert.Equal(404, (await store.Test.Send($"POST {Path}/schedule", new { channels = new[] { "email" }, segment = "nobody", scheduledAt = In(1, now) })).Status);
        Assert.Equal(400, (await store.Test.Send($"POST {Path}/schedule", new { channels = new[] { "email" }, customerIds = new[] { "a" } })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Base}/segments", new { name = "Odd", rules = new[] { "shoe_size > 40" } })).Status);
    }
}
