using System.Text.Json.Nodes;
using Aura.Tests.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.V2;

public sealed class CheckoutTests
{
    private static readonly object Card = new { payment_method = "card" };

    [Fact]
    public async Task A_cart_becomes_a_paid_order()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 19.99m);
        var cart = await store.Cart((goods, 2));

        var (status, order) = await store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = "card", expected_total = 44.98m });

        Assert.Equal(201, status);
        Assert.Equal(1001, (long)order!["number"]!);
        Assert.Equal("paid", (string?)order["payment_status"]);
        Assert.Equal("pending", (string?)order["status"]);
        Assert.Equal((39.98m, 5m, 44.98m), ((decimal)order["subtotal"]!, (decimal)order["shipping_total"]!, (decimal)order["total"]!));
        Assert.Equal((100, 2), (await store.Levels(goods.VariantId)).Values.Single());
        Assert.Equal((string?)order["id"], (string?)(await store.Test.Ok("GET /v2/orders/1001"))["id"]);
    }

    [Fact]
    public async Task Checking_out_again_answers_with_the_same_order()
    {
        var store = await Store.Open();
        var cart = await store.Cart((await store.Stocked(), 1));
        var first = await store.Test.Ok($"POST /v2/carts/{cart}/checkout", Card);

        var (status, second) = await store.Test.Send($"POST /v2/carts/{cart}/checkout", Card);

        Assert.Equal(200, status);
        Assert.Equal((string?)first["id"], (string?)second!["id"]);
        Assert.Equal("cart_completed", (string?)(await store.Test.Refused(409, $"PUT /v2/carts/{cart}", new { email = "x@example.com" }))["code"]);
    }

    [Fact]
    public async Task A_price_that_changed_meanwhile_is_refused_with_the_current_total()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 20m);
        var cart = await store.Cart((goods, 1));
        await store.Test.Ok($"PUT /v2/products/{goods.Product}", new { price = 30m });

        var error = await store.Test.Refused(409, $"POST /v2/carts/{cart}/checkout", new { payment_method = "card", expected_total = 25m });

        Assert.Equal("cart_changed", (string?)error["code"]);
        Assert.Equal(35m, (decimal)error["current_total"]!);
    }

    [Fact]
    public async Task Everything_that_is_missing_is_said_at_once()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var cart = (await store.Test.Ok("POST /v2/carts", new { items = new[] { new { product_id = goods.Product } } }))["id"];

        var error = await store.Test.Refused(422, $"POST /v2/carts/{cart}/checkout", new { });

        Assert.Equal(
            ["contact:email:email_required", "shipping:shipping_address:shipping_address_required", "shipping:shipping_method:shipping_method_required", "payment:payment_method:payment_method_required"],
            error["errors"]!.AsArray().Select(e => $"{e!["step"]}:{e["field"]}:{e["code"]}"));
    }

    [Fact]
    public async Task A_declined_card_places_nothing_and_leaves_the_cart_open()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var cart = await store.Cart((goods, 2));
        var declined = await Saved(store, "4000000000000002");

        var error = await store.Test.Refused(422, $"POST /v2/carts/{cart}/checkout", new { payment_method = declined });

        Assert.Equal("payment_failed", (string?)error["code"]);
        Assert.Equal("card_declined", (string?)error["decline_code"]);
        Assert.Equal((100, 0), (await store.Levels(goods.VariantId)).Values.Single());
        Assert.Empty((await store.Test.Ok("GET /v2/orders"))["data"]!.AsArray());
        Assert.Equal("paid", (string?)(await store.Test.Ok($"POST /v2/carts/{cart}/checkout", Card))["payment_status"]);
        Assert.Equal((100, 2), (await store.Levels(goods.VariantId)).Values.Single());
    }

    [Fact]
    public async Task A_challenge_holds_the_goods_until_it_is_passed()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(stock: 1);
        var cart = await store.Cart((goods, 1));
        var challenged = await Saved(store, "4000002760003184");

        var (status, waiting) = await store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = challenged });

        Assert.Equal((202, "requires_action"), (status, (string?)waiting!["status"]));
        Assert.NotNull(waiting["next_action"]!["type"]);
        Assert.Equal("cart_locked", (string?)(await store.Test.Refused(409, $"PUT /v2/carts/{cart}", new { email = "x@example.com" }))["code"]);
        await store.Test.Refused(404, $"GET /v2/orders/{waiting["order_id"]}");
        Assert.Equal(0, await store.Available(goods.VariantId));

        var (again, same) = await store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = challenged });
        Assert.Equal((202, (string?)waiting["payment_id"]), (again, (string?)same!["payment_id"]));

        var (done, order) = await store.Test.Send($"POST /v2/carts/{cart}/complete", new { });
        Assert.Equal((201, (string?)waiting["order_id"], "paid"), (done, (string?)order!["id"], (string?)order["payment_status"]));
        Assert.Equal(200, (await store.Test.Send($"POST /v2/carts/{cart}/complete", new { })).Status);
    }

    [Fact]
    public async Task A_failed_challenge_gives_the_goods_free()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(stock: 1);
        var cart = await store.Cart((goods, 1));
        await store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = await Saved(store, "4000002760003184") });

        await store.Test.Refused(422, $"POST /v2/carts/{cart}/complete", new { challenge = "failed" });

        Assert.Equal(1, await store.Available(goods.VariantId));
        await store.Test.Ok($"POST /v2/carts/{cart}/checkout", Card);
    }

    [Fact]
    public async Task A_payer_who_never_comes_back_loses_the_goods_after_an_hour()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(stock: 1);
        var cart = await store.Cart((goods, 1));
        await store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = await Saved(store, "4000002760003184") });

        await store.Advance("PT30M");
        Assert.Equal(0, await store.Available(goods.VariantId));
        await store.Advance("PT40M");

        Assert.Equal(1, await store.Available(goods.VariantId));
        await store.Test.Ok($"PUT /v2/carts/{cart}", new { email = "later@example.com" });
    }

    [Fact]
    public async Task A_checkout_can_be_given_up()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(stock: 1);
        var cart = await store.Cart((goods, 1));
        await store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = await Saved(store, "4000002760003184") });

        await store.Test.Ok($"DELETE /v2/carts/{cart}/checkout");

        Assert.Equal(1, await store.Available(goods.VariantId));
        Assert.Equal("canceled", await store.Database((db, _) => db.PaymentIntents.Select(i => i.Status.ToString().ToLower()).SingleAsync()));
        await store.Test.Ok($"POST /v2/carts/{cart}/checkout", Card);
    }

    [Fact]
    public async Task What_is_paid_on_delivery_is_ordered_at_once_and_paid_later()
    {
        var store = await Store.Open();
        var cart = await store.Cart((await store.Stocked(), 1));

        var order = await store.Test.Ok($"POST /v2/carts/{cart}/checkout", new { payment_method = "cash_on_delivery" });

        Assert.Equal("pending", (string?)order["payment_status"]);
    }

    [Fact]
    public async Task A_checkout_with_an_idempotency_key_is_answered_twice_alike()
    {
        var store = await Store.Open();
        var cart = await store.Cart((await store.Stocked(), 1));

        var first = await store.Test.Send($"POST /v2/carts/{cart}/checkout", Card, ("Idempotency-Key", "k1"));
        var second = await store.Test.Send($"POST /v2/carts/{cart}/checkout", Card, ("Idempotency-Key", "k1"));

        Assert.Equal((201, 201), (first.Status, second.Status));
        Assert.Equal(first.Body!.ToJsonString(), second.Body!.ToJsonString());
    }

    /// <summary>Saves a test card as a payment method.</summary>
    internal static Task<string> Saved(Store store, string number) => store.Database(async (_, services) =>
    {
        var payments = (Aura.Payments.PaymentProcessing)services.GetService(typeof(Aura.Payments.PaymentProcessing))!; // it is registered
        var method = await payments.Save(new(Aura.Connectors.Payments.PaymentKind.Card) { Number = number, ExpMonth = 12, ExpYear = 2060, Cvc = "123" }, null, default);
        return $"pm_{method.Id}";
    });
}
