using System.Text.Json;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Promotions;

/// <summary>Coupons are tried and used up by SQL of their own; what that does is what the ordinary way does.</summary>
public sealed class RedemptionRowTests
{
    private static readonly CouponBasket Basket = new() { Amount = 10_000 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_use_at_once_leaves_the_rows_that_a_use_in_steps_leaves(bool limited)
    {
        var store = await Store.Open();
        var customer = long.Parse((await store.Customer())[5..], System.Globalization.CultureInfo.InvariantCulture);
        var terms = Offers.Percent(25) with { MaxUses = limited ? 10 : null, MaxUsesPerCustomer = limited ? 5 : null, Budget = limited ? 900m : null };
        var (inSteps, atOnce) = (await store.Offer(terms), await store.Offer(terms));
        await store.Coupon(inSteps, "STEPS", new() { MaxUses = 7 });
        await store.Coupon(atOnce, "ONCE", new() { MaxUses = 7 });
        await store.Database(async (db, services) =>
        {
            var shelf = services.GetRequiredService<PromotionShelf>();
            foreach (var order in new long?[] { null, 8, 9 })
            {
                await db.RedeemInSteps(await db.Find(shelf, new("STEPS", customer, null, order), default), Basket, order, default);
                await db.Redeem(await db.Find(shelf, new("ONCE", customer, null, order), default), Basket, order, default);
            }

            return true;
        });

        Assert.Equal(string.Join('\n', await Rows(store, inSteps)), string.Join('\n', await Rows(store, atOnce)));
        await store.Verify();
    }

    [Fact]
    public async Task The_last_use_ends_the_promotion_and_one_more_is_refused()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25) with { MaxUses = 3 });
        await store.Coupon(promotion, "THREE");
        const string redeem = "POST /api/v1/coupons/redeem/THREE";
        for (var i = 1; i <= 3; i++)
            Assert.Equal(i, (int)(await store.Test.Ok(redeem, new { customer_id = i, order_amount = 5 }))["coupon"]!["current_uses"]!);

        Assert.Equal(409, (await store.Test.Send(redeem, new { customer_id = 4, order_amount = 5 })).Status);
        Assert.Equal("ended", (string?)(await store.Test.Ok($"GET /api/v1/promotions/{promotion.Id}"))["status"]);
        await store.Verify();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("key")]
    public async Task A_customer_who_has_had_enough_is_refused_and_nothing_is_counted(string? key)
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));
        var coupon = await store.Coupon(promotion, "ONE", new() { MaxUsesPerCustomer = 1 });
        (string, string)[] headers = key is null ? [] : [("Idempotency-Key", key)];
        await store.Test.Ok("POST /api/v1/coupons/redeem/ONE", new { customer_id = 1, order_amount = 5 });
        await store.Test.Ok("POST /api/v1/coupons/redeem/ONE", new { customer_id = 2, order_amount = 5 }, headers);

        var error = (await store.Test.Send("POST /api/v1/coupons/redeem/ONE", new { customer_id = 1, order_amount = 5 }, headers.Length == 0 ? [] : [("Idempotency-Key", "other")])).Status;

        Assert.Equal(409, error);
        Assert.Equal(["2"], await store.Server.Rows("SELECT used FROM coupons WHERE id = $1", coupon.Id));
        await store.Verify();
    }

    [Fact]
    public async Task What_a_trial_reads_is_what_EF_Core_reads()
    {
        var store = await Store.Open();
        var customer = long.Parse((await store.Customer())[5..], System.Globalization.CultureInfo.InvariantCulture);
        var promotion = await store.Offer(Offers.Percent(25) with { MaxUses = 10 });
        await store.Coupon(promotion, "Full", new()
        {
            MaxUses = 7, MaxUsesPerCustomer = 3, ExpiresAt = new(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc), CustomerId = customer, Duration = CouponDuration.Repeating,
            DurationInMonths = 3, Metadata = new() { ["a"] = "ü" },
        });
        await store.Coupon(promotion, "bare");
        await store.Test.Ok("POST /api/v1/coupons/redeem/full", new { customer_id = customer, order_amount = 10 });
        await store.Test.Ok("POST /api/v1/coupons/reserve/bare", new { customer_id = 5, order_amount = 10 });
        await store.Database(async (db, services) =>
        {
            foreach (var code in new[] { "FULL", "bare" })
            {
                var found = await db.Find(services.GetRequiredService<PromotionShelf>(), new(code, customer, null), default);
                var coupon = await db.Coupons.AsNoTracking().Include(c => c.Promotion).SingleAsync(c => c.CodeKey == Aura.Promotions.Coupon.KeyOf(code));

                Assert.Equal(Shown(db, coupon), Shown(db, found.Coupon));
                Assert.Equal(Shown(db, coupon.Promotion), Shown(db, found.Promotion));
                Assert.Equal(await db.Promotions.Select(p => Tuple.Create(p.Counters.Sum(c => c.Reserved + c.Used), p.Counters.Sum(c => c.Held + c.Spent))).SingleAsync(), Tuple.Create(found.Uses, found.Spent));
                Assert.True(found.IsCustomer);
            }

            return true;
        });
    }

    [Fact]
    public async Task Using_a_coupon_up_takes_two_commands_and_one_more_where_customers_have_limits()
    {
        await using var server = await TestServer.Start(); // of its own: on the shared one other tests have keys looked up anew
        var store = await Store.Open(server: server);
        await store.Coupon(await store.Offer(Offers.Percent(25) with { MaxUses = 1000 }), "FREE");
        await store.Coupon(await store.Offer(Offers.Percent(25) with { MaxUses = 1000 }), "LIMITED", new() { MaxUsesPerCustomer = 3 });
        foreach (var (code, commands) in new[] { ("FREE", 2), ("LIMITED", 3) })
        {
            await store.Test.Ok($"POST /api/v1/coupons/redeem/{code}", new { customer_id = 1, order_amount = 5 });

            Assert.Equal(commands, await SqlCommands.Of(store.Test, $"POST /api/v1/coupons/redeem/{code}", new { customer_id = 2, order_amount = 5, order_id = 77 }));
        }
    }

    private static string Shown(AuraDb db, object of) =>
        string.Join('\n', db.Model.FindEntityType(of.GetType())!.GetProperties().Select(p => $"{p.Name}: {JsonSerializer.Serialize(p.PropertyInfo!.GetValue(of))}"));

    /// <summary>What there is of the uses of a promotion, without ids, stripes and times.</summary>
    private static Task<List<string>> Rows(Store store, Promotion promotion) => store.Server.Rows("""
        SELECT (to_jsonb(u) - '{id,promotion_id,coupon_id,stripe,created_at,updated_at}'::text[] || jsonb_build_object('reference', regexp_replace(reference, '^use:.*', 'use')))::text
        FROM (SELECT * FROM promotion_uses WHERE promotion_id = $1 ORDER BY created_at) u
        UNION ALL SELECT concat_ws(' ', sum(reserved), sum(used), sum(held), sum(spent), sum(revenue)) FROM promotion_counters WHERE promotion_id = $1
        UNION ALL SELECT concat_ws(' ', coupon_id = 0, customer_key, uses) FROM (SELECT * FROM promotion_customers WHERE promotion_id = $1 ORDER BY coupon_id) c
        UNION ALL SELECT concat_ws(' ', reserved, used, version) FROM coupons WHERE promotion_id = $1
        UNION ALL SELECT (to_jsonb(e) - '{id,subject_id,facts,created_at,transaction_id}'::text[] || (e.facts - '{code,promotion_id}'::text[]))::text
        FROM (SELECT * FROM events WHERE type = 'coupon.used' AND subject_id IN (SELECT id FROM coupons WHERE promotion_id = $1) ORDER BY created_at) e
        """, promotion.Id);
}
