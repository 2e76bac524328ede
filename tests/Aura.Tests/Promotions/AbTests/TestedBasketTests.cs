using System.Text.Json.Nodes;
using Aura.Tests.PromotionsV1;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Promotions.AbTests;

/// <summary>Tests in the store's own carts and orders.</summary>
public sealed class TestedBasketTests
{
    private static readonly object Card = new { payment_method = "card" };

    [Fact]
    public async Task A_cart_gets_what_its_buyer_was_assigned_and_never_another_arm()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 100m, stock: 1000);
        var made = await AbTestsTests.Started(store);
        var seen = new HashSet<decimal>();

        for (var visitor = 0; visitor < 12; visitor++)
        {
            var assigned = await store.Test.Ok($"POST /api/v1/ab-testing/{made["test_id"]}/assign");
            var cart = await Cart(store, goods, (string)assigned["session_id"]!);
            var expected = (string?)assigned["assigned_variant"] == "control" ? 10m : 20m;
            Assert.Equal(expected, (decimal)cart["discount_total"]!);
            Assert.Equal($"promo_{assigned["promotion_id"]}", (string?)cart["discounts"]![0]!["source"]);
            seen.Add(expected);
        }

        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public async Task A_buyer_whom_nobody_can_tell_gets_none_and_a_test_that_was_not_started_gives_nothing()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 100m);
        var draft = await AbTestsTests.Made(store);
        await store.Test.Ok($"POST /api/v1/promotions/{draft["control_promotion"]!["id"]}/activate");
        Assert.Equal(0m, (decimal)(await Cart(store, goods, "s1"))["discount_total"]!);

        await AbTestsTests.Started(store);

        Assert.Equal(0m, (decimal)(await Cart(store, goods, null))["discount_total"]!);
        Assert.NotEqual(0m, (decimal)(await Cart(store, goods, "s1"))["discount_total"]!);
    }

    [Fact]
    public async Task Reading_a_cart_assigns_nobody_and_changing_it_does_once()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 100m);
        var cart = await Cart(store, goods, "s1");
        await AbTestsTests.Started(store);

        Assert.Equal(0m, (decimal)(await store.Test.Ok($"GET /v2/carts/{cart["id"]}"))["discount_total"]!);
        Assert.Equal(0, await store.Database((db, _) => db.AbUnits.CountAsync()));
        var changed = await store.Test.Ok($"POST /v2/carts/{cart["id"]}/items", new { variant_id = goods.Variant, quantity = 1 });
        Assert.Equal((decimal)changed["discount_total"]!, (decimal)(await store.Test.Ok($"GET /v2/carts/{cart["id"]}"))["discount_total"]!);
        Assert.NotEqual(0m, (decimal)changed["discount_total"]!);
        Assert.Equal(1, await store.Database((db, _) => db.AbUnits.CountAsync()));
    }

    [Fact]
    public async Task A_cart_whose_owner_logs_in_keeps_its_price()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 100m);
        await AbTestsTests.Started(store);

        for (var visitor = 0; visitor < 6; visitor++)
        {
            var cart = await Cart(store, goods, $"s{visitor}");
            var login = await store.Test.Ok($"PUT /v2/carts/{cart["id"]}", new { customer_id = await store.Customer() });
            Assert.Equal((decimal)cart["discount_total"]!, (decimal)login["discount_total"]!);
        }

        await store.Verify();
    }

    [Fact]
    public async Task An_order_of_the_store_is_counted_when_it_is_placed_and_taken_back_when_it_is_cancelled()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 100m);
        var made = await AbTestsTests.Started(store);
        var (first, second) = (await Cart(store, goods, "s1"), await Cart(store, goods, "s1"));
        var variant = (decimal)first["discount_total"]! == 10m ? "control" : "variant_1";
        var given = variant == "control" ? 10 : 20;
        var order = await store.Test.Ok($"POST /v2/carts/{first["id"]}/checkout", Card);
        await store.Test.Ok($"POST /v2/carts/{second["id"]}/checkout", Card);
        Assert.Equal((1, 2, 100m, 1, 2m * given, 2m * (100 - given)), await Seen(store, made, variant));

        await store.Test.Ok($"POST /v2/orders/{order["id"]}/cancel", new { reason = "changed_mind" });

        Assert.Equal((1, 1, 100m, 1, 1m * given, 1m * (100 - given)), await Seen(store, made, variant));
        await store.Verify();
    }

    [Fact]
    public async Task An_order_without_a_cart_gets_the_arm_that_its_customer_has_and_assigns_nobody()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 100m);
        var made = await AbTestsTests.Started(store);
        var (known, unknown) = (await store.Customer(), await store.Customer());
        var assigned = await store.Test.Ok($"POST /api/v1/ab-testing/{made["test_id"]}/assign", new { customer_id = long.Parse(known.Split('_')[1], System.Globalization.CultureInfo.InvariantCulture) });
        var (variant, given) = (string?)assigned["assigned_variant"] == "control" ? ("control", 10m) : ("variant_1", 20m);

        Assert.Equal(given, (decimal)(await store.Order(goods, 1, known))["discount_total"]!);
        Assert.Equal(0m, (decimal)(await store.Order(goods, 1, unknown))["discount_total"]!);

        Assert.Equal((1, 1, 100m, 1, given, 100m - given), await Seen(store, made, variant));
        Assert.Equal(1, await store.Database((db, _) => db.AbUnits.CountAsync()));
        await store.Verify();
    }

    [Fact]
    public async Task Without_tests_nothing_more_is_asked_of_the_database_and_several_tests_are_looked_up_at_once()
    {
        await using var server = await TestServer.Start(); // of its own: on the shared one other tests have keys looked up anew
        var store = await Store.Open(server: server);
        await store.Offer(Offers.Percent(5));
        var cart = await Cart(store, await store.Stocked(price: 100m), "s1");
        var without = await Commands();
        await AbTestsTests.Started(store);
        var one = await Commands();
        await AbTestsTests.Started(store);
        await AbTestsTests.Started(store);

        Assert.Equal((without + 1, without + 1), (one, await Commands()));

        async Task<int> Commands()
        {
            await store.Test.Ok($"GET /v2/carts/{cart["id"]}");
            return await SqlCommands.Of(store.Test, $"GET /v2/carts/{cart["id"]}");
        }
    }

    [Fact]
    public async Task A_change_that_is_refused_takes_nobody_in_and_carts_of_one_visitor_at_once_agree()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 100m);
        await AbTestsTests.Started(store);
        await store.Test.Refused(422, "POST /v2/carts", new { items = new[] { new { variant_id = goods.Variant, quantity = 1 } }, coupons = new[] { "NONE" }, metadata = new { session_id = "s1" } });
        Assert.Equal(0, await store.Database((db, _) => db.AbUnits.CountAsync()));

        var carts = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Cart(store, goods, "s1")));

        Assert.Single(carts.Select(cart => (decimal)cart["discount_total"]!).Distinct());
        Assert.Equal(1, await store.Database((db, _) => db.AbUnits.CountAsync()));
        await store.Verify();
    }

    [Fact]
    public async Task What_happens_after_the_end_moves_no_count()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 100m);
        var made = await AbTestsTests.Started(store);
        var (first, second) = (await Cart(store, goods, "s1"), await Cart(store, goods, "s1"));
        var variant = (decimal)first["discount_total"]! == 10m ? "control" : "variant_1";
        var order = await store.Test.Ok($"POST /v2/carts/{first["id"]}/checkout", Card);
        var before = await Seen(store, made, variant);
        await store.Test.Ok($"POST /api/v1/ab-testing/{made["test_id"]}/end");

        await store.Test.Ok($"POST /v2/orders/{order["id"]}/cancel", new { reason = "changed_mind" });
        var late = await store.Test.Ok($"POST /v2/carts/{second["id"]}/checkout", Card);

        Assert.Equal(0m, (decimal)late["discount_total"]!);
        Assert.Equal(before, await Seen(store, made, variant));
        await store.Verify();
    }

    [Fact]
    public async Task A_declined_payment_is_no_conversion()
    {
        var store = await Store.Open();
        var made = await AbTestsTests.Started(store);
        var cart = await Cart(store, await store.Stocked(price: 100m), "s1");
        var variant = (decimal)cart["discount_total"]! == 10m ? "control" : "variant_1";

        await store.Test.Refused(422, $"POST /v2/carts/{cart["id"]}/checkout", new { payment_method = new { type = "card", number = "4000000000000002", exp_month = 12, exp_year = 2040, cvc = "123" } });
        Assert.Equal((1, 0, 0m, 0, 0m, 0m), await Seen(store, made, variant));
        await store.Test.Ok($"POST /v2/carts/{cart["id"]}/checkout", Card);

        Assert.Equal((1, 1, 100m, 1), (await Seen(store, made, variant)) is var (i, c, r, u, _, _) ? (i, c, r, u) : default);
        await store.Verify();
    }

    private static Task<JsonNode> Cart(Store store, Shop.Goods goods, string? session) => store.Test.Ok("POST /v2/carts", new
    {
        email = "buyer@example.com",
        items = new[] { new { variant_id = goods.Variant, quantity = 1 } },
        shipping_address = Shop.Address,
        shipping_method = "standard",
        metadata = session is null ? new() : new Dictionary<string, string> { ["session_id"] = session },
    });

    private static async Task<(int, int, decimal, int, decimal, decimal)> Seen(Store store, JsonNode made, string variant)
    {
        await store.Advance("PT0S"); // the reader of orders has caught up
        var metrics = JsonNode.Parse(AbTestsTests.Metrics(await AbTestsTests.Results(store, made), variant))!;
        return ((int)metrics["impressions"]!, (int)metrics["conversions"]!, (decimal?)metrics["conversion_rate"] ?? -1, (int)metrics["unique_customers"]!,
            (decimal)metrics["total_discount"]!, (decimal)metrics["total_revenue"]!);
    }
}
