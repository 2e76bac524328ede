using System.Text.Json.Nodes;
using Aura.Tests.V2;
using Aura.Tests.Wallets;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.PromotionsV1;

public sealed class ReferralsTests
{
    [Fact]
    public async Task The_first_paid_order_of_a_friend_rewards_both_once_however_often_it_is_told()
    {
        var store = await Store.Open();
        var program = await store.Program(("referral_conditions", new JsonObject { ["min_referee_purchase"] = 20 }));
        var (alice, bob) = (await store.Person(), await store.Person("Bob"));
        var (code, goods) = (await store.Code(program, alice), await store.Stocked());
        var order = await store.Bought(bob, goods);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => store.Process($" {code.ToLowerInvariant()} ", bob, order)));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        var referral = answers[0].Body!["referral"]!;
        Assert.All(answers, answer => Assert.Equal((long)referral["id"]!, (long)answer.Body!["referral"]!["id"]!));
        Assert.Equal(("rewarded", code, Referring.Bare(alice), Referring.Bare(bob)), ((string?)referral["status"], (string?)referral["referral_code"], (long)referral["referrer_customer_id"]!, (long)referral["referee_customer_id"]!));
        Assert.Equal(("points", 100m), ((string?)answers[0].Body!["referrer_reward"]!["type"], (decimal)answers[0].Body!["referrer_reward"]!["value"]!));
        Assert.Equal((0m, 100m, 0m), await store.Wallet(alice, "points"));
        Assert.Equal(1, await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "referral.completed")));
        var stats = (await store.Test.Ok($"GET /api/v1/referrals/programs/{program["id"]}"))["stats"]!;
        Assert.Equal((1, 1, 1), ((int)stats["codes"]!, (int)stats["referrals"]!, (int)stats["rewards"]!));

        await store.Advance("P15D");
        Assert.Equal((100m, 0m, 0m), await store.Wallet(alice, "points"));
        await store.Verify();
    }

    [Fact]
    public async Task A_coupon_that_is_a_reward_is_good_once_and_for_its_owner_only()
    {
        var store = await Store.Open();
        var program = await store.Program();
        var (bob, eve) = (await store.Person("Bob"), await store.Person("Eve"));
        var goods = await store.Stocked();
        var (_, done) = await store.Process(await store.Code(program, await store.Person()), bob, await store.Bought(bob, goods));
        var coupon = (string)done!["referee_reward"]!["coupon_code"]!;

        var (own, another, foreign) = (await store.CartOf(bob, goods), await store.CartOf(bob, goods), await store.CartOf(eve, goods));
        Assert.Equal(23m, (decimal)(await store.Test.Ok($"PUT /v2/carts/{own}", new { coupon }))["total"]!);
        Assert.Equal("coupon_wrong_customer", (string?)(await store.Test.Refused(422, $"PUT /v2/carts/{foreign}", new { coupon }))["code"]);
        await store.Test.Ok($"POST /v2/carts/{own}/checkout", new { payment_method = "card" });

        Assert.Equal("coupon_max_uses_reached", (string?)(await store.Test.Refused(422, $"PUT /v2/carts/{another}", new { coupon }))["code"]);
        await store.Verify();
    }

    [Theory]
    [InlineData("points", 50, "points")]
    [InlineData("cashback", 5.5, "USD")]
    [InlineData("fixed_amount", 5, null)]
    [InlineData("free_shipping", 0, null)]
    public async Task Every_reward_is_given_as_what_it_is(string type, double value, string? unit)
    {
        var store = await Store.Open();
        var program = await store.Program(("referrer_reward_type", type), ("referrer_reward_value", value), ("referee_reward_type", type), ("referee_reward_value", value));
        var (alice, bob) = (await store.Person(), await store.Person("Bob"));
        var goods = await store.Stocked();

        var (_, done) = await store.Process(await store.Code(program, alice), bob, await store.Bought(bob, goods));

        foreach (var (person, side) in new[] { (alice, "referrer_reward"), (bob, "referee_reward") })
            if (unit is not null)
                Assert.Equal((0m, (decimal)value, 0m), await store.Wallet(person, unit));
            else
            {
                var cart = await store.CartOf(person, goods);
                Assert.Equal(20m, (decimal)(await store.Test.Ok($"PUT /v2/carts/{cart}", new { coupon = (string?)done![side]!["coupon_code"] }))["total"]!);
            }
    }

    [Fact]
    public async Task Rules_that_stand_against_it_are_named()
    {
        var store = await Store.Open();
        var program = await store.Program(("referral_conditions", new JsonObject { ["min_referee_purchase"] = 25 }));
        var (alice, bob, carl, dora) = (await store.Person(email: "alice@gmail.com"), await store.Person("Bob"), await store.Person("Carl"), await store.Person("Dora"));
        var goods = await store.Stocked();
        var early = await store.Bought(bob, goods, 2);
        var code = await store.Code(program, alice);

        Assert.Equal("REFERRAL_CODE_NOT_FOUND", await store.Refusal("REF-NOBODY-XXXX", bob));
        Assert.Equal("SELF_REFERRAL", await store.Refusal(code, alice));
        Assert.Equal("SELF_REFERRAL", await store.Refusal(code, await store.Person(email: "a.lice+shop@googlemail.com")));
        Assert.Equal("ORDER_BEFORE_CODE", await store.Refusal(code, bob, early));
        Assert.Equal("REFEREE_NOT_NEW", await store.Refusal(code, bob));
        Assert.Equal("REFEREE_NOT_NEW", await store.Refusal(code, bob, await store.Bought(bob, goods, 2)));
        Assert.Equal("ORDER_BELOW_MINIMUM", await store.Refusal(code, carl, await store.Bought(carl, goods)));
        Assert.Equal("ORDER_NOT_PAID", await store.Refusal(code, dora, await store.Bought(dora, goods, 2, payment: "cash_on_delivery")));
        Assert.Equal("VALIDATION_ERROR", await store.Refusal(code, dora, early));
        Assert.Empty((await store.Test.Ok("GET /api/v1/referrals/"))["items"]!.AsArray());

        await store.Test.Ok($"PUT /api/v1/referrals/programs/{program["id"]}", new { status = "paused" });
        Assert.Equal("PROGRAM_NOT_ACTIVE", await store.Refusal(code, await store.Person("Finn")));
        await store.Test.Ok($"PUT /api/v1/referrals/programs/{program["id"]}", new { status = "active" });
        await store.Advance("P366D");
        Assert.Equal("REFERRAL_CODE_EXPIRED", await store.Refusal(code, await store.Person("Gina")));
        Assert.Equal(code, await store.Code(program, alice));
        Assert.Equal(200, (await store.Process(code, await store.Person("Hans"))).Status);
    }

    [Fact]
    public async Task The_first_good_code_wins_and_its_order_may_follow()
    {
        var store = await Store.Open();
        var program = await store.Program();
        var bob = await store.Person("Bob");
        var (first, second) = (await store.Code(program, await store.Person()), await store.Code(program, await store.Person("Zoe")));

        Assert.Equal("claimed", (string?)(await store.Process(first, bob)).Body!["referral"]!["status"]);
        Assert.Equal("claimed", (string?)(await store.Process(first, bob)).Body!["referral"]!["status"]);
        Assert.Equal("ALREADY_REFERRED", await store.Refusal(second, bob));
        var goods = await store.Stocked();
        var order = await store.Bought(bob, goods);
        Assert.Equal("ALREADY_REFERRED", await store.Refusal(second, bob, order));
        Assert.Equal("rewarded", (string?)(await store.Process(first, bob, order)).Body!["referral"]!["status"]);
        Assert.Equal("ALREADY_REFERRED", await store.Refusal(first, bob, await store.Bought(bob, goods)));
    }

    [Fact]
    public async Task The_last_reward_of_a_referrer_is_given_to_one_of_many_friends_who_pay_at_once()
    {
        var store = await Store.Open();
        var program = await store.Program(("max_referrals_per_customer", 2));
        var alice = await store.Person();
        var (code, goods) = (await store.Code(program, alice), await store.Stocked());
        var friends = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            var friend = await store.Person("Friend");
            return (Friend: friend, Order: await store.Bought(friend, goods));
        }));

        var answers = await Task.WhenAll(friends.Select(one => store.Process(code, one.Friend, one.Order)));

        Assert.Equal(2, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal((409, "REFERRAL_LIMIT_REACHED"), (answer.Status, (string?)answer.Body!["code"])));
        Assert.Equal((0m, 200m, 0m), await store.Wallet(alice, "points"));
        Assert.Equal(2, await store.Database((db, _) => db.ReferralCodes.Select(c => c.Rewarded).SingleAsync()));
        await store.Verify();
    }

    [Fact]
    public async Task A_cart_that_carries_a_code_is_rewarded_by_itself_when_it_is_paid()
    {
        var store = await Store.Open();
        var program = await store.Program();
        var (alice, bob, carl) = (await store.Person(), await store.Person("Bob"), await store.Person("Carl"));
        var (code, goods) = (await store.Code(program, alice), await store.Stocked());

        await store.Bought(bob, goods, code: code.ToLowerInvariant());
        await store.Bought(carl, goods);
        await store.Bought(carl, goods, code: code);
        await store.Bought(alice, goods, code: code);
        await store.Bought(await store.Person("Dora"), goods, code: "REF-WRONG-CODE");
        await store.Advance("PT1S");

        var referrals = (await store.Test.Ok($"GET /api/v1/referrals/?program_id={program["id"]}"))["items"]!.AsArray().OrderBy(referral => (long)referral!["referee_customer_id"]!);
        Assert.Equal([(Referring.Bare(bob), "rewarded", (string?)null), (Referring.Bare(carl), "rejected", "referee_not_new")],
            referrals.Select(referral => ((long)referral!["referee_customer_id"]!, (string)referral["status"]!, (string?)referral["reason"])));
        Assert.Equal((0m, 100m, 0m), await store.Wallet(alice, "points"));
        Assert.Empty(await store.Database((db, _) => db.Jobs.Where(j => j.State == Aura.Jobs.JobState.Failed).ToListAsync()));
        await store.Verify();
    }

    [Fact]
    public async Task What_looks_like_one_person_waits_until_somebody_has_looked_at_it()
    {
        var store = await Store.Open();
        var program = await store.Program();
        var alice = await store.Person(phone: "+1 503 555 0100");
        var (code, goods) = (await store.Code(program, alice), await store.Stocked());
        var (bob, carl) = (await store.Person("Bob", phone: "(503) 555-0100"), await store.Person("Carl", phone: "503-555-0100"));

        var (_, held) = await store.Process(code, bob, await store.Bought(bob, goods));
        var (_, other) = await store.Process(code, carl, await store.Bought(carl, goods));

        var (id, rejected) = ((long)held!["referral"]!["id"]!, (long)other!["referral"]!["id"]!);
        Assert.Equal(("pending", 50, "same_phone"), ((string?)held["referral"]!["status"], (int)held["referral"]!["fraud_score"]!, (string?)held["referral"]!["fraud_signals"]![0]));
        Assert.Null(held["referrer_reward"]);
        Assert.Equal((0m, 0m, 0m), await store.Wallet(alice, "points"));
        Assert.Equal("rewarded", (string?)(await store.Test.Ok($"POST /api/v1/referrals/{id}/approve"))["referral"]!["status"]);
        Assert.Equal((0m, 100m, 0m), await store.Wallet(alice, "points"));
        Assert.Equal(409, (await store.Test.Send($"POST /api/v1/referrals/{id}/approve")).Status);
        Assert.Equal("same person", (string?)(await store.Test.Ok($"POST /api/v1/referrals/{rejected}/reject", new { reason = "same person" }))["reason"]);
        Assert.Equal([rejected], (await store.Test.Ok("GET /api/v1/referrals/?status=rejected"))["items"]!.AsArray().Select(item => (long)item!["id"]!));
    }

    [Fact]
    public async Task Two_customers_who_refer_each_other_or_live_together_are_looked_at()
    {
        var store = await Store.Open();
        var (program, again) = (await store.Program(("referral_conditions", new JsonObject { ["referee_must_be_new_customer"] = false })),
            await store.Program(("referral_conditions", new JsonObject { ["referee_must_be_new_customer"] = false })));
        var (alice, bob) = (await store.Person(), await store.Person("Bob"));
        var goods = await store.Stocked();
        Assert.Equal("rewarded", (string?)(await store.Process(await store.Code(program, alice), bob, await store.Bought(bob, goods))).Body!["referral"]!["status"]);
        var code = await store.Code(again, bob);
        await store.Test.Ok($"POST /v2/customers/{bob}/addresses", new { type = "shipping", line1 = "7 Oak Rd.", city = "Salem", country = "US", state = "OR", zip = "97301" });
        await store.Test.Ok($"POST /v2/customers/{alice}/addresses", new { type = "shipping", line1 = "7 oak rd", city = "Salem", country = "US", state = "OR", zip = "97301" });

        var (_, held) = await store.Process(code, alice, await store.Bought(alice, goods));

        Assert.Equal(["reciprocal", "same_address"], held!["referral"]!["fraud_signals"]!.AsArray().Select(signal => (string)signal!));
    }

    [Fact]
    public async Task A_refund_takes_back_what_both_got_and_the_referrer_may_refer_somebody_else()
    {
        var store = await Store.Open();
        var program = await store.Program(("max_referrals_per_customer", 1), ("referral_conditions", new JsonObject { ["min_referee_purchase"] = 15 }));
        var (alice, bob, carl) = (await store.Person(), await store.Person("Bob"), await store.Person("Carl"));
        var (code, goods) = (await store.Code(program, alice), await store.Stocked());
        var order = await store.Bought(bob, goods);
        var (_, done) = await store.Process(code, bob, order);

        await Refund(store, order, 300);
        await store.Advance("PT1S");
        Assert.Equal((0m, 100m, 0m), await store.Wallet(alice, "points"));
        await Refund(store, order, 1000);
        await store.Advance("PT1S");

        Assert.Equal((0m, 0m, 0m), await store.Wallet(alice, "points"));
        var cart = await store.CartOf(bob, goods);
        Assert.Equal("coupon_not_active", (string?)(await store.Test.Refused(422, $"PUT /v2/carts/{cart}", new { coupon = (string?)done!["referee_reward"]!["coupon_code"] }))["code"]);
        var referral = await store.Test.Ok($"GET /api/v1/referrals/{done["referral"]!["id"]}");
        Assert.Equal(("reversed", "order_refunded"), ((string?)referral["status"], (string?)referral["reason"]));
        Assert.Equal(200, (await store.Process(code, carl, await store.Bought(carl, goods))).Status);
        await store.Advance("P15D");
        Assert.Equal((100m, 0m, 0m), await store.Wallet(alice, "points"));
        await store.Verify();
    }

    [Fact]
    public async Task After_the_window_rewards_stay()
    {
        var store = await Store.Open();
        var program = await store.Program();
        var (alice, bob) = (await store.Person(), await store.Person("Bob"));
        var code = await store.Code(program, alice);
        var order = await store.Bought(bob, await store.Stocked());
        Assert.Equal(200, (await store.Process(code, bob, order)).Status);
        await store.Advance("P15D");

        await Refund(store, order, 2500);
        await store.Advance("PT1S");

        Assert.Equal((100m, 0m, 0m), await store.Wallet(alice, "points"));
    }

    private static async Task Refund(Store store, JsonNode order, long minor)
    {
        var id = Referring.Bare((string)order["id"]!);
        var payment = await store.Database((db, _) => db.PaymentIntents.Where(i => i.OrderId == id).Select(i => i.Id).SingleAsync());
        await store.Test.Ok($"POST /v2/payments/pay_{payment}/refund", new { amount = minor });
    }
}
