namespace Aura.Tests.Http;

public sealed class IdempotencyTests
{
    [Fact]
    public async Task The_same_request_twice_has_one_effect_and_one_answer()
    {
        var store = await Store.Open();
        var body = new { email = "once@b.co" };

        var first = await store.Test.Ok("POST /v2/customers", body, ("Idempotency-Key", "k1"));
        using var again = await store.Test.Answer("POST /v2/customers", body, ("Idempotency-Key", "k1"));

        Assert.Equal(201, (int)again.StatusCode);
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("Idempotent-Replayed")));
        Assert.Equal(first.ToJsonString(), await again.Content.ReadAsStringAsync());
        Assert.Single((await store.Test.Ok("GET /v2/customers"))["data"]!.AsArray());
    }

    [Fact]
    public async Task The_key_with_another_body_is_refused()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/customers", new { email = "one@b.co" }, ("Idempotency-Key", "k1"));

        var error = await store.Test.Refused(422, "POST /v2/customers", new { email = "two@b.co" }, ("Idempotency-Key", "k1"));

        Assert.Equal("idempotency_key_reused", (string?)error["code"]);
    }

    [Fact]
    public async Task Of_fifty_at_once_one_takes_effect_and_the_others_replay_or_are_told_to_wait()
    {
        var store = await Store.Open();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            store.Test.Send("POST /v2/customers", new { email = "race@b.co" }, ("Idempotency-Key", "race"))));

        Assert.All(answers, answer => Assert.True(answer.Status is 201 or 409, $"{answer.Body}"));
        Assert.Single(answers.Where(answer => answer.Status == 201).Select(answer => (string?)answer.Body!["id"]).Distinct());
        Assert.All(answers.Where(answer => answer.Status == 409), answer => Assert.Equal("idempotency_in_progress", (string?)answer.Body!["error"]!["code"]));
    }

    [Fact]
    public async Task A_refused_request_keeps_nothing_so_that_it_can_be_mended()
    {
        var store = await Store.Open();

        await store.Test.Refused(422, "POST /v2/customers", new { email = "no address" }, ("Idempotency-Key", "k1"));

        await store.Test.Ok("POST /v2/customers", new { email = "mended@b.co" }, ("Idempotency-Key", "k1"));
    }

    [Fact]
    public async Task A_key_belongs_to_the_caller_who_sent_it()
    {
        var (one, other) = (await Store.Open(), await Store.Open());

        await one.Test.Ok("POST /v2/customers", new { email = "a@b.co" }, ("Idempotency-Key", "shared"));

        await other.Test.Ok("POST /v2/customers", new { email = "other@b.co" }, ("Idempotency-Key", "shared"));
    }

    [Theory]
    [InlineData("POST /v2/api-keys", """{"name":"Server","scopes":["orders:read"]}""", "key")]
    [InlineData("POST /v2/webhooks", """{"url":"https://example.com/hook","events":["order.created"]}""", "secret")]
    [InlineData("POST /api/abandoned-checkout-winback/developer/api-keys", """{"name":"Storefront"}""", "apiKey")]
    [InlineData("POST /api/abandoned-checkout-winback/developer/webhooks", """{"url":"https://example.com/hook","event":"cart.abandoned"}""", "secret")]
    public async Task An_answer_with_a_secret_is_repeated_and_kept_so_that_nobody_else_reads_it(string request, string body, string secret)
    {
        var store = await Store.Open();

        var first = await store.Test.Ok(request, body, ("Idempotency-Key", "k1"));
        var again = await store.Test.Ok(request, body, ("Idempotency-Key", "k1"));

        Assert.True(((string?)first[secret])?.Length > 20);
        Assert.Equal(first.ToJsonString(), again.ToJsonString());
        var kept = Assert.Single(await store.Server.Rows("SELECT encode(body, 'escape') FROM idempotency_keys WHERE tenant_id = $1", store.Account.Sandbox.Id));
        Assert.DoesNotContain((string)first[secret]!, kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_before_answers_were_sealed_is_repeated_as_it_is()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/customers", new { email = "old@b.co" }, ("Idempotency-Key", "k1"));
        await store.Server.Rows("""UPDATE idempotency_keys SET body = '{"id":"customer_of_old"}' WHERE tenant_id = $1""", store.Account.Sandbox.Id);

        var again = await store.Test.Ok("POST /v2/customers", new { email = "old@b.co" }, ("Idempotency-Key", "k1"));

        Assert.Equal("customer_of_old", (string?)again["id"]);
    }
}
