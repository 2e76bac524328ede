using Aura.Messages;
using Aura.Tests.Events;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Winback;

public sealed class ApprovalsTests
{
    private const string Approvals = $"{Staff.Api}/collaboration/approval-workflows", Brands = $"{Staff.Api}/whitelabel/brands";

    [Fact]
    public async Task An_approval_is_asked_for_given_once_and_told_of()
    {
        var store = await Store.Open();

        var made = await store.Test.Ok($"POST {Approvals}", new { name = "Launch", entityType = "launch", entityId = "launch_1", approvers = new[] { "user_123" } });
        var id = (string)made["workflowId"]!;
        var approved = await store.Test.Ok($"POST {Approvals}/{id}/approve", new { approver = "user_123", comments = "Looks good, approved for launch" });
        var refused = await store.Test.Refused(409, $"POST {Approvals}/{id}/reject", new { approver = "user_123" });
        var shown = (await store.Test.Ok($"GET {Approvals}/{id}"))["workflow"]!;

        Assert.Equal(("pending", false), ((string?)made["status"], (bool)made["bound"]!));
        Assert.StartsWith("approval_", id, StringComparison.Ordinal);
        Assert.Equal((true, id, "user_123"), ((bool)approved["approved"]!, (string?)approved["workflowId"], (string?)approved["approvedBy"]));
        Assert.Equal((string?)shown["decidedAt"], (string?)approved["approvedAt"]);
        Assert.Equal("ALREADY_DECIDED", (string?)refused);
        Assert.Equal(("approved", "user_123", "Looks good, approved for launch"), ((string?)shown["status"], (string?)shown["decidedBy"], (string?)shown["decisions"]![0]!["comments"]));
        Assert.Equal(["approval.requested", "approval.completed"], await store.Database(async (db, _) =>
            await db.Events.Where(e => e.Subject == "approval").OrderBy(e => e.Id).Select(e => e.Type).ToListAsync()));
    }

    [Fact]
    public async Task A_webhook_gets_both_events_in_the_documented_form()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        await store.Test.Ok($"POST {Staff.Api}/developer/webhooks", new { url = receiver.Url, @event = "approval.completed", secret = "webhook_secret_key" });
        var id = (string)(await store.Test.Ok($"POST {Approvals}", new { name = "Launch" }))["workflowId"]!;

        var rejected = await store.Test.Ok($"POST {Approvals}/{id}/reject", new { approver = "user_123", comments = "No" });
        await store.Advance("PT0S");

