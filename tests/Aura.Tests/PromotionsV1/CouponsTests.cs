using System.Globalization;
using System.Text.Json.Nodes;
using Aura.Accounts;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Tests.Promotions;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.PromotionsV1;

public sealed class CouponsTests
{
    private const string All = "/api/v1/coupons/";

    [Fact]
    public async Task The_coupon_of_the_document_is_made_and_found_by_its_id_and_by_every_spelling_of_its_code()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));

        var (status, made) = await store.Test.Send($"POST {All}{promotion.Id}", """
            {"code": "SUMMER25", "max_uses": 100, "max_uses_per_customer": 1, "expires_at": "2099-08-31T23:59:59Z", "metadata": {"campaign": "summer_email", "batch_id": "batch_001"}}
            """);

        Assert.Equal(201, status);
        Assert.Equal(("SUMMER25", "active", 100, 0, 1), ((string?)made!["code"], (string?)made["status"], (int)made["max_uses"]!, (int)made["current_uses"]!, (int)made["max_uses_per_customer"]!));
        Assert.Equal((promotion.Id, "2099-08-31T23:59:59Z", "summer_email"), ((long)made["promotion_id"]!, (string?)made["expires_at"], (string?)made["metadata"]!["campaign"]));
        foreach (var name in new[] { $"{made["id"]}", "SUMMER25", "summer25/", "%20Summer25" })
            Assert.True(JsonNode.DeepEquals(made, await store.Test.Ok($"GET {All}{name}")), name);
        Assert.Equal(409, (await store.Test.Send($"POST {All}{promotion.Id}", new { code = "summer25" })).Status);
    }

    [Fact]
    public async Task A_code_that_is_not_given_is_made()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));

        var made = await store.Test.Ok($"POST {All}{promotion.Id}");

        Assert.Matches("^[2-9A-HJKMNP-Z]{10}$", (string?)made["code"]);
    }

    [Theory]
    [InlineData("code", "\"\"")]
    [InlineData("code", "\"A B\"")]
    [InlineData("code", "\"A/B\"")]
    [InlineData("max_uses", "0")]
    [InlineData("max_uses_per_customer", "-1")]
    [InlineData("expires_at", "\"soon\"")]
    [InlineData("colour", "1")]
    public async Task What_makes_no_sense_is_refused(string field, string value)
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));

        Assert.Equal(422, (await store.Test.Send($"POST {All}{promotion.Id}", new JsonObject { [field] = JsonNode.Parse(value) })).Status);
    }

    [Fact]
    public async Task Lists_filter_by_promotion_code_and_what_the_coupon_is_now()
    {
        var store = await Store.Open();
        var (one, other) = (await store.Offer(Offers.Percent(25)), await store.Offer(Offers.Percent(10)));
        await store.Coupon(one, "GOOD", new() { MaxUses = 2 });
        await store.Coupon(one, "OVER", new() { ExpiresAt = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) });
        await store.Coupon(one, "GONE", new() { MaxUses = 1 });
        await store.Coupon(other, "OFF");
        await store.Test.Ok($"POST {All}redeem/GONE", new { customer_id = 1, order_amount = 10 });
        await store.Test.Ok($"PUT {All}OFF", new { status = "disabled" });

        foreach (var (query, codes) in new[]
        {
            ("status=active", "GOOD"), ("status=expired", "OVER"), ("status=exhausted", "GONE"), ("status=disabled", "OFF"), ($"promotion_id={other.Id}", "OFF"), ("code=good", "GOOD"),
            ("sort_by=code&per_page=2&page=2", "OFF,OVER"),
        })
        {
            var page = await store.Test.Ok($"GET {All}?{query}");
            Assert.Equal((query, codes), (query, string.Join(',', page["items"]!.AsArray().Select(coupon => (string?)coupon!["code"]))));
        }

        Assert.Equal(422, (await store.Test.Send($"GET {All}?status=lost")).Status);
        Assert.Equal(["active", "exhausted"], (await store.Test.Ok($"GET {All}?promotion_id={one.Id}&sort_by=id"))["items"]!.AsArray()
            .Where(coupon => (string?)coupon!["code"] != "OVER").Select(coupon => (string?)coupon!["status"]));
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_a_deleted_coupon_is_gone_but_its_code_stays_taken()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));
        var coupon = await store.Coupon(promotion, "CHANGE", new() { MaxUses = 5 });

        var changed = await store.Test.Ok($"PUT {All}{coupon.Id}", new { max_uses_per_customer = 2, status = "disabled", metadata = new { a = "b" } });
        Assert.Equal((5, 2, "disabled", "b"), ((int)changed["max_uses"]!, (int)changed["max_uses_per_customer"]!, (string?)changed["status"], (string?)changed["metadata"]!["a"]));
        Assert.Equal("active", (string?)(await store.Test.Ok($"PUT {All}{coupon.Id}", new { status = "active", max_uses = (int?)null }))["status"]);
        Assert.Equal(422, (await store.Test.Send($"PUT {All}{coupon.Id}", new { status = "exhausted" })).Status);

        Assert.Equal(204, (await store.Test.Send($"DELETE {All}{coupon.Id}")).Status);
        Assert.Equal(404, (await store.Test.Send($"GET {All}{coupon.Id}")).Status);
        Assert.Equal(409, (await store.Test.Send($"POST {All}{promotion.Id}", new { code = "CHANGE" })).Status);
        Assert.False((bool)(await store.Test.Ok($"POST {All}validate/CHANGE", new { }))["is_valid"]!);
    }

    [Fact]
    public async Task Validation_shows_coupon_and_promotion_with_the_discount_and_consumes_nothing()
    {
        var store = await Store.Open();
        var coupon = await store.Coupon(await store.Offer(Offers.Percent(25)), "SUMMER25", new() { MaxUses = 1 });

        for (var i = 0; i < 3; i++)
        {
            var answer = await store.Test.Ok($"POST {All}validate/summer25", new { customer_id = 456, order_amount = 75.00 });
            Assert.Equal((true, "Valid", null, 18.75m), ((bool)answer["is_valid"]!, (string?)answer["reason"], (string?)answer["code"], (decimal)answer["discount_amount"]!));
            Assert.Equal((coupon.Id, "SUMMER25", 1, 0), ((long)answer["coupon"]!["id"]!, (string?)answer["coupon"]!["code"], (int)answer["coupon"]!["max_uses"]!, (int)answer["coupon"]!["current_uses"]!));
            Assert.Equal(("25 % off", 25m), ((string?)answer["promotion"]!["name"], (decimal)answer["promotion"]!["discount_value"]!));
        }
    }

    [Fact]
    public async Task Every_refusal_has_its_reason()
    {
        var store = await Store.Open();
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var offer = Offers.Percent(25);
        var (customer, friend) = (await Customer(store), await Customer(store));
        var good = await store.Offer(offer);
        await store.Coupon(good, "OVER", new() { ExpiresAt = now.AddDays(-1) });
        await store.Coupon(good, "OFF");
        await store.Coupon(good, "ONCE", new() { MaxUses = 1 });
        await store.Coupon(good, "EACH", new() { MaxUsesPerCustomer = 1 });
        await store.Coupon(good, "MINE", new() { CustomerId = friend });
        await store.Coupon(await store.Offer(offer with { StartsAt = now.AddDays(1) }), "EARLY");
        await store.Coupon(await store.Offer(offer with { MinimumOrderAmount = 50 }), "LARGE");
        await store.Coupon(await store.Offer(offer with { Segments = ["vip"] }), "VIP");
        await store.Coupon(await store.Offer(offer with { Details = new() { FirstPurchaseOnly = true } }), "FIRST");
        await store.Coupon(await store.Offer(offer with { Budget = 1 }), "POOR");
        await store.Coupon(await store.Offer(offer with { MaxUses = 1 }), "LAST");
        await store.Coupon(await store.Offer(offer with { Products = [1] }), "LAMPS");
        var draft = await store.Test.Ok("POST /api/v1/promotions/", new
        {
            name = "Draft", promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 5, start_date = "2026-01-01", end_date = "2099-01-01",
        });
        await store.Test.Ok($"POST {All}{draft["id"]}", new { code = "DRAFT" });
        await store.Test.Ok($"PUT {All}OFF", new { status = "disabled" });
        foreach (var used in new[] { "ONCE", "EACH", "POOR", "LAST" })
            await store.Test.Ok($"POST {All}redeem/{used}", new { customer_id = customer, order_amount = 100 });
        await store.Order(await store.Stocked(), customer: $"cust_{customer}");

        foreach (var (code, reason) in new[]
        {
            ("NONE", "not_found"), ("OVER", "expired"), ("OFF", "not_active"), ("ONCE", "max_uses_reached"), ("EACH", "customer_limit_reached"), ("MINE", "wrong_customer"),
            ("EARLY", "not_started"), ("LARGE", "below_minimum"), ("VIP", "segment_mismatch"), ("FIRST", "not_first_purchase"), ("POOR", "budget_exceeded"),
            ("LAST", "max_uses_reached"), ("DRAFT", "not_active"),
        })
        {
            var answer = await store.Test.Ok($"POST {All}validate/{code}", new { customer_id = customer, order_amount = 40 });
            Assert.Equal((code, false, reason), (code, (bool)answer["is_valid"]!, (string?)answer["code"]));
            Assert.NotEqual("Valid", (string?)answer["reason"]);
        }

        var item = new { product_id = 2, quantity = 1, unit_price = 40 };
        Assert.Equal("no_eligible_items", (string?)(await store.Test.Ok($"POST {All}validate/LAMPS", new { order_items = new[] { item } }))["code"]);
        Assert.True((bool)(await store.Test.Ok($"POST {All}validate/MINE", new { customer_id = friend }))["is_valid"]!);
        await store.Verify();
    }

    [Fact]
    public async Task Redeeming_uses_it_up_tells_of_it_and_is_refused_beyond_the_limit()
    {
        var store = await Store.Open();
        var coupon = await store.Coupon(await store.Offer(Offers.Percent(25)), "ONE", new() { MaxUses = 1 });

        var answer = await store.Test.Ok($"POST {All}redeem/one", new { customer_id = 7, order_id = 1, order_amount = 80 });
        Assert.Equal((true, 20m, "confirmed"), ((bool)answer["success"]!, (decimal)answer["discount_amount"]!, (string?)answer["status"]));
        Assert.Equal((coupon.Id, "ONE", 1, "exhausted"), ((long)answer["coupon"]!["id"]!, (string?)answer["coupon"]!["code"], (int)answer["coupon"]!["current_uses"]!, (string?)answer["coupon"]!["status"]));
        var (status, refusal) = await store.Test.Send($"POST {All}redeem/ONE", new { customer_id = 8, order_id = 2, order_amount = 80 });

        Assert.Equal((409, "COUPON_MAX_USES_REACHED"), (status, (string?)refusal!["code"]));
        Assert.Equal(1, await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "coupon.used" && e.SubjectId == coupon.Id)));
        await store.Verify();
    }

    [Fact]
    public async Task One_order_uses_a_coupon_once_however_often_it_is_sent()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));
        await store.Coupon(promotion, "AGAIN", new() { MaxUses = 1 });
        await store.Coupon(promotion, "OTHER");
        var order = new { customer_id = 7, order_id = 12, order_amount = 80 };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.Test.Ok($"POST {All}redeem/AGAIN", order)));

        Assert.Single(answers.Select(answer => (long)answer["redemption_id"]!).Distinct());
        Assert.All(answers, answer => Assert.Equal((20m, 1), ((decimal)answer["discount_amount"]!, (int)answer["coupon"]!["current_uses"]!)));
        Assert.Equal("COUPON_ALREADY_APPLIED", (string?)(await store.Test.Send($"POST {All}redeem/OTHER", order)).Body!["code"]);
        Assert.Equal(1, await store.Database((db, _) => db.PromotionUses.CountAsync()));
        await store.Verify();
    }

    [Theory]
    [InlineData("""{"order_amount": 10}""", "customer_id")]
    [InlineData("""{"customer_id": 7}""", "order_items")]
    [InlineData("""{"customer_id": 7, "order_amount": 10.001}""", "order_amount")]
    [InlineData("""{"customer_id": 7, "order_id": 0, "order_amount": 10}""", "order_id")]
    public async Task A_redemption_says_who_and_for_what(string body, string field)
    {
        var store = await Store.Open();
        await store.Coupon(await store.Offer(Offers.Percent(25)), "WHO");

        var (status, refusal) = await store.Test.Send($"POST {All}redeem/WHO", body);

        Assert.Equal(422, status);
        Assert.Contains(field, (string?)refusal!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Free_shipping_counts_as_used_also_where_the_price_of_shipping_is_not_told()
    {
        var store = await Store.Open();
        await store.Coupon(await store.Offer(Offers.Percent(0) with { Type = PromotionType.FreeShipping, DiscountType = DiscountType.FreeShipping }), "SHIP");

        Assert.Equal(4.9m, (decimal)(await store.Test.Ok($"POST {All}redeem/SHIP", new { customer_id = 1, order_amount = 20, shipping_amount = 4.9 }))["discount_amount"]!);
        var unknown = await store.Test.Ok($"POST {All}redeem/SHIP", new { customer_id = 1, order_amount = 20 });

        Assert.Equal((0m, 2), ((decimal)unknown["discount_amount"]!, (int)unknown["coupon"]!["current_uses"]!));
        await store.Verify();
    }

    [Fact]
    public async Task A_reservation_holds_the_last_use_until_it_is_confirmed_released_or_over()
    {
        var store = await Store.Open();
        var coupon = await store.Coupon(await store.Offer(Offers.Percent(25)), "HOLD", new() { MaxUses = 1 });
        async Task<JsonNode> Reserve(int order) => await store.Test.Ok($"POST {All}reserve/HOLD", new { customer_id = 7, order_id = order, order_amount = 80, expires_in_minutes = 10 });
        async Task<int> Redeem(int order) => (await store.Test.Send($"POST {All}redeem/HOLD", new { customer_id = 7, order_id = order, order_amount = 80 })).Status;

        var first = await Reserve(1);
        Assert.Equal(("reserved", "exhausted", 0), ((string?)first["status"], (string?)first["coupon"]!["status"], (int)first["coupon"]!["current_uses"]!));
        Assert.Equal(409, await Redeem(2));
        Assert.Equal("released", (string?)(await store.Test.Ok($"POST {All}redemptions/{first["redemption_id"]}/release"))["status"]);

        var second = await Reserve(3);
        await store.Advance("PT11M");
        Assert.Equal("RESERVATION_OVER", (string?)(await store.Test.Send($"POST {All}redemptions/{second["redemption_id"]}/confirm")).Body!["code"]);
        Assert.Equal("released", (string?)(await store.Test.Ok($"GET {All}redemptions/{second["redemption_id"]}"))["status"]);

        var third = await Reserve(4);
        for (var i = 0; i < 2; i++)
            Assert.Equal("confirmed", (string?)(await store.Test.Ok($"POST {All}redemptions/{third["redemption_id"]}/confirm"))["status"]);
        await store.Advance("PT11M");
        Assert.Equal("exhausted", (string?)(await store.Test.Ok($"GET {All}HOLD"))["status"]);
        Assert.Equal("rolled_back", (string?)(await store.Test.Ok($"POST {All}redemptions/{third["redemption_id"]}/release"))["status"]);
        Assert.Equal(200, await Redeem(5));
        Assert.Equal(2, await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "coupon.used" && e.SubjectId == coupon.Id)));
        await store.Verify();
    }

    [Fact]
    public async Task A_cancelled_order_of_the_store_gives_the_use_back()
    {
        var store = await Store.Open();
        await store.Coupon(await store.Offer(Offers.Percent(25)), "BACK", new() { MaxUses = 1 });
        var order = await store.Order(await store.Stocked());
        var number = Id<Aura.Orders.Order>.ToNumber((string?)order["id"])!.Value;
        await store.Test.Ok($"POST {All}redeem/BACK", new { customer_id = 7, order_id = number, order_amount = 20 });
        Assert.Equal("exhausted", (string?)(await store.Test.Ok($"GET {All}BACK"))["status"]);

        await store.Test.Ok($"POST /v2/orders/{order["id"]}/cancel", new { reason = "changed_mind" });

        Assert.Equal("active", (string?)(await store.Test.Ok($"GET {All}BACK"))["status"]);
        await store.Verify();
    }

    [Fact]
    public async Task The_eleventh_try_of_a_plan_with_limits_is_refused_although_there_is_room_elsewhere()
    {
        var store = await Store.Open(Plan.Starter);
        await store.Coupon(await store.Offer(Offers.Percent(25)), "LIMIT");

        var admitted = 0;
        while ((await store.Test.Send($"POST {All}validate/LIMIT", new { })).Status == 200)
            admitted++;

        Assert.InRange(admitted, 10, 20); // the hour may end meanwhile
        await store.Test.Ok("GET /api/v1/promotions/");
    }

    /// <summary>Who calls and what it may costs nothing once it is known; then come the guesses, the coupon with its promotion, and what the customer used.</summary>
    [Theory]
    [InlineData(null, 1)]
    [InlineData(1, 2)]
    public async Task Trying_a_coupon_takes_one_command_and_a_second_where_customers_have_a_limit(int? perCustomer, int commands)
    {
        await using var server = await TestServer.Start();
        var store = await Store.Open(server: server);
        await store.Coupon(await store.Offer(Offers.Percent(25) with { MaxUses = 1000 }), "LEAN", new() { MaxUses = 10, MaxUsesPerCustomer = perCustomer });
        var body = new { customer_id = await Customer(store), order_amount = 75 };
        await store.Test.Ok($"POST {All}validate/LEAN", body);

        Assert.Equal(commands, await SqlCommands.Of(store.Test, $"POST {All}validate/LEAN", body));
    }

    private static async Task<long> Customer(Store store) => long.Parse((await store.Customer())["cust_".Length..], CultureInfo.InvariantCulture);
}
