using System.Text;
using System.Text.Json.Nodes;
using Aura.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Winback;

/// <summary>What the wire format of /api/abandoned-checkout-winback has of its own.</summary>
public sealed class DialectTests
{
    private const string Brands = "/api/abandoned-checkout-winback/whitelabel/brands";

    [Theory]
    [InlineData("GET /api/abandoned-checkout-winback/nothing-here", null, 404, "NOT_FOUND")]
    [InlineData($"GET {Brands}/brand_1", null, 404, "NOT_FOUND")]
    [InlineData($"DELETE {Brands}/banana", null, 404, "NOT_FOUND")]
    [InlineData($"PATCH {Brands}", "{}", 405, "METHOD_NOT_ALLOWED")]
    [InlineData($"GET {Brands}?limit=0", null, 422, "VALIDATION_ERROR")]
    [InlineData($"GET {Brands}?page=one", null, 422, "VALIDATION_ERROR")]
    [InlineData($"GET {Brands}?sort=shoe_size", null, 422, "VALIDATION_ERROR")]
    [InlineData($"POST {Brands}", "{", 400, "BAD_REQUEST")]
    [InlineData($"POST {Brands}", "{}", 400, "BAD_REQUEST")]
    [InlineData($"POST {Brands}", """{"name":null}""", 422, "VALIDATION_ERROR")]
    [InlineData($"POST {Brands}", """{"name":"A","primaryColor":"blue"}""", 422, "VALIDATION_ERROR")]
    [InlineData($"POST {Brands}", """{"name":"A","primary_color":"#ffffff"}""", 422, "VALIDATION_ERROR")]
    [InlineData($"POST {Brands}", """{"name":"A","fontFamily":"\u0000"}""", 422, "VALIDATION_ERROR")]
    [InlineData($"POST {Brands}", """{"name":{"half":"\ud800"}}""", 422, "VALIDATION_ERROR")]
    [InlineData($"POST {Brands}", """{"shop":"\ud800","name":"A"}""", 422, "VALIDATION_ERROR")]
    public async Task A_refusal_says_what_is_wrong(string request, string? body, int status, string error)
    {
        var store = await Store.Open();

        var (answered, refusal) = await store.Test.Send(request, body);

        Assert.Equal((status, error), (answered, (string?)refusal!["error"]));
        Assert.Equal(["success", "error", "message", "details", "requestId"], refusal.AsObject().Select(pair => pair.Key));
        Assert.False((bool)refusal["success"]!);
        Assert.NotEqual("", (string?)refusal["message"]);
    }

    [Fact]
    public async Task What_is_missing_is_400_and_what_is_wrong_is_422_with_the_fields()
    {
        var store = await Store.Open();

        var missing = await store.Test.Send($"POST {Brands}", new { primaryColor = "#ffffff" });
        var wrong = await store.Test.Send($"POST {Brands}", new { name = "A", logoUrl = "javascript:alert(1)" });

        Assert.Equal((400, "name"), (missing.Status, (string?)missing.Body!["details"]![0]!["field"]));
        Assert.Equal((422, "logoUrl"), (wrong.Status, (string?)wrong.Body!["details"]![0]!["field"]));
    }

