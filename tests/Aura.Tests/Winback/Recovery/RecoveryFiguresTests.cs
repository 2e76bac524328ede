using Aura.Tests.Messages;
using static Aura.Tests.Winback.Recovery.WinbackShop;

namespace Aura.Tests.Winback.Recovery;

public sealed class RecoveryFiguresTests
{
    private const string Metrics = $"{Api}/analytics/recovery-metrics";

    [Fact]
    public async Task Every_cut_of_what_was_recovered_adds_up_to_the_same()
    {
        var store = await Store.Open();
        var workflow = await store.Workflow([], ["send_email"]);
        foreach (var who in (string[])["ann", "bob", "cat"])
            await store.Shopper(who);
        var carts = new List<string>();
        foreach (var (who, value, segment) in ((string, int, string?)[])[("ann", 100, "vip"), ("bob", 50, null), ("cat", 30, "vip"), ("dan", 20, null)])
            carts.Add(await store.Cart(new { customerId = who, cartValue = value, segment }));
        foreach (var cart in carts)
            await store.Abandon(cart);
        await store.Advance("PT5M");
        foreach (var cart in (string[])[carts[0], carts[1], carts[3]])
            await store.Test.Ok($"POST {Api}/carts/{cart}/recover", new { orderId = $"of {cart}" });

        var total = (await store.Test.Ok($"GET {Metrics}"))["metrics"]!;
        var channels = (await store.Test.Ok($"GET {Metrics}/by-channel"))["channels"]!.AsArray();
        var segments = (await store.Test.Ok($"GET {Metrics}/by-segment"))["segments"]!.AsArray();
        var stats = (await store.Test.Ok($"GET {Workflows}/{workflow}/stats"))["stats"]!;

        Assert.Equal((4, 3, 75m, 170m), ((int)total["abandoned"]!, (int)total["recovered"]!, (decimal)total["recoveryRate"]!, (decimal)total["recoveredRevenue"]!));
        Assert.Equal((2, 150m, 1, 20m), ((int)total["assisted"]!["recovered"]!, (decimal)total["assisted"]!["revenue"]!, (int)total["unaided"]!["recovered"]!, (decimal)total["unaided"]!["revenue"]!));
        Assert.Null(total["incremental"]);
        Assert.Contains("holdoutPercent", (string?)total["incrementalReason"]);
        Assert.Equal((3, 170m), (channels.Sum(row => (int)row!["recovered"]!), channels.Sum(row => (decimal)row!["revenue"]!)));
        Assert.Equal((3, 170m), (segments.Sum(row => (int)row!["recovered"]!), segments.Sum(row => (decimal)row!["revenue"]!)));
        Assert.Equal(("email", 3, 2), ((string?)channels[0]!["channel"], (int)channels[0]!["sent"]!, (int)channels[0]!["recovered"]!));
        Assert.Equal((2, 100m), ((int)segments[1]!["abandoned"]!, (decimal)segments[1]!["revenue"]!));
        Assert.Equal((4, 3, 2, 150m), ((int)stats["triggered"]!, (int)stats["messagesSent"]!, (int)stats["recovered"]!, (decimal)stats["revenue"]!));
    }

    [Fact]
    public async Task What_channels_and_messages_brought_is_what_the_recovery_metrics_say()
    {
        var store = await Store.Open();
        await store.Workflow(["cart_value < 90"], ["send_email"]);
        await store.Workflow(["cart_value >= 90"], ["send_email", new { type = "send_email", delayMinutes = 2, templateId = "template_recovery_002" }]); // owed to the last
        var carts = new List<string>();
        foreach (var (who, value) in ((string, int)[])[("ann", 100), ("bob", 50), ("cat", 30), ("dan", 20)])
        {
            if (who != "dan")
                await store.Shopper(who);
            carts.Add(await store.Cart(new { customerId = who, cartValue = value }));
            await store.Abandon(carts[^1]);
        }

        await store.Advance("PT5M");
        foreach (var cart in (string[])[carts[0], carts[1], carts[3]])
            await store.Test.Ok($"POST {Api}/carts/{cart}/recover", new { orderId = $"of {cart}" });

        var metrics = (await store.Test.Ok($"GET {Metrics}/by-channel"))["channels"]!.AsArray().Where(row => (string?)row!["channel"] != "none").Select(Won);
        var channels = (await store.Test.Ok($"GET {Api}/ai/orchestration/multi-channel/performance"))["performance"]!.AsArray();
        var templates = (await store.Test.Ok($"GET {Api}/ai/orchestration/ai-messaging/performance"))["performance"]!.AsArray();

        Assert.Equal([("email", 2, 150m), ("sms", 0, 0m), ("push", 0, 0m)], channels.Select(Won));
        Assert.Equal(metrics, channels.Select(Won));
        Assert.Equal([("template_recovery_001", 33.3m), ("template_recovery_002", 100m)], templates.Where(row => (long)row!["sent"]! > 0).Select(row => ((string?)row!["messageId"], (decimal)row["conversionRate"]!)));

        static (string?, int, decimal) Won(System.Text.Json.Nodes.JsonNode? row) => ((string?)row!["channel"], (int)row["recovered"]!, (decimal)row["revenue"]!);
    }

