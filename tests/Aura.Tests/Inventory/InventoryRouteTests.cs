using System.Text.Json.Nodes;
using Aura.Events;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Inventory;

public sealed class InventoryRouteTests
{
    [Fact]
    public async Task Stock_is_shown_by_warehouse_and_the_totals_are_the_sums()
    {
        var (store, product) = await Shop();
        var other = await IdOf(store.Test.Ok("POST /v2/warehouses", new { name = "North", type = "store", address = new { city = "Oslo", country = "no" } }));
        await Adjust(store, product, 30);
        await Adjust(store, product, 12, other);
        await store.Test.Ok($"POST /v2/inventory/{product}/reserve", new { quantity = 5, location = other });

        var stock = await store.Test.Ok($"GET /v2/inventory/{product}");

        Assert.Equal(product, (string?)stock["product_id"]);
        Assert.Equal((37, 5, 42), ((int)stock["total_available"]!, (int)stock["total_reserved"]!, (int)stock["total_on_hand"]!));
        Assert.Equal([(30, 0), (7, 5)], stock["locations"]!.AsArray().Select(l => ((int)l!["available"]!, (int)l["reserved"]!)));
        Assert.Equal(other, (string?)stock["locations"]![1]!["warehouse_id"]);
    }

    [Fact]
    public async Task A_product_a_variant_and_a_SKU_lead_to_the_same_stock()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 8);
        var variant = (string?)(await store.Test.Ok($"GET /v2/inventory/{product}"))["variant_id"];

        Assert.Equal(8, (int)(await store.Test.Ok($"GET /v2/inventory/{variant}"))["total_available"]!);
        Assert.Equal(8, (int)(await store.Test.Ok("GET /v2/inventory/TEA%2F1"))["total_available"]!);
        await store.Test.Refused(404, "GET /v2/inventory/prod_1");
        await store.Test.Refused(404, "GET /v2/inventory/var_1");
        await store.Test.Refused(404, "GET /v2/inventory/COFFEE");
    }

    [Fact]
    public async Task An_adjustment_changes_what_can_be_sold_and_stays_on_record_with_its_reason()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 50);

        var stock = await store.Test.Ok($"POST /v2/inventory/{product}/adjust", new { quantity = -10, reason = "sold", note = "Online order #12345" });
        var history = (await store.Test.Ok($"GET /v2/inventory/{product}/adjustments"))["data"]!.AsArray();

        Assert.Equal(40, (int)stock["total_available"]!);
        Assert.Equal((-10, "sold", "Online order #12345"), ((int)history[0]!["quantity"]!, (string?)history[0]!["reason"], (string?)history[0]!["note"]));
        Assert.Equal(2, history.Count);
    }

    [Fact]
    public async Task The_ledger_names_the_order_of_each_movement()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 5);
        var variant = Id<Aura.Catalog.Variant>.ToNumber((string?)(await store.Test.Ok($"GET /v2/inventory/{product}"))["variant_id"]) ?? 0;
        await store.Stock(stock => stock.Allocate([new(variant, 2, 11)], 77, null, default));
        await store.Stock(stock => stock.Ship(77, [new(11, 1)], null, "ful_5", default));

        var ledger = (await store.Test.Ok($"GET /v2/inventory/{product}/movements?sort=id"))["data"]!.AsArray();

        Assert.Equal(
            [("adjusted", 5, null, null), ("allocated", 2, "ord_77", null), ("shipped", 1, "ord_77", "ful_5")],
            ledger.Select(m => ((string)m!["kind"]!, (int)m["quantity"]!, (string?)m["order_id"], (string?)m["reference"])));
        Assert.Single((await store.Test.Ok($"GET /v2/inventory/{product}/movements?kind=shipped&filter[order_id]=ord_77"))["data"]!.AsArray());
    }

    [Fact]
    public async Task More_than_there_is_cannot_be_taken_away()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 5);

        var error = await store.Test.Refused(409, $"POST /v2/inventory/{product}/adjust", new { quantity = -6 });

        Assert.Equal("insufficient_stock", (string?)error["code"]);
        Assert.Equal((6, 5), ((int)error["items"]![0]!["requested"]!, (int)error["items"]![0]!["available"]!));
        Assert.StartsWith("var_", (string?)error["items"]![0]!["variant_id"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adjustment_of_a_number_that_has_changed_is_refused()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 5);

        var error = await store.Test.Refused(409, $"POST /v2/inventory/{product}/adjust", new { quantity = 1, change_from_quantity = 4 });
        var stock = await store.Test.Ok($"POST /v2/inventory/{product}/adjust", new { quantity = 1, change_from_quantity = 5 });

        Assert.Equal(("stale_quantity", 5), ((string?)error["code"], (int)error["on_hand"]!));
        Assert.Equal(6, (int)stock["total_on_hand"]!);
    }

    [Fact]
    public async Task The_same_adjustment_sent_twice_is_made_once()
    {
        var (store, product) = await Shop();
        var key = ("Idempotency-Key", "adjust-1");

        await store.Test.Ok($"POST /v2/inventory/{product}/adjust", new { quantity = 5 }, key);
        await store.Test.Ok($"POST /v2/inventory/{product}/adjust", new { quantity = 5 }, key);

        Assert.Equal(5, (int)(await store.Test.Ok($"GET /v2/inventory/{product}"))["total_available"]!);
    }

    [Theory]
    [InlineData("""{"quantity": 0}""", "quantity")]
    [InlineData("""{"quantity": 9999999999}""", "quantity")]
    [InlineData("""{"quantity": 1.5}""", "quantity")]
    [InlineData("""{"reason": "sold"}""", "quantity")]
    [InlineData("""{"quantity": 1, "reason": ""}""", "reason")]
    [InlineData("""{"quantity": 1, "variant_id": "var_1"}""", "variant_id")]
    [InlineData("""{"quantity": 1, "warehouse": "wh_1"}""", "warehouse")]
    public async Task A_wrong_adjustment_is_refused_by_its_field(string body, string field)
    {
        var (store, product) = await Shop();

        var error = await store.Test.Refused(422, $"POST /v2/inventory/{product}/adjust", body);

        Assert.Equal(field, (string?)error["details"]![0]!["field"]);
    }

    [Theory]
    [InlineData("wh_1", 404)]
    [InlineData("nowhere", 422)]
    public async Task An_adjustment_in_a_warehouse_that_is_not_there_is_refused(string location, int status)
    {
        var (store, product) = await Shop();

        await store.Test.Refused(status, $"POST /v2/inventory/{product}/adjust", new { quantity = 1, location });
    }

    [Fact]
    public async Task A_product_with_several_variants_shows_each_and_is_adjusted_by_variant()
    {
        var store = await Store.Open();
        var product = await IdOf(store.Test.Ok("POST /v2/products", new { name = "Shirt", price = 20, sku = "SHIRT", variants = new[] { new { sku = "SHIRT-S" }, new { sku = "SHIRT-L" } } }));

        var error = await store.Test.Refused(422, $"POST /v2/inventory/{product}/adjust", new { quantity = 5 });
        await Adjust(store, "SHIRT-S", 5);
        await Adjust(store, "SHIRT-L", 7);
        var stock = await store.Test.Ok($"GET /v2/inventory/{product}");

        Assert.Equal("variant_id", (string?)error["details"]![0]!["field"]);
        Assert.Equal(12, (int)stock["total_available"]!);
        Assert.Equal([("SHIRT-S", 5), ("SHIRT-L", 7)], stock["variants"]!.AsArray().Select(v => ((string)v!["sku"]!, (int)v["total_available"]!)));
        Assert.Equal(12, (int)Assert.Single(stock["locations"]!.AsArray())!["available"]!);
        Assert.Equal(7, (int)(await store.Test.Ok("GET /v2/inventory/SHIRT-L"))["total_available"]!);
    }

    [Fact]
    public async Task Withheld_pieces_are_there_and_not_for_sale()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 10);

        var stock = await store.Test.Ok($"POST /v2/inventory/{product}/withhold", new { damaged = 2, safety_stock = 3 });
        await store.Test.Refused(409, $"POST /v2/inventory/{product}/withhold", new { quality_control = 6 });
        var again = await store.Test.Ok($"POST /v2/inventory/{product}/withhold", new { damaged = 0 });

        Assert.Equal((5, 10), ((int)stock["total_available"]!, (int)stock["total_on_hand"]!));
        Assert.Equal(7, (int)again["total_available"]!);
    }

    [Fact]
    public async Task A_reservation_is_made_listed_and_released_in_parts()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 10);

        var reservation = await store.Test.Ok($"POST /v2/inventory/{product}/reserve", new { quantity = 6, channel = "ebay", order_id = "26-0001" });
        var listed = (await store.Test.Ok($"GET /v2/inventory/{product}/reservations"))["data"]!.AsArray();
        var afterPart = await store.Test.Ok($"POST /v2/inventory/{product}/release", new { reservation_id = (string?)reservation["id"], quantity = 2 });
        var afterRest = await store.Test.Ok($"POST /v2/inventory/{product}/release", new { quantity = 4, channel = "ebay" });

        Assert.Equal((string?)reservation["id"], (string?)Assert.Single(listed)!["id"]);
        Assert.Equal("26-0001", (string?)(await store.Test.Ok($"GET /v2/inventory/{product}/reservations/{reservation["id"]}"))["order_id"]);
        Assert.Equal((6, 10), ((int)afterPart["total_available"]!, (int)afterRest["total_available"]!));
        Assert.Equal("reservation_over", (string?)(await store.Test.Refused(409, $"POST /v2/inventory/{product}/release", new { reservation_id = (string?)reservation["id"] }))["code"]);
        Assert.Equal("reservation_smaller", (string?)(await store.Test.Refused(409, $"POST /v2/inventory/{product}/release", new { quantity = 1 }))["code"]);
        await store.Test.Refused(422, $"POST /v2/inventory/{product}/release", new { });
    }

    [Fact]
    public async Task Reserving_more_than_there_is_or_into_the_past_is_refused()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 2);

        Assert.Equal("insufficient_stock", (string?)(await store.Test.Refused(409, $"POST /v2/inventory/{product}/reserve", new { quantity = 3 }))["code"]);
        await store.Test.Refused(422, $"POST /v2/inventory/{product}/reserve", new { quantity = 1, expires_at = "2001-01-01T00:00:00Z" });
        await store.Test.Refused(422, $"POST /v2/inventory/{product}/reserve", new { quantity = 0 });
        Assert.Equal(2, (int)(await store.Test.Ok($"GET /v2/inventory/{product}"))["total_available"]!);
    }

    [Fact]
    public async Task What_only_several_warehouses_have_together_is_not_one_reservation()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 2);
        await Adjust(store, product, 2, await IdOf(store.Test.Ok("POST /v2/warehouses", new { name = "North" })));

        var error = await store.Test.Refused(409, $"POST /v2/inventory/{product}/reserve", new { quantity = 3 });

        Assert.Equal(2, error["locations"]!.AsArray().Count);
        Assert.Equal(0, (int)(await store.Test.Ok($"GET /v2/inventory/{product}"))["total_reserved"]!);
    }

    [Fact]
    public async Task Falling_below_the_threshold_is_told_once_and_proposes_one_reorder()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 12);
        var alert = await store.Test.Ok($"POST /v2/inventory/{product}/alerts", new { threshold = 10, channels = new[] { "email" }, reorder = new { enabled = true, quantity = 100 } });

        await Adjust(store, product, -2);
        Assert.Empty(await Events(store, "inventory.low"));
        await Adjust(store, product, -1);
        await Adjust(store, product, -1);

        var low = Assert.Single(await Events(store, "inventory.low"));
        Assert.Equal((product, 9, 10), ((string?)low["data"]!["facts"]!["product_id"], (int)low["data"]!["facts"]!["available"]!, (int)low["data"]!["facts"]!["threshold"]!));
        Assert.Equal(8, (int)low["data"]!["object"]!["total_available"]!);
        var reorder = Assert.Single((await store.Test.Ok("GET /v2/inventory/reorders?status=suggested"))["data"]!.AsArray())!;
        Assert.Equal((product, 100, (string?)alert["id"]), ((string?)reorder["product_id"], (int)reorder["quantity"]!, (string?)reorder["alert_id"]));
    }

    [Fact]
    public async Task An_alert_speaks_again_after_stock_had_come_back()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 12);
        await store.Test.Ok($"POST /v2/inventory/{product}/alerts", new { threshold = 10 });

        foreach (var change in (int[])[-5, 5, -5])
            await Adjust(store, product, change);

        Assert.Equal(2, (await Events(store, "inventory.low")).Count);
        Assert.Empty((await store.Test.Ok("GET /v2/inventory/reorders"))["data"]!.AsArray());
    }

    [Fact]
    public async Task The_last_piece_gone_is_told_without_an_alert_whoever_took_it()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 2);
        var variant = Id<Aura.Catalog.Variant>.ToNumber((string?)(await store.Test.Ok($"GET /v2/inventory/{product}"))["variant_id"]) ?? 0;

        await Adjust(store, product, -1);
        Assert.Empty(await Events(store, "inventory.out_of_stock"));
        await store.Stock(stock => stock.Allocate([new(variant, 1)], 1, null, default));

        Assert.Equal(product, (string?)Assert.Single(await Events(store, "inventory.out_of_stock"))["data"]!["facts"]!["product_id"]);
    }

    [Fact]
    public async Task An_alert_of_one_warehouse_watches_that_one_alone()
    {
        var (store, product) = await Shop();
        var other = await IdOf(store.Test.Ok("POST /v2/warehouses", new { name = "North" }));
        await Adjust(store, product, 20);
        await Adjust(store, product, 20, other);
        await store.Test.Ok($"POST /v2/inventory/{product}/alerts", new { threshold = 10, location = other });

        await Adjust(store, product, -15);
        Assert.Empty(await Events(store, "inventory.low"));
        await Adjust(store, product, -15, other);

        Assert.Equal(other, (string?)Assert.Single(await Events(store, "inventory.low"))["data"]!["facts"]!["warehouse_id"]);
    }

    [Fact]
    public async Task Alerts_are_listed_and_deleted_and_what_they_proposed_stays()
    {
        var (store, product) = await Shop();
        await Adjust(store, product, 5);
        var alert = await IdOf(store.Test.Ok($"POST /v2/inventory/{product}/alerts", new { threshold = 5, reorder = new { quantity = 10 } }));
        await Adjust(store, product, -1);
        var reorder = await IdOf(store.Test.Ok("GET /v2/inventory/reorders").ContinueWith(list => list.Result["data"]![0]!, TaskScheduler.Default));

        Assert.Equal(alert, (string?)(await store.Test.Ok($"GET /v2/inventory/{product}/alerts"))["data"]![0]!["id"]);
        await store.Test.Ok($"DELETE /v2/inventory/{product}/alerts/{alert}");
        await store.Test.Refused(404, $"DELETE /v2/inventory/{product}/alerts/{alert}");
        var marked = await store.Test.Ok($"PATCH /v2/inventory/reorders/{reorder}", new { status = "received" });

        Assert.Empty((await store.Test.Ok($"GET /v2/inventory/{product}/alerts"))["data"]!.AsArray());
        Assert.Equal(("received", null), ((string?)marked["status"], (string?)marked["alert_id"]));
        await store.Test.Refused(409, $"PATCH /v2/inventory/reorders/{reorder}", new { status = "ordered" });
        await store.Test.Refused(422, $"PATCH /v2/inventory/reorders/{reorder}", new { status = "lost" });
    }

    [Fact]
    public async Task Levels_are_listed_by_warehouse_and_by_what_is_low()
    {
        var (store, product) = await Shop();
        var other = await IdOf(store.Test.Ok("POST /v2/warehouses", new { name = "North" }));
        await Adjust(store, product, 3);
        await Adjust(store, product, 30, other);

        Assert.Equal(2, (await store.Test.Ok("GET /v2/inventory"))["data"]!.AsArray().Count);
        Assert.Equal(30, (int)Assert.Single((await store.Test.Ok($"GET /v2/inventory?warehouse={other}"))["data"]!.AsArray())!["available"]!);
        Assert.Equal(3, (int)Assert.Single((await store.Test.Ok("GET /v2/inventory?below=10"))["data"]!.AsArray())!["available"]!);
        Assert.Equal([3, 30], (await store.Test.Ok("GET /v2/inventory?sort=available"))["data"]!.AsArray().Select(l => (int)l!["available"]!));
        await store.Test.Refused(400, "GET /v2/inventory?below=few");
    }

    [Fact]
    public async Task Stock_may_be_kept_by_its_reader_for_a_minute_and_is_not_sent_twice()
    {
        var (store, product) = await Shop();

        using var first = await store.Test.Answer($"GET /v2/inventory/{product}");
        using var second = await store.Test.Answer($"GET /v2/inventory/{product}", null, ("If-None-Match", first.Headers.ETag!.Tag));

        Assert.Equal(TimeSpan.FromSeconds(60), first.Headers.CacheControl?.MaxAge);
        Assert.Equal(304, (int)second.StatusCode);
    }

    private static async Task<(Store Store, string Product)> Shop()
    {
        var store = await Store.Open();
        return (store, await IdOf(store.Test.Ok("POST /v2/products", new { name = "Tea", price = 10, sku = "TEA/1" })));
    }

    private static Task<JsonNode> Adjust(Store store, string what, int quantity, string? location = null) =>
        store.Test.Ok($"POST /v2/inventory/{what}/adjust", new { quantity, reason = "count", location });

    private static async Task<string> IdOf(Task<JsonNode> answer) => (string)(await answer)["id"]!; // what was made has an id

    /// <summary>As the API shows them; found in the table, for the log shows an event only when no older transaction runs, of any test.</summary>
    private static async Task<List<JsonNode>> Events(Store store, string type)
    {
        var ids = await store.Database((db, _) => db.Events.Where(e => e.Type == type).OrderBy(e => e.Id).Select(e => e.Id).ToListAsync());
        var events = new List<JsonNode>();
        foreach (var id in ids)
            events.Add(await store.Test.Ok($"GET /v2/events/{new Id<StoreEvent>(id)}"));
        return events;
    }
}
