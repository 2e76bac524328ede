using System.Text.Json.Nodes;
using Aura.Tests.V2;

namespace Aura.Tests.PromotionsV1;

public sealed class PromotionsTests
{
    private const string All = "/api/v1/promotions/";

    /// <summary>The fields that have to be there.</summary>
    private static JsonObject Body(params (string Name, JsonNode? Value)[] more)
    {
        var body = new JsonObject
        {
            ["name"] = "Summer Sale", ["promotion_type"] = "percentage_discount", ["discount_type"] = "percentage", ["discount_value"] = 25.0,
            ["start_date"] = "2026-01-01T00:00:00Z", ["end_date"] = "2099-08-31T23:59:59Z",
        };
        foreach (var (name, value) in more)
            body[name] = value;
        return body;
    }

    private static async Task<JsonNode> Made(Store store, params (string Name, JsonNode? Value)[] more) => await store.Test.Ok($"POST {All}", Body(more));

    [Fact]
    public async Task The_promotion_of_the_document_is_made_as_a_draft_with_all_that_was_said()
    {
        var store = await Store.Open();

        var (status, made) = await store.Test.Send($"POST {All}", """
            {
              "name": "Summer Sale 2024", "description": "Great summer discounts on all products", "promotion_type": "percentage_discount",
              "discount_type": "percentage", "discount_value": 25.0, "start_date": "2024-06-01T00:00:00Z", "end_date": "2024-08-31T23:59:59Z",
              "max_uses": 1000, "minimum_order_amount": 50.0, "maximum_discount_amount": 100.0, "priority": 5, "can_stack": true,
              "target_customer_segments": ["premium", "loyal"], "applicable_categories": [1, 2, 3],
              "metadata": {"campaign_id": "SUMMER2024", "ab_test": {"test_id": "ab_123", "variant_id": "control"}}
            }
            """);

        Assert.Equal(201, status);
        Assert.Equal(("draft", 1000, 0, 50m, 100m), ((string?)made!["status"], (int)made["max_uses"]!, (int)made["current_uses"]!,
            (decimal)made["minimum_order_amount"]!, (decimal)made["maximum_discount_amount"]!));
        Assert.Equal(("2024-06-01T00:00:00Z", 5, true), ((string?)made["start_date"], (int)made["priority"]!, (bool)made["can_stack"]!));
        Assert.Equal("""{"campaign_id":"SUMMER2024","ab_test":{"test_id":"ab_123","variant_id":"control"}}""", Compact(made["metadata"]!));
        Assert.True(Guid.TryParse((string?)made["uuid"], out _));
        Assert.True(JsonNode.DeepEquals(made, await store.Test.Ok($"GET {All}{made["id"]}")));
        Assert.True(JsonNode.DeepEquals(made, await store.Test.Ok($"GET {All}{made["id"]}/")));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("promotion_type")]
    [InlineData("discount_type")]
    [InlineData("discount_value")]
    [InlineData("start_date")]
    [InlineData("end_date")]
    public async Task What_must_be_said_and_is_not_is_named(string field)
    {
        var store = await Store.Open();
        var body = Body();
        body.Remove(field);

        var refusal = await Refused(store, $"POST {All}", body);

        Assert.Contains(field, (string?)refusal["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", "\"\"")]
    [InlineData("promotion_type", "\"mystery\"")]
    [InlineData("discount_value", "101")]
    [InlineData("discount_value", "-1")]
    [InlineData("discount_value", "\"ten\"")]
    [InlineData("end_date", "\"2025-12-31T00:00:00Z\"")]
    [InlineData("max_uses", "0")]
    [InlineData("minimum_order_amount", "-1")]
    [InlineData("maximum_discount_amount", "10.005")]
    [InlineData("metadata", "[1]")]
    [InlineData("colour", "\"red\"")]
    public async Task What_makes_no_sense_is_refused(string field, string value) =>
        await Refused(await Store.Open(), $"POST {All}", Body((field, JsonNode.Parse(value))));

    [Theory]
    [InlineData("percentage_discount", "percentage", 10)]
    [InlineData("fixed_amount_discount", "fixed_amount", 10)]
    [InlineData("buy_one_get_one", "bogo", 100)]
    [InlineData("buy_one_get_one", "percentage", 50)]
    [InlineData("tiered_discount", "percentage", 10)]
    [InlineData("free_shipping", "free_shipping", 0)]
    [InlineData("cashback", "percentage", 5)]
    [InlineData("cashback", "cashback", 5)]
    public async Task Each_type_can_be_made_and_activated(string type, string discount, int value)
    {
        var store = await Store.Open();
        var made = await Made(store, ("promotion_type", type), ("discount_type", discount), ("discount_value", value));

        Assert.Equal("active", (string?)(await store.Test.Ok($"POST {All}{made["id"]}/activate"))["promotion"]!["status"]);
    }

    [Fact]
    public async Task Its_life_is_told_by_every_step()
    {
        var store = await Store.Open();
        var one = $"{All}{(await Made(store))["id"]}";

        var activated = await store.Test.Ok($"POST {one}/activate");
        Assert.Equal((true, "Promotion activated successfully", "active"),
            ((bool)activated["success"]!, (string?)activated["message"], (string?)activated["promotion"]!["status"]));
        Assert.NotNull((string?)activated["promotion"]!["activated_at"]);
        Assert.Equal("INVALID_STATE", (string?)(await Refused(store, $"POST {one}/activate", null, 409))["code"]);
        Assert.NotNull((string?)(await store.Test.Ok($"POST {one}/pause"))["promotion"]!["paused_at"]);
        Assert.Equal("active", (string?)(await store.Test.Ok($"POST {one}/resume"))["promotion"]!["status"]);
        Assert.NotNull((string?)(await store.Test.Ok($"POST {one}/end"))["promotion"]!["ended_at"]);
        Assert.Equal("ended", (string?)(await store.Test.Ok($"GET {one}"))["status"]);
        Assert.Equal("PROMOTION_ENDED", (string?)(await Refused(store, $"PUT {one}", new JsonObject { ["priority"] = 3 }, 409))["code"]);
    }

    [Fact]
    public async Task A_paused_one_can_be_activated_and_an_end_moved_to_and_fro()
    {
        var store = await Store.Open();
        var one = $"{All}{(await Made(store))["id"]}";
        await store.Test.Ok($"POST {one}/activate");
        await store.Test.Ok($"POST {one}/pause");

        Assert.Equal("active", (string?)(await store.Test.Ok($"POST {one}/activate"))["promotion"]!["status"]);
        foreach (var end in new[] { "2099-01-01T00:00:00Z", "2099-08-31T23:59:59Z" })
            Assert.Equal(end, (string?)(await store.Test.Ok($"PUT {one}", new { end_date = end }))["end_date"]);
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_nothing_else()
    {
        var store = await Store.Open();
        var made = await Made(store, ("promotion_type", "buy_one_get_one"), ("discount_type", "bogo"), ("buy_quantity", 3), ("max_uses", 10), ("description", "x"));

        var updated = await store.Test.Ok($"PUT {All}{made["id"]}", new { priority = 7, get_quantity = 2, description = (string?)null });

        foreach (var (name, value) in made.AsObject())
            if (name is not ("priority" or "get_quantity" or "description" or "updated_at"))
                Assert.Equal((name, value?.ToJsonString()), (name, updated[name]?.ToJsonString()));
        Assert.Equal((7, 3, 2, null), ((int)updated["priority"]!, (int)updated["buy_quantity"]!, (int)updated["get_quantity"]!, (string?)updated["description"]));
    }

    [Fact]
    public async Task Deleting_takes_it_away_and_keeps_what_was_used()
    {
        var store = await Store.Open();
        var (unused, used) = (await Made(store), await Made(store));
        await store.Test.Ok($"POST {All}{used["id"]}/track", new { @event = "conversion", revenue = 10, discount = 1 });

        foreach (var id in new[] { unused["id"], used["id"] })
        {
            Assert.Equal(204, (await store.Test.Send($"DELETE {All}{id}")).Status);
            Assert.Equal(404, (await store.Test.Send($"GET {All}{id}")).Status);
        }

        Assert.Equal(0, (int)(await store.Test.Ok($"GET {All}"))["pagination"]!["total_items"]!);
        await store.Verify();
    }

    [Fact]
    public async Task Lists_filter_search_sort_and_page()
    {
        var store = await Store.Open();
        for (var i = 0; i < 5; i++)
            await Made(store, ("name", $"Deal {i}"), ("priority", i), ("start_date", $"2026-0{i + 1}-01T00:00:00Z"));
        var shipping = await Made(store, ("name", "Other"), ("description", "50%_off DEAL"), ("promotion_type", "free_shipping"), ("discount_type", "free_shipping"), ("discount_value", 0));
        await store.Test.Ok($"POST {All}{shipping["id"]}/activate");

        Assert.Equal(["Other"], await Names(store, "status=active"));
        Assert.Equal(["Other"], await Names(store, "promotion_type=free_shipping"));
        Assert.Equal(["Other"], await Names(store, "search=%25_off"));
        Assert.Equal(6, (await Names(store, "search=deal")).Length);
        Assert.Equal(["Deal 1", "Deal 2"], await Names(store, "start_date_from=2026-02-01&start_date_to=2026-03-01&sort_by=start_date"));
        Assert.Equal(["Deal 4", "Deal 3"], await Names(store, "sort_by=priority&sort_order=desc&per_page=2"));

        var page = (await store.Test.Ok($"GET {All}?page=2&per_page=4"))["pagination"]!;
        Assert.Equal("""{"page":2,"per_page":4,"total_items":6,"total_pages":2,"has_next":false,"has_prev":true}""", Compact(page));
        Assert.Equal(422, (await store.Test.Send($"GET {All}?status=sleepy")).Status);
    }

    [Fact]
    public async Task What_is_tracked_is_counted_and_an_order_counts_once()
    {
        var store = await Store.Open();
        var track = $"POST {All}{(await Made(store))["id"]}/track";
        for (var i = 0; i < 8; i++)
            await store.Test.Ok(track, new { @event = "impression" });
        await store.Test.Ok(track, new { @event = "click" });
        await store.Test.Ok(track, new { @event = "conversion", order_id = 77, revenue = 120.5, discount = 20 });

        var counts = await store.Test.Ok(track, new { @event = "conversion", order_id = 77, revenue = 120.5, discount = 20 });

        Assert.Equal("""{"success":true,"impressions":8,"clicks":1,"conversions":1}""", Compact(counts));
        var read = (await store.Test.Ok($"GET {All}"))["items"]![0]!;
        Assert.Equal((12.5m, 120.5m, 20m), ((decimal)read["conversion_rate"]!, (decimal)read["revenue_generated"]!, (decimal)read["budget_spent"]!));
        await store.Verify();
    }

    [Fact]
    public async Task The_calculation_of_the_document_comes_out_to_the_cent()
    {
        var store = await Store.Open();
        var made = await Made(store, ("minimum_order_amount", 50), ("maximum_discount_amount", 100));

        var answer = await store.Test.Ok($"POST {All}{made["id"]}/calculate-discount", """
            {"order_items": [{"product_id": 1, "quantity": 2, "unit_price": 29.99, "subtotal": 59.98, "category_id": 5}], "customer_id": 456, "existing_discounts": 10.0}
            """);

        Assert.Equal((15m, true, "25% discount applied to eligible items"), ((decimal)answer["discount_amount"]!, (bool)answer["applicable"]!, (string?)answer["reason"]));
        var details = answer["calculation_details"]!;
        Assert.Equal((59.98m, 25m, 100m, 15m), ((decimal)details["base_amount"]!, (decimal)details["discount_percentage"]!,
            (decimal)details["maximum_discount"]!, (decimal)details["applied_discount"]!));
    }

    [Theory]
    [InlineData(40, 0, 1, "below_minimum")]
    [InlineData(1000, 100, 1, null)]
    [InlineData(60, 0, 9, "no_eligible_items")]
    public async Task A_calculation_says_what_stands_against_it(int price, int discount, int category, string? code)
    {
        var store = await Store.Open();
        var made = await Made(store, ("minimum_order_amount", 50), ("maximum_discount_amount", 100), ("applicable_categories", new JsonArray(1, 2)));

        var answer = await store.Test.Ok($"POST {All}{made["id"]}/calculate-discount",
            new { order_items = new[] { new { product_id = 1, quantity = 1, unit_price = price, category_id = category } } });

        Assert.Equal((code is null, (decimal)discount, code), ((bool)answer["applicable"]!, (decimal)answer["discount_amount"]!, (string?)answer["code"]));
    }

    [Fact]
    public async Task A_paused_promotion_gives_nothing_and_an_item_that_does_not_add_up_is_refused()
    {
        var store = await Store.Open();
        var one = $"{All}{(await Made(store))["id"]}";
        await store.Test.Ok($"POST {one}/activate");
        await store.Test.Ok($"POST {one}/pause");

        var answer = await store.Test.Ok($"POST {one}/calculate-discount", new { order_items = new[] { new { product_id = 1, quantity = 1, unit_price = 10 } } });
        Assert.Equal((false, "not_active"), ((bool)answer["applicable"]!, (string?)answer["code"]));

        var refusal = await Refused(store, $"POST {one}/calculate-discount",
            JsonNode.Parse("""{"order_items": [{"product_id": 1, "quantity": 2, "unit_price": 10, "subtotal": 10}]}"""));
        Assert.StartsWith("order_items[0].subtotal: ", (string?)refusal["detail"]);
    }

    [Fact]
    public async Task Calculations_have_a_limit_of_their_own()
    {
        var store = await Store.Open(Aura.Accounts.Plan.Professional);
        var one = $"{All}{(await Made(store))["id"]}";
        var body = new { order_items = new[] { new { product_id = 1, quantity = 1, unit_price = 10 } } };

        var answers = await Task.WhenAll(Enumerable.Range(0, 51).Select(_ => store.Test.Send($"POST {one}/calculate-discount", body)));

        Assert.Equal((50, 1), (answers.Count(a => a.Status == 200), answers.Count(a => a.Status == 429)));
        await store.Test.Ok($"GET {one}");
    }

    [Fact]
    public async Task What_is_activated_here_lowers_a_cart_of_the_platform()
    {
        var store = await Store.Open();
        var cart = await store.Cart((await store.Stocked(price: 20m), 2));
        var made = await Made(store, ("promotion_type", "buy_one_get_one"), ("discount_type", "bogo"), ("discount_value", 100));
        await store.Test.Ok($"POST {All}{made["id"]}/activate");

        var read = await store.Test.Ok($"GET /v2/carts/{cart}");

        Assert.Equal((20m, $"promo_{made["id"]}"), ((decimal)read["discount_total"]!, (string?)read["discounts"]![0]!["source"]));
    }

    private static async Task<string[]> Names(Store store, string query) =>
        [.. (await store.Test.Ok($"GET {All}?{query}"))["items"]!.AsArray().Select(item => (string)item!["name"]!)];

    private static async Task<JsonNode> Refused(Store store, string request, JsonNode? body, int status = 422)
    {
        var (answered, refusal) = await store.Test.Send(request, body);
        Assert.Equal(status, answered);
        return refusal!; // a refusal has a body
    }

    private static string Compact(JsonNode node) => node.ToJsonString(new() { WriteIndented = false });
}
