using System.Globalization;
using System.Text.Json.Nodes;
using Aura.Jobs;
using Aura.Promotions.Automations;
using Aura.Server;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.PromotionsV1;

public sealed partial class AutomationTests
{
    private const string All = "/api/v1/automation";

    [Fact]
    public async Task The_automation_of_the_document_is_made_and_fires()
    {
        var store = await Store.Open();
        var (status, made) = await store.Test.Send($"POST {All}/create", """
            {
              "name": "Birthday Special", "trigger_type": "customer_lifecycle", "trigger_conditions": {"event_type": "birthday", "days_before": 3},
              "promotion_config": {
                "name": "Happy Birthday Special", "description": "Special birthday discount", "promotion_type": "percentage_discount", "discount_type": "percentage",
                "discount_value": 25.0, "start_date": "2024-01-01T00:00:00Z", "end_date": "2024-12-31T23:59:59Z", "max_uses": 1000
              },
              "automation_options": {"duration_hours": 48, "max_triggers": 1, "cooldown_hours": 168}
            }
            """);
        Assert.Equal((201, "active", "customer_lifecycle", "birthday"), (status, (string?)made!["status"], (string?)made["trigger_type"], (string?)made["trigger_conditions"]!["event_type"]));
        Assert.Equal((25m, 1000, "Happy Birthday Special"), ((decimal)made["promotion_config"]!["discount_value"]!, (int)made["promotion_config"]!["max_uses"]!, (string?)made["promotion_config"]!["name"]));
        var today = (await Now(store)).Date;
        var customer = await Customer(store, today.AddDays(2).AddYears(-30));

        var triggered = await Process(store);

        Assert.Equal(((long)made["id"]!, (long)made["promotion_id"]!, customer), ((long)triggered[0]!["automation_id"]!, (long)triggered[0]!["promotion_id"]!, (long)triggered[0]!["customer_id"]!));
        Assert.Empty(await Process(store));
        var shown = await store.Test.Ok($"GET {All}/{made["id"]}");
        Assert.Equal(1, (int)shown["trigger_count"]!);
        Assert.NotNull((string?)shown["last_triggered_at"]);
        await store.Verify(AutomationAudit.Checks);
    }

