using System.Text.Json.Nodes;
using Aura.Messages;
using Aura.Tests.Connectors.Messages;
using Aura.Tests.Messages;

namespace Aura.Tests.Winback;

public sealed class MultiChannelTests
{
    private const string Base = "/api/abandoned-checkout-winback";
    private const string Path = $"{Base}/ai/orchestration/multi-channel";

    private static object Sample(params string[] channels) => new
    {
        channels, customerId = "customer_789", templateId = "template_recovery_001",
        personalizations = new { customerName = "John Doe", cartValue = "$150", discountCode = "SAVE15" },
        contact = new { email = "john@example.com", phone = "+15552223333", timeZone = "UTC" },
    };

    private static async Task<Store> Opened()
    {
        var store = await Store.Open();
        foreach (var channel in (string[])["email", "sms"])
            await store.Test.Ok($"POST {Path}/configure", new { type = channel, quietHours = (object?)null });
        return store;
    }

    private static Task Agree(Store store, bool granted = true, string type = "marketing") =>
        store.Test.Ok($"POST {Base}/compliance/gdpr/consent", new { customerId = "customer_789", consentType = type, granted });

    [Fact]
    public async Task The_documents_example_goes_out_on_both_channels_with_its_values()
    {
        var store = await Opened();
        await Agree(store);

        var sent = await store.Test.Ok($"POST {Path}/send", Sample("email", "sms"));

        Assert.True((bool)sent["sent"]!);
        Assert.StartsWith("msg_", (string?)sent["messageId"]);
        foreach (var channel in (string[])["email", "sms"])
        {
            Assert.True((bool)sent["channels"]![channel]!["delivered"]!);
            Assert.StartsWith($"{channel}_", (string?)sent["channels"]![channel]!["messageId"]);
        }

        var message = (await store.Test.Ok($"GET {Path}/messages/{sent["channels"]!["email"]!["messageId"]}"))["message"]!;
        Assert.Equal("John Doe, you left something in your cart", (string?)message["subject"]);
        Assert.Contains("SAVE15", (string?)message["text"]);
        var kept = (await store.Test.Ok($"GET {Path}/mailbox"))["messages"]!.AsArray();
        Assert.Equal(["sms", "email"], kept.Select(one => (string?)one!["channel"]));
        Assert.Contains("$150", (string?)kept[0]!["text"]);
    }

    [Fact]
    public async Task Without_consent_nothing_is_delivered_and_the_reason_is_told_step_by_step()
    {
        var store = await Opened();
        await Agree(store);
        await Agree(store, granted: false, type: "email_marketing");

        var sent = await store.Test.Ok($"POST {Path}/send", Sample("email"));

        Assert.False((bool)sent["sent"]!);
        var email = sent["channels"]!["email"]!;
        Assert.Equal((false, "skipped", "consent_withdrawn"), ((bool)email["delivered"]!, (string?)email["status"], (string?)email["reason"]));
        var why = await store.Test.Ok($"GET {Path}/messages/{email["messageId"]}/why");
        Assert.Equal(["tenant", "channel", "address", "suppression", "consent"], why["steps"]!.AsArray().Select(step => (string?)step!["step"]));
        Assert.Equal([true, true, true, true, false], why["steps"]!.AsArray().Select(step => (bool)step!["passed"]!));
    }

