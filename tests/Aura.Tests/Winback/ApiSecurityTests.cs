using System.Text.Json.Nodes;
using Aura.Accounts;

namespace Aura.Tests.Winback;

public sealed class ApiSecurityTests
{
    private const string Status = $"{Staff.Api}/security/api-security/status";

    private static string[] Affected(JsonNode status, string code) =>
        [.. status["findings"]!.AsArray().Where(finding => (string?)finding!["code"] == code).SelectMany(finding => finding!["affected"]!.AsArray()).Select(one => (string)one!)];

    [Fact]
    public async Task The_status_is_counted_from_what_is_there()
    {
        var store = await Store.Open();
        var before = await store.Test.Ok($"GET {Status}");
        var now = (DateTime)(await store.Test.Ok("GET /v2/test-clock"))["now"]!;
        var ends = await store.Key(new { permissions = new[] { "read" }, expiresAt = now.AddDays(1), userId = "ann" });
        var hook = await store.Test.Ok("POST /v2/webhooks", new { url = "http://127.0.0.1:9/hook", events = new[] { "order.created" } });

        var after = await store.Test.Ok($"GET {Status}");
        await store.Test.Ok($"DELETE {Staff.Api}/developer/api-keys/{ends["keyId"]}");
        await store.Test.Ok($"DELETE /v2/webhooks/{hook["id"]}");
        var end = await store.Test.Ok($"GET {Status}");

        Assert.Equal((1, 2, 1), ((int)before["apiKeysActive"]!, (int)after["apiKeysActive"]!, (int)end["apiKeysActive"]!));
        Assert.Equal((0, 1), ((int)before["userKeys"]!, (int)after["userKeys"]!));
        Assert.Single(Affected(after, "keys_without_expiry"));
        Assert.Single(Affected(after, "keys_that_may_everything"));
        Assert.Equal([(string)hook["id"]!], Affected(after, "webhooks_over_http"));
        Assert.Empty(Affected(end, "webhooks_over_http"));
        Assert.False((bool)after["httpsOnly"]!);
        Assert.Equal("at_risk", (string?)after["status"]);
        Assert.All(after["findings"]!.AsArray(), finding => Assert.NotEqual("", (string?)finding!["action"]));
    }

    [Fact]
    public async Task A_key_that_opens_all_shops_of_the_account_counts_in_each()
    {
        var store = await Store.Open();
        var second = $"{Guid.CreateVersion7():n}.example";
        await store.Test.Ok("POST /v2/tenants", new { name = "Second", domain = second });
        await store.Key(new { });

        Assert.Equal(1, (int)(await store.Test.Ok($"GET {Status}?shop={second}"))["apiKeysActive"]!);
    }

    [Fact]
    public async Task Keys_grow_old()
    {
        var store = await Store.Open();
        Assert.Empty(Affected(await store.Test.Ok($"GET {Status}"), "old_keys"));

        await store.Advance("P91D");

        Assert.Single(Affected(await store.Test.Ok($"GET {Status}"), "old_keys"));
    }

    [Theory]
    [InlineData(Plan.Starter, "standard", 100)]
    [InlineData(Plan.Professional, "premium", 1000)]
    [InlineData(Plan.Enterprise, "enterprise", null)]
    public async Task The_limit_is_that_of_the_tier(Plan plan, string tier, int? limit)
    {
        var store = await Store.Open(plan);

        var told = (await store.Test.Ok($"GET {Status}"))["rateLimit"]!;

        Assert.Equal((tier, limit), ((string?)told["tier"], (int?)told["limit"]));
    }
}
