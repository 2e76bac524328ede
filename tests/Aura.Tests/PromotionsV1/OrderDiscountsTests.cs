using System.Text.Json.Nodes;
using Aura.Promotions;
using Aura.Tests.Promotions;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.PromotionsV1;

public sealed class OrderDiscountsTests
{
    private static readonly object[] Items = [new { product_id = 1, quantity = 2, unit_price = 50.00 }];

    [Fact]
    public async Task Promotions_apply_by_priority_whatever_order_they_are_named_in()
    {
        var store = await Store.Open();
        var (first, second) = (await store.Offer(Offers.Percent(10) with { Priority = 5, CanStack = true }), await store.Offer(Offers.Percent(20) with { Priority = 1, CanStack = true }));

        var one = await Apply(store, 1, new { promotion_ids = new[] { first.Id, second.Id }, order_items = Items });
        var two = await Apply(store, 2, new { promotion_ids = new[] { second.Id, first.Id }, order_items = Items });

        foreach (var answer in new[] { one, two })
        {
            Assert.Equal((true, 28m), ((bool)answer["success"]!, (decimal)answer["total_discount"]!)); // 10 % of 100, 20 % of 90
            Assert.Equal([(first.Id, 10m), (second.Id, 18m)], answer["discounts"]!.AsArray().Select(share => ((long)share!["promotion_id"]!, (decimal)share["discount_amount"]!)));
        }

        Assert.Equal((1, 2), ((int)one["order_id"]!, (int)two["order_id"]!));
        Assert.Equal((2, 2), (await Uses(store, first), await Uses(store, second)));
        await store.Verify();
    }

