using Aura.Promotions;
using Aura.Tests.Promotions;

namespace Aura.Tests.PromotionsV1;

public sealed class CouponGuessesTests
{
    private const string Validate = "POST /api/v1/coupons/validate/";

    [Fact]
    public async Task Wrong_codes_make_the_caller_wait_longer_and_longer()
    {
        var store = await Store.Open();
        for (var i = 0; i <= CouponGuesses.Room; i++)
            Assert.Equal(200, await Try(store.Test, $"WRONG{i}"));

        for (var wait = 1; wait <= 4; wait *= 2)
        {
            using var refused = await store.Test.Answer($"{Validate}WRONG", new { });
            Assert.Equal(429, (int)refused.StatusCode);
            Assert.InRange(int.Parse(Assert.Single(refused.Headers.GetValues("Retry-After"))), 1, wait);
            Assert.Contains("TOO_MANY_WRONG_CODES", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            await store.Advance($"PT{wait}S");
            Assert.Equal(200, await Try(store.Test, "WRONG"));
        }
    }

    [Fact]
    public async Task Codes_that_exist_are_no_guesses_and_a_good_one_forgives()
    {
        var store = await Store.Open();
        await store.Coupon(await store.Offer(Offers.Percent(25)), "GOOD");
        await store.Coupon(await store.Offer(Offers.Percent(25)), "OVER", new() { ExpiresAt = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) });

        for (var i = 0; i < 3 * CouponGuesses.Room; i++)
            Assert.Equal(200, await Try(store.Test, "OVER"));
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < CouponGuesses.Room; i++)
                Assert.Equal(200, await Try(store.Test, "WRONG"));
            Assert.Equal(200, await Try(store.Test, "GOOD"));
        }
    }

    [Fact]
    public async Task A_refused_redemption_counts_also_where_its_transaction_is_undone()
    {
        var store = await Store.Open();

        for (var i = 0; i <= CouponGuesses.Room; i++)
            Assert.Equal(404, (await store.Test.Send("POST /api/v1/coupons/redeem/WRONG", new { customer_id = 1, order_amount = 5 }, ("Idempotency-Key", $"k{i}"))).Status);

        Assert.Equal(429, (await store.Test.Send("POST /api/v1/coupons/redeem/WRONG", new { customer_id = 1, order_amount = 5 }, ("Idempotency-Key", "k"))).Status);
    }

    [Fact]
    public async Task Two_servers_share_what_they_know()
    {
        var store = await Store.Open();
        await using var second = await TestServer.Start(store.Server.Database);
        HttpClient[] clients = [store.Test, second.Client(store.Account.TestKey)];
        for (var i = 0; i <= CouponGuesses.Room; i++)
            Assert.Equal(200, await Try(clients[i % 2], $"WRONG{i}"));

        foreach (var client in clients)
            Assert.Equal(429, await Try(client, "WRONG"));
    }

    [Fact]
    public async Task Sessions_are_held_up_apart_until_the_key_has_had_too_many()
    {
        var store = await Store.Open();
        await store.Coupon(await store.Offer(Offers.Percent(25)), "GOOD");
        for (var i = 0; i <= CouponGuesses.Room; i++)
            await Try(store.Test, "WRONG", "thief");

        Assert.Equal(429, await Try(store.Test, "GOOD", "thief"));
        Assert.Equal(200, await Try(store.Test, "GOOD", "shopper"));
        await store.Server.Rows($"UPDATE coupon_guesses SET failures = {CouponGuesses.RoomOfKey} WHERE tenant_id = $1 AND blocked_until IS NULL", [store.Account.Sandbox.Id]);
        Assert.Equal(200, await Try(store.Test, "WRONG", "another"));
        Assert.Equal(429, await Try(store.Test, "WRONG", "a third"));
        await store.Advance("PT1H1M");
        Assert.Equal(200, await Try(store.Test, "WRONG", "a third"));
    }

    private static async Task<int> Try(HttpClient client, string code, string? session = null) =>
        (await client.Send($"{Validate}{code}", new { }, session is null ? [] : [("X-Session-ID", session)])).Status;
}