    [Theory]
    [InlineData("GET", "compliance/gdpr/export", 400, "customerId", "customerId: Is required.")]
    [InlineData("DELETE", "compliance/gdpr/delete-customer-data", 400, "customerId", "customerId: Is required.")]
    [InlineData("GET", "notifications?unread=maybe", 422, "unread", "unread: Must be true or false.")]
    [InlineData("GET", "notifications?limit=0", 422, "limit", "limit: Must be a whole number from 1.")]
    [InlineData("GET", "analytics/recovery-metrics?from=soon", 422, "from", "from: Must be an ISO 8601 time such as 2026-01-15T10:30:00Z.")]
    [InlineData("GET", "ai/orchestration/multi-channel/performance?days=0", 422, "days", "days: Must be from 1 to 365.")]
    [InlineData("GET", "ai/orchestration/multi-channel/performance?days=ten", 422, "days", "days: Must be an integer.")]
    [InlineData("DELETE", "integrations/disconnect?service=fax", 422, "service", "service: There are ")]
    public async Task A_parameter_that_is_missing_is_400_and_one_that_is_wrong_is_422_by_its_name(string verb, string path, int status, string field, string message)
    {
        var store = await Store.Open();

        var (answered, refusal) = await store.Test.Send($"{verb} /api/abandoned-checkout-winback/{path}");

        Assert.Equal((status, field), (answered, (string?)Assert.Single(refusal!["details"]!.AsArray())!["field"]));
        Assert.StartsWith(message, (string?)refusal["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_brand_is_made_read_changed_and_deleted_with_200()
    {
        var store = await Store.Open();

        var made = await store.Test.Send($"POST {Brands}", new { name = "Acme", primaryColor = "#6366F1", logoUrl = "https://cdn.example.com/logo.png", fontFamily = "Inter, sans-serif" });
        var id = (string)made.Body!["brandId"]!;
        var changed = await store.Test.Send($"PUT {Brands}/{id}", new { secondaryColor = "#22c55e" });
        var shown = (await store.Test.Ok($"GET {Brands}"))["brands"]![0]!;
        var one = (await store.Test.Ok($"GET {Brands}/{id}"))["brand"]!;
        var deleted = await store.Test.Send($"DELETE {Brands}/{id}");

        Assert.Equal((200, 200, 200), (made.Status, changed.Status, deleted.Status));
        Assert.True((bool)made.Body["success"]!);
        Assert.Equal(("Acme", "#6366f1", "#22c55e", "Inter, sans-serif"), ((string?)shown["name"], (string?)shown["primaryColor"], (string?)shown["secondaryColor"], (string?)shown["fontFamily"]));
        Assert.Equal(shown.ToJsonString(), one.ToJsonString());
        Assert.Equal((true, id), ((bool)deleted.Body!["deleted"]!, (string?)deleted.Body["brandId"]));
        await store.Test.Refused(404, $"GET {Brands}/{id}");
    }

    [Fact]
    public async Task A_list_has_its_rows_under_their_name_and_pages_by_number()
    {
        var store = await Store.Open();
        foreach (var name in (string[])["A", "B", "C"])
            await store.Test.Ok($"POST {Brands}", new { name });

        var list = await store.Test.Ok($"GET {Brands}?limit=2&page=2&sort=name");

        Assert.Equal(["brands", "total", "page", "limit"], list.AsObject().Select(pair => pair.Key));
        Assert.Equal(("C", 3, 2, 2), ((string?)list["brands"]![0]!["name"], (int)list["total"]!, (int)list["page"]!, (int)list["limit"]!));
    }

    [Fact]
    public async Task The_shop_stands_in_the_query_or_in_the_body()
    {
        var store = await Store.Open();
        var (bare, shop) = (store.Server.Client(store.Account.TestKey), store.Account.Sandbox.Domain);

        var inBody = await bare.Send($"POST {Brands}", new { shop, name = "Body" });
        var inQuery = await bare.Send($"POST {Brands}?shop={shop.ToUpperInvariant()}", new { name = "Query" });
        var inBoth = await bare.Send($"POST {Brands}?shop={shop}", new { shop, name = "Both" });
        var differing = await bare.Send($"POST {Brands}?shop={shop}", new { shop = "other.example", name = "Which" });
        var none = await bare.Send($"POST {Brands}", new { name = "None" });
        var notText = await bare.Send($"POST {Brands}", new { shop = 7, name = "Seven" });

        Assert.Equal([200, 200, 200, 422, 400, 422], new[] { inBody, inQuery, inBoth, differing, none, notText }.Select(answer => answer.Status));
        Assert.Equal("shop", (string?)none.Body!["details"]![0]!["field"]);
        Assert.Equal(3, (int)(await store.Test.Ok($"GET {Brands}"))["total"]!);
        Assert.Equal(400, (await bare.Send($"GET {Brands}")).Status);
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("x")]
    [InlineData("shop example.com")]
    [InlineData("shop.example.com%0A")]
    public async Task A_shop_that_is_no_domain_is_refused(string shop)
    {
        var store = await Store.Open();

        var (status, _) = await store.Server.Client(store.Account.TestKey).Send($"GET {Brands}?shop={shop}");

        Assert.Equal(shop.EndsWith("%0A", StringComparison.Ordinal) ? 200 : 422, status); // blanks around it are taken away
    }

    [Fact]
    public async Task A_shop_is_opened_on_first_use_and_sees_nothing_of_another()
    {
        var store = await Store.Open();
        var (api, other) = (store.Server.Client(store.Account.TestKey), $"{Guid.CreateVersion7():n}.myshopify.com");
        var made = await store.Test.Ok($"POST {Brands}", new { name = "Mine" });

        var list = await api.Ok($"GET {Brands}?shop={other}");
        var (status, _) = await api.Send($"GET {Brands}/{made["brandId"]}?shop={other}");

        Assert.Equal((0, 404), ((int)list["total"]!, status));
        Assert.Contains((await store.Test.Ok("GET /v2/tenants"))["data"]!.AsArray(), tenant => (string?)tenant!["domain"] == other);
    }

    [Fact]
    public async Task Twenty_first_requests_open_one_shop()
    {
        var store = await Store.Open();
        var (api, shop) = (store.Server.Client(store.Account.LiveKey), $"{Guid.CreateVersion7():n}.myshopify.com");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => api.Send($"POST {Brands}", new { shop, name = $"Brand {n}" })));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(20, (int)(await api.Ok($"GET {Brands}?shop={shop}"))["total"]!);
    }

    [Fact]
    public async Task Another_accounts_shop_is_not_there_and_a_narrow_key_opens_none()
    {
        var (store, other) = (await Store.Open(), await Store.Open());
        var narrow = await store.Test.Ok("POST /v2/api-keys", new { name = "Reader", scopes = new[] { "brands:read" } });

        var foreign = await store.Server.Client(store.Account.TestKey).Send($"GET {Brands}?shop={other.Account.Sandbox.Domain}");
        var opened = await store.Server.Client((string)narrow["key"]!).Send($"GET {Brands}?shop={Guid.CreateVersion7():n}.example");
        var own = await store.Server.Client((string)narrow["key"]!).Send($"GET {Brands}?shop={store.Account.Sandbox.Domain}");
        var write = await store.Server.Client((string)narrow["key"]!).Send($"POST {Brands}?shop={store.Account.Sandbox.Domain}", new { name = "No" });

        Assert.Equal((404, 404, 200, 403), (foreign.Status, opened.Status, own.Status, write.Status));
    }

    [Fact]
    public async Task The_key_may_stand_in_a_header_of_its_own()
    {
        var store = await Store.Open();
        var api = store.Server.Client(null, store.Account.Sandbox.Domain);

        var right = await api.Send($"GET {Brands}", null, ("X-API-Key", store.Account.TestKey));
        var wrong = await api.Send($"GET {Brands}", null, ("X-API-Key", "nonsense"));
        var none = await api.Send($"GET {Brands}");
        var elsewhere = await api.Send("GET /v2/products", null, ("X-API-Key", store.Account.TestKey));

        Assert.Equal((200, 401, 401, 401), (right.Status, wrong.Status, none.Status, elsewhere.Status));
        Assert.Equal("UNAUTHORIZED", (string?)wrong.Body!["error"]);
    }

    [Theory]
    [InlineData(Plan.Starter, "100")]
    [InlineData(Plan.Professional, "1000")]
    [InlineData(Plan.Enterprise, "1000000000")]
    public async Task The_plan_is_the_tier(Plan plan, string limit)
    {
        var store = await Store.Open(plan);

        using var answer = await store.Test.Answer($"GET {Brands}");

        Assert.Equal(limit, Assert.Single(answer.Headers.GetValues("X-RateLimit-Limit")));
        Assert.InRange(long.Parse(Assert.Single(answer.Headers.GetValues("X-RateLimit-Reset"))) - DateTimeOffset.Parse(answer.Headers.Date!.Value.ToString("O")).ToUnixTimeSeconds(), -1, 61);
    }

    [Fact]
    public async Task Beyond_the_limit_it_is_429_with_the_seconds_to_wait()
    {
        var store = await Store.Open(Plan.Starter);
        var answers = new List<(int Status, string? Wait)>();

        while (answers.Count < 300 && answers.LastOrDefault().Status != 429) // a minute may end in between
        {
            using var answer = await store.Test.Answer($"GET {Brands}");
            answers.Add(((int)answer.StatusCode, answer.Headers.RetryAfter?.ToString()));
        }

        Assert.InRange(answers.Count, 101, 300);
        Assert.Equal(429, answers[^1].Status);
        Assert.InRange(int.Parse(answers[^1].Wait!), 1, 60);
    }

    [Fact]
    public async Task The_same_request_twice_makes_one_brand_wherever_the_shop_stands()
    {
        var store = await Store.Open();
        var (bare, key) = (store.Server.Client(store.Account.TestKey), ("Idempotency-Key", "once"));

        var first = await bare.Ok($"POST {Brands}", new { shop = store.Account.Sandbox.Domain, name = "Once" }, key);
        var again = await bare.Ok($"POST {Brands}", new { shop = store.Account.Sandbox.Domain, name = "Once" }, key);

        Assert.Equal((string?)first["brandId"], (string?)again["brandId"]);
        Assert.Equal(1, (int)(await store.Test.Ok($"GET {Brands}"))["total"]!);
    }

    [Fact]
    public async Task A_large_body_keeps_all_but_its_shop()
    {
        var store = await Store.Open();
        var body = new StringContent($$"""{"shop":"{{store.Account.Sandbox.Domain}}","name":"Ünïcode 🎉","fontFamily":"Inter"}""", Encoding.UTF8, "application/json");

        await store.Server.Client(store.Account.TestKey).Ok($"POST {Brands}", body);

        Assert.Equal("Ünïcode 🎉", (string?)(await store.Test.Ok($"GET {Brands}"))["brands"]![0]!["name"]);
    }

    [Fact]
    public async Task The_description_is_published_and_names_the_shop()
    {
        var document = await (await TestServer.Shared).Client(null).Ok("GET /openapi/winback.json");

        Assert.Equal("Aura winback", (string?)document["info"]!["title"]);
        JsonNode Shop(string verb) => document["paths"]![Brands]![verb]!["parameters"]!.AsArray().Single(parameter => (string?)parameter!["name"] == "shop")!;
        Assert.True((bool)Shop("get")["required"]!);
        Assert.Null(Shop("post")["required"]);
    }
}
