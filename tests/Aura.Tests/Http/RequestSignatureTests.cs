using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Aura.Tests.Http;

/// <summary>Signed requests, signed here without the product's code.</summary>
public sealed class RequestSignatureTests : IAsyncLifetime
{
    private const string Body = """{"email":"a@b.co"}""", Create = "POST /v2/customers";

    private Store store = null!; // set before each test
    private JsonNode key = null!; // set before each test
    private HttpClient client = null!; // set before each test

    public async Task InitializeAsync()
    {
        store = await Store.Open();
        key = await store.Test.Ok("POST /v2/api-keys", new { name = "Signed", require_signature = true });
        client = store.Server.Client((string)key["key"]!);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_signed_request_is_taken_once()
    {
        var headers = Sign(Create, Body);

        await client.Ok(Create, Body, headers);
        var error = await client.Refused(401, Create, Body, headers);

        Assert.Equal("authentication_error", (string?)error["code"]);
        await client.Ok("GET /v2/customers?email=a@b.co&limit=1", null, Sign("GET /v2/customers?email=a@b.co&limit=1", ""));
    }

    [Fact]
    public async Task A_request_that_was_altered_is_refused_and_does_nothing()
    {
        await client.Refused(401, Create, """{"email":"c@d.co"}""", Sign(Create, Body));
        await client.Refused(401, "POST /v2/customers?x=1", Body, Sign(Create, Body));
        await client.Refused(401, "GET /v2/customers", null, Sign("HEAD /v2/customers", ""));
        await client.Refused(401, Create, Body, [.. Sign(Create, Body).Select(header => header.Name == "X-Nonce" ? (header.Name, "other") : header)]);

        Assert.Empty((await store.Test.Ok("GET /v2/customers"))["data"]!.AsArray());
    }

    [Theory]
    [InlineData(-301)]
    [InlineData(310)]
    public async Task A_request_of_another_time_is_refused(int seconds) =>
        await client.Refused(401, Create, Body, Sign(Create, Body, seconds));

    [Fact]
    public async Task A_request_of_four_minutes_ago_is_taken() => await client.Ok(Create, Body, Sign(Create, Body, -240));

    [Fact]
    public async Task Only_keys_that_ask_for_signatures_require_them_and_a_wrong_one_is_always_refused()
    {
        await client.Refused(401, "GET /v2/customers");
        await store.Test.Ok($"PATCH /v2/api-keys/{key["id"]}", new { require_signature = false });

        await client.Ok("GET /v2/customers");
        await client.Refused(401, "GET /v2/customers", null, ("X-Signature", "00"));
        await client.Refused(401, "GET /v2/customers", null, [.. Sign("GET /v2/customers", "").Where(header => header.Name != "X-Timestamp")]);
    }

    private (string Name, string Value)[] Sign(string request, string body, int ahead = 0)
    {
        var seconds = (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + ahead).ToString(CultureInfo.InvariantCulture);
        var nonce = Guid.NewGuid().ToString("n");
        var text = $"{request.Replace(' ', '\n')}\n{seconds}\n{nonce}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes((string)key["key"]!), Encoding.UTF8.GetBytes(text));
        return [("X-Signature", Convert.ToHexStringLower(signature)), ("X-Timestamp", seconds), ("X-Nonce", nonce)];
    }
}
