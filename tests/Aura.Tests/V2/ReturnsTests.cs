using System.Text.Json.Nodes;
using Aura.Tests.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.V2;

public sealed class ReturnsTests
{
    [Fact]
    public async Task Goods_come_back_to_their_shelf_and_money_to_the_customer()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 10m);
        var order = await Shipped(store, (goods, 3));

        var request = await store.Test.Ok("POST /v2/returns", new { order_id = order["id"], items = new[] { new { order_item_id = Item(order), quantity = 2 } }, reason = "damaged" });
        Assert.Equal("requested", (string?)request["status"]);
        await store.Test.Ok($"PATCH /v2/returns/{request["id"]}", new { status = "approved" });
        await store.Test.Ok($"PATCH /v2/returns/{request["id"]}", new { status = "received", items = new[] { new { order_item_id = Item(order), quantity = 1, resellable = true } } });
        await store.Test.Ok($"PATCH /v2/returns/{request["id"]}", new { status = "received", items = new[] { new { order_item_id = Item(order), quantity = 1, resellable = false } } });
        var refunded = await store.Test.Ok($"PATCH /v2/returns/{request["id"]}", new { status = "refunded", note = "done" });

        Assert.Equal(("refunded", 20m), ((string?)refunded["status"], (decimal)refunded["refund_amount"]!));
        Assert.Equal((98, 0), (await store.Levels(goods.VariantId)).Values.Single());
        var after = await store.Test.Ok($"GET /v2/orders/{order["id"]}");
        Assert.Equal((20m, 2, 2), ((decimal)after["amount_refunded"]!, (int)after["items"]![0]!["returned_quantity"]!, (int)after["items"]![0]!["refunded_quantity"]!));
        await store.Verify();
    }

    [Fact]
    public async Task Only_what_was_handed_over_can_be_returned_and_only_once()
    {
        var store = await Store.Open();
        var order = await store.PaidOrder((await store.Stocked(), 2));
        object Wish(int quantity) => new { order_id = order["id"], items = new[] { new { order_item_id = Item(order), quantity } } };

        Assert.Equal("return_exceeds_fulfilled", (string?)(await store.Test.Refused(422, "POST /v2/returns", Wish(1)))["code"]);
        await store.Test.Ok($"POST /v2/orders/{order["id"]}/fulfillments", new { });
        await store.Test.Ok("POST /v2/returns", Wish(2));

        await store.Test.Refused(422, "POST /v2/returns", Wish(1));
    }

    [Fact]
    public async Task A_rejected_return_can_be_asked_for_again()
    {
        var store = await Store.Open();
        var order = await Shipped(store, (await store.Stocked(), 1));
        var wish = new { order_id = order["id"], items = new[] { new { order_item_id = Item(order), quantity = 1 } } };
        var first = await store.Test.Ok("POST /v2/returns", wish);

        await store.Test.Ok($"PATCH /v2/returns/{first["id"]}", new { status = "rejected", note = "worn" });

        Assert.Equal("invalid_transition", (string?)(await store.Test.Refused(409, $"PATCH /v2/returns/{first["id"]}", new { status = "received" }))["code"]);
        await store.Test.Ok("POST /v2/returns", wish);
    }

    [Fact]
    public async Task After_the_return_window_nothing_comes_back()
    {
        var store = await Store.Open();
        var order = await Shipped(store, (await store.Stocked(), 1));

        await store.Advance("P31D");

        var error = await store.Test.Refused(409, "POST /v2/returns", new { order_id = order["id"], items = new[] { new { order_item_id = Item(order), quantity = 1 } } });
        Assert.Equal("return_window_closed", (string?)error["code"]);
    }

    [Fact]
    public async Task More_than_was_paid_is_never_given_back()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var order = await store.Order(goods);
        await store.Test.Ok($"POST /v2/orders/{order["id"]}/fulfillments", new { });
        var request = await Received(store, order, 1);

        var error = await store.Test.Refused(422, $"PATCH /v2/returns/{request["id"]}", new { status = "refunded" });

        Assert.Equal("refund_exceeds_paid", (string?)error["code"]);
        Assert.Equal("received", (string?)(await store.Test.Ok($"GET /v2/returns/{request["id"]}"))["status"]);
    }

    [Fact]
    public async Task A_refund_may_include_the_delivery_and_keep_a_fee_but_never_more_than_was_paid()
    {
        var store = await Store.Open();
        var order = await Shipped(store, (await store.Stocked(price: 10m), 3)); // 30 and 5 for the delivery
        var first = await Received(store, order, 1);
        var patch = $"PATCH /v2/returns/{first["id"]}";
        foreach (var (body, field) in ((object, string)[])[
            (new { status = "refunded", restocking_fee = 10.01 }, "restocking_fee"), (new { status = "refunded", restocking_fee = -1 }, "restocking_fee"),
            (new { status = "refunded", shipping = new { amount = 1.001 } }, "shipping.amount"), (new { status = "refunded", shipping = new { amount = -1 } }, "shipping.amount"),
            (new { status = "refunded", shipping = new { amount = 1, full_refund = true } }, "shipping"),
            (new { status = "received", shipping = new { full_refund = true } }, "shipping"), (new { status = "approved", restocking_fee = 1 }, "restocking_fee")])
            Assert.Equal(field, (string?)(await store.Test.Refused(422, patch, body))["details"]![0]!["field"]);
        var tooMuch = await store.Test.Refused(422, patch, new { status = "refunded", shipping = new { amount = 5.01 } });

        var part = await store.Test.Ok(patch, new { status = "refunded", shipping = new { amount = 2 }, restocking_fee = 1.5 });
        var second = await Received(store, order, 1);
        var more = await store.Test.Refused(422, $"PATCH /v2/returns/{second["id"]}", new { status = "refunded", shipping = new { amount = 3.01 } });
        var rest = await store.Test.Ok($"PATCH /v2/returns/{second["id"]}", new { status = "refunded", shipping = new { full_refund = true } });
        var third = await store.Test.Ok($"PATCH /v2/returns/{(await Received(store, order, 1))["id"]}", new { status = "refunded", shipping = new { full_refund = true } });

        Assert.Equal(("shipping_refund_exceeds_paid", 5m), ((string?)tooMuch["code"], (decimal)tooMuch["refundable"]!));
        Assert.Equal((10.5m, 2m, 1.5m), ((decimal)part["refund_amount"]!, (decimal)part["shipping_refund"]!, (decimal)part["restocking_fee"]!));
        Assert.Equal(3m, (decimal)more["refundable"]!);
        Assert.Equal((13m, 3m), ((decimal)rest["refund_amount"]!, (decimal)rest["shipping_refund"]!));
        Assert.Equal((10m, 0m), ((decimal)third["refund_amount"]!, (decimal)third["shipping_refund"]!));
        Assert.Equal(33.5m, (decimal)(await store.Test.Ok($"GET /v2/orders/{order["id"]}"))["amount_refunded"]!);
        await store.Verify();
    }

    [Fact]
    public async Task A_delivery_that_was_refunded_by_hand_is_not_refunded_again()
    {
        var store = await Store.Open();
        var order = await Shipped(store, (await store.Stocked(price: 10m), 1));
        var payment = (await store.Test.Ok($"GET /v2/payments?order_id={order["id"]}"))["data"]![0]!["id"];
        await store.Test.Ok($"POST /v2/payments/{payment}/refund", new { amount = 500 });
        var request = await Received(store, order, 1);

        var error = await store.Test.Refused(422, $"PATCH /v2/returns/{request["id"]}", new { status = "refunded", shipping = new { full_refund = true } });
        var refunded = await store.Test.Ok($"PATCH /v2/returns/{request["id"]}", new { status = "refunded" });

        Assert.Equal("refund_exceeds_paid", (string?)error["code"]);
        Assert.Equal((10m, 0m), ((decimal)refunded["refund_amount"]!, (decimal)refunded["shipping_refund"]!));
    }

    [Fact]
    public async Task Ten_refunds_of_a_return_at_once_pay_once()
    {
        var store = await Store.Open();
        var order = await Shipped(store, (await store.Stocked(price: 10m), 3));
        var request = await Received(store, order, 2);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => store.Test.Send($"PATCH /v2/returns/{request["id"]}", new { status = "refunded" })));

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 409, $"{answer.Status}: {answer.Body}"));
        Assert.Equal(2000, await store.Database((db, _) => db.Refunds.SumAsync(r => r.Amount)));
        Assert.Equal("refunded", (string?)(await store.Test.Ok($"GET /v2/returns/{request["id"]}"))["status"]);
    }

    private static string Item(JsonNode order) => (string)order["items"]![0]!["id"]!;

    private static async Task<JsonNode> Shipped(Store store, (Shop.Goods, int) item)
    {
        var order = await store.PaidOrder(item);
        await store.Test.Ok($"POST /v2/orders/{order["id"]}/fulfillments", new { });
        return order;
    }

    private static async Task<JsonNode> Received(Store store, JsonNode order, int quantity)
    {
        var request = await store.Test.Ok("POST /v2/returns", new { order_id = order["id"], items = new[] { new { order_item_id = Item(order), quantity } } });
        await store.Test.Ok($"PATCH /v2/returns/{request["id"]}", new { status = "approved" });
        return await store.Test.Ok($"PATCH /v2/returns/{request["id"]}", new { status = "received" });
    }
}
