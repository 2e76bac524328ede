using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Tests.V2;

namespace Aura.Tests.Events;

/// <summary>The events that the document names, as a receiver gets them when the thing happens.</summary>
public sealed class DocumentedEventsTests
{
    [Fact]
    public async Task Every_documented_event_reaches_a_receiver_in_the_documented_form()
    {
        await using var receiver = await WebhookReceiver.Start();
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/webhooks", new { url = receiver.Url, events = new[] { "*" } });

        await ChangeTheCatalogue(store);
        await RunOut(store);
        await Sell(store);
        await store.Advance("PT0S");

        Assert.Empty(Documented.Except(receiver.Messages.Select(message => message.Type)));
        Assert.All(receiver.Messages, message =>
        {
            Assert.Equal(["id", "type", "created_at", "data"], message.Json.AsObject().Select(field => field.Key));
            Assert.NotNull(message.Json["data"]!["object"]);
            Assert.All(message.Json["data"]!["facts"]?.AsObject() ?? [], fact =>
                Assert.True(!fact.Key.EndsWith("_id", StringComparison.Ordinal) || fact.Value is null || fact.Value.GetValueKind() == JsonValueKind.String, $"{message.Type}: {fact}"));
        });
    }

    private static readonly string[] Documented =
    [
        "order.created", "order.updated", "order.cancelled", "order.fulfilled", "order.refunded", "product.created", "product.updated", "product.deleted",
        "inventory.low", "inventory.out_of_stock", "customer.created", "customer.updated", "payment.succeeded", "payment.failed", "payment.refunded",
        "shipment.created", "shipment.in_transit", "shipment.delivered",
    ];

    private static async Task ChangeTheCatalogue(Store store)
    {
        var product = (await store.Test.Ok("POST /v2/products", new { name = "Lamp", price = 10, sku = "LAMP" }))["id"];
        await store.Test.Ok($"PUT /v2/products/{product}", new { price = 12 });
        await store.Test.Ok($"DELETE /v2/products/{product}");
        await store.Test.Ok($"PUT /v2/customers/{await store.Customer()}", new { first_name = "Ada" });
    }

    private static async Task RunOut(Store store)
    {
        var goods = await store.Stocked(stock: 10);
        await store.Test.Ok($"POST /v2/inventory/{goods.Product}/alerts", new { threshold = 5 });
        await store.Test.Ok($"POST /v2/inventory/{goods.Product}/adjust", new { quantity = -6, reason = "sold" });
        await store.Test.Ok($"POST /v2/inventory/{goods.Product}/adjust", new { quantity = -4, reason = "damaged" });
    }

    private static async Task Sell(Store store)
    {
        var goods = await store.Stocked();
        var declined = await store.Test.Ok("POST /v2/payment-methods", new { type = "card", card = new { number = "4000000000000002", exp_month = 12, exp_year = 2040, cvc = "123" } });
        await store.Test.Refused(422, $"POST /v2/carts/{await store.Cart((goods, 1))}/checkout", new { payment_method = (string)declined["id"]! });
        var shipped = await store.PaidOrder((goods, 2));
        var parcel = await store.Test.Ok($"POST /v2/orders/{shipped["id"]}/fulfillments", new { carrier = "ups" });
        for (var times = 0; times < 2; times++)
            await store.Test.Ok($"PATCH /v2/orders/{shipped["id"]}/fulfillments/{parcel["id"]}", new { status = "delivered" });
        var events = await store.Database(async (db, _) => await Task.FromResult(db.Events.Where(e => e.Subject == "fulfillment").OrderBy(e => e.Id).Select(e => e.Type).ToList()));
        Assert.Equal(["shipment.created", "shipment.in_transit", "shipment.delivered"], events);
        var cancelled = await store.PaidOrder((goods, 1));
        await store.Test.Ok($"POST /v2/orders/{cancelled["id"]}/cancel", new { reason = "customer_request", refund = true });
    }
}
