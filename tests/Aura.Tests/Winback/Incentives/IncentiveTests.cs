using System.Text.Json.Nodes;
using Aura.Persistence;
using Aura.Tests.Winback.Recovery;
using Aura.Winback.Incentives;
using Microsoft.EntityFrameworkCore;
using static Aura.Tests.Winback.Recovery.WinbackShop;

namespace Aura.Tests.Winback.Incentives;

public sealed class IncentiveTests
{
    private const string Rules = $"{Api}/ai/orchestration/dynamic-incentives";

    [Fact]
    public async Task A_rule_is_made_listed_changed_tried_and_deleted()
    {
        var store = await Store.Open();

        var made = await store.Test.Ok($"POST {Rules}", new { name = "Big carts", conditions = new[] { "cart_value > 100" }, discountType = "percentage", discountValue = 15, maxDiscount = 20 });
        var id = (string)made["incentiveId"]!;
        await store.Test.Ok($"PUT {Rules}/{id}", new { levels = new[] { 5, 10 } });
        var listed = (await store.Test.Ok($"GET {Rules}"))["incentives"]![0]!;
        var applies = await store.Test.Ok($"POST {Rules}/test", new { incentiveId = id, cartValue = 200 });
        var doesNot = await store.Test.Ok($"POST {Rules}/test", new { incentiveId = id, cartValue = 50 });
        var tried = await store.Test.Ok($"POST {Rules}/test", new { rule = new { name = "x", discountType = "fixed", discountValue = 7 }, cartValue = 5 });
        var deleted = await store.Test.Ok($"DELETE {Rules}/{id}");

        Assert.Equal((true, "[0,5,10,15]", 15, 20), ((bool)made["success"]!, listed["levels"]!.ToJsonString(), (int)listed["discountValue"]!, (int)listed["maxDiscount"]!));
        Assert.Equal((true, 20m, "percentage"), ((bool)applies["applicable"]!, (decimal)applies["discount"]!, (string?)applies["discountType"]));
        Assert.Equal((false, 0m, "Does not hold: cart_value > 100"), ((bool)doesNot["applicable"]!, (decimal)doesNot["discount"]!, (string?)doesNot["reason"]));
        Assert.Equal((true, 5m), ((bool)tried["applicable"]!, (decimal)tried["discount"]!)); // never more than the cart is worth
        Assert.Equal((true, id), ((bool)deleted["deleted"]!, (string?)deleted["incentiveId"]));
    }

    [Theory]
    [InlineData("""{"name":"A"}""", 400, "discountValue")]
    [InlineData("""{"name":"A","discountValue":0}""", 422, "discountValue")]
    [InlineData("""{"name":"A","discountValue":101}""", 422, "discountValue")]
    [InlineData("""{"name":"A","discountValue":10,"conditions":["cart_value >"]}""", 422, "conditions[0]")]
    [InlineData("""{"name":"A","discountValue":10,"maxDiscount":0}""", 422, "maxDiscount")]
    [InlineData("""{"name":"A","discountValue":10,"holdoutPercent":60}""", 422, "holdoutPercent")]
    [InlineData("""{"name":"A","discountValue":10,"explorationPercent":51}""", 422, "explorationPercent")]
    [InlineData("""{"name":"A","discountValue":10,"marginPercent":0}""", 422, "marginPercent")]
    public async Task What_is_wrong_with_a_rule_is_said(string body, int status, string field)
    {
        var store = await Store.Open();

        var (answered, refusal) = await store.Test.Send($"POST {Rules}", body);

        Assert.Equal((status, field), (answered, (string?)refusal!["details"]![0]!["field"]));
    }