    [Fact]
    public async Task The_customer_buys_with_the_code_once_and_nobody_else_does()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 40);
        await Make(store, "customer_lifecycle", new { event_type = "signup" });
        var (mine, other) = (await store.Customer(), await store.Customer());
        await store.Advance("PT0S");
        var code = (string)(await Process(store)).Single(offer => $"cust_{offer!["customer_id"]}" == mine)!["code"]!;

        Assert.Equal(10m, (decimal)(await Cart(store, goods, mine, code))["discount_total"]!);
        Assert.Equal("coupon_wrong_customer", (string?)(await store.Test.Refused(422, "POST /v2/carts", CartBody(goods, other, code)))["code"]);
        Assert.Equal(0m, (decimal)(await Cart(store, goods, mine, null))["discount_total"]!);
        var told = await store.Database((db, _) => db.Events.Where(e => e.Type == "automation.triggered").ToListAsync());
        Assert.Equal(2, told.Count); // of either customer, in the order in which two workers came
        Assert.Single(told, e => e.Facts!.RootElement.GetProperty("code").GetString() == code);
        await store.Advance("PT49H");
        Assert.Equal("coupon_expired", (string?)(await store.Test.Refused(422, "POST /v2/carts", CartBody(goods, mine, code)))["code"]);
    }

    [Fact]
    public async Task Purchases_fire_by_value_and_by_category_and_others_are_noted()
    {
        var store = await Store.Open();
        var (cheap, dear) = (await store.Stocked(price: 20), await store.Stocked(price: 200));
        var value = await Make(store, "purchase_behavior", new { behavior_type = "high_value_purchase", order_threshold = 100 });
        var category = await Make(store, "purchase_behavior", new { behavior_type = "category_purchase", category_ids = new[] { 7, 8 } });
        await store.Order(cheap);
        await store.Order(dear);
        await store.Advance("PT0S");
        await Feed(store, new { event_type = "purchase", customer_id = 900, order = new { id = "A-1", total = 99.99, items = new[] { new { category_id = 8 } } } });
        await Feed(store, new { event_type = "purchase", customer_id = 900, order = new { id = "A-1", total = 99.99, items = new[] { new { category_id = 8 } } } });
        await Feed(store, new { event_type = "purchase", customer_id = 901, order = new { total = 100 } });

        var triggered = await Process(store);

        Assert.Equal(2, triggered.Count(offer => (long)offer!["automation_id"]! == (long)value["id"]!));
        Assert.Equal(900, (long)Assert.Single(triggered, offer => (long)offer!["automation_id"]! == (long)category["id"]!)!["customer_id"]!);
        Assert.Equal(2, (int)(await store.Test.Ok($"GET {All}/{value["id"]}/firings?outcome=condition_not_met"))["pagination"]!["total_items"]!);
        await store.Verify(AutomationAudit.Checks);
    }

    [Fact]
    public async Task Stock_fires_when_it_crosses_its_threshold_and_not_while_it_is_beyond()
    {
        var store = await Store.Open();
        var (goods, low) = (await store.Stocked(stock: 100), await store.Stocked(stock: 100));
        await Adjust(store, low, -90);
        var rule = await Make(store, "inventory_level", new { trigger_type = "low_stock", threshold_percentage = 20 });

        await Adjust(store, low, -1); // was low before the rule was
        await Adjust(store, goods, -79);
        Assert.Empty(await Settled(store));
        await Adjust(store, goods, -1);
        var offer = Assert.Single(await Settled(store))!;
        await Adjust(store, goods, -5);
        Assert.Empty(await Settled(store));
        await Adjust(store, goods, 50);
        Assert.Empty(await Settled(store)); // what comes and goes between two looks is not seen
        await Adjust(store, goods, -50);
        Assert.Single(await Settled(store));

        var promotion = await store.Test.Ok($"GET /api/v1/promotions/{offer["promotion_id"]}");
        Assert.Equal(("active", $"[{goods.Product[5..]}]"), ((string?)promotion["status"], promotion["applicable_products"]!.ToJsonString()));
        Assert.NotEqual((long)rule["promotion_id"]!, (long)promotion["id"]!);
        await store.Advance("PT49H");
        Assert.Equal("expired", (string?)(await store.Test.Ok($"GET /api/v1/promotions/{offer["promotion_id"]}"))["status"]);
    }

    [Fact]
    public async Task Stock_of_another_shop_has_the_capacity_that_it_tells()
    {
        var store = await Store.Open();
        await Make(store, "inventory_level", new { trigger_type = "low_stock", threshold_percentage = 20 });
        await Make(store, "inventory_level", new { trigger_type = "overstock", threshold_percentage = 90 });

        await Feed(store, new { event_type = "stock_level", product_id = 5, stock = 50, capacity = 100 });
        Assert.Empty(await Process(store));
        await Feed(store, new { event_type = "stock_level", product_id = 5, stock = 20, capacity = 100 });
        Assert.Single(await Process(store));
        await Feed(store, new { event_type = "stock_level", product_id = 5, stock = 95, capacity = 100 });
        Assert.Single(await Process(store, "inventory_level"));
    }

    [Fact]
    public async Task Who_has_not_bought_for_long_gets_an_offer_once_and_with_a_cooldown_again()
    {
        var store = await Store.Open();
        var (once, again) = (await Make(store, "customer_lifecycle", new { event_type = "win_back", days_inactive = 30 }), await Make(store, "customer_lifecycle", new { event_type = "win_back", days_inactive = 30 }, new { duration_hours = 48, cooldown_hours = 72, max_triggers = 2 }));
        var buyer = await store.Customer();
        await store.Order(await store.Stocked(), customer: buyer);
        await Feed(store, new { event_type = "purchase", customer_id = 77, order = new { total = 5 }, occurred_at = (await Now(store)).AddDays(-29) });
        Assert.Empty(await Process(store));

        await store.Advance("P2D");
        Assert.Equal([77, 77], (await Process(store)).Select(offer => (long)offer!["customer_id"]!));
        await store.Advance("P36D"); // 30 days and three times a day that the cooldown rounds up to

        Assert.Equal((2, 4), (await Fired(store, once), await Fired(store, again)));
        Assert.Equal(6, (await store.Database((db, _) => db.AutomationFirings.CountAsync(f => f.Outcome == FiringOutcome.Fired))));
        await store.Verify(AutomationAudit.Checks);
    }

    [Fact]
    public async Task A_cooldown_holds_and_its_end_is_seen()
    {
        var store = await Store.Open();
        var rule = await Make(store, "purchase_behavior", new { behavior_type = "high_value_purchase", order_threshold = 10 }, new { duration_hours = 1, cooldown_hours = 24, max_triggers = 2 });
        async Task<int> Buy()
        {
            await Feed(store, new { event_type = "purchase", customer_id = 5, order = new { total = 50 } });
            return (await Process(store)).Count;
        }

        Assert.Equal((1, 0), (await Buy(), await Buy()));
        await store.Advance("PT25H");
        Assert.Equal(1, await Buy());
        await store.Advance("PT25H");
        Assert.Equal(0, await Buy());

        var log = await store.Test.Ok($"GET {All}/{rule["id"]}/firings?sort_by=created_at&sort_order=asc");
        Assert.Equal(["fired", "cooldown", "fired", "max_triggers"], log["items"]!.AsArray().Select(firing => (string?)firing!["outcome"]));
    }

    [Fact]
    public async Task Events_that_are_read_again_and_workers_at_once_fire_once()
    {
        var store = await Store.Open();
        var rule = await Make(store, "customer_lifecycle", new { event_type = "signup" });
        var customer = long.Parse((await store.Customer())[5..], CultureInfo.InvariantCulture);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.Database((_, services) => ActivatorUtilities.CreateInstance<TakeEvent>(services).Run(
            Job.Of(TakeEvent.Kind, "", new TakeEvent.Payload("customer", customer), default, null, services.GetRequiredService<Aura.Persistence.AuraDb>()), default))));
        await store.Advance("PT0S");

        Assert.Equal(1, await Fired(store, rule));
        Assert.Equal(1, await store.Database((db, _) => db.Coupons.CountAsync(c => c.CustomerId == customer)));
        await store.Verify(AutomationAudit.Checks);
    }

    [Fact]
    public async Task What_broke_off_in_a_firing_leaves_nothing_and_is_done_again()
    {
        await using var server = await TestServer.Start(options: options => options with { Role = ServerRole.Api }); // nobody else fires meanwhile
        var store = await Store.Open(server: server);
        var rule = await Make(store, "customer_lifecycle", new { event_type = "birthday" });
        await Customer(store, (await Now(store)).Date.AddYears(-20));
        await store.Database(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.Process(null, default); // and the server dies
        });
        Assert.Equal(0, await store.Database((db, _) => db.AutomationFirings.CountAsync()));
        await store.Verify(AutomationAudit.Checks);

        await Process(store);
        Assert.Equal(1, await Fired(store, rule));
    }

    [Fact]
    public async Task A_disabled_rule_and_one_whose_promotion_is_over_do_not_fire()
    {
        var store = await Store.Open();
        var (disabled, over) = (await Make(store, "customer_lifecycle", new { event_type = "signup" }), await Make(store, "customer_lifecycle", new { event_type = "signup" }));
        Assert.Equal("disabled", (string?)(await store.Test.Ok($"PUT {All}/{disabled["id"]}", new { status = "disabled" }))["status"]);
        await store.Test.Ok($"POST /api/v1/promotions/{over["promotion_id"]}/end");
        await Feed(store, new { event_type = "signup", customer_id = 4 });

        Assert.Empty(await Process(store));
        Assert.Equal(0, (int)(await store.Test.Ok($"GET {All}/{disabled["id"]}/firings"))["pagination"]!["total_items"]!);
        Assert.Equal("promotion_over", (string?)(await store.Test.Ok($"GET {All}/{over["id"]}/firings"))["items"]![0]!["outcome"]);
    }

    [Fact]
    public async Task Triggers_are_processed_by_type()
    {
        var store = await Store.Open();
        await Make(store, "customer_lifecycle", new { event_type = "signup" });
        await Make(store, "purchase_behavior", new { behavior_type = "high_value_purchase", order_threshold = 1 });
        await Feed(store, new { event_type = "signup", customer_id = 4 });
        await Feed(store, new { event_type = "purchase", customer_id = 4, order = new { total = 5 } });

        Assert.Single(await Process(store, "customer_lifecycle"));
        Assert.Single(await Process(store, "purchase_behavior"));
        Assert.Empty(await Process(store));
    }

    [Fact]
    public async Task A_rule_is_listed_changed_and_deleted()
    {
        var store = await Store.Open();
        var made = await Make(store, "customer_lifecycle", new { event_type = "signup" });
        await Make(store, "seasonal_event", new { event_type = "christmas" });
        await Feed(store, new { event_type = "signup", customer_id = 4 });
        await Process(store);

        Assert.Equal(1, (int)(await store.Test.Ok($"GET {All}/?trigger_type=seasonal_event"))["pagination"]!["total_items"]!);
        var changed = await store.Test.Ok($"PUT {All}/{made["id"]}", new
        {
            name = "New", trigger_conditions = new { event_type = "win_back", days_inactive = 9 }, automation_options = new { duration_hours = 5 },
            promotion_config = new { promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 33 },
        });
        Assert.Equal(("New", "win_back", 9, 5m, 33m), ((string?)changed["name"], (string?)changed["trigger_conditions"]!["event_type"], (int)changed["trigger_conditions"]!["days_inactive"]!,
            (decimal)changed["automation_options"]!["duration_hours"]!, (decimal)changed["promotion_config"]!["discount_value"]!));
        Assert.Equal(409, (await store.Test.Send($"PUT {All}/{made["id"]}", new { trigger_type = "seasonal_event", trigger_conditions = new { event_type = "christmas" } })).Status);
        var gone = await store.Test.Send($"DELETE {All}/{made["id"]}");
        Assert.True(gone.Status == 204, $"{gone.Body}");
        Assert.Equal(404, (await store.Test.Send($"GET {All}/{made["id"]}")).Status);
        Assert.Equal(404, (await store.Test.Send($"GET {All}/{made["id"]}/firings")).Status);
        await store.Verify();
    }

    [Theory]
    [InlineData("customer_lifecycle", """{"event_type": "christmas"}""", "trigger_conditions.event_type")]
    [InlineData("customer_lifecycle", """{}""", "trigger_conditions.event_type")]
    [InlineData("customer_lifecycle", """{"event_type": "win_back"}""", "trigger_conditions.days_inactive")]
    [InlineData("customer_lifecycle", """{"event_type": "signup", "order_threshold": 5}""", "trigger_conditions.order_threshold")]
    [InlineData("purchase_behavior", """{"behavior_type": "high_value_purchase"}""", "trigger_conditions.order_threshold")]
    [InlineData("purchase_behavior", """{"behavior_type": "category_purchase", "order_threshold": 5}""", "trigger_conditions.category_ids")]
    [InlineData("inventory_level", """{"trigger_type": "low_stock", "threshold_percentage": 0}""", "trigger_conditions.threshold_percentage")]
    [InlineData("seasonal_event", """{"event_type": "black_friday", "days_before": 90}""", "trigger_conditions.days_before")]
    [InlineData("moon_phase", """{"event_type": "signup"}""", "trigger_type")]
    public async Task What_makes_no_sense_is_refused_with_its_field(string type, string conditions, string field)
    {
        var (status, refusal) = await (await Store.Open()).Test.Send($"POST {All}/create", Body(type, JsonNode.Parse(conditions)!, new { duration_hours = 48 }));

        Assert.Equal(422, status);
        Assert.Contains(field, (string?)refusal!["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_offer_without_an_end_is_refused()
    {
        var (status, refusal) = await (await Store.Open()).Test.Send($"POST {All}/create", Body("customer_lifecycle", new { event_type = "signup" }, new { }));

        Assert.Equal(422, status);
        Assert.Contains("duration_hours", (string?)refusal!["detail"], StringComparison.Ordinal);
    }

    private static JsonObject Body(string type, object conditions, object options) => new()
    {
        ["name"] = "Rule", ["trigger_type"] = type,
        ["trigger_conditions"] = conditions as JsonNode ?? System.Text.Json.JsonSerializer.SerializeToNode(conditions),
        ["promotion_config"] = new JsonObject { ["promotion_type"] = "percentage_discount", ["discount_type"] = "percentage", ["discount_value"] = 25 },
        ["automation_options"] = System.Text.Json.JsonSerializer.SerializeToNode(options),
    };

    private static Task<JsonNode> Make(Store store, string type, object conditions, object? options = null) =>
        store.Test.Ok($"POST {All}/create", Body(type, conditions, options ?? new { duration_hours = 48 }));

    private static Task<JsonNode> Feed(Store store, object body) => store.Test.Ok($"POST {All}/events", body);

    private static async Task<JsonArray> Process(Store store, string? type = null, DateTime? asOf = null) =>
        (await store.Test.Ok($"POST {All}/process-triggers", new { trigger_type = type, as_of = asOf }))["triggered"]!.AsArray();

    private static async Task<JsonArray> Settled(Store store)
    {
        await store.Advance("PT0S");
        return await Process(store);
    }

    private static Task<int> Fired(Store store, JsonNode rule)
    {
        var id = (long)rule["id"]!;
        return store.Database((db, _) => db.AutomationFirings.CountAsync(f => f.AutomationId == id && f.Outcome == FiringOutcome.Fired));
    }

    private static async Task<long> Customer(Store store, DateTime born) => long.Parse(((string)(await store.Test.Ok("POST /v2/customers", new
    {
        email = $"{Guid.CreateVersion7():n}@example.com", birthday = born.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    }))["id"]!)[5..], CultureInfo.InvariantCulture);

    private static Task<JsonNode> Cart(Store store, Shop.Goods goods, string customer, string? code) => store.Test.Ok("POST /v2/carts", CartBody(goods, customer, code));

    private static object CartBody(Shop.Goods goods, string customer, string? code) => new
    {
        customer_id = customer, items = new[] { new { variant_id = goods.Variant, quantity = 1 } }, coupons = code is null ? [] : new[] { code },
    };

    private static Task<JsonNode> Adjust(Store store, Shop.Goods goods, int quantity) => store.Test.Ok($"POST /v2/inventory/{goods.Product}/adjust", new { quantity, reason = "counted" });

    private static Task<DateTime> Now(Store store) => store.Database((db, _) => Task.FromResult(db.Now));
}
