using Aura.Orders;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Promotions;

/// <summary>Uses that are written together with an order are those that are asked for one by one.</summary>
public sealed class OrderUsesTests
{
    [Fact]
    public async Task Reserved_and_confirmed_later_they_leave_the_same_rows()
    {
        var store = await Store.Open();
        var (together, apart) = (await store.Offer(Offers.Percent(10)), await store.Offer(Offers.Percent(10)));

        var (one, other) = (await Placed(store), await Placed(store));

        await store.Database(db => db.InOneWrite(() => Later(db, Of(together, one) with { OrderId = one }, forGood: false), default));
        await store.Database(db => db.InTransaction(() => db.Reserve([Of(apart, other) with { OrderId = other }], default), default));
        Assert.Equal(await Rows(store, apart), await Rows(store, together));

        await store.Database(db => db.InOneWrite(async () =>
        {
            var reading = new Reading(db);
            var held = new OrderUsesHeld(db, one);
            held.Ask(reading);
            await reading.Run(default);
            Assert.True(held.IsHeld);
            await held.Confirm(default);
            return true;
        }, default));
        await store.Database(db => db.InTransaction(() => db.Confirm(Of(apart, other).Reference, default), default));
        Assert.Equal(await Rows(store, apart), await Rows(store, together));
        await store.Verify();
    }

    [Fact]
    public async Task Made_for_good_at_once_they_leave_the_same_rows()
    {
        var store = await Store.Open();
        var (together, apart) = (await store.Offer(Offers.Percent(10)), await store.Offer(Offers.Percent(10)));

        await store.Database(db => db.InOneWrite(() => Later(db, Of(together), forGood: true), default));
        await store.Database(db => db.InTransaction(async () =>
        {
            await db.Reserve([Of(apart)], default);
            await db.Confirm(Of(apart).Reference, default);
        }, default));

        Assert.Equal(await Rows(store, apart), await Rows(store, together));
        await store.Verify();
    }

    [Fact]
    public async Task A_promotion_that_got_a_limit_or_ended_meanwhile_refuses_them_all()
    {
        var store = await Store.Open();
        var (good, limited) = (await store.Offer(Offers.Percent(10)), await store.Offer(Offers.Percent(10) with { MaxUses = 5 }));

        var refused = await Assert.ThrowsAsync<Refused>(() => store.Database(db => db.InOneWrite(async () =>
        {
            await Later(db, Of(good), forGood: true);
            return await Later(db, Of(limited), forGood: true);
        }, default)));

        Assert.Equal("promotion_exhausted", refused.Code);
        Assert.Equal(0, await store.Database((db, _) => db.PromotionUses.CountAsync()));
        await store.Verify();
    }

    [Fact]
    public async Task A_customer_has_no_more_uses_than_the_promotion_gives()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(10) with { MaxUsesPerCustomer = 2 });
        for (var order = 1; order <= 2; order++)
            await store.Database(db => db.InOneWrite(() => Later(db, Of(promotion, order), forGood: true), default));

        var refused = await Assert.ThrowsAsync<Refused>(() => store.Database(db => db.InOneWrite(() => Later(db, Of(promotion, 3), forGood: true), default)));

        Assert.Equal("customer_limit_reached", refused.Code);
        Assert.Equal(2, await store.Database((db, _) => db.PromotionUses.CountAsync()));
        await store.Verify();
    }

    private static Task<long> Placed(Store store) => store.Database(async (db, _) =>
    {
        var order = db.Add(Order.Draft(Currency.Usd, null)).Entity;
        order.Place(db.Now);
        await db.SaveChangesAsync();
        return order.Id;
    });

    private static Claim Of(Promotion promotion, long? order = null) =>
        new(Claim.ForOrder(order ?? promotion.Id), promotion.Id, null, new(150, Currency.Usd), 1350) { CustomerKey = "somebody" };

    private static Task<bool> Later(AuraDb db, Claim claim, bool forGood)
    {
        db.ClaimLater([claim], forGood);
        return Task.FromResult(true);
    }

    /// <summary>All that was written, without what names it and when it was.</summary>
    private static Task<List<string>> Rows(Store store, Promotion promotion) => store.Server.Rows("""
        SELECT (to_jsonb(u) - '{id,promotion_id,order_id,reference,stripe,created_at,updated_at}'::text[])::text FROM promotion_uses u WHERE tenant_id = $1 AND promotion_id = $2
        UNION ALL SELECT concat_ws(' ', sum(reserved), sum(used), sum(held), sum(spent), sum(revenue)) FROM promotion_counters WHERE tenant_id = $1 AND promotion_id = $2
        UNION ALL SELECT concat_ws(' ', coupon_id, customer_key, uses) FROM promotion_customers WHERE tenant_id = $1 AND promotion_id = $2
        """, [store.Account.Sandbox.Id, promotion.Id]);
}
