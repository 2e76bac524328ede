using Aura.Promotions;
using Aura.Tests.Promotions;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Fire;

public sealed class CouponRaceTests
{
    private static readonly object Card = new { payment_method = "card" };

    [Fact]
    public async Task A_thousand_redemptions_at_once_of_a_coupon_with_a_hundred_uses_are_exactly_a_hundred()
    {
        var store = await Store.Open();
        var coupon = await store.Coupon(await store.Offer(Offers.Percent(25) with { MaxUsesPerCustomer = 1 }), "HUNDRED", new() { MaxUses = 100, MaxUsesPerCustomer = 1 });

        var answers = await Task.WhenAll(Enumerable.Range(1, 1_000).Select(buyer =>
            store.Test.Send($"POST /api/v1/coupons/redeem/HUNDRED", new { customer_id = buyer, order_id = buyer, order_amount = 80 })));

        Assert.Equal(100, answers.Count(answer => answer.Status == 200));
        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 409, $"{answer.Status} {answer.Body}"));
        Assert.Equal((0, 100), await Uses(store, coupon));
        await store.Verify();
    }

    [Fact]
    public async Task A_hundred_buyers_of_the_last_ten_uses_are_ten_orders()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));
        var coupon = await store.Coupon(promotion, "TEN", new() { MaxUses = 10 });
        var goods = await store.Stocked(price: 20m, stock: 1000);
        var carts = await Task.WhenAll(Enumerable.Range(0, 100).Select(async buyer =>
        {
            var cart = await store.Cart((goods, 1));
            await store.Test.Ok($"PUT /v2/carts/{cart}", new { email = $"b{buyer}@example.com", coupon = "TEN" });
            return cart;
        }));

        var answers = await Task.WhenAll(carts.Select(cart => store.Test.Send($"POST /v2/carts/{cart}/checkout", Card)));

        Assert.Equal(10, answers.Count(answer => answer.Status == 201));
        Assert.All(answers, answer => Assert.True(answer.Status is 201 or 409 or 422, $"{answer.Status}: {answer.Body}"));
        Assert.Equal((0, 10), await Uses(store, coupon));
        await store.Verify();
    }

    [Fact]
    public async Task A_budget_is_never_overdrawn()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(50) with { Budget = 25 });
        var goods = await store.Stocked(price: 20m, stock: 1000);
        var carts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.Cart((goods, 1))));

        await Task.WhenAll(carts.Select(cart => store.Test.Send($"POST /v2/carts/{cart}/checkout", Card)));

        var spent = await store.Database((db, _) => db.PromotionUses.Where(u => u.PromotionId == promotion.Id && u.State == UseState.Confirmed).SumAsync(u => u.Discount));
        Assert.InRange(spent, 1, 2500);
        await store.Verify();
    }

    /// <summary>How often it is promised, and how often it was used.</summary>
    private static Task<(int Reserved, int Used)> Uses(Store store, Coupon coupon) => store.Database(async (db, _) =>
    {
        var kept = await db.Coupons.AsNoTracking().SingleAsync(c => c.Id == coupon.Id);
        return ((int)kept.Reserved, (int)kept.Used);
    });
}
