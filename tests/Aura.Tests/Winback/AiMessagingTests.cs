using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Tests.Events;

namespace Aura.Tests.Winback;

public sealed class AiMessagingTests
{
    private const string Base = "/api/abandoned-checkout-winback";
    private const string Path = $"{Base}/ai/orchestration/ai-messaging";

    [Fact]
    public async Task A_message_is_generated_without_any_model_and_can_be_sent()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok($"POST {Path}/generate", new { channel = "email", tone = "friendly", cartValue = 150, cartItems = 3, discountCode = "SAVE15" });

        var message = made["message"]!;
        Assert.Equal(("composition", "email"), ((string?)made["source"], (string?)message["channel"]));
        Assert.Contains("3 items", (string?)message["body"]);
        Assert.Contains("$150.00", (string?)message["body"]); // as in the messages of workflows
        Assert.Contains($"https://{store.Account.Sandbox.Domain}/cart", (string?)message["body"]);
        Assert.Equal(422, (await store.Test.Send($"POST {Path}/generate", new { channel = "email", url = "javascript:alert(1)" })).Status);
        Assert.Contains("SAVE15", (string?)message["body"]);
        Assert.Empty(made["findings"]!.AsArray());
        var templates = (await store.Test.Ok($"GET {Path}/templates?channel=email"))["templates"]!.AsArray();
        Assert.Contains("template_recovery_001", templates.Select(template => (string?)template!["id"]));
        var own = templates.Single(template => (string?)template!["id"] == (string?)message["id"])!;
        Assert.Contains("discountCode", own["variables"]!.AsArray().Select(name => (string?)name));
        await store.Test.Ok($"POST {Base}/compliance/gdpr/consent", new { customerId = "jane", consentType = "marketing", granted = true });
        var sent = await store.Test.Ok($"POST {Base}/ai/orchestration/multi-channel/send", new { channels = new[] { "email" }, customerId = "jane", templateId = message["id"], contact = new { email = "jane@b.co" } });
        Assert.True((bool)sent["sent"]!);
    }

    [Fact]
    public async Task A_model_writes_where_there_is_one_and_what_it_must_not_say_is_not_taken()
    {
        await using var model = await WebhookReceiver.Start();
        var says = """```json {"subject": "Your cart", "body": "Dear {{customerName}}, your cart waits: {{url}}"} ```""";
        model.Answer = async http => await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { choices = new[] { new { message = new { content = says } } } })));
        var store = await Store.Open();
        await store.Test.Ok($"POST {Base}/developer/integrations", new { service = "openai", settings = new { apiKey = "sk-1", url = model.Url, model = "test" } });

        var made = await store.Test.Ok($"POST {Path}/generate", new { channel = "email", cartValue = 150 });
        Assert.Equal(("model", "Your cart"), ((string?)made["source"], (string?)made["message"]!["subject"]));
        var asked = Assert.Single(model.Messages);
        Assert.Equal(("/hook/chat/completions", "Bearer sk-1", "test"), (asked.Path, asked.Headers["authorization"], (string?)asked.Json["model"]));

        says = """{"subject": "Guaranteed lowest price", "body": "Only 2 left: {{url}}"}""";
        made = await store.Test.Ok($"POST {Path}/generate", new { channel = "email", cartValue = 150 });
        Assert.Equal("composition", (string?)made["source"]);
        Assert.Contains("not taken", (string?)made["note"]);

        model.AnswerWith(500);
        made = await store.Test.Ok($"POST {Path}/generate", new { channel = "sms" });
        Assert.Equal(("composition", "The model's endpoint answered 500."), ((string?)made["source"], (string?)made["note"]));
    }

    [Fact]
    public async Task A_message_is_improved_and_no_lift_is_invented()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok($"POST {Path}/optimize", new { message = "COME back!!! We guarantee 20% off", channel = "email", goal = "clicks" });

        Assert.Equal("COME back!!! We guarantee 20% off", (string?)made["original"]!["body"]);
        Assert.Contains("{{url}}", (string?)made["optimized"]!["body"]);
        Assert.Null(made["expectedLift"]);
        Assert.NotEqual("", (string?)made["expectedLiftReason"]);
        Assert.Equal(["unfounded_claim", "unknown_amount", "no_subject"], made["findings"]!.AsArray().Select(finding => (string?)finding!["code"]));
        Assert.Equal(400, (await store.Test.Send($"POST {Path}/optimize", new { channel = "email" })).Status);
        Assert.Empty((await store.Test.Ok($"GET {Path}/performance"))["performance"]!.AsArray());
    }
}