    [Fact]
    public async Task One_that_cannot_stack_stands_alone_and_the_others_say_why_not()
    {
        var store = await Store.Open();
        var (alone, stacks) = (await store.Offer(Offers.Percent(30)), await store.Offer(Offers.Percent(20) with { CanStack = true }));
        var unnamed = await store.Offer(Offers.Percent(90));

        var answer = await Apply(store, 1, new { promotion_ids = new[] { stacks.Id, alone.Id }, order_items = Items });

        Assert.Equal((alone.Id, 30m), ((long)Assert.Single(answer["discounts"]!.AsArray())!["promotion_id"]!, (decimal)answer["total_discount"]!));
        var missed = Assert.Single(answer["not_applied"]!.AsArray())!;
        Assert.Equal((stacks.Id, "excluded_by_stacking", alone.Id), ((long)missed["promotion_id"]!, (string?)missed["code"], (long)missed["excluded_by"]!));
        Assert.Equal((1, 0, 0), (await Uses(store, alone), await Uses(store, stacks), await Uses(store, unnamed)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_same_request_again_counts_once_with_its_key_in_the_body_or_the_header(bool body)
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(10) with { MaxUses = 1 });
        Task<JsonNode> Again(string key) => body
            ? Apply(store, 7, new { promotion_ids = new[] { promotion.Id }, order_items = Items, idempotency_key = key })
            : store.Test.Ok("POST /api/v1/orders/7/apply-discount", new { promotion_ids = new[] { promotion.Id }, order_items = Items }, ("Idempotency-Key", key));

        var first = await Again("unique-operation-id");

        Assert.True(JsonNode.DeepEquals(first, await Again("unique-operation-id")));
        Assert.True(JsonNode.DeepEquals(first, await Again("another-id"))); // one order gets it once
        Assert.Equal(1, await Uses(store, promotion));
        await store.Verify();
    }

    [Fact]
    public async Task Another_request_for_the_same_order_or_with_the_same_key_is_refused_until_the_first_is_taken_back()
    {
        var store = await Store.Open();
        var (promotion, other) = (await store.Offer(Offers.Percent(10)), await store.Offer(Offers.Percent(20)));
        await Apply(store, 7, new { promotion_ids = new[] { promotion.Id }, order_items = Items, idempotency_key = "k" });

        Assert.Equal((409, "DISCOUNTS_ALREADY_APPLIED"), await Refused(store, 7, new { promotion_ids = new[] { other.Id }, order_items = Items }));
        Assert.Equal((422, "IDEMPOTENCY_KEY_REUSED"), await Refused(store, 8, new { promotion_ids = new[] { promotion.Id }, order_items = Items, idempotency_key = "k" }));
        Assert.Equal(204, (await store.Test.Send("DELETE /api/v1/orders/7/apply-discount")).Status);
        Assert.Equal(404, (await store.Test.Send("DELETE /api/v1/orders/7/apply-discount")).Status);
        Assert.Equal(0, await Uses(store, promotion));

        Assert.Equal(20m, (decimal)(await Apply(store, 7, new { promotion_ids = new[] { other.Id }, order_items = Items }))["total_discount"]!);
        await store.Verify();
    }

    [Fact]
    public async Task Many_at_once_for_one_order_are_one()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(10));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Apply(store, 7, new { promotion_ids = new[] { promotion.Id }, order_items = Items })));

        Assert.All(answers, answer => Assert.Equal(10m, (decimal)answer["total_discount"]!));
        Assert.Equal(1, await Uses(store, promotion));
    }

    [Fact]
    public async Task Codes_bring_their_promotions_and_unknown_ones_are_told()
    {
        var store = await Store.Open();
        var coupon = await store.Coupon(await store.Offer(Offers.Percent(15) with { CanStack = true }), "FIFTEEN", new() { MaxUsesPerCustomer = 1 });
        var order = new { promotion_ids = Array.Empty<long>(), order_items = Items, customer_id = 9, coupon_codes = new[] { "fifteen", "WRONG" } };

        var answer = await Apply(store, 1, order);
        Assert.Equal(("fifteen", 15m), ((string?)answer["discounts"]![0]!["coupon_code"], (decimal)answer["total_discount"]!));
        Assert.Equal(("WRONG", "not_found"), ((string?)answer["not_applied"]![0]!["coupon_code"], (string?)answer["not_applied"]![0]!["code"]));
        var again = await Apply(store, 2, order);

        Assert.False((bool)again["success"]!);
        Assert.Contains("customer_limit_reached", again["not_applied"]!.AsArray().Select(miss => (string?)miss!["code"]));
        Assert.Equal(1, await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "coupon.used" && e.SubjectId == coupon.Id)));
        await store.Verify();
    }

    [Fact]
    public async Task What_gives_nothing_uses_nothing_up_and_can_be_asked_again()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(10) with { MinimumOrderAmount = 200 });
        var order = new { promotion_ids = new[] { promotion.Id }, order_items = Items };

        Assert.Equal("below_minimum", (string?)(await Apply(store, 1, order))["not_applied"]![0]!["code"]);
        Assert.True((bool)(await Apply(store, 1, new { promotion_ids = new[] { promotion.Id }, order_items = new[] { new { product_id = 1, quantity = 4, unit_price = 50.00 } } }))["success"]!);
        Assert.Equal(1, await Uses(store, promotion));
    }

    [Fact]
    public async Task An_order_of_the_store_has_its_price()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(10));
        var order = Id<Aura.Orders.Order>.ToNumber((string?)(await store.Order(await store.Stocked()))["id"])!.Value;

        Assert.Equal((409, "ORDER_ALREADY_PRICED"), await Refused(store, order, new { promotion_ids = new[] { promotion.Id }, order_items = Items }));
        Assert.Equal((404, "NOT_FOUND"), await Refused(store, 1, new { promotion_ids = new[] { 1 }, order_items = Items }));
        Assert.Equal((422, "VALIDATION_ERROR"), await Refused(store, 1, new { promotion_ids = Array.Empty<long>(), order_items = Items }));
    }

    private static Task<JsonNode> Apply(Store store, long order, object body) => store.Test.Ok($"POST /api/v1/orders/{order}/apply-discount", body);

    private static async Task<(int, string?)> Refused(Store store, long order, object body)
    {
        var (status, answer) = await store.Test.Send($"POST /api/v1/orders/{order}/apply-discount", body);
        return (status, (string?)answer!["code"]);
    }

    private static Task<int> Uses(Store store, Promotion promotion) =>
        store.Database(async (db, _) => (int)(await db.Promotions.Where(p => p.Id == promotion.Id).Select(p => p.Counters.Sum(c => c.Used)).SingleAsync()));
}
