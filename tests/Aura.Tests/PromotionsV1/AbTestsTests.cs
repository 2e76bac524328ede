using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aura.Events;
using Aura.Promotions.AbTests;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.PromotionsV1;

public sealed class AbTestsTests
{
    private const string All = "/api/v1/ab-testing";

    private const string OfTheDocument = """
        {
          "test_name": "Discount Amount Test",
          "control_promotion": {"name": "Control - 10% Off", "promotion_type": "percentage_discount", "discount_type": "percentage", "discount_value": 10.0,
            "start_date": "2024-06-01T00:00:00Z", "end_date": "2024-06-30T23:59:59Z", "max_uses": 10000},
          "variant_promotions": [
            {"name": "Variant A - 15% Off", "promotion_type": "percentage_discount", "discount_type": "percentage", "discount_value": 15.0,
              "start_date": "2024-06-01T00:00:00Z", "end_date": "2024-06-30T23:59:59Z", "max_uses": 10000},
            {"name": "Variant B - $20 Off", "promotion_type": "fixed_amount_discount", "discount_type": "fixed_amount", "discount_value": 20.0, "minimum_order_amount": 100.0,
              "start_date": "2024-06-01T00:00:00Z", "end_date": "2024-06-30T23:59:59Z", "max_uses": 10000, "metadata": {"colour": "red"}}],
          "test_config": {"control_traffic_percentage": 34, "variant_traffic_percentages": [33, 33], "duration_days": 30, "minimum_sample_size": 1000,
            "success_metric": "conversion_rate", "confidence_level": 95}
        }
        """;

