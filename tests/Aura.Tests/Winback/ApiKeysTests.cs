using Aura.Tests.Fire;

namespace Aura.Tests.Winback;

public sealed class ApiKeysTests
{
    private const string Keys = $"{Staff.Api}/developer/api-keys", Brands = $"{Staff.Api}/whitelabel/brands";

    [Fact]
    public async Task A_key_has_the_documented_form_and_is_shown_once()
    {
        var store = await Store.Open();

        var test = await store.Key(new { name = "Storefront" });
        var live = await store.Live.Ok($"POST {Keys}", new { permissions = new[] { "read" } });
        var list = await store.Test.Ok($"GET {Keys}");
        var row = list["apiKeys"]!.AsArray().Single(key => (string?)key!["keyId"] == (string?)test["keyId"])!;

        Assert.Matches("^ak_test_[a-z0-9]{32}$", (string)test["apiKey"]!);
        Assert.Matches("^ak_live_[a-z0-9]{32}$", (string)live["apiKey"]!);
        Assert.Equal(["read", "write"], test["permissions"]!.AsArray().Select(one => (string?)one));
        Assert.Equal(((string)test["apiKey"]!)[..12], (string?)row["prefix"]);
        Assert.DoesNotContain((string)test["apiKey"]!, list.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain((string)test["apiKey"]!, (await store.Test.Ok($"GET {Keys}/{test["keyId"]}")).ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_to_read_does_not_write_and_a_revoked_one_is_401()
    {
        var store = await Store.Open();
        var made = await store.Key(new { permissions = new[] { "read" } });
        var reader = store.Keyed((string)made["apiKey"]!);

        Assert.Equal(200, await reader.Status($"GET {Brands}"));
        Assert.Equal(403, await reader.Status($"POST {Brands}", new { name = "No" }));
        Assert.True((bool)(await store.Test.Ok($"DELETE {Keys}/{made["keyId"]}"))["revoked"]!);
        Assert.Equal(401, await reader.Status($"GET {Brands}"));
        await store.Test.Refused(404, $"DELETE {Keys}/{made["keyId"]}");
    }

    [Fact]
    public async Task A_key_opens_its_shop_and_no_other_of_the_account()
    {
        var store = await Store.Open();
        var key = store.Server.Client((string)(await store.Key(new { permissions = new[] { "*" } }))["apiKey"]!);
        var second = $"{Guid.CreateVersion7():n}.example";
        await store.Test.Ok("POST /v2/tenants", new { name = "Second", domain = second });

        Assert.Equal(200, await key.Status($"GET {Brands}?shop={store.Account.Sandbox.Domain}"));
        Assert.Equal(404, await key.Status($"GET {Brands}?shop={second}"));
        Assert.Equal(404, await key.Status($"GET {Brands}?shop={Guid.CreateVersion7():n}.example"));
    }

    [Fact]
    public async Task It_is_one_list_with_that_of_the_platform()
    {
        var store = await Store.Open();
        var made = await store.Key(new { permissions = new[] { "brands:read" }, userId = "ada@example.com" });

        var there = await store.Test.Ok($"GET /v2/api-keys/{made["keyId"]}");

        Assert.Equal(("brands:read", "ada@example.com"), ((string?)there["scopes"]![0], (string?)there["user"]));
        await store.Test.Ok($"DELETE /v2/api-keys/{made["keyId"]}");
        Assert.Equal(401, await store.Keyed((string)made["apiKey"]!).Status($"GET {Brands}"));
    }

    [Fact(Timeout = 60_000)]
    public async Task When_a_key_was_used_is_noted()
    {
        var store = await Store.Open();
        var made = await store.Key(new { });
        await store.Keyed((string)made["apiKey"]!).Ok($"GET {Brands}");

        await Await.Until(async () => (await store.Test.Ok($"GET {Keys}/{made["keyId"]}"))["apiKey"]!["lastUsedAt"] is not null); // it is written every few seconds
    }
}
