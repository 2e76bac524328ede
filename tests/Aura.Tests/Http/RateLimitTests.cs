using System.Globalization;
using Aura.Accounts;

namespace Aura.Tests.Http;

/// <summary>Windows are hours and days of the world's clock, so a test may meet the end of one: each allows for a second window.</summary>
public sealed class RateLimitTests
{
    [Fact]
    public async Task A_free_account_may_send_100_an_hour_and_200_in_a_burst()
    {
        var store = await Store.Open(Plan.Free);
        using var first = await store.Test.Answer("GET /v2/test-clock");
        Assert.Equal("100", Header(first, "X-RateLimit-Limit"));
        Assert.Equal("99", Header(first, "X-RateLimit-Remaining"));
        var reset = DateTimeOffset.FromUnixTimeSeconds(Number(first, "X-RateLimit-Reset"));
        Assert.Equal((0, 0), (reset.Minute, reset.Second));

        var admitted = 1;
        HttpResponseMessage answer;
        while ((answer = await store.Test.Answer("GET /v2/test-clock")).IsSuccessStatusCode)
            admitted++;

        Assert.Equal(429, (int)answer.StatusCode);
        Assert.InRange(Number(answer, "Retry-After"), 1, 3600);
        Assert.Equal("0", Header(answer, "X-RateLimit-Remaining"));
        Assert.InRange(admitted, 200, 400);
    }

    [Fact]
    public async Task Two_servers_together_admit_no_more_than_the_limit()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Five", rate_limit = new { hour = 5 } });
        await using var second = await TestServer.Start(store.Server.Database);
        HttpClient[] clients = [store.Server.Client((string)key["key"]!), second.Client((string)key["key"]!)];

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => clients[i % 2].Send("GET /v2/test-clock")));

        Assert.InRange(answers.Count(answer => answer.Status == 200), 10, 20);
        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 429));
    }

    [Fact]
    public async Task A_key_with_a_limit_of_its_own_says_so()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Five", rate_limit = new { hour = 5 } });

        using var answer = await store.Server.Client((string)key["key"]!).Answer("GET /v2/test-clock");

        Assert.Equal("5", Header(answer, "X-RateLimit-Limit"));
    }

    [Fact]
    public async Task A_limit_that_is_raised_lets_the_key_go_on_at_once_and_one_that_is_lowered_stops_it()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Three a day", rate_limit = new { day = 3 } });
        var client = store.Server.Client((string)key["key"]!);
        while ((await client.Send("GET /v2/test-clock")).Status == 200)
        {
        }

        await store.Test.Ok($"PATCH /v2/api-keys/{key["id"]}", new { rate_limit = new { day = 100 } });
        await client.Ok("GET /v2/test-clock");
        await store.Test.Ok($"PATCH /v2/api-keys/{key["id"]}", new { rate_limit = new { day = 1 } });

        var admitted = 0;
        while ((await client.Send("GET /v2/test-clock")).Status == 200)
            admitted++;
        Assert.InRange(admitted, 0, 1);
    }

    [Fact]
    public async Task The_daily_limit_has_no_burst()
    {
        var store = await Store.Open();
        var key = await store.Test.Ok("POST /v2/api-keys", new { name = "Three a day", rate_limit = new { day = 3 } });
        var client = store.Server.Client((string)key["key"]!);

        var admitted = 0;
        while ((await client.Send("GET /v2/test-clock")).Status == 200)
            admitted++;

        Assert.InRange(admitted, 3, 6);
    }

    private static string Header(HttpResponseMessage answer, string name) => Assert.Single(answer.Headers.GetValues(name));

    private static long Number(HttpResponseMessage answer, string name) => long.Parse(Header(answer, name), CultureInfo.InvariantCulture);
}