    [Fact]
    public async Task A_channel_that_is_switched_off_is_422_and_one_of_another_name_too()
    {
        var store = await Opened();

        Assert.Equal(422, (await store.Test.Send($"POST {Path}/send", Sample("push"))).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Path}/send", Sample("pigeon"))).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Path}/send", Sample())).Status);
        Assert.Equal(400, (await store.Test.Send($"POST {Path}/send", new { customerId = "a" })).Status);
        Assert.Equal(404, (await store.Test.Send($"POST {Path}/send", new { customerId = "a", channels = new[] { "email" }, templateId = "template_none" })).Status);
        Assert.Equal(404, (await store.Test.Send($"GET {Path}/pigeon/stats")).Status);
    }

    [Fact]
    public async Task Channels_are_listed_and_configured_and_secrets_are_not_shown()
    {
        var store = await Store.Open();
        var push = (await store.Test.Ok($"GET {Path}"))["channels"]!.AsArray().Single(channel => (string?)channel!["type"] == "push")!;
        Assert.False((bool)push["enabled"]!);
        Assert.False(push.AsObject().ContainsKey("provider"));

        var configured = await store.Test.Ok($"POST {Path}/configure", new
        {
            type = "sms", provider = "twilio", enabled = true, settings = new { accountSid = "AC123", authToken = "very-secret", from = "+15550001111" }, quietHours = new { from = "20:00", to = "09:30" }, dailyCap = 2,
        });
        Assert.Equal((true, "twilio", true), ((bool)configured["success"]!, (string?)configured["channel"]!["provider"], (bool)configured["channel"]!["enabled"]!));
        var listed = await store.Test.Ok($"GET {Path}");
        Assert.DoesNotContain("very-secret", listed.ToJsonString());
        Assert.Contains("authToken", listed.ToJsonString());
        Assert.Equal(422, (await store.Test.Send($"POST {Path}/configure", new { type = "sms", provider = "smtp" })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Path}/configure", new { type = "email", provider = "sendgrid", settings = new { apiKey = "1" } })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Path}/configure", new { type = "sms", consent = "implied" })).Status);
    }

    [Fact]
    public async Task A_channel_that_is_switched_on_without_a_provider_keeps_its_messages_in_the_mailbox()
    {
        var store = await Store.Open();

        var configured = (await store.Test.Ok($"POST {Path}/configure", new { type = "push", enabled = true }))["channel"]!;

        var push = (await store.Test.Ok($"GET {Path}"))["channels"]!.AsArray().Single(channel => (string?)channel!["type"] == "push")!;
        Assert.Equal((true, "mailbox"), ((bool)push["enabled"]!, (string?)push["provider"]));
        Assert.Equal(push.ToJsonString(), configured.ToJsonString());
    }

    [Theory]
    [InlineData("""{"channel":"email","recipient":"not an address"}""", "recipient")]
    [InlineData("""{"channel":"sms","recipient":"12"}""", "recipient")]
    [InlineData("""{"channel":"push"}""", "channel")]
    public async Task A_test_that_could_not_arrive_is_refused_by_the_name_of_the_field(string body, string field)
    {
        var store = await Store.Open();

        var (status, refusal) = await store.Test.Send($"POST {Path}/test", body);

        Assert.Equal((422, field), (status, (string?)refusal!["details"]![0]!["field"]));
    }

    [Fact]
    public async Task A_wrong_number_does_not_take_the_place_of_a_right_one()
    {
        var store = await Opened();
        await Agree(store);
        await store.Test.Ok($"POST {Path}/send", Sample("email"));

        var (status, refusal) = await store.Test.Send($"POST {Path}/send", new { channels = new[] { "sms" }, customerId = "customer_789", contact = new { phone = "nonsense" } });

        Assert.Equal((422, "contact.phone"), (status, (string?)refusal!["details"]![0]!["field"]));
        Assert.True((bool)(await store.Test.Ok($"POST {Path}/send", new { channels = new[] { "sms" }, customerId = "customer_789" }))["sent"]!);
    }

    [Fact]
    public async Task What_an_integration_says_need_not_be_said_again()
    {
        var store = await Store.Open();
        await store.Test.Ok($"POST {Base}/integrations/connect", new { service = "klaviyo", apiKey = "pk_123456" });

        var configured = await store.Test.Ok($"POST {Path}/configure", new { type = "email", provider = "klaviyo" });

        Assert.Equal("klaviyo", (string?)configured["channel"]!["provider"]);

        // When the account is taken away again, a live store's messages end with a reason, not half sent.
        await store.Live.Ok($"POST {Base}/integrations/connect", new { service = "klaviyo", apiKey = "pk_123456" });
        await store.Live.Ok($"POST {Path}/configure", new { type = "email", provider = "klaviyo", consent = "implied" });
        await store.Live.Ok($"DELETE {Base}/integrations/disconnect?service=klaviyo");
        var sent = await store.Live.Ok($"POST {Path}/send", new { channels = new[] { "email" }, customerId = "jane", contact = new { email = "jane@b.co" } });
        Assert.Equal(("skipped", "no_provider"), ((string?)sent["channels"]!["email"]!["status"], (string?)sent["channels"]!["email"]!["reason"]));
    }

    [Fact]
    public async Task A_test_shows_whether_a_channel_works()
    {
        await using var server = MailServer.Start();
        var store = await Store.Open();
        var kept = await store.Test.Ok($"POST {Path}/test", new { channel = "email" });
        Assert.Equal((true, true), ((bool)kept["success"]!, (bool)kept["delivered"]!));

        await store.UseMailServer(server);
        var sent = await store.Test.Ok($"POST {Path}/test", new { channel = "email", recipient = "me@example.com" });
        await store.Advance("PT0S");
        Assert.False((bool)sent["delivered"]!);
        Assert.Equal("me@example.com", Assert.Single(server.Mails).To);
        Assert.Equal("sent", (string?)(await store.Test.Ok($"GET {Path}/messages/{sent["messageId"]}"))["message"]!["status"]);
        Assert.Equal(400, (await store.Test.Send($"POST {Path}/test", new { channel = "email" })).Status);
    }

    [Fact]
    public async Task What_people_do_with_messages_is_counted()
    {
        var store = await Opened();
        var customer = await store.Test.Ok("POST /v2/customers", new { email = "jane@example.com", first_name = "Jane" });
        var reference = $"customer_{((string)customer["id"]!)[5..]}";
        var product = await store.Test.Ok("POST /v2/products", new { name = "Lamp", price = 20, sku = "L", variants = new[] { new { sku = "L", inventory = 5 } } });
        await store.Test.Ok($"POST {Base}/compliance/gdpr/consent", new { customerId = reference, consentType = "email_marketing", granted = true });
        var sent = await store.Test.Ok($"POST {Path}/send", new { channels = new[] { "email" }, customerId = reference, personalizations = new { url = "https://shop.example/cart/1" } });
        var message = (await store.Test.Ok($"GET {Path}/messages/{sent["channels"]!["email"]!["messageId"]}"))["message"]!;
        var link = System.Text.RegularExpressions.Regex.Match((string)message["html"]!, "href=\"([^\"]*/m/c/[^\"]*)\"").Groups[1].Value;

        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var followed = await browser.GetAsync(new Uri(link));
        Assert.Equal("https://shop.example/cart/1", followed.Headers.Location?.ToString());
        using var forged = await browser.GetAsync(new Uri(link + "A"));
        Assert.Equal(404, (int)forged.StatusCode);

        await store.Test.Ok("POST /v2/orders", new { customer_id = customer["id"], items = new[] { new { product_id = product["id"], quantity = 2 } } });
        await store.Advance("PT1M");
        var performance = (await store.Test.Ok($"GET {Path}/performance"))["performance"]!.AsArray();
        Assert.Equal([("email", 1, 1, 1), ("sms", 0, 0, 0), ("push", 0, 0, 0)], performance.Select(row => ((string?)row!["channel"], (int)row["sent"]!, (int)row["opened"]!, (int)row["clicked"]!)));
        Assert.Equal([(0, 1), (0, 0), (0, 0)], performance.Select(row => ((int)row!["recovered"]!, (int)row["conversions"]!))); // no cart had been abandoned: what was, is in RecoveryFiguresTests
        var stats = (await store.Test.Ok($"GET {Path}/email/stats"))["stats"]!;
        Assert.Equal((1, 100m), ((int)stats["delivered"]!, (decimal)stats["deliveryRate"]!));
    }

    [Fact]
    public async Task Preferences_follow_from_consents()
    {
        var store = await Opened();
        await Agree(store, type: "sms_marketing");
        var preference = Assert.Single((await store.Test.Ok($"GET {Path}/preferences?customerId=customer_789"))["preferences"]!.AsArray())!;

        Assert.Equal("""{"email":false,"sms":true,"push":false}""", preference["channels"]!.ToJsonString());
        Assert.Equal("sms", (string?)preference["preferred"]);
    }

    [Fact]
    public async Task The_way_out_of_an_email_is_one_post_and_a_scanner_that_only_looks_ends_nothing()
    {
        var store = await Opened();
        await Agree(store);
        var sent = await store.Test.Ok($"POST {Path}/send", Sample("email"));
        var text = (string)(await store.Test.Ok($"GET {Path}/messages/{sent["channels"]!["email"]!["messageId"]}"))["message"]!["text"]!;
        var way = new Uri(System.Text.RegularExpressions.Regex.Match(text, "https?://[^ ]*/m/u/[A-Za-z0-9_-]+").Value);

        using var mailer = new HttpClient();
        Assert.Equal(200, (int)(await mailer.GetAsync(way)).StatusCode);
        Assert.True((bool)(await store.Test.Ok($"POST {Path}/send", Sample("email")))["sent"]!);
        using var oneClick = new FormUrlEncodedContent([KeyValuePair.Create("List-Unsubscribe", "One-Click")]);
        Assert.Equal(200, (int)(await mailer.PostAsync(way, oneClick)).StatusCode);

        Assert.False((bool)(await store.Test.Ok($"POST {Path}/send", Sample("email")))["sent"]!);
        Assert.True((bool)(await store.Test.Ok($"POST {Path}/send", Sample("sms")))["sent"]!);
        var latest = (await store.Test.Ok($"GET {Base}/compliance/gdpr/consent"))["consent"]![0]!;
        Assert.Equal(("email_marketing", false, "unsubscribe_link"), ((string?)latest["consentType"], (bool)latest["granted"]!, (string?)latest["source"]));
    }

    [Fact]
    public async Task Own_templates_are_made_previewed_and_sent()
    {
        var store = await Opened();
        await Agree(store);
        var made = await store.Test.Ok($"POST {Base}/templates", new
        {
            name = "Mine", contents = new { en = new { subject = "Hi {{customerName}}", text = "Dear {{customerName}}", html = "<p>{{customerName}}</p>" }, de = new { subject = "Hallo", text = "Hallo" } },
        });
        var preview = await store.Test.Ok($"POST {Base}/templates/{made["templateId"]}/preview", new { channel = "email", locale = "de-AT" });
        Assert.Equal(("de", "Hallo"), ((string?)preview["locale"], (string?)preview["subject"]));
        var sent = await store.Test.Ok($"POST {Path}/send", new { channels = new[] { "email" }, customerId = "customer_789", templateId = made["templateId"], contact = new { email = "j@b.co" }, personalizations = new { customerName = "<b>" } });
        var message = (await store.Test.Ok($"GET {Path}/messages/{sent["channels"]!["email"]!["messageId"]}"))["message"]!;
        Assert.Contains("<p>&lt;b&gt;</p>", (string?)message["html"]);
        Assert.Equal(422, (await store.Test.Send($"POST {Path}/send", new { channels = new[] { "sms" }, customerId = "customer_789", templateId = made["templateId"] })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Base}/templates", new { name = "Raw", contents = new { en = new { sms = "{{{x}}}" } } })).Status);
        await store.Test.Ok($"DELETE {Base}/templates/{made["templateId"]}");
        Assert.Equal(404, (await store.Test.Send($"GET {Base}/templates/{made["templateId"]}")).Status);
    }
}
