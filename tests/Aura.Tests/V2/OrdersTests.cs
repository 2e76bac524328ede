using System.Text.Json.Nodes;
using Aura.Tests.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.V2;

public sealed class OrdersTests
{
    [Fact]
    public async Task An_order_is_created_as_the_document_shows_it()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 199.99m);
        var customer = await store.Customer();

        var (status, order) = await store.Test.Send("POST /v2/orders", new
        {
            customer_id = customer,
            items = new[] { new { product_id = goods.Product, variant_id = goods.Variant, quantity = 2, price = 199.99m } },
            shipping_address = Shop.Address,
            billing_address = Shop.Address,
            payment_method = "card",
            shipping_method = "standard",
        });

        Assert.Equal(201, status);
        Assert.StartsWith("ord_", (string?)order!["id"], StringComparison.Ordinal);
        Assert.Equal(("pending", "pending", "unfulfilled"), ((string?)order["status"], (string?)order["payment_status"], (string?)order["fulfillment_status"]));
        Assert.Equal(404.98m, (decimal)order["total"]!);
        Assert.Equal("USD", (string?)order["currency"]);
        Assert.Equal(98, await store.Available(goods.VariantId));
        Assert.Equal(["created"], await History(store, order));
        Assert.Contains("order.created", await Events(store));
    }

    [Theory]
    [InlineData("""{"items":[{"product_id":"prod_1","quantity":1}]}""", "customer_id")]
    [InlineData("""{"customer_id":"cust_1","items":[]}""", "items")]
    [InlineData("""{"customer_id":"cust_1","items":[{"product_id":"prod_1","quantity":0}]}""", "items[0].quantity")]
    [InlineData("""{"customer_id":"cust_1","items":[{"product_id":"prod_1","quantity":1}]}""", "customer_id")]
    [InlineData("""{"customer_id":"CUSTOMER","items":[{"product_id":"prod_1","quantity":1}]}""", "items[0].product_id")]
    [InlineData("""{"customer_id":"CUSTOMER","items":[{"quantity":1}]}""", "items[0].variant_id")]
    [InlineData("""{"customer_id":"CUSTOMER","items":[{"variant_id":"VARIANT","quantity":1}],"shipping_method":"teleport","shipping_address":{"line1":"1","city":"X","country":"US"}}""", "shipping_method")]
    [InlineData("""{"customer_id":"CUSTOMER","items":[{"variant_id":"VARIANT","quantity":1}],"shipping_method":"standard"}""", "shipping_address")]
    [InlineData("""{"customer_id":"CUSTOMER","items":[{"variant_id":"VARIANT","quantity":1}],"currency":"JPY"}""", "items[0]")]
    [InlineData("""{"customer_id":"CUSTOMER","items":[{"variant_id":"VARIANT","quantity":1}],"coupon":"FREE"}""", "coupons")]
    [InlineData("""{"customer_id":"CUSTOMER","items":[{"variant_id":"VARIANT","quantity":1,"price":-1}]}""", "items[0].price")]
    public async Task A_wrong_order_is_refused_by_field(string body, string field)
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        body = body.Replace("CUSTOMER", await store.Customer(), StringComparison.Ordinal).Replace("VARIANT", goods.Variant, StringComparison.Ordinal);

        var error = await store.Test.Refused(422, "POST /v2/orders", body);

        Assert.Equal(field, (string?)error["details"]![0]!["field"]);
        Assert.Equal(100, await store.Available(goods.VariantId));
    }

    [Fact]
    public async Task A_price_of_ones_own_needs_its_scope()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 20m);
        var customer = await store.Customer();
        var key = (string)(await store.Test.Ok("POST /v2/api-keys", new { name = "till", scopes = new[] { "orders:read", "orders:write" } }))["key"]!;
        var body = new { customer_id = customer, items = new[] { new { variant_id = goods.Variant, quantity = 1, price = 1m } } };
        using var till = store.Server.Client(key);

        await till.Refused(403, "POST /v2/orders", body);
        await till.Ok("POST /v2/orders", new { customer_id = customer, items = new[] { new { variant_id = goods.Variant, quantity = 1, price = 20m } } });

        Assert.Equal(1m, (decimal)(await store.Test.Ok("POST /v2/orders", body))["total"]!);
    }

    [Fact]
    public async Task An_order_that_exceeds_the_stock_is_refused_as_a_whole()
    {
        var store = await Store.Open();
        var (plenty, scarce) = (await store.Stocked(), await store.Stocked(stock: 1));

        var error = await store.Test.Refused(409, "POST /v2/orders", new
        {
            customer_id = await store.Customer(),
            items = new[] { new { variant_id = plenty.Variant, quantity = 1 }, new { variant_id = scarce.Variant, quantity = 1 }, new { variant_id = scarce.Variant, quantity = 1 } },
        });

        Assert.Equal("insufficient_stock", (string?)error["code"]);
        Assert.Equal((2, 1), ((int)error["items"]![0]!["requested"]!, (int)error["items"]![0]!["available"]!));
        Assert.Equal(100, await store.Available(plenty.VariantId));
    }

    [Fact]
    public async Task Status_walks_forward_and_shipping_hands_over_what_is_left()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var order = await store.PaidOrder((goods, 3));
        var id = order["id"];

        var error = await store.Test.Refused(409, $"PATCH /v2/orders/{id}/status", new { status = "shipped" });
        Assert.Equal(("invalid_transition", "pending", """["processing","cancelled"]"""), ((string?)error["code"], (string?)error["from"], error["allowed"]!.ToJsonString()));

        await store.Test.Ok($"PATCH /v2/orders/{id}/status", new { status = "processing", note = "Payment confirmed" });
        var shipped = await store.Test.Ok($"PATCH /v2/orders/{id}/status", new { status = "shipped" });
        Assert.Equal(("shipped", "fulfilled"), ((string?)shipped["status"], (string?)shipped["fulfillment_status"]));
        Assert.Equal((97, 0), (await store.Levels(goods.VariantId)).Values.Single());
        await store.Test.Refused(409, $"PATCH /v2/orders/{id}/status", new { status = "processing" });
        var delivered = await store.Test.Ok($"PATCH /v2/orders/{id}/status", new { status = "delivered" });
        Assert.Equal("delivered", (string?)delivered["status"]);

        Assert.Equal("delivered", (string?)(await store.Test.Ok($"GET /v2/orders/{id}/fulfillments"))["data"]![0]!["status"]);
        var events = await Events(store);
        Assert.Equal((1, 1), (events.Count(type => type == "order.fulfilled"), events.Count(type => type == "order.created")));
        Assert.Contains("Payment confirmed", (await store.Test.Ok($"GET /v2/orders/{id}/history"))["data"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_are_handed_over_until_nothing_is_left()
    {
        var store = await Store.Open();
        var (one, two) = (await store.Stocked(), await store.Stocked());
        var order = await store.PaidOrder((one, 2), (two, 1));
        var (first, second) = (order["items"]![0]!["id"], order["items"]![1]!["id"]);

        var parcel = await store.Test.Ok($"POST /v2/orders/{order["id"]}/fulfillments", new { items = new[] { new { order_item_id = first, quantity = 1 } }, carrier = "ups", tracking_number = "1Z" });
        Assert.Equal("1Z", (string?)parcel["tracking_number"]);
        var partly = await store.Test.Ok($"GET /v2/orders/{order["id"]}");
        Assert.Equal(("processing", "partial"), ((string?)partly["status"], (string?)partly["fulfillment_status"]));
        Assert.Equal("order_not_cancellable", (string?)(await store.Test.Refused(409, $"POST /v2/orders/{order["id"]}/cancel", new { }))["code"]);

        var error = await store.Test.Refused(422, $"POST /v2/orders/{order["id"]}/fulfillments", new { items = new[] { new { order_item_id = first, quantity = 2 } } });
        Assert.Equal("fulfillment_exceeds_quantity", (string?)error["code"]);
        await store.Test.Ok($"POST /v2/orders/{order["id"]}/fulfillments", new { items = new[] { new { order_item_id = first, quantity = 1 }, new { order_item_id = second, quantity = 1 } } });

        var all = await store.Test.Ok($"GET /v2/orders/{order["id"]}");
        Assert.Equal(("shipped", "fulfilled"), ((string?)all["status"], (string?)all["fulfillment_status"]));
        Assert.Equal("nothing_to_fulfill", (string?)(await store.Test.Refused(409, $"POST /v2/orders/{order["id"]}/fulfillments", new { }))["code"]);
        await store.Verify();
    }

    [Fact]
    public async Task A_held_order_is_not_handed_over()
    {
        var store = await Store.Open();
        var order = await store.PaidOrder((await store.Stocked(), 1));

        await store.Test.Ok($"POST /v2/orders/{order["id"]}/hold", new { reason = "fraud_review" });
        Assert.Equal("order_held", (string?)(await store.Test.Refused(409, $"POST /v2/orders/{order["id"]}/fulfillments", new { }))["code"]);
        await store.Test.Ok($"POST /v2/orders/{order["id"]}/release-hold");

        await store.Test.Ok($"POST /v2/orders/{order["id"]}/fulfillments", new { });
    }

    [Fact]
    public async Task Cancelling_with_refund_gives_back_stock_and_money()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var order = await store.PaidOrder((goods, 2));

        var cancelled = await store.Test.Ok($"POST /v2/orders/{order["id"]}/cancel", new { reason = "customer_request", refund = true, note = "Customer changed mind" });

        Assert.Equal(("cancelled", "refunded", "customer_request"), ((string?)cancelled["status"], (string?)cancelled["payment_status"], (string?)cancelled["cancel_reason"]));
        Assert.Equal((100, 0), (await store.Levels(goods.VariantId)).Values.Single());
        var events = await Events(store);
        Assert.Equal((1, 1), (events.Count(type => type == "order.cancelled"), events.Count(type => type == "order.refunded")));
        Assert.Equal("order_not_cancellable", (string?)(await store.Test.Refused(409, $"POST /v2/orders/{order["id"]}/cancel", new { refund = true }))["code"]);
    }

    [Fact]
    public async Task Cancelling_ten_times_at_once_refunds_once()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var order = await store.PaidOrder((goods, 2));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => store.Test.Send($"POST /v2/orders/{order["id"]}/cancel", new { refund = true })));

        Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal(409, answer.Status));
        Assert.Equal(1, await store.Database((db, _) => db.Refunds.CountAsync()));
        Assert.Equal((100, 0), (await store.Levels(goods.VariantId)).Values.Single());
        await store.Verify();
    }

    [Fact]
    public async Task An_authorized_payment_is_released_by_the_cancellation()
    {
        var store = await Store.Open();
        var cart = await store.Cart((await store.Stocked(), 1));
        var order = await store.Test.Ok($"POST /v2/carts/{cart}/checkout", new { payment_method = "card", capture_method = "manual" });
        Assert.Equal("pending", (string?)order["payment_status"]);

        await store.Test.Ok($"POST /v2/orders/{order["id"]}/cancel", new { refund = true });

        Assert.Equal(Aura.Payments.IntentStatus.Canceled, await store.Database((db, _) => db.PaymentIntents.Select(i => i.Status).SingleAsync()));
    }

    [Fact]
    public async Task Every_filter_finds_its_orders()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 20m);
        var customer = await store.Customer();
        var unpaid = await store.Order(goods, 2, customer);
        var paid = await store.PaidOrder((goods, 1));
        await store.Test.Ok($"PATCH /v2/orders/{paid["id"]}/status", new { status = "processing" });
        await store.Test.Ok($"PUT /v2/orders/{paid["id"]}", new { tags = new[] { "VIP" }, metadata = new { source = "tv" } });

        async Task Finds(string query, params JsonNode[] wanted) => Assert.Equal(
            wanted.Select(order => (string?)order["id"]).Order(),
            (await store.Test.Ok($"GET /v2/orders?{query}"))["data"]!.AsArray().Select(order => (string?)order!["id"]).Order());

        await Finds("status=pending", unpaid);
        await Finds("status=processing", paid);
        await Finds("payment_status=paid", paid);
        await Finds("fulfillment_status=unfulfilled", unpaid, paid);
        await Finds($"customer_id={customer}", unpaid);
        await Finds("date_from=2020-01-01&date_to=2099-01-01", unpaid, paid);
        await Finds("date_from=2099-01-01");
        await Finds("filter[total][gt]=30", unpaid);
        await Finds("filter[number]=1001", unpaid);
        await Finds("filter[tags]=vip", paid);
        await Finds("metadata[source]=tv", paid);
        await Finds("email=buyer@example.com", paid);
        await Finds("status=processing&payment_status=paid&fulfillment_status=unfulfilled", paid);
        await store.Test.Refused(422, "GET /v2/orders?status=lost");
    }

    [Fact]
    public async Task A_customer_shows_what_they_bought()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 20m);
        var customer = await store.Customer();
        var cart = await store.Test.Ok("POST /v2/carts", new { customer_id = customer, items = new[] { new { variant_id = goods.Variant } }, shipping_address = Shop.Address, shipping_method = "standard" });
        await store.Test.Ok($"POST /v2/carts/{cart["id"]}/checkout", new { payment_method = "card" });
        await store.Order(goods, 1, customer);
        var cancelled = await store.Order(goods, 1, customer);
        await store.Test.Ok($"POST /v2/orders/{cancelled["id"]}/cancel"); // nothing has to be said

        var profile = await store.Test.Ok($"GET /v2/customers/{customer}");

        Assert.Equal((2, 50m), ((int)profile["orders_count"]!, (decimal)profile["total_spent"]!)); // one of them is not paid yet
        Assert.NotNull(profile["last_order_at"]);
        Assert.Equal(0, (int)(await store.Test.Ok($"GET /v2/customers/{await store.Customer()}"))["orders_count"]!);
    }

    [Fact]
    public async Task Another_store_sees_nothing_of_an_order()
    {
        var (mine, other) = (await Store.Open(), await Store.Open());
        var order = await mine.PaidOrder((await mine.Stocked(), 1));

        await other.Test.Refused(404, $"GET /v2/orders/{order["id"]}");
        await other.Test.Refused(404, $"POST /v2/orders/{order["id"]}/cancel");
        await other.Test.Refused(404, $"GET /v2/orders/{order["id"]}/history");
        await other.Test.Refused(404, $"GET /v2/orders/{order["id"]}/fulfillments");
    }

    private static async Task<List<string>> Events(Store store) => await store.Database((db, _) => db.Events.OrderBy(e => e.Id).Select(e => e.Type).ToListAsync());

    private static async Task<IEnumerable<string?>> History(Store store, JsonNode order) =>
        (await store.Test.Ok($"GET /v2/orders/{order["id"]}/history"))["data"]!.AsArray().Select(entry => (string?)entry!["kind"]);
}