    [Fact]
    public async Task What_was_gained_is_measured_against_those_who_were_held_out()
    {
        var store = await Store.Open();
        var workflow = await store.Workflow([], ["send_email"], new { holdoutPercent = 30 });
        var carts = new List<string>();
        for (var i = 0; i < 60; i++)
        {
            carts.Add(await store.Cart(new { customerId = $"c{i}", cartValue = 100 }));
            await store.Abandon(carts[i]);
        }

        await store.Advance("PT1M");
        var held = (await store.Server.Rows("SELECT 'cart_' || cart_id FROM recovery_journeys WHERE tenant_id = $1 AND status = 'held_out'", store.Account.Sandbox.Id)).ToHashSet();
        foreach (var (index, cart) in carts.Where(cart => !held.Contains(cart)).Index())
            if (index % 2 == 0)
                await store.Test.Ok($"POST {Api}/carts/{cart}/recover");

        var gained = (await store.Test.Ok($"GET {Workflows}/{workflow}/stats"))["stats"]!["incremental"]!;

        Assert.InRange(held.Count, 8, 30);
        Assert.Equal((60 - held.Count, held.Count), ((int)gained["messaged"]!, (int)gained["heldOut"]!));
        Assert.Equal(100m * ((60 - held.Count + 1) / 2), (decimal)gained["total"]!);
        Assert.True(0 < (decimal)gained["low"]! && (decimal)gained["low"]! < (decimal)gained["total"]! && (decimal)gained["total"]! < (decimal)gained["high"]!);
        Assert.Equal(60 - held.Count, (await store.Happened()).Count(type => type == "workflow.triggered"));
    }