    [Fact]
    public async Task Without_history_nothing_is_invented_and_no_discount_given()
    {
        var store = await Store.Open();
        var sample = new { cartValue = 200, customerSegment = "vip", cartItems = 5, abandonmentHours = 12 };

        var withoutRule = await store.Test.Ok($"POST {Rules}/optimize", sample);
        await store.Test.Ok($"POST {Rules}", new { name = "VIP", conditions = new[] { "customer_segment == 'vip'", "cart_abandoned_hours > 2" }, discountValue = 15 });
        var withRule = await store.Test.Ok($"POST {Rules}/optimize", sample);

        Assert.Equal(("no_rule", 0m, 200m), ((string?)withoutRule["basis"], (decimal)withoutRule["optimalDiscount"]!, (decimal)withoutRule["projectedRevenue"]!));
        Assert.Equal(("insufficient_history", 0m, 200m, "percentage"), ((string?)withRule["basis"], (decimal)withRule["optimalDiscount"]!, (decimal)withRule["projectedRevenue"]!, (string?)withRule["discountType"]));
        Assert.Null(withRule["expectedRecoveryRate"]);
        Assert.StartsWith("Insufficient history", (string?)(await store.Test.Ok($"GET {Rules}/recommendations"))["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_history_the_level_that_earns_most_is_the_best_one()
    {
        var (store, id) = await Learnt(without: 20, with: 80);

        var best = await store.Test.Ok($"POST {Rules}/optimize", new { cartValue = 200 });
        var figures = (await store.Test.Ok($"GET {Rules}/{id}/performance"))["performance"]!;
        var advice = (await store.Test.Ok($"GET {Rules}/recommendations"))["recommendations"]![0]!;

        Assert.Equal((15m, 170m, "rule"), ((decimal)best["optimalDiscount"]!, (decimal)best["projectedRevenue"]!, (string?)best["basis"]));
        var rate = (decimal)best["expectedRecoveryRate"]!;
        Assert.Equal(79.4m, rate); // 81 of 102
        Assert.InRange((decimal)best["expectedRevenue"]! - 170m * rate / 100, -0.1m, 0.1m);
        Assert.Equal((100, 79.4, 15m), ((long)figures["offered"]!, (double)figures["recoveryRate"]! - 0.6, (decimal)advice["discountValue"]!));
        Assert.True((decimal)figures["incremental"]!["perCustomerLow"]! > 0);
    }

    [Fact]
    public async Task A_discount_that_nobody_needed_is_not_given()
    {
        var (store, _) = await Learnt(without: 80, with: 82);

        var best = await store.Test.Ok($"POST {Rules}/optimize", new { cartValue = 200 });

        Assert.Equal((0m, "rule"), ((decimal)best["optimalDiscount"]!, (string?)best["basis"]));
        Assert.Equal(2, best["considered"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_workflow_offers_what_the_rule_decides_once_and_keeps_it()
    {
        var store = await Store.Open();
        var rule = (string)(await store.Test.Ok($"POST {Rules}", new { name = "Half", discountValue = 15, maxDiscount = 20, holdoutPercent = 0, explorationPercent = 50 }))["incentiveId"]!;
        await store.Workflow([], [new { type = "apply_discount", incentiveId = rule }], new { cooldownHours = 0 });

        for (var n = 0; n < 24; n++)
            await store.Abandon(await store.Cart(new { cartValue = 200, customerId = $"visitor-{n}" }));
        await store.Advance("PT1M");

        await store.Database(async db =>
        {
            var offers = await db.IncentiveOffers.ToListAsync();
            Assert.Equal((24, 0.5), (offers.Count, offers.Select(offer => offer.Weight).Distinct().Single()));
            Assert.Equal([0m, 15m], offers.Select(offer => offer.Level).Distinct().Order());
            Assert.All(offers, offer => Assert.Equal(offer.Level > 0, offer.CouponCode is not null));
            var coupons = await db.Coupons.ToListAsync();
            Assert.Equal((offers.Count(offer => offer.Level > 0), 1), (coupons.Count, coupons.Select(coupon => coupon.PromotionId).Distinct().Count()));
            Assert.All(coupons, coupon => Assert.Equal(1, coupon.MaxUses));
        });
        var offered = await store.Server.Rows("SELECT s.reference FROM incentive_offers o JOIN shoppers s ON s.tenant_id = o.tenant_id AND s.id = o.shopper_id WHERE o.tenant_id = $1 AND level > 0 LIMIT 1", store.Account.Sandbox.Id);
        await store.Advance("P1D");
        await store.Abandon(await store.Cart(new { cartValue = 300, customerId = offered[0] }));
        await store.Advance("PT1M");
        Assert.Equal(24, await store.Database(async (db, _) => await db.IncentiveOffers.CountAsync())); // nobody gets another within sixty days
    }

    [Fact]
    public void Who_is_held_out_gets_nothing_and_the_others_by_the_weights()
    {
        var rule = Incentive.Create("A");
        rule.Offer(IncentiveType.Percentage, [10, 20], null);
        rule.Learn(null, 10, 10, 0);
        List<LevelEvidence> evidence = [new(0, false, 500, 50, 0, 0, 0), new(10, false, 500, 250, 0, 0, 0), new(20, false, 500, 255, 0, 0, 0)];

        var drawn = Enumerable.Range(0, 4000).Select(n => IncentiveDecision.Draw(rule, evidence, 100, $"shopper:{n}")).ToList();

        Assert.InRange(drawn.Count(one => one.HeldOut), 330, 470);
        Assert.All(drawn.Where(one => one.HeldOut), one => Assert.Equal(0m, one.Level));
        var free = drawn.Where(one => !one.HeldOut).ToList();
        foreach (var level in free.GroupBy(one => (one.Level, one.Weight)))
            Assert.InRange(level.Count() / (double)free.Count, level.Key.Weight - 0.04, level.Key.Weight + 0.04);
        Assert.True(free.Count(one => one.Level == 10) > free.Count(one => one.Level == 20)); // the same rate at half the price
        Assert.Equal(drawn[7], IncentiveDecision.Draw(rule, evidence, 100, "shopper:7"));
    }

    [Fact]
    public void Nothing_is_offered_at_a_loss_however_well_it_sold()
    {
        var rule = Incentive.Create("A");
        rule.Offer(IncentiveType.Percentage, [10, 20], null);
        rule.Learn(15, 0, 30, 0); // of 100 the shop keeps 15
        List<LevelEvidence> evidence = [new(0, false, 500, 5, 0, 0, 0), new(10, false, 500, 5, 0, 0, 0), new(20, false, 500, 500, 0, 0, 0)];

        Assert.Equal([0m, 10m], Enumerable.Range(0, 400).Select(n => IncentiveDecision.Draw(rule, evidence, 100, $"shopper:{n}").Level).Distinct().Order());
    }

    /// <summary>A rule with nothing and 15 percent, each offered to a hundred customers of whom so many bought, a week and more ago.</summary>
    private static async Task<(Store, string)> Learnt(int without, int with)
    {
        var store = await Store.Open();
        var rule = (string)(await store.Test.Ok($"POST {Rules}", new { name = "Fifteen", discountValue = 15 }))["incentiveId"]!;
        await store.Workflow(["cart_value > 1000000"], ["send_email"]);
        await store.Database(async db =>
        {
            var (incentive, workflow) = (await db.Incentives.SingleAsync(), await db.RecoveryWorkflows.SingleAsync());
            await db.Database.ExecuteSqlAsync($"""
                WITH n AS (SELECT n, nextval('ids') AS cart, nextval('ids') AS journey, nextval('ids') AS offer, n % 2 = 0 AS given, n / 2 < CASE WHEN n % 2 = 0 THEN {with} ELSE {without} END AS bought
                  FROM generate_series(0, 199) n),
                carts AS (
                  INSERT INTO watched_carts (tenant_id, id, source, currency, value, contents, has_contact, status, last_activity_at, abandoned_at, abandonment, recovered_at, revenue, created_at, updated_at, version)
                  SELECT {workflow.TenantId}, cart, 'api', 'USD', 20000, CAST({"{\"items\":[]}"} AS jsonb), true, CASE WHEN bought THEN 'recovered' ELSE 'abandoned' END, {db.Now.AddDays(-9)}, {db.Now.AddDays(-9)}, 'checkout',
                    CASE WHEN bought THEN {db.Now.AddDays(-8)} END, CASE WHEN bought THEN 17000 ELSE 0 END, {db.Now.AddDays(-9)}, {db.Now.AddDays(-9)}, 1 FROM n RETURNING id),
                journeys AS (
                  INSERT INTO recovery_journeys (tenant_id, id, workflow_id, cart_id, slot, status, plan, starts_after_minutes, done, messages, clicks, created_at)
                  SELECT {workflow.TenantId}, journey, {workflow.Id}, cart, 'cart:' || cart, 'completed', CAST({"{\"steps\":[]}"} AS jsonb), 0, 1, 0, 0, {db.Now.AddDays(-9)} FROM n RETURNING id)
                INSERT INTO incentive_offers (tenant_id, id, incentive_id, journey_id, cart_id, level, held_out, weight, currency, cart_value, created_at)
                SELECT {workflow.TenantId}, offer, {incentive.Id}, journey, cart, CASE WHEN given THEN 15 ELSE 0 END, NOT given, 1, 'USD', 20000, {db.Now.AddDays(-9)} FROM n
                """);
        });
        return (store, rule);
    }
}
