using System.Text.Json.Nodes;
using Aura.Events;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Events;

/// <summary>/v2/webhooks as a merchant sees it, apart from deliveries.</summary>
public sealed class WebhookApiTests
{
    private const string Url = "http://127.0.0.1:9/hook";

    [Fact]
    public async Task A_new_webhook_shows_its_secret_once()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok("POST /v2/webhooks", new { url = Url, events = new[] { "order.created", "order.fulfilled" } });
        Assert.StartsWith("hook_", Text(made, "id"));
        Assert.StartsWith("whsec_", Text(made, "secret"));
        Assert.Equal(["order.created", "order.fulfilled"], made["events"]!.AsArray().Select(e => e!.GetValue<string>()));
        Assert.True(made["active"]!.GetValue<bool>());
        Assert.Equal("active", Text(made, "status"));

        var shown = await store.Test.Ok($"GET /v2/webhooks/{Text(made, "id")}");
        Assert.Null(shown["secret"]);
        var listed = await store.Test.Ok("GET /v2/webhooks?status=active");
        Assert.Equal(Text(made, "id"), Text(Assert.Single(listed["data"]!.AsArray())!, "id"));
        Assert.DoesNotContain("secret\"", listed.ToJsonString());
    }

    [Fact]
    public async Task Secrets_are_sealed_in_the_database_and_kept_out_of_the_audit_log()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/webhooks", new { url = Url, events = new[] { "*" }, secret = "your_webhook_secret" });
        var secret = await store.Database((db, _) => db.Webhooks.Select(w => w.Secret).SingleAsync());
        Assert.True(secret.AsSpan().IndexOf("your_webhook_secret"u8) < 0);
        var log = await store.Test.Ok("GET /v2/audit-logs");
        var entry = Assert.Single(log["logs"]!.AsArray(), e => Text(e!, "action") == "webhook.created")!;
        Assert.Equal("(secret)", entry["changes"]!["secret"]!["new"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"url":"http://127.0.0.1:9/","events":["order.exploded"]}""", "events[0]")]
    [InlineData("""{"url":"http://127.0.0.1:9/","events":["*","orders.*"]}""", "events[1]")]
    [InlineData("""{"url":"http://127.0.0.1:9/","events":[]}""", "events")]
    [InlineData("""{"url":"http://127.0.0.1:9/"}""", "events")]
    [InlineData("""{"url":"http://127.0.0.1:9/","events":null}""", "events")]
    [InlineData("""{"url":"http://127.0.0.1:9/","events":"order.created"}""", "events")]
    [InlineData("""{"url":"not a url","events":["*"]}""", "url")]
    [InlineData("""{"url":"ftp://example.com","events":["*"]}""", "url")]
    [InlineData("""{"events":["*"]}""", "url")]
    [InlineData("""{"url":"http://127.0.0.1:9/","events":["*"],"secret":"short"}""", "secret")]
    [InlineData("""{"url":"http://127.0.0.1:9/","events":["*"],"active":"yes"}""", "active")]
    [InlineData("""{"url":"http://127.0.0.1:9/","events":["*"],"colour":"red"}""", "colour")]
    public async Task Bad_requests_are_refused_and_say_which_field(string body, string field)
    {
        var store = await Store.Open();
        var error = await store.Test.Refused(422, "POST /v2/webhooks", body);
        Assert.Contains(error["details"]!.AsArray(), detail => Text(detail!, "field") == field);
    }

    [Fact]
    public async Task Private_addresses_are_refused_when_created_changed_and_called()
    {
        await using var server = await TestServer.Start(options: options => options with { AllowPrivateWebhooks = false });
        var store = await Store.Open(server: server);
        await store.Test.Refused(422, "POST /v2/webhooks", new { url = Url, events = new[] { "*" } });
        await store.Test.Refused(422, "POST /v2/webhooks", new { url = "http://localhost:9/", events = new[] { "*" } });
        var made = await store.Test.Ok("POST /v2/webhooks", new { url = "http://private.invalid/", events = new[] { "*" } });
        await store.Test.Refused(422, $"PATCH /v2/webhooks/{Text(made, "id")}", new { url = "http://169.254.169.254/latest" });

        await store.Database(db => db.Webhooks.ExecuteUpdateAsync(set => set.SetProperty(w => w.Url, "http://localhost:9/")));
        var tested = await store.Test.Ok($"POST /v2/webhooks/{Text(made, "id")}/test");
        Assert.False(tested["delivered"]!.GetValue<bool>());
        Assert.Contains("private address", Text(tested, "error"));
    }

    [Fact]
    public async Task Everything_can_be_changed_by_PATCH_and_by_PUT()
    {
        var store = await Store.Open();
        var id = Text(await store.Test.Ok("POST /v2/webhooks", new { url = Url, events = new[] { "*" }, description = "ours" }), "id");
        var changed = await store.Test.Ok($"PATCH /v2/webhooks/{id}", new { url = "http://127.0.0.1:9/other", events = new[] { "order.*", "order.*" }, active = false });
        Assert.Equal("http://127.0.0.1:9/other", Text(changed, "url"));
        Assert.Equal("""["order.*"]""", changed["events"]!.ToJsonString());
        Assert.Equal("disabled", Text(changed, "status"));
        Assert.NotNull(changed["status_reason"]);
        Assert.Equal("ours", Text(changed, "description"));
        var again = await store.Test.Ok($"PUT /v2/webhooks/{id}", new { active = true, description = (string?)null });
        Assert.Equal("active", Text(again, "status"));
        Assert.Null(again["disabled_at"]);
        Assert.Null(again["description"]);
    }

    [Fact]
    public async Task A_deleted_webhook_is_gone_with_its_deliveries()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        var id = Text(await store.Test.Ok("POST /v2/webhooks", new { url = receiver.Url, events = new[] { "*" } }), "id");
        await store.Test.Ok("POST /v2/customers", new { email = "ada@example.com" });
        await store.Advance("PT0S");
        Assert.Single(receiver.Messages);
        Assert.Equal(204, (await store.Test.Send($"DELETE /v2/webhooks/{id}")).Status);
        await store.Test.Refused(404, $"GET /v2/webhooks/{id}");
        await store.Test.Refused(404, $"GET /v2/webhooks/{id}/deliveries");
        await store.Test.Refused(404, $"DELETE /v2/webhooks/{id}");
    }

    [Fact]
    public async Task Another_stores_webhook_is_not_there()
    {
        var (store, other) = (await Store.Open(), await Store.Open());
        var id = Text(await store.Test.Ok("POST /v2/webhooks", new { url = Url, events = new[] { "*" } }), "id");
        foreach (var request in (string[])["GET /v2/webhooks/{0}", "GET /v2/webhooks/{0}/deliveries", "POST /v2/webhooks/{0}/test", "POST /v2/webhooks/{0}/rotate-secret", "DELETE /v2/webhooks/{0}"])
        {
            await other.Test.Refused(404, string.Format(null, request, id));
            await store.Live.Refused(404, string.Format(null, request, id));
        }
    }

    [Fact]
    public async Task A_test_really_sends_and_tells_what_came_of_it()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        var made = await store.Test.Ok("POST /v2/webhooks", new { url = receiver.Url, events = new[] { "customer.created" } });
        var customer = await store.Test.Ok("POST /v2/customers", new { email = "ada@example.com" });
        await store.Advance("PT0S");

        var tested = await store.Test.Ok($"POST /v2/webhooks/{Text(made, "id")}/test", new { type = "customer.created" });
        Assert.True(tested["delivered"]!.GetValue<bool>());
        Assert.Equal(200, tested["status_code"]!.GetValue<int>());
        var message = receiver.Messages[^1];
        message.Verify(Text(made, "secret"));
        Assert.Equal(Text(tested, "event_id"), message.Id);
        Assert.Equal(Text(customer, "id"), Text(message.Json["data"]!["object"]!, "id"));
        Assert.True(message.Json["data"]!["facts"]!["test"]!.GetValue<bool>());
        Assert.NotEqual(receiver.Messages[0].Id, message.Id);

        receiver.AnswerWith(418);
        var failed = await store.Test.Ok($"POST /v2/webhooks/{Text(made, "id")}/test");
        Assert.False(failed["delivered"]!.GetValue<bool>());
        Assert.Equal(418, failed["status_code"]!.GetValue<int>());
        var log = await store.Test.Ok("GET /v2/events");
        Assert.Single(log["data"]!.AsArray());
        await store.Test.Refused(422, $"POST /v2/webhooks/{Text(made, "id")}/test", new { type = "order.exploded" });
    }

    [Fact]
    public async Task Event_types_are_listed_and_events_can_be_read_one_by_one_and_by_type()
    {
        var store = await Store.Open();
        var types = await store.Test.Ok("GET /v2/events/types");
        Assert.Contains(types["data"]!.AsArray(), type => Text(type!, "type") == "subscription.canceled");

        await store.Test.Ok("POST /v2/customers", new { email = "ada@example.com" });
        await store.Advance("PT0S");
        var first = Assert.Single((await store.Test.Ok("GET /v2/events"))["data"]!.AsArray())!;
        var shown = await store.Test.Ok($"GET /v2/events/{Text(first, "id")}");
        Assert.Equal("ada@example.com", Text(shown["data"]!["object"]!, "email"));
        await store.Test.Refused(404, "GET /v2/events/evt_1");

        await store.Test.Ok("POST /v2/customers", new { email = "bob@example.com" });
        await store.Advance("PT0S");
        var rest = await store.Test.Ok($"GET /v2/events?after={Text(first, "id")}&type=customer.created&limit=5");
        Assert.Equal("bob@example.com", Text(Assert.Single(rest["data"]!.AsArray())!["data"]!["object"]!, "email"));
        Assert.Empty((await store.Test.Ok("GET /v2/events?type=order.created"))["data"]!.AsArray());
    }

    [Theory]
    [InlineData("*", "order.created", true)]
    [InlineData("order.*", "order.created", true)]
    [InlineData("order.created", "order.created", true)]
    [InlineData("order.*", "orders.created", false)]
    [InlineData("order.created", "order.cancelled", false)]
    [InlineData("order", "order.created", false)]
    public void Patterns_cover_what_they_say(string pattern, string type, bool covers) => Assert.Equal(covers, EventTypes.Covers(pattern, type));

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>(); // the test fails without it
}
