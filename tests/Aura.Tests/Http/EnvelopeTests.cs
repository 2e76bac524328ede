using System.Net;

namespace Aura.Tests.Http;

public sealed class EnvelopeTests
{
    [Theory]
    [InlineData("GET /v2/nothing-here", 404, "not_found")]
    [InlineData("DELETE /v2/customers", 405, "method_not_allowed")]
    [InlineData("GET /v2/customers/cust_1", 404, "not_found")]
    [InlineData("GET /v2/customers/banana", 404, "not_found")]
    [InlineData("GET /v2/customers?limit=0", 400, "validation_error")]
    [InlineData("GET /v2/customers?page=x", 400, "validation_error")]
    [InlineData("GET /v2/customers?sort=shoe_size", 400, "validation_error")]
    [InlineData("GET /v2/customers?filter[email][like]=x", 400, "validation_error")]
    [InlineData("GET /v2/customers?filter[shoe_size]=x", 400, "validation_error")]
    [InlineData("GET /v2/customers?filter[created_at][gt]=yesterday", 400, "validation_error")]
    [InlineData("GET /v2/customers?cursor=garbage", 400, "validation_error")]
    [InlineData("GET /v2/events?cursor=garbage", 400, "validation_error")]
    public async Task A_refusal_has_the_envelope_and_a_request_id(string request, int status, string code)
    {
        var store = await Store.Open();

        var error = await store.Test.Refused(status, request);

        Assert.Equal(code, (string?)error["code"]);
        Assert.StartsWith("req_", (string?)error["request_id"]);
        Assert.NotNull(error["details"]);
    }