    [Fact]
    public async Task The_export_has_the_type_of_its_format()
    {
        var store = await Store.Open();
        await store.Abandon(await store.Cart(new { customerId = "c1", cartValue = 100, segment = "a \"b\"" }));

        var json = await store.Test.Ok($"POST {Metrics}/export", new { format = "json" });
        using var csv = await store.Test.Answer($"POST {Metrics}/export", new { format = "csv" });

        Assert.Equal((true, "json", 1), ((bool)json["success"]!, (string?)json["format"], (int)json["data"]![0]!["abandoned"]!));
        Assert.Equal("text/csv", csv.Content.Headers.ContentType!.MediaType);
        Assert.Contains("segment,\"a \"\"b\"\"\",1,,0,0,0\r\n", await csv.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(422, (await store.Test.Send($"POST {Metrics}/export", new { format = "pdf" })).Status);
    }

    [Fact]
    public async Task A_workflow_is_tried_on_made_up_data_and_on_a_cart_and_nothing_is_sent()
    {
        var store = await Store.Open();
        var workflow = await store.Workflow(["cart_value > 100", "customer_segment == 'vip'", "cart_abandoned_hours > 2"], ["send_email", "apply_discount"]);
        var cart = await store.Cart(new { customerId = "c1", cartValue = 150, segment = "vip" });

        var met = await store.Test.Ok($"POST {Workflows}/{workflow}/test", new { sampleData = new { cart_value = 150, customer_segment = "vip", cart_abandoned_hours = 3 } });
        var missed = await store.Test.Ok($"POST {Workflows}/{workflow}/test", new { sampleData = new { cart_value = 150, customer_segment = new[] { "b2b" }, cart_abandoned_hours = 3 } });
        var real = await store.Test.Ok($"POST {Workflows}/{workflow}/test", new { cartId = cart });

        Assert.True((bool)met["matched"]!);
        Assert.Equal("""["send_email","apply_discount"]""", met["actions"]!.ToJsonString());
        Assert.False((bool)missed["matched"]!);
        Assert.Equal([true, false, true], missed["triggerResults"]!.AsArray().Select(result => (bool)result!["matched"]!));
        Assert.Equal("b2b", (string?)missed["triggerResults"]![1]!["parts"]![0]!["actual"]);
        Assert.False((bool)real["matched"]!);
        Assert.Equal(DateTime.Parse((string)(await store.ShownCart(cart))["lastActivityAt"]!).AddHours(2), DateTime.Parse((string)real["dueAt"]!), TimeSpan.FromMilliseconds(1));
        Assert.Empty(await store.Messages());
        Assert.Equal(422, (await store.Test.Send($"GET {Workflows}/{workflow}/stats?from=2026-02-01&to=2026-01-01")).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Workflows}/{workflow}/test", new { sampleData = new { cart_worth = 1 } })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Workflows}/{workflow}/test", new { sampleData = new { cart_value = "much" } })).Status);
    }

    [Fact]
    public async Task A_workflow_is_changed_paused_cloned_and_deleted()
    {
        var store = await Store.Open();
        var id = await store.Workflow(["cart_value > 100"], [new { type = "send_email", delayHours = 1.5 }, new { type = "apply_discount", delayHours = 24, discountPercent = 15 }, new { type = "send_sms", delayHours = 24 }]);

        var changed = await store.Test.Ok($"PUT {Workflows}/{id}", new { schedule = "PT2H", triggers = new[] { "cart_items >= 2" }, priority = 3 });
        var clone = await store.Test.Ok($"POST {Workflows}/{id}/clone", new { });
        var paused = await store.Test.Ok($"POST {Workflows}/{id}/pause");
        var templates = (await store.Test.Ok($"GET {Workflows}/templates"))["templates"]!.AsArray();
        var deleted = await store.Test.Ok($"DELETE {Workflows}/{id}");

        var shown = changed["workflow"]!;
        Assert.Equal(("PT2H", 3, "Recovery", 90), ((string?)shown["schedule"], (int)shown["priority"]!, (string?)shown["name"], (int)shown["actions"]![0]!["delayMinutes"]!));
        Assert.StartsWith("promo_", (string?)shown["actions"]![1]!["promotionId"], StringComparison.Ordinal);
        Assert.Equal(("paused", "paused"), ((string?)clone["status"], (string?)paused["status"]));
        Assert.Equal((true, id), ((bool)deleted["deleted"]!, (string?)deleted["workflowId"]));
        await store.Test.Send($"GET {Workflows}/{id}");
        Assert.Equal(404, (await store.Test.Send($"GET {Workflows}/{id}")).Status);
        foreach (var template in templates)
            await store.Test.Ok($"POST {Workflows}", new { name = (string?)template!["name"], triggers = template["triggers"]!.DeepClone(), actions = template["actions"]!.DeepClone() });
        Assert.Equal(templates.Count, (int)(await store.Test.Ok($"GET {Workflows}?status=active"))["total"]!);
    }

    [Fact]
    public async Task A_smart_trigger_is_a_workflow_of_one_condition_and_one_action()
    {
        var store = await Store.Open();
        const string triggers = $"{Api}/ai/orchestration/smart-triggers";
        var id = (string)(await store.Test.Ok($"POST {triggers}", new { name = "Dear carts", condition = "cart_value > 500", action = "send_email" }))["triggerId"]!;
        await store.Abandon(await store.Cart(new { customerId = "c1", cartValue = 600 }));
        await store.Test.Ok($"PUT {triggers}/{id}", new { condition = "cart_value > 5", enabled = false });
        await store.Abandon(await store.Cart(new { customerId = "c2", cartValue = 600 }));
        var listed = (await store.Test.Ok($"GET {triggers}"))["triggers"]![0]!;

        Assert.StartsWith("trigger_", id, StringComparison.Ordinal);
        Assert.Equal((id, "cart_value > 5", "send_email", false), ((string?)listed["id"], (string?)listed["condition"], (string?)listed["action"], (bool)listed["enabled"]!));
        Assert.Single(await store.Journeys());
        Assert.Empty((await store.Test.Ok($"GET {Workflows}"))["workflows"]!.AsArray());
        Assert.Equal("condition", (string?)(await store.Test.Send($"PUT {triggers}/{id}", new { condition = "cart_value >" })).Body!["details"]![0]!["field"]);
        await store.Test.Ok($"DELETE {triggers}/{id}");
        foreach (var request in (string[])[$"GET {triggers}/{id}", $"PUT {triggers}/{id}", $"DELETE {triggers}/{id}"])
        {
            var (status, refusal) = await store.Test.Send(request, request[0] == 'P' ? new { enabled = true } : null);
            Assert.Equal((404, "No such trigger."), (status, (string?)refusal!["message"]));
        }
    }
}
