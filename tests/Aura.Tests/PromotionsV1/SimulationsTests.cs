using System.Text.Json.Nodes;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Tests.Promotions;
using Aura.Tests.V2;

namespace Aura.Tests.PromotionsV1;

public sealed class SimulationsTests
{
    [Fact]
    public async Task What_a_draft_would_have_cost_is_what_it_takes_off_the_same_carts_once_it_is_active()
    {
        var store = await Store.Open();
        var (lamp, desk) = (await store.Stocked(price: 19.99m), await store.Stocked(price: 120m));
        await store.Offer(Offers.Percent(10) with { CanStack = true });
        foreach (var items in new[] { new[] { (lamp, 1) }, [(lamp, 2), (desk, 1)], [(desk, 3)] })
            await store.PaidOrder(items);
        var draft = await Draft(store, Offers.Percent(15) with { CanStack = true, MinimumOrderAmount = 100 });

        var result = await Simulate(store, draft);

        await store.Database(async db =>
        {
            db.Activate(await db.LoadPromotion(draft.Id, default));
            await db.SaveChangesAsync();
        });
        var off = 0m;
        foreach (var items in new[] { new[] { (lamp, 1) }, [(lamp, 2), (desk, 1)], [(desk, 3)] })
            off += (decimal)((await store.Test.Ok($"GET /v2/carts/{await store.Cart(items)}"))["discounts"]!.AsArray()
                .FirstOrDefault(discount => (string?)discount!["source"] == $"promo_{draft.Id}")?["amount"] ?? 0m);
        Assert.Equal((3, 3, 2, 66.67m), ((int)result["orders"]!["found"]!, (int)result["orders"]!["replayed"]!, (int)result["orders_touched"]!, (decimal)result["share_of_orders"]!));
        Assert.True(off > 0);
        Assert.Equal(off, (decimal)result["cost"]!);
        Assert.Equal(off, (decimal)result["extra_cost"]!);
    }

