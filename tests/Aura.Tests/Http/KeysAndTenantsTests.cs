using System.Text.Json.Nodes;
using Aura.Accounts;

namespace Aura.Tests.Http;

public sealed class KeysAndTenantsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("test_wrong")]
    public async Task A_call_without_a_valid_key_is_401(string? key)
    {
        var server = await TestServer.Shared;

        var error = await server.Client(key).Refused(401, "GET /v2/customers");

        Assert.Equal("authentication_error", (string?)error["code"]);
    }

    [Fact]
    public async Task A_key_without_the_scope_is_403()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Reader", scopes = new[] { "customers:read" } });
        var reader = store.Server.Client((string)key["key"]!);

        await reader.Ok("GET /v2/customers");
        var error = await reader.Refused(403, "POST /v2/customers", new { email = "a@b.co" });

        Assert.Equal("authorization_error", (string?)error["code"]);
        await reader.Refused(403, "GET /v2/audit-logs");
    }

    [Fact]
    public async Task A_key_gives_no_scope_that_it_does_not_have()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Minter", scopes = new[] { "api_keys:*" } });
        var minter = store.Server.Client((string)key["key"]!);

        await minter.Refused(403, "POST /v2/api-keys", new { name = "More", scopes = new[] { "*" } });
        await minter.Ok("POST /v2/api-keys", new { name = "Same", scopes = new[] { "api_keys:read" } });
    }

    [Fact]
    public async Task A_revoked_key_is_401_at_once_and_the_key_is_shown_only_once()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Short" });
        var client = store.Server.Client((string)key["key"]!);
        await client.Ok("GET /v2/customers");

        Assert.DoesNotContain((string)key["key"]!, (await store.Test.Ok($"GET /v2/api-keys/{key["id"]}")).ToJsonString(), StringComparison.Ordinal);
        await store.Test.Ok($"DELETE /v2/api-keys/{key["id"]}");

        await client.Refused(401, "GET /v2/customers");
        await store.Test.Refused(404, $"GET /v2/api-keys/{key["id"]}");
    }

    [Fact]
    public async Task After_a_rotation_the_old_key_works_for_24_hours_by_the_stores_clock()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Rotated" });
        var rotated = await store.Test.Ok($"POST /v2/api-keys/{key["id"]}/rotate");
        var (old, young) = (store.Server.Client((string)key["key"]!), store.Server.Client((string)rotated["key"]!));
        Assert.NotEqual((string?)key["key"], (string?)rotated["key"]);

        await old.Ok("GET /v2/customers");
        await young.Ok("GET /v2/customers");
        await store.Advance("PT24H1M");

        await old.Refused(401, "GET /v2/customers");
        await young.Ok("GET /v2/customers");
    }

    [Fact]
    public async Task A_key_ends_when_it_expires()
    {
        var store = await Store.Open();
        var now = (DateTime)(await store.Test.Ok("GET /v2/test-clock"))["now"]!;
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Guest", expires_at = now.AddHours(1) });
        var guest = store.Server.Client((string)key["key"]!);

        await guest.Ok("GET /v2/customers");
        await store.Advance("PT61M");

        await guest.Refused(401, "GET /v2/customers");
    }

    [Fact]
    public async Task A_test_key_opens_the_sandbox_and_nothing_of_it_shows_in_the_live_store()
    {
        var store = await Store.Open();

        var customer = await store.Test.Ok("POST /v2/customers", new { email = "sandbox@b.co" });

        await store.Live.Refused(404, $"GET /v2/customers/{customer["id"]}");
        Assert.Empty((await store.Live.Ok("GET /v2/customers"))["data"]!.AsArray());
        await store.Test.Refused(403, "POST /v2/api-keys", new { name = "Sly", environment = "live" });
    }

    [Fact]
    public async Task X_Tenant_ID_chooses_a_store_by_id_or_domain_and_a_foreign_one_is_403()
    {
        var (store, other) = (await Store.Open(), await Store.Open());
        var second = await store.Live.Ok("POST /v2/tenants", new { name = "Second", domain = $"{Guid.NewGuid():n}.example" });

        await store.Live.Ok("POST /v2/customers", new { email = "second@b.co" }, ("X-Tenant-ID", (string)second["id"]!));

        Assert.Single((await store.Live.Ok("GET /v2/customers", null, ("X-Tenant-ID", (string)second["domain"]!)))["data"]!.AsArray());
        Assert.Empty((await store.Live.Ok("GET /v2/customers"))["data"]!.AsArray());
        await store.Live.Refused(403, "GET /v2/customers", null, ("X-Tenant-ID", $"tenant_{other.Account.Live.Id}"));
        await store.Live.Refused(403, "GET /v2/customers", null, ("X-Tenant-ID", "nowhere.example"));
        await store.Live.Refused(404, $"GET /v2/tenants/tenant_{other.Account.Live.Id}");
    }

    [Fact]
    public async Task A_list_spans_all_tenants_of_the_key_and_no_others_for_those_who_may()
    {
        var (store, other) = (await Store.Open(), await Store.Open());
        var second = await store.Live.Ok("POST /v2/tenants", new { name = "Second", domain = $"{Guid.NewGuid():n}.example" });
        await store.Live.Ok("POST /v2/customers", new { email = "first@b.co" });
        await store.Live.Ok("POST /v2/customers", new { email = "second@b.co" }, ("X-Tenant-ID", (string)second["id"]!));
        await other.Live.Ok("POST /v2/customers", new { email = "stranger@b.co" });
        var key = await store.Live.Ok("POST /v2/api-keys", new { name = "One store", scopes = new[] { "customers:*" } });

        var all = await store.Live.Ok("GET /v2/customers?sort=email", null, ("X-Tenant-ID", "*"));

        Assert.Equal(["first@b.co", "second@b.co"], all["data"]!.AsArray().Select(customer => (string?)customer!["email"]));
        await store.Server.Client((string)key["key"]!).Refused(403, "GET /v2/customers", null, ("X-Tenant-ID", "*"));
        await store.Live.Refused(400, "POST /v2/customers", new { email = "all@b.co" }, ("X-Tenant-ID", "*"));
    }

    [Fact]
    public async Task A_key_for_some_tenants_opens_no_other()
    {
        var store = await Store.Open();
        var second = await store.Live.Ok("POST /v2/tenants", new { name = "Second", domain = $"{Guid.NewGuid():n}.example" });
        var key = await store.Live.Ok("POST /v2/api-keys", new { name = "First only", tenant_ids = new[] { $"tenant_{store.Account.Live.Id}" } });

        await store.Server.Client((string)key["key"]!).Refused(403, "GET /v2/customers", null, ("X-Tenant-ID", (string)second["id"]!));
    }

    [Fact]
    public async Task A_tenants_keys_are_its_own()
    {
        var store = await Store.Open();
        var second = ("X-Tenant-ID", (string)(await store.Live.Ok("POST /v2/tenants", new { name = "Second" }))["id"]!);
        var key = await store.Live.Ok("POST /v2/api-keys", new { name = "Of the second" }, second);

        Assert.Equal("First live key", (string?)Assert.Single((await store.Live.Ok("GET /v2/api-keys"))["data"]!.AsArray())!["name"]);
        await store.Live.Refused(404, $"GET /v2/api-keys/{key["id"]}");
        await store.Live.Refused(404, $"DELETE /v2/api-keys/{key["id"]}");
        Assert.Equal((string?)key["id"], (string?)Assert.Single((await store.Live.Ok("GET /v2/api-keys", null, second))["data"]!.AsArray())!["id"]);
        Assert.Equal(2, (await store.Live.Ok("GET /v2/api-keys", null, ("X-Tenant-ID", "*")))["data"]!.AsArray().Count);
        await store.Live.Ok($"DELETE /v2/api-keys/{key["id"]}", null, second);
    }

    [Fact]
    public async Task Changes_of_keys_tenants_and_the_account_are_in_the_audit_log_without_secrets()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Till", scopes = new[] { "orders:read" } });
        await store.Test.Ok($"PATCH /v2/api-keys/{key["id"]}", new { name = "Till 1", rate_limit = new { hour = 5 } });
        await store.Test.Ok($"POST /v2/api-keys/{key["id"]}/rotate");
        await store.Test.Ok($"PATCH /v2/tenants/tenant_{store.Account.Sandbox.Id}", new { name = "Renamed", settings = new { return_window_days = 7 } });
        await store.Test.Ok("PATCH /v2/account", new { settings = new { theme = "dark" } });

        var logs = (await store.Test.Ok("GET /v2/audit-logs?sort=timestamp"))["logs"]!.AsArray();
        JsonNode Changes(string action) => Assert.Single(logs, entry => (string?)entry!["action"] == action)!["changes"]!;

        Assert.Equal("""{"name":{"old":"Till","new":"Till 1"},"requests_per_hour":{"old":null,"new":5}}""", Changes("api_key.updated").ToJsonString());
        Assert.Equal("(secret)", (string?)Changes("api_key.rotated")["hash"]!["new"]);
        Assert.Equal(("Test", "Renamed"), ((string?)Changes("tenant.updated")["name"]!["old"], (string?)Changes("tenant.updated")["name"]!["new"]));
        Assert.Equal((30, 7), ((int)Changes("tenant.updated")["settings"]!["old"]!["return_window_days"]!, (int)Changes("tenant.updated")["settings"]!["new"]!["return_window_days"]!));
        Assert.Equal("dark", (string?)Changes("account.updated")["settings"]!["new"]!["theme"]);
    }

    [Fact]
    public async Task A_changed_field_is_in_the_audit_log_with_old_and_new_value()
    {
        var store = await Store.Open();
        var customer = await store.Test.Ok("POST /v2/customers", new { email = "a@b.co", first_name = "Jane" });
        await store.Test.Ok($"PUT /v2/customers/{customer["id"]}", new { first_name = "Joan" }, ("User-Agent", "Check/1.0"));

        var logs = await store.Test.Ok($"GET /v2/audit-logs?action=updated&resource=customer&resource_id={customer["id"]}");

        var entry = Assert.Single(logs["logs"]!.AsArray())!;
        Assert.Equal("customer.updated", (string?)entry["action"]);
        Assert.Equal("""{"first_name":{"old":"Jane","new":"Joan"}}""", entry["changes"]!.ToJsonString());
        Assert.Equal("Check/1.0", (string?)entry["user_agent"]);
        Assert.Equal("127.0.0.1", (string?)entry["ip_address"]);
        Assert.StartsWith("key_", (string?)entry["actor"]);
    }

    [Theory]
    [InlineData(Plan.Starter, "P89D", 1)]
    [InlineData(Plan.Starter, "P91D", 0)]
    [InlineData(Plan.Professional, "P364D", 1)]
    [InlineData(Plan.Professional, "P366D", 0)]
    [InlineData(Plan.Enterprise, "P2554D", 1)]
    [InlineData(Plan.Enterprise, "P2556D", 0)]
    public async Task The_audit_log_is_kept_as_long_as_the_plan_says(Plan plan, string later, int left)
    {
        var store = await Store.Open(plan);
        await store.Test.Ok("POST /v2/customers", new { email = "a@b.co" });

        await store.Advance(later);

        Assert.Equal(left, (await store.Test.Ok("GET /v2/audit-logs?resource=customer"))["logs"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_suspended_store_answers_403_until_it_is_active_again()
    {
        var store = await Store.Open();
        var id = $"tenant_{store.Account.Sandbox.Id}";

        await store.Test.Ok($"PATCH /v2/tenants/{id}", new { status = "suspended" });
        await store.Test.Refused(403, "GET /v2/customers");
        await store.Test.Ok($"PATCH /v2/tenants/{id}", new { status = "active" });

        await store.Test.Ok("GET /v2/customers");
    }
}
