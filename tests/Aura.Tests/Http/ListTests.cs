using System.Text.Json.Nodes;
using Aura.Customers;

namespace Aura.Tests.Http;

public sealed class ListTests
{
    [Fact]
    public async Task Pages_by_number_count_what_there_is()
    {
        var store = await Filled(487);

        var page = await store.Test.Ok("GET /v2/customers?page=10");

        Assert.Equal(37, page["data"]!.AsArray().Count);
        Assert.Equal("""{"page":10,"limit":50,"total_pages":10,"total_items":487,"has_next":false,"has_previous":true}""", page["pagination"]!.ToJsonString());
        Assert.Equal(200, (await store.Test.Ok("GET /v2/customers?limit=500"))["data"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&sort=last_name,-created_at")]
    [InlineData("&sort=-last_name")]
    [InlineData("&sort=email")]
    public async Task A_walk_by_cursor_meets_every_row_once_while_others_insert(string sort)
    {
        var store = await Filled(60);
        var expected = (await store.Test.Ok("GET /v2/customers?limit=200"))["data"]!.AsArray().Select(Id).ToHashSet();

        var met = new List<string>();
        string? cursor = "";
        for (var page = 0; cursor is not null; page++)
        {
            var answer = await store.Test.Ok($"GET /v2/customers?limit=7&cursor={cursor}{sort}");
            met.AddRange(answer["data"]!.AsArray().Select(Id));
            cursor = (bool)answer["pagination"]!["has_more"]! ? (string?)answer["pagination"]!["next_cursor"] : null;
            if (page < 5)
                await store.Test.Ok("POST /v2/customers", new { email = $"late{page}@b.co", last_name = "M" });
        }

        Assert.Equal(met.Count, met.Distinct().Count());
        Assert.Subset(met.ToHashSet(), expected);
    }

    [Theory]
    [InlineData("api-keys")]
    [InlineData("tenants")]
    [InlineData("events")]
    [InlineData("audit-logs", "logs")]
    public async Task Lists_that_are_no_catalogue_are_walked_by_cursor_as_well(string list, string items = "data")
    {
        var store = await Filled(0);
        for (var i = 0; i < 4; i++)
        {
            await store.Test.Ok("POST /v2/api-keys", new { name = $"Key {i}" });
            await store.Test.Ok("POST /v2/tenants", new { name = $"Store {i}" });
            await store.Test.Ok("POST /v2/customers", new { email = $"c{i}@b.co" });
        }

        await store.Advance("PT0S"); // what is committed is visible then
        var met = new List<string>();
        for (string? cursor = ""; cursor is not null && met.Count < 100;)
        {
            var answer = await store.Test.Ok($"GET /v2/{list}?limit=2&cursor={cursor}");
            met.AddRange(answer[items]!.AsArray().Select(Id));
            cursor = (bool)answer["pagination"]!["has_more"]! ? (string?)answer["pagination"]!["next_cursor"] : null;
        }

        Assert.InRange(met.Count, 4, 20);
        Assert.Equal(met.Count, met.Distinct().Count());
    }

    [Fact]
    public async Task A_cursor_of_another_order_is_refused()
    {
        var store = await Filled(10);
        var page = await store.Test.Ok("GET /v2/customers?limit=5&cursor=");

        await store.Test.Refused(400, $"GET /v2/customers?limit=5&sort=email&cursor={page["pagination"]!["next_cursor"]}");
    }

    [Theory]
    [InlineData("filter[email][eq]=c3@b.co", 1)]
    [InlineData("filter[email]=c3@b.co", 1)]
    [InlineData("filter[email][ne]=c3@b.co", 19)]
    [InlineData("filter[email][gt]=c8@b.co", 1)]
    [InlineData("filter[email][gte]=c8@b.co", 2)]
    [InlineData("filter[email][lt]=c10@b.co", 1)]
    [InlineData("filter[email][lte]=c10@b.co", 2)]
    [InlineData("filter[email][in]=c1@b.co,c2@b.co,nobody@b.co", 2)]
    [InlineData("filter[email][nin]=c1@b.co,c2@b.co", 18)]
    [InlineData("filter[email][contains]=C1", 11)]
    [InlineData("filter[email][starts_with]=c1", 11)]
    [InlineData("filter[email][ends_with]=9@B.CO", 2)]
    [InlineData("filter[email][contains]=%25", 0)]
    [InlineData("filter[last_name][eq]=M0&filter[email][starts_with]=c1", 4)]
    [InlineData("filter[tags][in]=even,third&filter[tags][ne]=third", 6)]
    [InlineData("metadata[shelf]=3", 1)]
    [InlineData("tags=even", 10)]
    [InlineData("name=first7", 1)]
    [InlineData("email=C19", 1)]
    [InlineData("created_from=2000-01-01&created_to=2001-01-01", 0)]
    public async Task Filters_find_what_they_say(string query, int count)
    {
        var store = await Filled(20);

        var found = await store.Test.Ok($"GET /v2/customers?{query}");

        Assert.Equal(count, (int)found["pagination"]!["total_items"]!);
    }

    [Fact]
    public async Task A_date_without_a_time_is_the_whole_day()
    {
        var store = await Filled(1);
        var day = ((string)(await store.Test.Ok("GET /v2/customers"))["data"]![0]!["created_at"]!)[..10];

        foreach (var (query, count) in ((string, int)[])[
            ($"created_from={day}&created_to={day}", 1), ($"filter[created_at]={day}", 1), ($"filter[created_at][ne]={day}", 0),
            ($"filter[created_at][gt]={day}", 0), ($"filter[created_at][lt]={day}", 0), ($"created_to={day}T00:00:00Z", 0), ("created_to=9999-12-31", 1)])
            Assert.Equal((query, count), (query, (int)(await store.Test.Ok($"GET /v2/customers?{query}"))["pagination"]!["total_items"]!));
    }

    [Fact]
    public async Task Only_the_fields_that_are_asked_for_are_answered()
    {
        var store = await Filled(1);

        var page = await store.Test.Ok("GET /v2/customers?fields=id,email");

        Assert.Equal(["id", "email"], page["data"]![0]!.AsObject().Select(field => field.Key));
        var one = await store.Test.Ok($"GET /v2/customers/{page["data"]![0]!["id"]}?fields=email");
        Assert.Equal("""{"email":"c0@b.co"}""", one.ToJsonString());
    }

    [Theory]
    [InlineData("products", "private, max-age=300, must-revalidate")]
    [InlineData("inventory", "private, max-age=60, must-revalidate")]
    [InlineData("customers", "private, max-age=60, must-revalidate")]
    [InlineData("tenants", "private, max-age=3600, must-revalidate")]
    [InlineData("shipping/methods", "private, max-age=3600, must-revalidate")]
    [InlineData("tax-regions", "private, max-age=3600, must-revalidate")]
    [InlineData("events/types", "private, max-age=3600, must-revalidate")]
    [InlineData("orders", "no-store")]
    [InlineData("payments", "no-store")]
    public async Task Answers_may_be_kept_for_as_long_as_their_kind_allows_and_by_their_caller_alone(string path, string directives)
    {
        var store = await Filled(0);

        using var answer = await store.Test.Answer($"GET /v2/{path}");

        Assert.Equal(directives.Split(", ").Order(), $"{answer.Headers.CacheControl}".Split(", ").Order());
        Assert.NotNull(answer.Headers.ETag);
        Assert.Contains("Authorization", answer.Headers.Vary);
    }

    [Fact]
    public async Task An_unchanged_thing_is_304_and_a_changed_one_is_not()
    {
        var store = await Filled(1);
        var id = (string)(await store.Test.Ok("GET /v2/customers"))["data"]![0]!["id"]!;
        using var first = await store.Test.Answer($"GET /v2/customers/{id}");
        var tag = first.Headers.ETag!.Tag;

        using var same = await store.Test.Answer($"GET /v2/customers/{id}", null, ("If-None-Match", tag));
        using var since = await store.Test.Answer($"GET /v2/customers/{id}", null, ("If-Modified-Since", first.Content.Headers.LastModified!.Value.ToString("R")));
        await store.Test.Ok($"PUT /v2/customers/{id}", new { phone = "1" }, ("If-Match", tag));
        using var changed = await store.Test.Answer($"GET /v2/customers/{id}", null, ("If-None-Match", tag));

        Assert.Equal(304, (int)same.StatusCode);
        Assert.Empty(await same.Content.ReadAsByteArrayAsync());
        Assert.Equal(304, (int)since.StatusCode);
        Assert.Equal(200, (int)changed.StatusCode);
        Assert.True(changed.Headers.CacheControl is { Private: true, MaxAge.TotalSeconds: >= 60 and <= 300 });
        Assert.Contains("Authorization", changed.Headers.Vary);
        await store.Test.Refused(409, $"PUT /v2/customers/{id}", new { phone = "2" }, ("If-Match", tag));
    }

    private static string Id(JsonNode? row) => (string)row!["id"]!;

    private static async Task<Store> Filled(int count)
    {
        var store = await Store.Open();
        await store.Database(db =>
        {
            for (var i = 0; i < count; i++)
            {
                var customer = Customer.Create($"c{i}@b.co");
                customer.Name($"First{i}", i % 5 == 4 ? null : $"M{i % 2}");
                customer.Tag([i % 2 == 0 ? "even" : "odd", i % 3 == 0 ? "third" : "other"]);
                customer.Describe(new() { ["shelf"] = $"{i}" });
                db.Customers.Add(customer);
            }

            return db.SaveChangesAsync();
        });
        return store;
    }
}
