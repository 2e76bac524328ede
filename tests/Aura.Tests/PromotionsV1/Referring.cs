using System.Globalization;
using System.Text.Json.Nodes;
using Aura.Tests.V2;
using Aura.Tests.Wallets;

namespace Aura.Tests.PromotionsV1;

/// <summary>Programmes, codes and friends of a sandbox, made through the API.</summary>
internal static class Referring
{
    private static int last;

    /// <summary>An active programme: 100 points for the referrer, 10 percent for the referee.</summary>
    public static async Task<JsonNode> Program(this Store store, params (string Name, JsonNode? Value)[] more)
    {
        var body = new JsonObject
        {
            ["name"] = "Friend Referral Program", ["referrer_reward_type"] = "points", ["referrer_reward_value"] = 100,
            ["referee_reward_type"] = "discount", ["referee_reward_value"] = 10.0, ["status"] = "active",
        };
        foreach (var (name, value) in more)
            body[name] = value;
        return await store.Test.Ok("POST /api/v1/referrals/programs/", body);
    }

    public static async Task<string> Person(this Store store, string name = "Alice", string? email = null, string? phone = null) => (string)(await store.Test.Ok("POST /v2/customers", new
    {
        email = email ?? $"{name}{Interlocked.Increment(ref last)}@example.com", first_name = name, phone,
    }))["id"]!;

    public static async Task<string> Code(this Store store, JsonNode program, string customer) =>
        (string)(await store.Test.Ok($"POST /api/v1/referrals/programs/{program["id"]}/generate-code/{Bare(customer)}"))["referral_code"]!;

    /// <summary>An order of 20 and 5 for sending, sent to an address that nobody else has.</summary>
    public static async Task<JsonNode> Bought(this Store store, string customer, Shop.Goods goods, int quantity = 1, string? code = null, string payment = "card")
    {
        var cart = await store.CartOf(customer, goods, quantity);
        await store.Test.Ok($"PUT /v2/carts/{cart}", new
        {
            shipping_address = new { line1 = $"{Interlocked.Increment(ref last)} Elm St", city = "Salem", country = "US", state = "OR", zip = "97301" }, referral_code = code,
        });
        return await store.Test.Ok($"POST /v2/carts/{cart}/checkout", new { payment_method = payment });
    }

    public static Task<(int Status, JsonNode? Body)> Process(this Store store, string code, string referee, JsonNode? order = null) => store.Test.Send("POST /api/v1/referrals/process", new
    {
        referral_code = code, referee_customer_id = Bare(referee), referee_order_id = order is null ? (long?)null : Bare((string)order["id"]!),
    });

    /// <summary>Why it is refused.</summary>
    public static async Task<string> Refusal(this Store store, string code, string referee, JsonNode? order = null)
    {
        var (status, body) = await store.Process(code, referee, order);
        Assert.True(status is 409 or 422, $"{status}: {body}");
        return (string)body!["code"]!;
    }

    public static long Bare(string id) => long.Parse(id[(id.IndexOf('_') + 1)..], CultureInfo.InvariantCulture);
}
