using System.Text.Json.Nodes;
using Aura.Promotions;
using Aura.Tests.Promotions;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.V2;

public sealed class CouponsTests
{
    private static readonly object Card = new { payment_method = "card" };

    [Fact]
    public async Task The_coupon_of_the_document_is_made_with_all_that_was_said()
    {
        var store = await Store.Open();

        var (status, made) = await store.Test.Send("POST /v2/coupons", """
            {"code": "SUMMER2026", "type": "percentage", "amount": 20, "duration": "repeating", "duration_in_months": 3, "max_redemptions": 1000,
             "restrictions": {"minimum_amount": 5000, "first_time_transaction": true, "product_ids": ["prod_123", "prod_456"]}}
            """);

        Assert.Equal(201, status);
        Assert.Equal(("SUMMER2026", "percentage", 20m, "repeating", 3), ((string?)made!["code"], (string?)made["type"], (decimal)made["amount"]!, (string?)made["duration"], (int)made["duration_in_months"]!));
        Assert.Equal((1000, 0, true), ((int)made["max_redemptions"]!, (int)made["times_redeemed"]!, (bool)made["active"]!));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"minimum_amount": 5000, "first_time_transaction": true, "product_ids": ["prod_123", "prod_456"]}"""), made["restrictions"]), $"{made["restrictions"]}");
        Assert.StartsWith("coupon_", (string?)made["id"], StringComparison.Ordinal);
        foreach (var name in new[] { (string?)made["id"], "summer2026" })
            Assert.True(JsonNode.DeepEquals(made, await store.Test.Ok($"GET /v2/coupons/{name}")));
        Assert.Equal(409, (await store.Test.Send("POST /v2/coupons", new { code = "Summer2026", type = "percentage", amount = 5 })).Status);
    }

    [Theory]
    [InlineData("""{"code": "X", "type": "mystery", "amount": 5}""")]
    [InlineData("""{"code": "X", "type": "tiered", "amount": 5}""")]
    [InlineData("""{"code": "X", "type": "percentage"}""")]
    [InlineData("""{"code": "X", "type": "percentage", "amount": 101}""")]
    [InlineData("""{"code": "X", "type": "fixed_amount", "amount": 5.5}""")]
    [InlineData("""{"code": "X", "type": "percentage", "amount": 5, "duration": "repeating"}""")]
    [InlineData("""{"code": "X", "type": "percentage", "amount": 5, "duration_in_months": 3}""")]
    [InlineData("""{"code": "X", "type": "percentage", "amount": 5, "max_redemptions": 0}""")]
    [InlineData("""{"type": "percentage", "amount": 5}""")]
    public async Task What_makes_no_sense_is_refused(string body)
    {
        var store = await Store.Open();

        Assert.Equal(422, (await store.Test.Send("POST /v2/coupons", body)).Status);
        Assert.Equal(0, await store.Database((db, _) => db.Promotions.CountAsync()));
    }

    [Theory]
    [InlineData("percentage", 20, 41)]
    [InlineData("fixed_amount", 750, 37.5)]
    [InlineData("free_shipping", null, 40)]
    public async Task Each_type_lowers_a_cart_by_what_it_says(string type, int? amount, decimal total)
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/coupons", new { code = "CODE", type, amount });
        var cart = await store.Cart((await store.Stocked(price: 20m), 2));
        if (type == "percentage")
            total -= 4; // 20 % of 40, and 5 for shipping

        Assert.Equal(total, (decimal)(await store.Test.Ok($"PUT /v2/carts/{cart}", new { coupon = "code" }))["total"]!);
    }

    [Fact]
    public async Task Its_restrictions_hold_in_carts_and_redemptions_and_say_what_is_missing()
    {
        var store = await Store.Open();
        var (goods, other, customer) = (await store.Stocked(price: 20m), await store.Stocked(price: 20m), await store.Customer());
        await store.Test.Ok("POST /v2/coupons", new { code = "MIN", type = "percentage", amount = 10, restrictions = new { minimum_amount = 5000 } });
        await store.Test.Ok("POST /v2/coupons", new { code = "ONLY", type = "percentage", amount = 10, restrictions = new { product_ids = new[] { goods.Product } } });
        await store.Test.Ok("POST /v2/coupons", new { code = "FIRST", type = "percentage", amount = 10, restrictions = new { first_time_transaction = true } });
        await store.Order(other, customer: customer);

        foreach (var (code, reason) in new[] { ("MIN", "coupon_below_minimum"), ("ONLY", "coupon_no_eligible_items"), ("FIRST", "coupon_not_first_purchase") })
        {
            Assert.Equal((code, reason), (code, (string?)(await store.Test.Refused(422, $"POST /v2/coupons/{code}/redeem", new { customer_id = customer, amount = 4999, product_ids = new[] { other.Product } }))["code"]));
            var cart = await store.Cart((other, 1));
            await store.Test.Ok($"PUT /v2/carts/{cart}", new { customer_id = customer });
            Assert.Equal((code, reason), (code, (string?)(await store.Test.Refused(422, $"PUT /v2/carts/{cart}", new { coupon = code }))["code"]));
        }

        var answer = await store.Test.Ok("POST /v2/coupons/ONLY/redeem", new { customer_id = customer, amount = 4999, product_ids = new[] { other.Product, goods.Product } });
        Assert.Equal((true, 500, 1), ((bool)answer["valid"]!, (int)answer["discount_amount"]!, (int)answer["times_redeemed"]!));
        Assert.Equal(500, (int)(await store.Test.Ok("POST /v2/coupons/MIN/redeem", new { amount = 5000 }))["discount_amount"]!);
        await store.Verify();
    }

    [Fact]
    public async Task One_redemption_above_the_most_is_refused()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/coupons", new { code = "TWICE", type = "fixed_amount", amount = 500, max_redemptions = 2 });

        for (var times = 1; times <= 2; times++)
            Assert.Equal(times, (int)(await store.Test.Ok("POST /v2/coupons/TWICE/redeem", new { amount = 2000 }))["times_redeemed"]!);
        Assert.Equal("coupon_max_uses_reached", (string?)(await store.Test.Refused(409, "POST /v2/coupons/TWICE/redeem", new { amount = 2000 }))["code"]);
        var read = await store.Test.Ok("GET /v2/coupons/TWICE");

        Assert.Equal((false, "exhausted", 2), ((bool)read["active"]!, (string?)read["status"], (int)read["times_redeemed"]!));
        await store.Test.Refused(404, "POST /v2/coupons/NONE/redeem", new { amount = 2000 });
        await store.Verify();
    }

    [Fact]
    public async Task The_list_shows_every_coupon_of_the_store_also_those_of_other_promotions()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/coupons", new { code = "OWN", type = "percentage", amount = 10 });
        await store.Test.Ok("POST /v2/coupons", new { code = "OFF", type = "percentage", amount = 10, active = false });
        var shared = await store.Coupon(await store.Offer(Offers.Percent(25)), "SHARED");

        Assert.Equal(["SHARED", "OFF", "OWN"], Codes(await store.Test.Ok("GET /v2/coupons")));
        Assert.Equal(["SHARED", "OWN"], Codes(await store.Test.Ok("GET /v2/coupons?active=true")));
        Assert.Equal(["OFF"], Codes(await store.Test.Ok("GET /v2/coupons?active=false")));
        Assert.Equal(["OWN"], Codes(await store.Test.Ok("GET /v2/coupons?code=own")));
        Assert.Equal(["OFF", "OWN", "SHARED"], Codes(await store.Test.Ok("GET /v2/coupons?sort=code&cursor=")));
        Assert.Equal(3, (int)(await store.Test.Ok("GET /api/v1/coupons/"))["pagination"]!["total_items"]!);
        Assert.Equal("shared_promotion", (string?)(await store.Test.Refused(409, $"PUT /v2/coupons/{shared.Code}", new { restrictions = new { minimum_amount = 1 } }))["code"]);
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_a_deleted_coupon_is_good_for_nothing()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/coupons", new { code = "EDIT", type = "percentage", amount = 10, max_redemptions = 5 });
        var cart = await store.Cart((await store.Stocked(price: 20m), 2));
        await store.Test.Ok($"PUT /v2/carts/{cart}", new { coupon = "EDIT" });

        var edited = await store.Test.Ok("PUT /v2/coupons/EDIT", new { restrictions = new { minimum_amount = 4100 }, max_redemptions = 7 });
        Assert.Equal((7, 4100, 10m), ((int)edited["max_redemptions"]!, (int)edited["restrictions"]!["minimum_amount"]!, (decimal)edited["amount"]!));
        Assert.Equal(45m, (decimal)(await store.Test.Ok($"GET /v2/carts/{cart}"))["total"]!);
        await store.Test.Ok("PUT /v2/coupons/EDIT", new { restrictions = (object?)null });
        Assert.Equal(41m, (decimal)(await store.Test.Ok($"GET /v2/carts/{cart}"))["total"]!);
        Assert.False((bool)(await store.Test.Ok("PUT /v2/coupons/EDIT", new { active = false }))["active"]!);
        Assert.Equal(45m, (decimal)(await store.Test.Ok($"GET /v2/carts/{cart}"))["total"]!);

        Assert.Equal(204, (await store.Test.Send("DELETE /v2/coupons/EDIT")).Status);
        await store.Test.Refused(404, "GET /v2/coupons/EDIT");
        Assert.Equal("coupon_not_found", (string?)(await store.Test.Refused(422, $"POST /v2/carts/{cart}/checkout", Card))["code"]);
        Assert.Equal("ended", (string?)(await store.Database(async (db, _) => Words<PromotionStatus>.Of((await db.Promotions.SingleAsync()).Status))));
    }

    private static IEnumerable<string?> Codes(JsonNode page) => page["data"]!.AsArray().Select(coupon => (string?)coupon!["code"]);
}
