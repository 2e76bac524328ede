using System.Text.Json.Nodes;
using Aura.Tests.Events;
using Aura.Tests.V2;

namespace Aura.Tests.PromotionsV1;

public sealed class WebhooksTests
{
    private const string Hooks = "/api/v1/webhooks/";

    [Fact]
    public async Task A_webhook_is_made_shown_changed_and_deleted()
    {
        var store = await Store.Open();

        using var made = await store.Test.Answer($"POST {Hooks}", new { url = "https://a.example/", events = new[] { "order.*" } });
        var webhook = JsonNode.Parse(await made.Content.ReadAsStringAsync())!;
        var id = (long)webhook["id"]!;
        Assert.Equal((201, $"/api/v1/webhooks/{id}"), ((int)made.StatusCode, made.Headers.Location!.ToString()));
        Assert.Equal(["id", "url", "events", "active", "created_at", "secret"], webhook.AsObject().Select(pair => pair.Key));
        Assert.StartsWith("whsec_", (string?)webhook["secret"]);

        var shown = await store.Test.Ok($"GET {Hooks}{id}");
        Assert.Equal(["id", "url", "events", "active", "created_at"], shown.AsObject().Select(pair => pair.Key));

        var changed = await store.Test.Ok($"PUT {Hooks}{id}", new { active = false });
        Assert.Equal((false, "https://a.example/"), ((bool)changed["active"]!, (string?)changed["url"]));

        Assert.Equal(204, (await store.Test.Send($"DELETE {Hooks}{id}")).Status);
        Assert.Equal(404, (await store.Test.Send($"GET {Hooks}{id}")).Status);
    }

    [Fact]
    public async Task What_was_sent_is_listed()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        var webhook = await store.Test.Ok($"POST {Hooks}", new { url = receiver.Url, events = new[] { "customer.created" } });
        receiver.AnswerWith(500);
        await store.Customer();
        await store.Advance("PT0S");

        var delivery = Assert.Single((await store.Test.Ok($"GET {Hooks}{webhook["id"]}/deliveries?status=pending&event=customer.created"))["items"]!.AsArray())!;

        Assert.Equal(("customer.created", "pending", 1, 500), ((string?)delivery["event"], (string?)delivery["status"], (int)delivery["attempt"]!, (int)delivery["status_code"]!));
        Assert.Equal(404, (await store.Test.Send($"GET {Hooks}999/deliveries")).Status);
    }

    [Fact]
    public async Task Both_dialects_show_the_same_webhooks()
    {
        var store = await Store.Open();
        var there = await store.Test.Ok("POST /v2/webhooks", new { url = "https://a.example/", events = new[] { "order.*" } });

        var here = Assert.Single((await store.Test.Ok($"GET {Hooks}"))["items"]!.AsArray())!;

        Assert.Equal((string?)there["id"], $"hook_{here["id"]}");
        await store.Test.Ok($"PUT {Hooks}{here["id"]}", new { url = "https://b.example/" });
        Assert.Equal("https://b.example/", (string?)(await store.Test.Ok($"GET /v2/webhooks/{there["id"]}"))["url"]);
    }

    [Fact]
    public async Task An_id_with_a_prefix_is_not_found_here()
    {
        var store = await Store.Open();
        var there = await store.Test.Ok("POST /v2/webhooks", new { url = "https://a.example/", events = new[] { "order.*" } });

        Assert.Equal(404, (await store.Test.Send($"GET {Hooks}{there["id"]}")).Status);
    }

    [Fact]
    public async Task Of_two_writers_of_one_version_the_second_is_refused()
    {
        var store = await Store.Open();
        var webhook = await store.Test.Ok($"POST {Hooks}", new { url = "https://a.example/", events = new[] { "order.*" } });
        using var read = await store.Test.Answer($"GET {Hooks}{webhook["id"]}");
        var tag = ("If-Match", read.Headers.ETag!.Tag);

        await store.Test.Ok($"PUT {Hooks}{webhook["id"]}", new { active = false }, tag);
        var (status, refusal) = await store.Test.Send($"PUT {Hooks}{webhook["id"]}", new { active = true }, tag);

        Assert.Equal((409, "CONFLICT"), (status, (string?)refusal!["code"]));
    }

    [Fact]
    public async Task A_key_without_the_scope_is_refused()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Reader", scopes = new[] { "webhooks:read" } });
        var reader = store.Server.Client((string?)key["key"]);

        await reader.Ok($"GET {Hooks}");
        var (status, refusal) = await reader.Send($"POST {Hooks}", new { url = "https://a.example/", events = new[] { "*" } });

        Assert.Equal((403, "FORBIDDEN"), (status, (string?)refusal!["code"]));
    }
}
