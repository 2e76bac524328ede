using System.Text.Json.Nodes;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Promotions;

/// <summary>Promotions and coupons in the store's own carts and orders.</summary>
public sealed class CheckoutDiscountTests
{
    private static readonly object Card = new { payment_method = "card" };

    [Fact]
    public async Task A_promotion_without_a_code_lowers_every_cart_from_the_moment_it_is_activated_until_it_is_paused()
    {
        var store = await Store.Open();
        var cart = await store.Cart((await store.Stocked(price: 20m), 2));
        Assert.Equal(45m, await Total(store, cart));

        var promotion = await store.Offer(Offers.Percent(10));
        var read = await store.Test.Ok($"GET /v2/carts/{cart}");
        Assert.Equal((4m, 41m), ((decimal)read["discount_total"]!, (decimal)read["total"]!));
        Assert.Equal(($"promo_{promotion.Id}", 4m), ((string?)read["discounts"]![0]!["source"], (decimal)read["discounts"]![0]!["amount"]!));

        await Change(store, promotion, db => db.Pause);
        Assert.Equal(45m, await Total(store, cart));
    }

    [Fact]
    public async Task A_coupon_gives_its_promotion_and_a_placed_order_uses_it_up()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));
        var coupon = await store.Coupon(promotion, "Summer25", new() { MaxUses = 1 });
        var goods = await store.Stocked(price: 20m);
        var (first, second) = (await store.Cart((goods, 1)), await store.Cart((goods, 1)));
        Assert.Equal(25m, await Total(store, first));

        await store.Test.Ok($"PUT /v2/carts/{first}", new { coupon = " summer25 " });
        await store.Test.Ok($"PUT /v2/carts/{second}", new { coupon = "SUMMER25" });
        Assert.Equal(20m, await Total(store, first));
        var order = await store.Test.Ok($"POST /v2/carts/{first}/checkout", Card);

        Assert.Equal((5m, 20m), ((decimal)order["discount_total"]!, (decimal)order["total"]!));
        Assert.Equal("coupon_max_uses_reached", (string?)(await store.Test.Refused(422, $"POST /v2/carts/{second}/checkout", Card))["code"]);
        Assert.Equal((0, 1, CouponStatus.Exhausted), await Uses(store, coupon));
        Assert.Equal(1, await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "coupon.used" && e.SubjectId == coupon.Id)));
        await store.Verify();
    }

    [Fact]
    public async Task A_cancelled_order_gives_its_use_back_and_the_promotion_that_had_ended_goes_on()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25) with { MaxUses = 1 });
        var goods = await store.Stocked(price: 20m);
        var order = await store.Test.Ok($"POST /v2/carts/{await store.Cart((goods, 1))}/checkout", Card);
        Assert.Equal(PromotionStatus.Ended, await Status(store, promotion));
        Assert.Equal(25m, await Total(store, await store.Cart((goods, 1))));

        await store.Test.Ok($"POST /v2/orders/{order["id"]}/cancel", new { reason = "changed_mind" });

        Assert.Equal(PromotionStatus.Active, await Status(store, promotion));
        Assert.Equal(20m, await Total(store, await store.Cart((goods, 1))));
        await store.Verify();
    }

    [Fact]
    public async Task A_declined_payment_uses_nothing_up()
    {
        var store = await Store.Open();
        var coupon = await store.Coupon(await store.Offer(Offers.Percent(25)), "ONCE", new() { MaxUses = 1 });
        var cart = await store.Cart((await store.Stocked(price: 20m), 1));
        await store.Test.Ok($"PUT /v2/carts/{cart}", new { coupon = "ONCE" });

        await store.Test.Refused(422, $"POST /v2/carts/{cart}/checkout", new { payment_method = new { type = "card", number = "4000000000000002", exp_month = 12, exp_year = 2040, cvc = "123" } });

        Assert.Equal((0, 0, CouponStatus.Active), await Uses(store, coupon));
        Assert.Equal(20m, (decimal)(await store.Test.Ok($"POST /v2/carts/{cart}/checkout", Card))["total"]!);
        await store.Verify();
    }

    [Fact]
    public async Task A_limit_per_customer_knows_a_guest_by_every_spelling_of_the_address()
    {
        var store = await Store.Open();
        await store.Coupon(await store.Offer(Offers.Percent(25)), "WELCOME", new() { MaxUsesPerCustomer = 1 });
        var goods = await store.Stocked(price: 20m);
        var first = await store.Cart((goods, 1));
        await store.Test.Ok($"PUT /v2/carts/{first}", new { email = "ann@example.com", coupon = "WELCOME" });
        await store.Test.Ok($"POST /v2/carts/{first}/checkout", Card);

        var second = await store.Cart((goods, 1));
        await store.Test.Ok($"PUT /v2/carts/{second}", new { email = "Ann+again@Example.com" });
        var error = await store.Test.Refused(422, $"PUT /v2/carts/{second}", new { coupon = "WELCOME" });

        Assert.Equal("coupon_customer_limit_reached", (string?)error["code"]);
    }

    [Fact]
    public async Task Categories_take_in_what_is_below_them_and_segments_are_tags_or_what_was_bought()
    {
        var store = await Store.Open();
        var electronics = await store.Test.Ok("POST /v2/categories", new { name = "Electronics" });
        await store.Test.Ok("POST /v2/categories", new { name = "Phones", parent_id = electronics["id"] });
        await store.Test.Ok("POST /v2/segments", new { name = "Loyal", rule = new { min_orders = 1 } });
        var phone = await store.Test.Ok("POST /v2/products", new { name = "Phone", sku = "PHONE", price = 100, categories = new[] { "phones" } });
        var lamp = await store.Test.Ok("POST /v2/products", new { name = "Lamp", sku = "LAMP", price = 100 });
        await store.Offer(Offers.Percent(10) with { Categories = [Number<Aura.Catalog.Category>(electronics)], Segments = ["loyal"] });
        var (tagged, buyer, other) = (await store.Customer(), await store.Customer(), await store.Customer());
        await store.Test.Ok($"PUT /v2/customers/{tagged}", new { tags = new[] { "LOYAL" } });
        await store.Order(await store.Stocked(), customer: buyer);

        foreach (var (customer, discount) in new[] { (tagged, 10m), (buyer, 10m), (other, 0m) })
        {
            var cart = await store.Test.Ok("POST /v2/carts", new
            {
                customer_id = customer, items = new[] { new { product_id = phone["id"], quantity = 1 }, new { product_id = lamp["id"], quantity = 1 } },
            });
            Assert.Equal(discount, (decimal)cart["discount_total"]!);
        }
    }

    [Fact]
    public async Task A_promotion_expires_by_the_clock_and_says_so()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(10));

        await store.Advance("P31D");

        Assert.Equal(PromotionStatus.Expired, await Status(store, promotion));
        Assert.Equal(1, await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "promotion.ended" && e.SubjectId == promotion.Id)));
    }

    [Fact]
    public async Task Free_shipping_takes_off_the_price_of_the_chosen_method()
    {
        var store = await Store.Open();
        await store.Offer(Offers.Percent(0) with { Type = PromotionType.FreeShipping, DiscountType = DiscountType.FreeShipping });

        var order = await store.PaidOrder((await store.Stocked(price: 20m), 1));

        Assert.Equal((5m, 5m, 20m), ((decimal)order["shipping_total"]!, (decimal)order["shipping_discount"]!, (decimal)order["total"]!));
    }

    [Fact]
    public async Task The_store_decides_who_wins_and_how_much_promotions_take_off_together()
    {
        var store = await Store.Open();
        await store.Offer(Offers.Percent(40) with { CanStack = true });
        await store.Offer(Offers.Percent(50) with { CanStack = true });
        await store.Offer(Offers.Percent(10) with { Priority = 1 });
        var cart = await store.Cart((await store.Stocked(price: 100m), 1));
        var tenant = (await store.Test.Ok("GET /v2/tenants"))["data"]![0]!["id"];
        Assert.Equal(35m, await Total(store, cart)); // 30 and 5 for shipping

        await store.Test.Ok($"PATCH /v2/tenants/{tenant}", new { settings = new { max_combined_discount_percent = 60 } });
        Assert.Equal(45m, await Total(store, cart));

        await store.Test.Ok($"PATCH /v2/tenants/{tenant}", new { settings = new { promotion_contest = "priority" } });
        Assert.Equal(95m, await Total(store, cart));
    }

    [Fact]
    public async Task A_cart_explains_what_applied_and_what_did_not_and_why()
    {
        var store = await Store.Open();
        var (given, small) = (await store.Offer(Offers.Percent(25) with { MaximumDiscountAmount = 5, CanStack = true }), await store.Offer(Offers.Percent(10) with { MinimumOrderAmount = 100, CanStack = true }));
        var coded = await store.Offer(Offers.Percent(30));
        await store.Coupon(coded, "CODE");
        var cart = await store.Cart((await store.Stocked(price: 20m), 2));

        var explained = (await store.Test.Ok($"GET /v2/carts/{cart}?explain=true"))["promotions"]!.AsArray();

        Assert.Equal([(given.Id, true, 5m, null), (coded.Id, false, 0m, "coupon_required"), (small.Id, false, 0m, "below_minimum")], explained.Select(promotion =>
            (Id<Promotion>.ToNumber((string?)promotion!["promotion_id"])!.Value, (bool)promotion["applied"]!, (decimal)promotion["amount"]!, (string?)promotion["reason"])));
        Assert.Equal(["computed", "capped", "allocated"], explained[0]!["steps"]!.AsArray().Select(step => (string?)step!["kind"]));
        Assert.Equal(("Eligible items for 60.00 USD more are needed", "25% discount applied to eligible items, up to its maximum"), ((string?)explained[2]!["message"], (string?)explained[0]!["message"]));
        Assert.Null((await store.Test.Ok($"GET /v2/carts/{cart}"))["promotions"]);
    }

    private static async Task<decimal> Total(Store store, string cart) => (decimal)(await store.Test.Ok($"GET /v2/carts/{cart}"))["total"]!;

    private static long Number<T>(JsonNode thing) where T : IIdentified => Id<T>.ToNumber((string?)thing["id"])!.Value;

    private static Task<PromotionStatus> Status(Store store, Promotion promotion) =>
        store.Database((db, _) => db.Promotions.Where(p => p.Id == promotion.Id).Select(p => p.Status).SingleAsync());

    private static Task<(long, long, CouponStatus)> Uses(Store store, Coupon coupon) => store.Database(async (db, _) =>
    {
        var now = await db.Coupons.AsNoTracking().SingleAsync(c => c.Id == coupon.Id);
        return (now.Reserved, now.Used, now.StatusAt(db.Now));
    });

    private static Task Change(Store store, Promotion promotion, Func<Aura.Persistence.AuraDb, Action<Promotion>> step) => store.Database(async db =>
    {
        step(db)(await db.Load(new Id<Promotion>(promotion.Id), default));
        await db.SaveChangesAsync();
    });
}