    [Fact]
    public async Task The_test_of_the_document_is_made_as_a_draft_of_real_promotions()
    {
        var store = await Store.Open();

        var (status, made) = await store.Test.Send($"POST {All}/create", OfTheDocument);

        Assert.Equal(201, status);
        Assert.Matches(new Regex("^ab_[0-9]{10}_[0-9]{4}$"), (string?)made!["test_id"]);
        Assert.Equal(("Discount Amount Test", "draft", 3), ((string?)made["test_name"], (string?)made["status"], (int)made["total_promotions"]!));
        Assert.Equal(("Control - 10% Off", "control", 34), Arm(made["control_promotion"]!));
        Assert.Equal([("Variant A - 15% Off", "variant_1", 33), ("Variant B - $20 Off", "variant_2", 33)], made["variant_promotions"]!.AsArray().Select(arm => Arm(arm!)));
        var promotion = await store.Test.Ok($"GET /api/v1/promotions/{made["variant_promotions"]![1]!["id"]}");
        Assert.Equal(("draft", 20m, "red"), ((string?)promotion["status"], (decimal)promotion["discount_value"]!, (string?)promotion["metadata"]!["colour"]));
        Assert.Equal($$"""{"test_id":"{{made["test_id"]}}","variant_id":"variant_2"}""", promotion["metadata"]!["ab_test"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(made, await store.Test.Ok($"GET {All}/{made["test_id"]}")));
        Assert.True(JsonNode.DeepEquals(made, (await store.Test.Ok($"GET {All}/?status=draft"))["items"]![0]));
        Assert.Equal(0, (int)(await store.Test.Ok($"GET {All}/?status=active"))["pagination"]!["total_items"]!);

        static (string?, string?, int) Arm(JsonNode arm) => ((string?)arm["name"], (string?)arm["variant_id"], (int)arm["traffic_percentage"]!);
    }

    [Fact]
    public async Task What_the_sample_of_the_SDK_leaves_out_has_a_usual_value()
    {
        var store = await Store.Open();
        var made = await Made(store);

        var control = await store.Test.Ok($"GET /api/v1/promotions/{made["control_promotion"]!["id"]}");

        Assert.Equal(("percentage_discount", "percentage", 10m), ((string?)control["promotion_type"], (string?)control["discount_type"], (decimal)control["discount_value"]!));
        Assert.Equal(TimeSpan.FromDays(14), (DateTime)control["end_date"]! - (DateTime)control["start_date"]!);
        Assert.Equal((14, 1000, "conversion_rate", 95m, true), ((int)made["test_config"]!["duration_days"]!, (int)made["test_config"]!["minimum_sample_size"]!,
            (string?)made["test_config"]!["success_metric"], (decimal)made["test_config"]!["confidence_level"]!, (bool)made["test_config"]!["sequential"]!));
    }

    [Theory]
    [InlineData("""{"control_traffic_percentage": 34, "variant_traffic_percentages": [33, 30]}""")]
    [InlineData("""{"control_traffic_percentage": 50, "variant_traffic_percentages": [50]}""")]
    [InlineData("""{"control_traffic_percentage": 100, "variant_traffic_percentages": [0, 0]}""")]
    [InlineData("""{"control_traffic_percentage": 120, "variant_traffic_percentages": [-10, -10]}""")]
    [InlineData("""{"control_traffic_percentage": 34, "variant_traffic_percentages": [33, 33], "duration_days": 0}""")]
    [InlineData("""{"control_traffic_percentage": 34, "variant_traffic_percentages": [33, 33], "confidence_level": 100}""")]
    [InlineData("""{"control_traffic_percentage": 34, "variant_traffic_percentages": [33, 33], "success_metric": "luck"}""")]
    [InlineData("""{"variant_traffic_percentages": [33, 33]}""")]
    public async Task A_configuration_that_makes_no_sense_is_refused(string config)
    {
        var store = await Store.Open();
        var body = JsonNode.Parse(OfTheDocument)!;
        body["test_config"] = JsonNode.Parse(config);

        var (status, refusal) = await store.Test.Send($"POST {All}/create", body);

        Assert.Equal((422, "VALIDATION_ERROR"), (status, (string?)refusal!["code"]));
        Assert.Equal(0, (int)(await store.Test.Ok("GET /api/v1/promotions/"))["pagination"]!["total_items"]!);
    }

    [Fact]
    public async Task A_test_is_started_ended_and_neither_twice_and_its_promotions_follow_it()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok($"POST {All}/create", OfTheDocument); // its dates have passed: the test's are taken
        var one = $"{All}/{made["test_id"]}";
        await Conflict(store, $"POST {one}/assign", new { customer_id = 1 }, "AB_TEST_NOT_ACTIVE");
        await Conflict(store, $"POST {one}/end", new { }, "INVALID_STATE");

        var started = await store.Test.Ok($"POST {one}/start");
        Assert.Equal((true, "active", (string?)made["test_id"]), ((bool)started["success"]!, (string?)started["status"], (string?)started["test_id"]));
        Assert.Equal(["active", "active", "active"], await Promotions(store, made));
        await Conflict(store, $"DELETE /api/v1/promotions/{made["control_promotion"]!["id"]}", null, "PROMOTION_IN_TEST");
        await Conflict(store, $"PUT /api/v1/promotions/{made["control_promotion"]!["id"]}", new { discount_value = 90 }, "PROMOTION_IN_TEST");
        await Conflict(store, $"POST /api/v1/promotions/{made["control_promotion"]!["id"]}/pause", null, "PROMOTION_IN_TEST");
        await Conflict(store, $"POST {one}/start", null, "INVALID_STATE");

        var ended = await store.Test.Ok($"POST {one}/end", new { winner = "variant_2" });
        Assert.Equal(("ended", "variant_2"), ((string?)ended["status"], (string?)ended["winner"]));
        Assert.Equal(["ended", "ended", "ended"], await Promotions(store, made));
        await store.Test.Ok($"DELETE /api/v1/promotions/{made["variant_promotions"]![0]!["id"]}");
        Assert.Equal("Variant A - 15% Off", (string?)(await Results(store, made))["variant_results"]![1]!["promotion_name"]);
        await Conflict(store, $"POST {one}/assign", new { customer_id = 1 }, "AB_TEST_NOT_ACTIVE");
        await Conflict(store, $"POST {one}/track", new { variant_id = "control", @event = "impression" }, "AB_TEST_NOT_ACTIVE");
        var events = await store.Database((db, _) => db.Events.Where(e => e.Type.StartsWith("ab_test.")).OrderBy(e => e.Id).Select(e => e.Type).ToListAsync());
        Assert.Equal(["ab_test.started", "ab_test.ended"], events);
        var message = await store.Database(async (db, services) =>
        {
            var ended = await db.Events.AsNoTracking().SingleAsync(e => e.Type == "ab_test.ended");
            return JsonNode.Parse((await services.GetServices<IEventPayloads>().First(p => p.Format == WebhookFormat.Promotions).Render(db, [ended], default))[ended.Id])!["data"]!["ab_test"]!;
        });
        Assert.Equal(((string?)made["test_id"], "ended", "variant_2", 34), ((string?)message["test_id"], (string?)message["status"], (string?)message["winner"],
            (int)message["control_promotion"]!["traffic_percentage"]!));
        Assert.Equal(404, (await store.Test.Send($"POST {All}/ab_1_1/start")).Status);
    }

