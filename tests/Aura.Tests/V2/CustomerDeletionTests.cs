using System.Text.Json.Nodes;
using Aura.Tests.Payments;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.V2;

public sealed class CustomerDeletionTests
{
    [Fact]
    public async Task A_customer_without_history_goes_with_addresses_and_cards_and_leaves_the_cart_to_a_guest()
    {
        var store = await Store.Open();
        var customer = await store.Test.Ok("POST /v2/customers", new { email = "gone@b.co", addresses = new[] { Shop.Address } });
        await PaymentsApiTests.Card(store.Test, "4242424242424242", (string)customer["id"]!);
        var goods = await store.Stocked();
        var cart = await store.Test.Ok("POST /v2/carts", new { customer_id = customer["id"], email = "gone@b.co", items = new[] { new { variant_id = goods.Variant } } });

        Assert.Equal(204, (await store.Test.Send($"DELETE /v2/customers/{customer["id"]}")).Status);

        await store.Test.Refused(404, $"GET /v2/customers/{customer["id"]}");
        await store.Test.Refused(404, $"DELETE /v2/customers/{customer["id"]}");
        Assert.Empty((await store.Test.Ok("GET /v2/payment-methods"))["data"]!.AsArray());
        Assert.Null((await store.Test.Ok($"GET /v2/carts/{cart["id"]}"))["customer_id"]);
        Assert.Equal(1, await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "customer.deleted")));
        await store.Test.Ok("POST /v2/customers", new { email = "gone@b.co" }); // the address is free again
    }

    [Fact]
    public async Task A_customer_with_orders_payments_or_reviews_stays_and_in_a_batch_only_the_others_go()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var (buyer, payer, critic, nobody) = (await store.Customer(), await store.Customer(), await store.Customer(), await store.Customer());
        await store.Order(goods, 1, buyer);
        await store.Test.Ok("POST /v2/payments/intents", new { amount = 5, currency = "usd", customer_id = payer });
        await store.Test.Ok($"POST /v2/products/{goods.Product}/reviews", new { customer_id = critic, rating = 3 });

        Assert.Equal("customer_has_history", (string?)(await store.Test.Refused(409, $"DELETE /v2/customers/{buyer}"))["code"]);
        await store.Test.Refused(422, "DELETE /v2/batch/delete", new { resources = "customers", ids = new[] { nobody, payer }, options = new { atomic = true } });
        await store.Test.Ok($"GET /v2/customers/{nobody}");
        var batch = await store.Test.Ok("DELETE /v2/batch/delete", new { resources = "customers", ids = new[] { buyer, payer, critic, nobody } });

        Assert.Equal(1, (int)batch["deleted"]!);
        Assert.Equal(["customer_has_history"], batch["errors"]!.AsArray().Select(error => (string)error!["error"]!["code"]!).Distinct());
        await store.Test.Refused(404, $"GET /v2/customers/{nobody}");
    }
}
