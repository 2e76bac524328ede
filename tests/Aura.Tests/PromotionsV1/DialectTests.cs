using System.Text.Json.Nodes;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.PromotionsV1;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.PromotionsV1;

/// <summary>What the wire format of /api/v1 has of its own.</summary>
public sealed class DialectTests
{
    private const string Hooks = "/api/v1/webhooks/";

    [Theory]
    [InlineData("GET /api/v1/nothing-here", null, 404, "Not found", "NOT_FOUND")]
    [InlineData("GET /api/v1/webhooks/1", null, 404, "Not found", "NOT_FOUND")]
    [InlineData("GET /api/v1/webhooks/banana", null, 404, "Not found", "NOT_FOUND")]
    [InlineData("PATCH /api/v1/webhooks", "{}", 405, "Method not allowed", "METHOD_NOT_ALLOWED")]
    [InlineData("GET /api/v1/webhooks?per_page=0", null, 400, "Bad request", "BAD_REQUEST")]
    [InlineData("GET /api/v1/webhooks?sort_by=shoe_size", null, 400, "Bad request", "BAD_REQUEST")]
    [InlineData("GET /api/v1/webhooks?sort_order=up", null, 400, "Bad request", "BAD_REQUEST")]
    [InlineData("POST /api/v1/webhooks", "{", 400, "Bad request", "BAD_REQUEST")]
    [InlineData("POST /api/v1/webhooks", "{}", 422, "Validation failed", "VALIDATION_ERROR")]
    public async Task A_refusal_has_four_keys(string request, string? body, int status, string error, string code)
    {
        var store = await Store.Open();

        var (answered, refusal) = await store.Test.Send(request, body);

        Assert.Equal(status, answered);
        Assert.Equal(["error", "detail", "code", "timestamp"], refusal!.AsObject().Select(pair => pair.Key));
        Assert.Equal((error, code), ((string?)refusal["error"], (string?)refusal["code"]));
        Assert.NotEqual("", (string?)refusal["detail"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", (string?)refusal["timestamp"]);
    }

    [Fact]
    public async Task The_detail_names_every_field_that_is_wrong()
    {
        var store = await Store.Open();

        var (_, refusal) = await store.Test.Send($"POST {Hooks}", new { url = "", events = new[] { "order.*" }, secret = "short" });

        var detail = (string?)refusal!["detail"];
        Assert.StartsWith("url: ", detail);
        Assert.Contains(" secret: ", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_the_refusal_is_of_this_dialect()
    {
        var (status, refusal) = await (await TestServer.Shared).Client(null).Send($"GET {Hooks}");

        Assert.Equal((401, "UNAUTHORIZED"), (status, (string?)refusal!["code"]));
    }

    [Fact]
    public async Task A_rule_with_a_name_has_it_in_capitals()
    {
        var store = await Store.Open();
        await Hook(store, "a", ("Idempotency-Key", "k"));

        var (status, refusal) = await store.Test.Send($"POST {Hooks}", new { url = "https://b.example", events = new[] { "*" } }, ("Idempotency-Key", "k"));

        Assert.Equal((422, "IDEMPOTENCY_KEY_REUSED"), (status, (string?)refusal!["code"]));
    }

    [Fact]
    public async Task The_same_request_twice_has_one_effect_and_one_answer()
    {
        var store = await Store.Open();

        var first = await Hook(store, "a", ("Idempotency-Key", "k"));
        var again = await Hook(store, "a", ("Idempotency-Key", "k"));

        Assert.Equal(first.ToJsonString(), again.ToJsonString());
        Assert.Equal(1, (int?)(await store.Test.Ok($"GET {Hooks}"))["pagination"]!["total_items"]);
    }

    [Fact]
    public async Task Lists_have_items_and_pages_by_number()
    {
        var store = await Store.Open();
        foreach (var name in (string[])["b", "c", "a"])
            await Hook(store, name);

        var page = await store.Test.Ok($"GET {Hooks}?page=2&per_page=2&sort_by=url&sort_order=desc");

        Assert.Equal(["https://a.example/"], page["items"]!.AsArray().Select(item => (string?)item!["url"]));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{"page":2,"per_page":2,"total_items":3,"total_pages":2,"has_next":false,"has_prev":true}"""), page["pagination"]), $"{page["pagination"]}");
        Assert.Equal(["items", "pagination"], page.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task Pages_have_20_items_without_a_wish_and_100_at_most()
    {
        var store = await Store.Open();

        Assert.Equal(20, (int?)(await store.Test.Ok($"GET {Hooks}"))["pagination"]!["per_page"]);
        Assert.Equal(100, (int?)(await store.Test.Ok($"GET {Hooks}?per_page=500"))["pagination"]!["per_page"]);
    }

    [Fact]
    public async Task What_only_the_platform_has_is_not_taken_from_a_query()
    {
        var store = await Store.Open();
        await Hook(store, "a");

        var page = await store.Test.Ok($"GET {Hooks}?limit=1&cursor=&fields=url&filter[url]=none");

        Assert.Equal(20, (int?)page["pagination"]!["per_page"]);
        Assert.NotNull(Assert.Single(page["items"]!.AsArray())!["id"]);
    }

    [Theory]
    [InlineData("/api/v1/webhooks")]
    [InlineData("/api/v1/webhooks/")]
    public async Task A_collection_answers_with_and_without_a_slash_at_its_end(string path)
    {
        var store = await Store.Open();

        await store.Test.Ok($"POST {path}", new { url = "https://a.example/", events = new[] { "*" } });

        Assert.Single((await store.Test.Ok($"GET {path}"))["items"]!.AsArray());
    }

    [Fact]
    public async Task The_limit_headers_tell_the_class_and_when_it_starts_anew_as_a_time()
    {
        var store = await Store.Open(Plan.Starter);

        using var answer = await store.Test.Answer($"GET {Hooks}");

        Assert.Equal("100", Header(answer, "X-RateLimit-Limit"));
        Assert.Equal("99", Header(answer, "X-RateLimit-Remaining"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:00:00Z$", Header(answer, "X-RateLimit-Reset"));
    }

    /// <summary>Windows are hours of the world's clock, so the test may meet the end of one.</summary>
    [Fact]
    public async Task A_key_of_a_plan_with_limits_gets_100_an_hour_here_and_goes_on_elsewhere()
    {
        var store = await Store.Open(Plan.Starter);

        var admitted = 0;
        (int Status, JsonNode? Body) answer;
        while ((answer = await store.Test.Send($"GET {Hooks}")).Status == 200)
            admitted++;

        Assert.Equal((429, "RATE_LIMIT_EXCEEDED"), (answer.Status, (string?)answer.Body!["code"]));
        Assert.InRange(admitted, 100, 200);
        await store.Test.Ok("GET /v2/webhooks");
    }

    [Fact]
    public async Task A_plan_without_limits_has_none_here()
    {
        var store = await Store.Open();

        using var answer = await store.Test.Answer($"GET {Hooks}");

        Assert.Equal("1000000000", Header(answer, "X-RateLimit-Limit"));
    }

    [Fact]
    public async Task Each_class_counts_by_itself()
    {
        var store = await Store.Open(Plan.Starter);

        Assert.Equal(("10", "9"), await Admitted(store, PromotionsApi.Coupons));
        Assert.Equal(("10", "8"), await Admitted(store, PromotionsApi.Coupons));
        Assert.Equal(("50", "49"), await Admitted(store, PromotionsApi.Calculations));
        Assert.Equal(("5", "4"), await Admitted(store, PromotionsApi.Bulk));
        Assert.Equal(("100", "99"), await Admitted(store, PromotionsApi.Dialect.Limit!)); // it has one
    }

    [Fact]
    public async Task The_description_is_published()
    {
        var document = await (await TestServer.Shared).Client(null).Ok("GET /openapi/promotions.json");

        Assert.Equal("Aura promotions", (string?)document["info"]!["title"]);
        Assert.Equal(["error", "detail", "code", "timestamp"], document["components"]!["schemas"]!["Error"]!["properties"]!.AsObject().Select(pair => pair.Key));
        var list = document["paths"]!["/api/v1/webhooks"]!["get"]!["parameters"]!.AsArray().Select(parameter => (string?)parameter!["name"]);
        Assert.Equal(["page", "per_page", "sort_by", "sort_order"], list);
    }

    /// <summary>A request of that class, as the gate lets it in.</summary>
    private static async Task<(string? Limit, string? Remaining)> Admitted(Store store, LimitClass kind)
    {
        var http = new DefaultHttpContext();
        var access = await store.Database(async (db, services) =>
        {
            var key = await db.ApiKeys.FirstAsync(k => k.StoreId == store.Account.Sandbox.Id);
            return new Access(key, await db.Accounts.SingleAsync(a => a.Id == key.AccountId), [], []);
        });
        await store.Server.Services.GetRequiredService<RateLimits>().Admit(http, access, new Endpoint(null, new(PromotionsApi.Dialect, kind), null));
        return (http.Response.Headers["X-RateLimit-Limit"], http.Response.Headers["X-RateLimit-Remaining"]);
    }

    private static Task<JsonNode> Hook(Store store, string name, params (string, string)[] headers) =>
        store.Test.Ok($"POST {Hooks}", new { url = $"https://{name}.example/", events = new[] { "order.*" } }, headers);

    private static string Header(HttpResponseMessage answer, string name) => Assert.Single(answer.Headers.GetValues(name));
}