    [Theory]
    [InlineData("{", 400, null)]
    [InlineData("", 400, null)]
    [InlineData("[]", 422, "")]
    [InlineData("{}", 422, "email")]
    [InlineData("""{"email":"no address"}""", 422, "email")]
    [InlineData("""{"email":5}""", 422, "email")]
    [InlineData("""{"email":null}""", 422, "email")]
    [InlineData("""{"email":"a@b.co","shoe_size":44}""", 422, "shoe_size")]
    [InlineData("""{"email":"a@b.co","tags":"vip"}""", 422, "tags")]
    [InlineData("""{"email":"a@b.co","addresses":[{"line1":"x","city":"y","country":"USA"}]}""", 422, "addresses[0].country")]
    [InlineData("""{"email":"a@b.co","addresses":[{"city":"y","country":"US"}]}""", 422, "addresses[0].line1")]
    [InlineData("""{"email":"a@b.co","addresses":[{"line1":"x","city":"y","country":"US","type":"moon"}]}""", 422, "addresses[0].type")]
    [InlineData("""{"email":"a@b.co","first_name":"\u0000"}""", 422, null)]
    [InlineData("""{"email":"a@b.co","first_name":"\ud800"}""", 422, "first_name")]
    public async Task A_bad_body_names_the_field(string body, int status, string? field)
    {
        var store = await Store.Open();

        var error = await store.Test.Refused(status, "POST /v2/customers", body);

        Assert.Equal("validation_error", (string?)error["code"]);
        if (field is not null)
            Assert.Equal(field, (string?)error["details"]![0]!["field"]);
        Assert.DoesNotContain("System.", error.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"email":5}""", "Must be text.")]
    [InlineData("""{"email":"a@b.co","metadata":{"a":1}}""", "Must be text.")]
    [InlineData("""{"email":"a@b.co","metadata":[]}""", "Must be an object.")]
    [InlineData("""{"email":"a@b.co","tags":5}""", "Must be a list.")]
    [InlineData("""{"email":"a@b.co","tax_exempt":"yes"}""", "Must be true or false.")]
    [InlineData("""{"email":"a@b.co","addresses":[{"line1":"x","city":"y","country":"US","type":"moon"}]}""", "Must be one of shipping, billing.")]
    public async Task A_wrong_type_is_told_in_words(string body, string message)
    {
        var store = await Store.Open();

        var error = await store.Test.Refused(422, "POST /v2/customers", body);

        Assert.Equal(message, (string?)error["details"]![0]!["message"]);
    }

    [Fact]
    public async Task All_wrong_fields_are_named_at_once()
    {
        var store = await Store.Open();

        var error = await store.Test.Refused(422, "POST /v2/customers",
            new { email = "a@b.co", first_name = new string('F', 101), phone = new string('0', 51) });

        Assert.Equal(["first_name", "phone"], error["details"]!.AsArray().Select(detail => (string?)detail!["field"]).Order());
    }

    [Theory]
    [InlineData("POST /v2/api-keys", """{"name":"x","rate_limit":{"hour":0}}""", "rate_limit.hour: Must be 1 or more.")]
    [InlineData("POST /v2/customers", """{"email":"a@b.co","note":5}""", "note: Must be text.")]
    [InlineData("POST /v2/webhooks", """{"url":"http://127.0.0.1:9/","events":["*"],"secret":"short"}""", "secret: Must have 6 to 255 characters.")]
    [InlineData("POST /v2/carts", """{"email":"nobody"}""", "email: Must be a valid email address.")]
    public async Task A_single_wrong_field_is_told_in_the_message_as_the_caller_spells_it(string request, string body, string message)
    {
        var store = await Store.Open();

        var error = await store.Test.Refused(422, request, body);

        Assert.Equal(message, (string?)error["message"]);
    }

    [Fact]
    public async Task HEAD_is_answered_as_GET_is_without_the_body()
    {
        var store = await Store.Open();
        var customer = await store.Test.Ok("POST /v2/customers", new { email = "a@b.co" });

        using var get = await store.Test.Answer($"GET /v2/customers/{customer["id"]}");
        using var head = await store.Test.Answer($"HEAD /v2/customers/{customer["id"]}");
        using var missing = await store.Test.Answer("HEAD /v2/customers/cust_1");

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal((get.Headers.ETag, get.Content.Headers.ContentLength, get.Content.Headers.LastModified),
            (head.Headers.ETag, head.Content.Headers.ContentLength, head.Content.Headers.LastModified));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Empty(await missing.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_method_that_a_path_does_not_take_is_405_with_those_that_it_takes()
    {
        var store = await Store.Open();

        using var answer = await store.Test.Answer("DELETE /v2/customers");

        Assert.Equal(["GET", "POST"], answer.Content.Headers.Allow.Order());
    }

    [Theory]
    [InlineData("GET /v1/products")]
    [InlineData("POST /v1/orders/1/cancel")]
    public async Task Version_1_is_gone_and_says_since_when_until_when_and_what_follows(string request)
    {
        var store = await Store.Open();

        using var answer = await store.Test.Answer(request);
        var error = await store.Test.Refused(410, request);

        Assert.Equal("gone", (string?)error["code"]);
        Assert.Equal("@1767225600", Assert.Single(answer.Headers.GetValues("Deprecation")));
        Assert.Equal("Wed, 31 Mar 2027 23:59:59 GMT", Assert.Single(answer.Headers.GetValues("Sunset")));
        Assert.Equal("</v2>; rel=\"successor-version\"", Assert.Single(answer.Headers.GetValues("Link")));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_with_413()
    {
        var store = await Store.Open();

        var error = await store.Test.Refused(413, "POST /v2/customers", new { email = "a@b.co", note = new string('x', 3_000_000) });

        Assert.Equal("validation_error", (string?)error["code"]);
    }

    [Fact]
    public async Task A_body_that_is_no_json_is_refused_with_415()
    {
        var store = await Store.Open();

        await store.Test.Refused(415, "POST /v2/customers", new StringContent("email=a@b.co", null, "application/x-www-form-urlencoded"));
        var unknown = new StringContent("""{"email": "a@b.co"}""");
        unknown.Headers.ContentType = new("application/json", "klingon");
        await store.Test.Refused(415, "POST /v2/customers", unknown);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Answers_are_compressed_for_callers_who_can_read_that(string encoding)
    {
        var store = await Store.Open();

        using var answer = await store.Test.Answer("GET /v2/tenants", null, ("Accept-Encoding", encoding));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
    }

}