    [Fact]
    public async Task A_test_ends_by_itself_after_its_days_and_a_winner_that_is_kept_goes_on_for_everybody()
    {
        var store = await Store.Open();
        var made = await Started(store, new { control_traffic_percentage = 50, variant_traffic_percentages = new[] { 50 }, duration_days = 7, minimum_sample_size = 100, keep_winner = true });
        await Simulate(store, made, 1200, 0.05, 0.40);

        await store.Advance("P7D");

        var read = await store.Test.Ok($"GET {All}/{made["test_id"]}");
        Assert.Equal(("ended", "variant_1"), ((string?)read["status"], (string?)read["winner"]));
        Assert.Equal(["expired", "active"], await Promotions(store, made)); // its usual end is that of the test
        var cart = await store.Test.Ok("POST /v2/carts", new { items = new[] { new { variant_id = (await Aura.Tests.V2.Shop.Stocked(store, price: 20m)).Variant, quantity = 1 } } });
        Assert.Equal(4m, (decimal)cart["discount_total"]!); // of the variant's 20 percent
        await store.Advance("P6D");
        Assert.Equal(["expired", "active"], await Promotions(store, made));
    }

    [Fact]
    public async Task An_assignment_stays_and_follows_from_the_hash_and_the_shares()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok($"POST {All}/create", OfTheDocument);
        var one = $"{All}/{made["test_id"]}";
        await store.Test.Ok($"POST {one}/start");
        var salt = (string)made["salt"]!;