    [Fact]
    public async Task Shipping_categories_tags_and_first_purchases_are_those_of_the_orders()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 20m);
        await store.Test.Ok($"PUT /v2/products/{goods.Product}", new { categories = new[] { "light" } });
        var customer = await store.Customer();
        await store.Test.Ok($"PUT /v2/customers/{customer}", new { tags = new[] { "vip" } });
        for (var i = 0; i < 2; i++)
            await store.Order(goods, customer: customer);
        await store.Order(goods);
        var category = await store.Database((db, _) => Task.FromResult(db.Categories.Single(c => c.Slug == "light").Id));

        Assert.Equal(3, (int)(await Simulate(store, await Draft(store, Offers.Percent(10) with { Categories = [category] })))["orders_touched"]!);
        Assert.Equal(0, (int)(await Simulate(store, await Draft(store, Offers.Percent(10) with { Categories = [category + 1_000_000] })))["orders_touched"]!);
        Assert.Equal(2, (int)(await Simulate(store, await Draft(store, Offers.Percent(10) with { Segments = ["vip"] })))["orders_touched"]!);
        Assert.Equal(2, (int)(await Simulate(store, await Draft(store, Offers.Percent(10) with { Details = new() { FirstPurchaseOnly = true } })))["orders_touched"]!);
        var free = await Draft(store, new("Free", PromotionType.FreeShipping, DiscountType.FreeShipping, 0, Currency.Usd, Offers.Percent(1).StartsAt, Offers.Percent(1).EndsAt));
        Assert.Equal(15m, (decimal)(await Simulate(store, free))["cost"]!);
        await store.Test.Ok("POST /v2/segments", new { name = "regulars", rule = new { min_orders = 2 } });
        Assert.Equal(2, (int)(await Simulate(store, await Draft(store, Offers.Percent(10) with { Segments = ["regulars"] })))["orders_touched"]!);
    }

    [Fact]
    public async Task Conflicts_limits_and_the_worst_stack_are_told()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 100m);
        var order = await store.PaidOrder((goods, 1));
        await store.PaidOrder((goods, 2));
        var rival = await store.Offer(Offers.Percent(20));
        var draft = await Draft(store, Offers.Percent(50) with { CanStack = true, MaxUses = 1 });

        var result = await Simulate(store, draft);

        Assert.Equal((1, 1), ((int)result["orders_touched"]!, (int)result["limits"]!["orders_refused"]!));
        Assert.NotNull((string?)result["limits"]!["uses_exhausted_at"]);
        var conflict = Assert.Single(result["conflicts"]!.AsArray())!;
        Assert.Equal((rival.Id, 1, -20m), ((long)conflict["promotion_id"]!, (int)conflict["excluded_by_simulated"]!, (decimal)conflict["discount_difference"]!));
        Assert.Equal((50m, 20m), ((decimal)result["worst_stack"]!["discount_percent"]!, (decimal)result["worst_stack"]!["percent_without"]!));
        Assert.Equal((string?)order["id"], $"ord_{result["worst_stack"]!["order_id"]}");
    }

    [Fact]
    public async Task More_orders_than_can_be_waited_for_are_replayed_by_a_job_with_the_same_answer()
    {
        var store = await Store.Open();
        await store.PaidOrder((await store.Stocked(price: 100m), 1));
        await Copy(store, 1_100);
        var draft = await Draft(store, Offers.Percent(10));

        var (status, accepted) = await store.Test.Send($"POST /api/v1/promotions/{draft.Id}/simulate", new { });
        Assert.Equal((202, null), (status, accepted!["result"]));
        await store.Advance("PT0S");
        var job = await store.Test.Ok($"GET /api/v1/promotions/{draft.Id}/simulations/{accepted["job_id"]}");
        var sample = await store.Test.Ok($"POST /api/v1/promotions/{draft.Id}/simulate", new { sample = 100 });
        var again = await store.Test.Ok($"POST /api/v1/promotions/{draft.Id}/simulate", new { sample = 100 });

        Assert.Equal(("completed", 1_101, 11_010m), ((string?)job["status"], (int)job["result"]!["orders"]!["replayed"]!, (decimal)job["result"]!["cost"]!));
        Assert.Equal((1_101, 92, 12), ((int)sample["orders"]!["found"]!, (int)sample["orders"]!["replayed"]!, (int)sample["orders"]!["sampled_every"]!));
        Assert.True(JsonNode.DeepEquals(Without(sample), Without(again)));
        var other = await Draft(store, Offers.Percent(10));
        Assert.Equal(404, (await store.Test.Send($"GET /api/v1/promotions/{other.Id}/simulations/{accepted["job_id"]}")).Status);
    }

    [Fact]
    public async Task The_worst_cart_of_the_active_set_and_a_draft_is_found_with_its_steps()
    {
        var store = await Store.Open();
        const string check = "POST /api/v1/promotions/stacking-check";
        Assert.Equal(("none", null), ((string?)(await store.Test.Ok(check))["warning_level"], (await store.Test.Ok(check))["worst_cart"]));
        await store.Offer(Offers.Percent(40) with { CanStack = true });
        await store.Offer(Offers.Percent(90) with { CanStack = true, StartsAt = new(2090, 1, 1, 0, 0, 0, DateTimeKind.Utc), EndsAt = new(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc) });
        var draft = await Draft(store, Offers.Percent(70) with { CanStack = true });

        var alone = await store.Test.Ok(check);
        var together = await store.Test.Ok(check, new { promotion_ids = new[] { draft.Id } });
        var only = await store.Test.Ok(check, new { promotion_ids = new[] { draft.Id }, include_active = false });

        Assert.Equal((1, 40m, "low"), ((int)alone["promotions_checked"]!, (decimal)alone["total_discount_percent"]!, (string?)alone["warning_level"]));
        Assert.Equal((2, "high"), ((int)together["promotions_checked"]!, (string?)together["warning_level"]));
        Assert.InRange((decimal)together["total_discount_percent"]!, 82m, 82.1m);
        Assert.Equal(2, together["applied"]!.AsArray().Count);
        Assert.NotEmpty(together["trace"]!.AsArray());
        var cart = together["worst_cart"]!;
        Assert.Equal((decimal)cart["subtotal"]! - (decimal)cart["discount"]!, (decimal)cart["total"]!);
        Assert.Equal((decimal)cart["discount"]!, together["applied"]!.AsArray().Sum(applied => (decimal)applied!["discount_amount"]!));
        Assert.Equal(70m, (decimal)only["total_discount_percent"]!);
        Assert.Equal(404, (await store.Test.Send(check, new { promotion_ids = new[] { 999 } })).Status);
        Assert.Equal(422, (await store.Test.Send(check, new { promotion_ids = new[] { draft.Id }, currency = "EUR" })).Status);
    }

    private static Task<JsonNode> Simulate(Store store, Promotion promotion) => store.Test.Ok($"POST /api/v1/promotions/{promotion.Id}/simulate", new { days = 30 });

    /// <summary>The period ends now, which moves.</summary>
    private static JsonObject Without(JsonNode result)
    {
        var rest = result.DeepClone().AsObject();
        rest.Remove("period");
        return rest;
    }

    private static Task<Promotion> Draft(Store store, PromotionTerms terms) => store.Database(async (db, _) =>
    {
        var promotion = Promotion.Create(terms);
        db.Start(promotion);
        await db.SaveChangesAsync();
        return promotion;
    });

    /// <summary>So many more orders like the first.</summary>
    private static async Task Copy(Store store, int count)
    {
        await store.Server.Rows("""
            INSERT INTO orders SELECT (jsonb_populate_record(o, jsonb_build_object('id', nextval('ids'), 'number', NULL, 'cart_id', NULL))).*
            FROM orders o, generate_series(1, $2) WHERE tenant_id = $1
            """, store.Account.Sandbox.Id, count);
        await store.Server.Rows("""
            INSERT INTO order_lines SELECT (jsonb_populate_record(l, jsonb_build_object('id', nextval('ids'), 'order_id', o.id))).*
            FROM orders o, order_lines l WHERE o.tenant_id = $1 AND l.tenant_id = $1 AND o.id <> l.order_id
            """, store.Account.Sandbox.Id);
    }
}