        Assert.Equal((false, true, "user_123"), ((bool)rejected["approved"]!, (bool)rejected["rejected"]!, (string?)rejected["rejectedBy"]));
        var data = Assert.Single(receiver.Messages).Json["data"]!;
        Assert.Equal((id, "rejected", "user_123"), ((string?)data["approvalId"], (string?)data["status"], (string?)data["decidedBy"]));
    }

    [Fact]
    public async Task An_approval_ends_with_the_content_that_it_was_given_for()
    {
        var store = await Store.Open();
        var brand = (string)(await store.Test.Ok($"POST {Brands}", new { name = "Acme" }))["brandId"]!;
        var made = await store.Test.Ok($"POST {Approvals}", new { name = "Brand", entityType = "brand", entityId = brand });
        var id = (string)made["workflowId"]!;
        await store.Test.Ok($"POST {Approvals}/{id}/approve", new { approver = "bob" });

        await store.Test.Ok($"PUT {Brands}/{brand}", new { name = "Acme" });
        var untouched = (string?)(await store.Test.Ok($"GET {Approvals}?status=approved"))["workflows"]![0]!["id"];
        await store.Test.Ok($"PUT {Brands}/{brand}", new { primaryColor = "#ff0000" });
        var stale = (await store.Test.Ok($"GET {Approvals}?status=pending"))["workflows"]![0]!;
        await store.Test.Ok($"POST {Approvals}/{id}/approve", new { approver = "bob" });
        await store.Test.Ok($"DELETE {Brands}/{brand}");
        var gone = (await store.Test.Ok($"GET {Approvals}/{id}"))["workflow"]!;

        Assert.True((bool)made["bound"]!);
        Assert.Equal((id, id), (untouched, (string?)stale["id"]));
        Assert.Contains("after bob had approved it", (string?)stale["reason"], StringComparison.Ordinal);
        Assert.True((bool)stale["decisions"]![0]!["contentChangedSince"]!);
        Assert.Equal("pending", (string?)gone["status"]);
        Assert.Equal("CONTENT_CHANGED", (string?)await store.Test.Refused(409, $"POST {Approvals}/{id}/approve", new { approver = "bob" }));
        Assert.Equal("CONTENT_GONE", (string?)await store.Test.Refused(409, $"POST {Approvals}/{id}/submit"));
    }

    [Fact]
    public async Task What_is_not_there_is_approved_by_its_name_and_the_answer_says_so()
    {
        var store = await Store.Open();

        var made = await store.Test.Ok($"POST {Approvals}", new { name = "Launch", entityType = "campaign", entityId = "campaign_123" });
        await store.Test.Ok($"POST {Approvals}/{made["workflowId"]}/reject", new { approver = "bob" });
        var again = await store.Test.Ok($"POST {Approvals}/{made["workflowId"]}/submit");

        Assert.Equal((false, "pending"), ((bool)made["bound"]!, (string?)again["status"]));
    }

    [Fact]
    public async Task A_template_and_a_campaign_are_bound_too()
    {
        var store = await Store.Open();
        var (template, campaign) = await store.Database(async (db, _) =>
        {
            var text = MessageTemplate.Create("T", new Dictionary<string, TemplateText> { ["en"] = new(Sms: "Hello") }, null);
            db.Add(text);
            await db.SaveChangesAsync();
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO campaigns SELECT (jsonb_populate_record(null::campaigns, jsonb_build_object('tenant_id', {db.Caller.TenantId}, 'id', {text.Id}, 'name', 'C', 'channels', ARRAY['sms'],
                  'template', 'x', 'shopper_ids', ARRAY[]::bigint[], 'values', jsonb_build_object('b', 1.50, 'a', 2), 'status', 'draft', 'queued', 0, 'created_at', now(), 'updated_at', now(), 'version', 1))).*
                """);
            return ($"template_{text.Id}", $"campaign_{text.Id}");
        });
        var ids = new List<string>();
        foreach (var (type, id) in new[] { ("template", template), ("campaign", campaign) })
            ids.Add((string)(await store.Test.Ok($"POST {Approvals}", new { name = type, entityType = type, entityId = id }))["workflowId"]!);
        foreach (var id in ids)
            await store.Test.Ok($"POST {Approvals}/{id}/approve", new { approver = "bob" });

        await store.Database(async db =>
        {
            (await db.Campaigns.SingleAsync()).Carry(new Dictionary<string, object?> { ["a"] = 2, ["b"] = 1.5m });
            await db.SaveChangesAsync();
        });
        var same = await Statuses();
        await store.Database(async db =>
        {
            (await db.Campaigns.SingleAsync()).Carry(new Dictionary<string, object?> { ["a"] = 3 });
            (await db.MessageTemplates.SingleAsync()).Say(new Dictionary<string, TemplateText> { ["en"] = new(Sms: "Good bye") }, null);
            await db.SaveChangesAsync();
        });

        Assert.Equal("approved approved", same);
        Assert.Equal("pending pending", await Statuses());

        async Task<string> Statuses() => string.Join(' ', (await store.Test.Ok($"GET {Approvals}"))["workflows"]!.AsArray().Select(one => (string)one!["status"]!));
    }

    [Theory]
    [InlineData("workflow", "ai/orchestration/recovery-workflows", """{"name":"A","triggers":[],"actions":["send_email"]}""", "workflowId", """{"triggers":["cart_value > 10"]}""")]
    [InlineData("incentive", "ai/orchestration/dynamic-incentives", """{"name":"A","discountValue":15}""", "incentiveId", """{"discountValue":20}""")]
    [InlineData("script", "developer/custom-scripts", """{"name":"A","trigger":"cart_abandoned","code":"function f(cart) { return 1; }","language":"javascript"}""", "scriptId", """{"code":"function f(cart) { return 2; }"}""")]
    public async Task What_is_saved_otherwise_has_to_be_approved_again(string type, string path, string body, string field, string change)
    {
        var store = await Store.Open();
        var id = (string)(await store.Test.Ok($"POST {Staff.Api}/{path}", body))[field]!;
        var approval = (string)(await store.Test.Ok($"POST {Approvals}", new { name = type, entityType = type, entityId = id }))["workflowId"]!;
        await store.Test.Ok($"POST {Approvals}/{approval}/approve", new { approver = "bob" });

        await store.Test.Ok($"PUT {Staff.Api}/{path}/{id}", """{"name":"A"}""");
        var same = await Status();
        await store.Test.Ok($"PUT {Staff.Api}/{path}/{id}", change);

        Assert.Equal(("approved", "pending"), (same, await Status()));

        async Task<string?> Status() => (string?)(await store.Test.Ok($"GET {Approvals}/{approval}"))["workflow"]!["status"];
    }

    [Fact]
    public async Task With_a_users_key_it_is_they_who_approve()
    {
        var store = await Store.Open();
        var bob = await store.User("bob", "editor");
        var id = (string)(await store.Test.Ok($"POST {Approvals}", new { name = "Launch", approvers = new[] { "ann", "bob" } }))["workflowId"]!;

        var asAnn = await bob.Status($"POST {Approvals}/{id}/approve", new { approver = "ann" });
        var nobody = await store.Test.Status($"POST {Approvals}/{id}/approve", new { comments = "?" });
        var approved = await bob.Ok($"POST {Approvals}/{id}/approve", new { });

        Assert.Equal((422, 400, "bob"), (asAnn, nobody, (string?)approved["approvedBy"]));
        var told = await store.Database((db, _) => db.AuditLogs.Where(entry => entry.ResourceId == id && entry.Action == "approval.updated").SingleAsync());
        Assert.Equal("bob", told.Member);
        Assert.StartsWith("key_", told.Actor, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_who_decide_at_once_one_is_refused()
    {
        var store = await Store.Open();
        var id = (string)(await store.Test.Ok($"POST {Approvals}", new { name = "Launch" }))["workflowId"]!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => store.Test.Status($"POST {Approvals}/{id}/{(n % 2 == 0 ? "approve" : "reject")}", new { approver = $"user_{n}" })));

        Assert.Equal([200, .. Enumerable.Repeat(409, 7)], answers.Order());
        Assert.Single((await store.Test.Ok($"GET {Approvals}/{id}"))["workflow"]!["decisions"]!.AsArray());
    }

    [Theory]
    [InlineData("""{"entityType":"brand","entityId":"brand_1"}""", 400)]
    [InlineData("""{"name":"A","entityType":"brand"}""", 400)]
    [InlineData("""{"name":"A","approvers":[""]}""", 422)]
    public async Task What_is_wrong_is_refused(string body, int status)
    {
        var store = await Store.Open();

        await store.Test.Refused(status, $"POST {Approvals}", body);
    }
}