        foreach (var customer in Enumerable.Range(1, 20))
        {
            var answer = await store.Test.Ok($"POST {one}/assign", new { customer_id = customer });
            var bucket = Bucket.Of(salt, $"customer:{customer}");
            Assert.Equal((bucket / 100, AbArm.NameOf(Bucket.Arm(bucket, [34, 33, 33]))), ((int)answer["assignment_hash"]!, (string?)answer["assigned_variant"]));
            Assert.True(JsonNode.DeepEquals(answer, await store.Test.Ok($"POST {one}/assign", new { customer_id = customer })));
        }
    }

    [Fact]
    public async Task A_thousand_customers_come_close_to_the_shares_and_are_exposed_once_each()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok($"POST {All}/create", OfTheDocument);
        await store.Test.Ok($"POST {All}/{made["test_id"]}/start");
        await store.Database(async db =>
        {
            var test = await db.FindTest((string)made["test_id"]!, default);
            foreach (var customer in Enumerable.Range(1, 1000).Concat(Enumerable.Range(1, 100)))
                await db.Assign(test, new(customer, null), default);
        });

        var results = await Results(store, made);

        var exposed = results["variant_results"]!.AsArray().Select(arm => (int)arm!["metrics"]!["impressions"]!).ToList();
        Assert.Equal(1000, exposed.Sum());
        Assert.All(exposed.Zip((int[])[340, 330, 330]), arm => Assert.InRange(arm.First, arm.Second - 60, arm.Second + 60));
        Assert.False((bool)results["statistical_analysis"]!["sample_ratio"]!["mismatch"]!);
        await store.Verify();
    }

    [Fact]
    public async Task First_calls_at_once_on_two_servers_are_one_assignment()
    {
        var store = await Store.Open();
        var made = await Started(store);
        await using var other = await TestServer.Start(store.Server.Database);
        var second = other.Client(store.Account.TestKey);

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(call =>
            (call % 2 == 0 ? store.Test : second).Ok($"POST {All}/{made["test_id"]}/assign", new { customer_id = 7, session_id = "s7" })));

        Assert.Single(answers.Select(answer => answer.ToJsonString()).Distinct());
        Assert.Equal(["customer:7"], await store.Database((db, _) => db.AbUnits.Select(u => u.Unit).ToListAsync()));
        await store.Verify();
    }

    [Fact]
    public async Task A_visitor_gets_a_session_and_keeps_its_variant_as_the_first_customer_to_log_in()
    {
        var store = await Store.Open();
        var one = $"{All}/{(await Started(store))["test_id"]}";
        var first = await store.Test.Ok($"POST {one}/assign");
        var session = (string)first["session_id"]!;
        Assert.StartsWith("sess_", session);
        var other = Bucket.Of(await Salt(store, one), $"session:{session}") < 5000 ? 1 : 0; // the arm that the visitor is not in
        var salt = await Salt(store, one);
        var customer = Enumerable.Range(1, 1000).First(c => Bucket.Of(salt, $"customer:{c}") / 5000 == other);

        var login = await store.Test.Ok($"POST {one}/assign", new { customer_id = customer, session_id = session });

        Assert.Equal((string?)first["assigned_variant"], (string?)login["assigned_variant"]);
        Assert.Equal((string?)first["assigned_variant"], (string?)(await store.Test.Ok($"POST {one}/assign", new { customer_id = customer }))["assigned_variant"]);
        var next = Enumerable.Range(customer + 1, 1000).First(c => Bucket.Of(salt, $"customer:{c}") / 5000 == other);
        var shared = await store.Test.Ok($"POST {one}/assign", new { customer_id = next, session_id = session });
        Assert.NotEqual((string?)first["assigned_variant"], (string?)shared["assigned_variant"]);
        Assert.Equal(2, (await Results(store, one))["variant_results"]!.AsArray().Sum(arm => (int)arm!["metrics"]!["impressions"]!)); // who logged in is one, not two
        await store.Verify();
    }

    [Fact]
    public async Task Other_shares_begin_a_phase_in_which_the_old_ones_stay_and_are_not_counted()
    {
        var store = await Store.Open();
        var made = await Started(store);
        var one = $"{All}/{made["test_id"]}";
        var before = await store.Test.Ok($"POST {one}/assign", new { customer_id = 1 });

        var changed = await store.Test.Ok($"PUT {one}", new { control_traffic_percentage = 99, variant_traffic_percentages = new[] { 1 } });

        Assert.Equal(2, (int)changed["phase"]!);
        Assert.NotEqual((string?)made["salt"], (string?)changed["salt"]);
        Assert.True(JsonNode.DeepEquals(before, await store.Test.Ok($"POST {one}/assign", new { customer_id = 1 })));
        Assert.All((await Results(store, made))["variant_results"]!.AsArray(), arm => Assert.Equal(0, (int)arm!["metrics"]!["impressions"]!));
        Assert.Equal(422, (await store.Test.Send($"PUT {one}", new { control_traffic_percentage = 98 })).Status);
        await store.Verify();
    }

    [Fact]
    public async Task What_is_tracked_is_counted_once_as_far_as_ids_tell()
    {
        var store = await Store.Open();
        var made = await Started(store);
        var one = $"{All}/{made["test_id"]}";
        await Conflict(store, $"POST {one}/track", new { customer_id = 1, @event = "conversion", order_value = 10 }, "NOT_ASSIGNED");
        foreach (var _ in Enumerable.Range(0, 2))
            await store.Test.Ok($"POST {one}/track", new { customer_id = 1, @event = "impression" });
        var variant = (string)(await store.Test.Ok($"POST {one}/assign", new { customer_id = 1 }))["assigned_variant"]!;
        var other = variant == "control" ? "variant_1" : "control";
        await Conflict(store, $"POST {one}/track", new { customer_id = 1, variant_id = other, @event = "conversion" }, "OTHER_VARIANT");

        Assert.Equal((true, false), await Counted(new { customer_id = 1, @event = "conversion", order_value = 60.5, discount = 10 }));
        Assert.Equal((true, false), await Counted(new { customer_id = 1, @event = "conversion", order_value = 39.5, discount = 10, order_id = 77 }));
        Assert.Equal((true, true), await Counted(new { variant_id = other, @event = "conversion", order_value = 20 }));
        await store.Test.Ok($"POST {one}/track", new { variant_id = other, @event = "impression" });
        await store.Test.Ok($"POST {one}/track", new { variant_id = other, @event = "impression" });
        Assert.Equal(422, (await store.Test.Send($"POST {one}/track", new { @event = "impression" })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {one}/track", new { variant_id = "variant_9", @event = "impression" })).Status);

        var results = await Results(store, made);
        Assert.Equal("""{"impressions":1,"conversions":2,"conversion_rate":100,"unique_customers":1,"total_discount":20,"total_revenue":100,"avg_order_value":50,"roi_percentage":400}""", Metrics(results, variant));
        Assert.Equal("""{"impressions":2,"conversions":2,"conversion_rate":100,"unique_customers":0,"total_discount":0,"total_revenue":40,"avg_order_value":20,"roi_percentage":null}""", Metrics(results, other));
        await store.Verify();

        async Task<(bool, bool)> Counted(object body) =>
            ((bool)(await store.Test.Ok($"POST {one}/track", body))["counted"]!, (bool)(await store.Test.Ok($"POST {one}/track", body))["counted"]!);
    }

    [Fact]
    public async Task A_true_difference_has_a_winner_and_two_equal_arms_have_none()
    {
        var store = await Store.Open();
        var config = new { control_traffic_percentage = 50, variant_traffic_percentages = new[] { 50 }, minimum_sample_size = 300 };
        var (different, equal) = (await Started(store, config), await Started(store, config));
        await Simulate(store, different, 1200, 0.08, 0.30);
        await Simulate(store, equal, 1200, 0.2, 0.2);

        var results = await Results(store, different);
        Assert.Equal(("variant_1", "variant", "significant"), ((string?)results["winner"]!["variant_id"], (string?)results["winner"]!["variant_type"],
            (string?)results["statistical_analysis"]!["overall_significance"]));
        var comparison = results["statistical_analysis"]!["variant_comparisons"]![0]!;
        Assert.True((decimal)comparison["interval"]!["lower"]! > 0 && (decimal)comparison["chance_to_beat_control"]! > 99 && (decimal)comparison["expected_loss"]! < 0.1m);
        var none = await Results(store, equal);
        Assert.Equal((null, "not_significant", "not_significant"), (none["winner"], (string?)none["no_winner_reason"], (string?)none["statistical_analysis"]!["overall_significance"]));
        await store.Verify();
    }

    [Fact]
    public async Task Before_anybody_came_results_are_empty_and_say_why_there_is_no_winner()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok($"POST {All}/create", OfTheDocument);

        var results = await Results(store, made);

        Assert.Equal(("draft", null, "insufficient_sample"), ((string?)results["test_status"], results["winner"], (string?)results["no_winner_reason"]));
        Assert.Equal("""{"impressions":0,"conversions":0,"conversion_rate":null,"unique_customers":0,"total_discount":0,"total_revenue":0,"avg_order_value":null,"roi_percentage":null}""", Metrics(results, "variant_2"));
        Assert.Equal(["variant_1", "variant_2"], results["statistical_analysis"]!["variant_comparisons"]!.AsArray().Select(c => (string?)c!["variant_id"]));
    }

    /// <summary>Two arms of ten and twenty percent.</summary>
    internal static async Task<JsonNode> Made(Store store, object? config = null) => await store.Test.Ok($"POST {All}/create", new
    {
        test_name = "Discount Amount Test",
        control_promotion = new { name = "Control - 10% Off", discount_value = 10.0 },
        variant_promotions = new[] { new { name = "Variant - 20% Off", discount_value = 20.0 } },
        test_config = config ?? new { control_traffic_percentage = 50, variant_traffic_percentages = new[] { 50 } },
    });

    internal static async Task<JsonNode> Started(Store store, object? config = null)
    {
        var made = await Made(store, config);
        await store.Test.Ok($"POST {All}/{made["test_id"]}/start");
        return made;
    }

    internal static Task<JsonNode> Results(Store store, JsonNode test) => Results(store, $"{All}/{test["test_id"]}");

    internal static string Metrics(JsonNode results, string variant) =>
        results["variant_results"]!.AsArray().First(arm => (string?)arm!["variant_id"] == variant)!["metrics"]!.ToJsonString(new() { WriteIndented = false });

    private static Task<JsonNode> Results(Store store, string test) => store.Test.Ok($"GET {test}/results");

    private static async Task<string> Salt(Store store, string test) => (string)(await store.Test.Ok($"GET {test}"))["salt"]!;

    private static async Task<string[]> Promotions(Store store, JsonNode made) =>
        [.. await Task.WhenAll(((IEnumerable<JsonNode?>)[made["control_promotion"], .. made["variant_promotions"]!.AsArray()])
            .Select(async arm => (string)(await store.Test.Ok($"GET /api/v1/promotions/{arm!["id"]}"))["status"]!))];

    private static async Task Conflict(Store store, string request, object? body, string code)
    {
        var (status, refusal) = await store.Test.Send(request, body);
        Assert.Equal((409, code), (status, (string?)refusal!["code"]));
    }

    /// <summary>Customers who come once and buy at the rates of their arms.</summary>
    private static Task Simulate(Store store, JsonNode made, int customers, double control, double variant) => store.Database(async db =>
    {
        var (random, test) = (new Random(3), await db.FindTest((string)made["test_id"]!, default));
        foreach (var customer in Enumerable.Range(1, customers))
        {
            var unit = await db.Assign(test, new(customer, null), default);
            if (random.NextDouble() < (unit.Arm == 0 ? control : variant))
                await db.CountConversion(test, unit.Arm, unit, new(customer.ToString(CultureInfo.InvariantCulture), null, random.Next(1000, 9000), 500), default);
        }
    });
}
