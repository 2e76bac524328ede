using System.Text.Json.Nodes;

namespace Aura.Tests.PromotionsV1;

public sealed class ReferralProgramsTests
{
    private const string All = "/api/v1/referrals/programs/";

    [Fact]
    public async Task The_programme_of_the_document_is_made_listed_and_changed()
    {
        var store = await Store.Open();
        var (status, made) = await store.Test.Send($"POST {All}", """
            {
              "name": "Friend Referral Program", "description": "Refer friends and earn rewards", "referrer_reward_type": "points",
              "referrer_reward_value": 100, "referee_reward_type": "discount", "referee_reward_value": 10.0, "status": "active",
              "max_referrals_per_customer": 10, "referral_conditions": {"min_referee_purchase": 25.0, "referee_must_be_new_customer": true}
            }
            """);
        Assert.Equal((201, "active", 25m, true), (status, (string?)made!["status"], (decimal)made["referral_conditions"]!["min_referee_purchase"]!, (bool)made["referral_conditions"]!["referee_must_be_new_customer"]!));
        var draft = await store.Program(("status", "draft"), ("name", "Later"));

        Assert.Equal([(long)made["id"]!], (await store.Test.Ok($"GET {All}?status=active"))["items"]!.AsArray().Select(item => (long)item!["id"]!));
        var changed = await store.Test.Ok($"PUT {All}{draft["id"]}", new { status = "active", max_referrals_per_customer = 3, referee_reward_type = "free_shipping" });
        Assert.Equal(("Later", 3, "free_shipping", 100m), ((string?)changed["name"], (int)changed["max_referrals_per_customer"]!, (string?)changed["referee_reward_type"], (decimal)changed["referrer_reward_value"]!));
        var shown = await store.Test.Ok($"GET {All}{draft["id"]}");
        Assert.Equal((0, 0, 0), ((int)shown["stats"]!["codes"]!, (int)shown["stats"]!["referrals"]!, (int)shown["stats"]!["rewards"]!));

        await store.Test.Ok($"PUT {All}{draft["id"]}", new { status = "ended" });
        Assert.Equal(409, (await store.Test.Send($"PUT {All}{draft["id"]}", new { status = "active" })).Status);
    }

    [Theory]
    [InlineData("referrer_reward_type", "gold")]
    [InlineData("referrer_reward_value", 1.5)]
    [InlineData("referee_reward_value", 101)]
    [InlineData("referee_reward_value", -1)]
    [InlineData("max_referrals_per_customer", 0)]
    [InlineData("name", "")]
    public async Task A_programme_that_cannot_be_kept_is_refused(string field, object value)
    {
        var store = await Store.Open();

        var failure = await Record.ExceptionAsync(() => store.Program((field, JsonValue.Create(value))));

        Assert.Contains("answered 422", failure?.Message, StringComparison.Ordinal);
        Assert.Contains(field, failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customer_has_one_code_in_a_programme_with_a_link_and_an_image_that_need_no_key()
    {
        var store = await Store.Open();
        var program = await store.Program();
        var alice = await store.Person();
        await store.Test.Ok($"PATCH /v2/tenants/tenant_{store.Account.Sandbox.Id}", new { settings = new { referral_url = "https://app.example.com/signup" } });
        var path = $"POST {All}{program["id"]}/generate-code/{Referring.Bare(alice)}";

        var first = await store.Test.Ok(path);
        var others = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.Test.Ok(path)));

        var code = (string)first["referral_code"]!;
        Assert.Matches("^REF-ALICE-[A-Z2-9]{4}$", code);
        Assert.Equal($"https://app.example.com/signup?ref={code}", (string?)first["referral_url"]);
        Assert.NotNull(first["expires_at"]);
        Assert.All(others, other => Assert.Equal(code, (string?)other["referral_code"]));
        Assert.NotEqual(code, await store.Code(await store.Program(("name", "Another")), alice));

        var image = (string)first["qr_code_url"]!;
        var anybody = store.Server.Client(null);
        Assert.StartsWith($"{store.Server.Address}api/v1/referrals/codes/{code}/qr", image, StringComparison.Ordinal);
        var (type, png) = await Image(anybody, $"GET {image}");
        Assert.Equal(("image/png", (byte)0x89, (byte)'P'), (type, png[0], png[1]));
        Assert.Equal("image/svg+xml", (await Image(anybody, $"GET {image}", ("Accept", "image/svg+xml"))).Type);
        var (_, svg) = await Image(store.Test, $"GET /api/v1/referrals/codes/{code.ToLowerInvariant()}/qr?format=svg");
        Assert.Contains("<svg", System.Text.Encoding.UTF8.GetString(svg), StringComparison.Ordinal);
        Assert.Equal(404, (await anybody.Send($"GET /api/v1/referrals/codes/{code}/qr?store={store.Account.Live.Id}")).Status);
        Assert.Equal(404, (await anybody.Send("GET /api/v1/referrals/codes/REF-NOBODY-XXXX/qr")).Status);
        Assert.Equal(400, (await anybody.Send($"GET /api/v1/referrals/codes/{code}/qr?format=gif")).Status);
    }

    [Fact]
    public async Task Codes_are_given_out_while_the_programme_is_active_and_to_customers_that_there_are()
    {
        var store = await Store.Open();
        var program = await store.Program(("status", "paused"));
        var alice = await store.Person();

        Assert.Equal(409, (await store.Test.Send($"POST {All}{program["id"]}/generate-code/{Referring.Bare(alice)}")).Status);
        await store.Test.Ok($"PUT {All}{program["id"]}", new { status = "active" });
        Assert.Equal(404, (await store.Test.Send($"POST {All}{program["id"]}/generate-code/{Referring.Bare(alice) + 1_000_000}")).Status);
    }

    private static async Task<(string? Type, byte[] Content)> Image(HttpClient client, string request, params (string, string)[] headers)
    {
        using var answer = await client.Answer(request, null, headers);
        Assert.Equal(200, (int)answer.StatusCode);
        return (answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsByteArrayAsync());
    }
}
