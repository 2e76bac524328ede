using Aura.Tests.V2;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;
using static Aura.Tests.Winback.Recovery.WinbackShop;

namespace Aura.Tests.Winback.Recovery;

public sealed class LoopTests
{
    [Fact]
    public async Task The_examples_of_the_document_give_answers_of_its_shape()
    {
        var store = await Store.Open();

        var (status, made) = await store.Test.Send($"POST {Workflows}", new
        {
            shop = store.Account.Sandbox.Domain, name = "VIP Customer Recovery", triggers = new[] { "customer_segment == 'vip'", "cart_abandoned_hours > 2" },
            actions = new[] { "send_email", "apply_discount" }, schedule = "immediate",
        });
        var listed = (await store.Test.Ok($"GET {Workflows}"))["workflows"]![0]!;

        Assert.Equal((200, "active"), (status, (string?)made!["status"]));
        Assert.Equal(["success", "workflowId", "status"], made.AsObject().Select(pair => pair.Key));
        Assert.StartsWith("workflow_", (string?)made["workflowId"], StringComparison.Ordinal);
        Assert.Equal("""["send_email","apply_discount"]""", listed["actions"]!.ToJsonString());
        Assert.Equal(["id", "name", "status", "triggers", "actions"], listed.AsObject().Select(pair => pair.Key).Take(5));
    }

    [Theory]
    [InlineData("""{"name":"A","triggers":["cart_valu > 1"],"actions":["send_email"]}""", "triggers[0]")]
    [InlineData("""{"name":"A","triggers":[],"actions":["send_fax"]}""", "actions[0]")]
    [InlineData("""{"name":"A","triggers":[],"actions":[{"type":"send_email","when":3}]}""", "actions[0]")]
    [InlineData("""{"name":"A","triggers":[],"actions":[{"type":"wait","hours":1}]}""", "actions")]
    [InlineData("""{"name":"A","triggers":[],"actions":["send_email"],"schedule":"soon"}""", "schedule")]
    [InlineData("""{"name":"A","triggers":[],"actions":[{"type":"apply_discount","promotionId":"promo_1"}]}""", "actions[0].promotionId")]
    [InlineData("""{"name":"A","triggers":[],"actions":["send_email",{"type":"apply_discount","discountPercent":150}]}""", "actions[1].discountPercent")]
    [InlineData("""{"name":"A","triggers":[],"actions":["send_email"],"holdoutPercent":101}""", "holdoutPercent")]
    [InlineData("""{"name":"A","triggers":[],"actions":["send_email"],"cooldownHours":-1}""", "cooldownHours")]
    [InlineData("""{"name":"A","triggers":[],"actions":["send_email"],"priority":1001}""", "priority")]
    public async Task What_is_wrong_with_a_workflow_is_said_when_it_is_saved(string body, string field)
    {
        var store = await Store.Open();

        var (status, refusal) = await store.Test.Send($"POST {Workflows}", body);

        Assert.Equal((422, field), (status, (string?)refusal!["details"]![0]!["field"]));
    }

    [Fact]
    public async Task A_cart_is_abandoned_when_nobody_has_touched_it_for_half_an_hour_or_ten_minutes_with_an_address()
    {
        var store = await Store.Open();
        var (unknown, known, touched) = (await store.Cart(new { cartValue = 150 }), await store.Cart(new { cartValue = 80, email = "ann@b.co" }), await store.Cart(new { cartValue = 20 }));

        await store.Advance("PT10M");
        var atTen = ((string?)(await store.ShownCart(unknown))["status"], (string?)(await store.ShownCart(known))["status"], (string?)(await store.ShownCart(known))["abandonment"]);
        await store.Test.Ok($"PUT {Api}/carts/{touched}", new { cartValue = 30 });
        await store.Advance("PT20M");
        var atThirty = ((string?)(await store.ShownCart(unknown))["abandonment"], (string?)(await store.ShownCart(touched))["status"]);
        await store.Advance("PT10M");

        Assert.Equal(("active", "abandoned", "checkout"), atTen);
        Assert.Equal(("cart", "active"), atThirty);
        Assert.Equal("abandoned", (string?)(await store.ShownCart(touched))["status"]);
        Assert.Equal(["cart.abandoned", "cart.abandoned", "cart.abandoned"], await store.Happened());
    }

    [Fact]
    public async Task A_paused_workflow_does_not_begin_and_an_active_one_does_once_per_customer_and_week()
    {
        var store = await Store.Open();
        var workflow = await store.Workflow(["cart_value > 100"], ["apply_discount"]);
        await store.Test.Ok($"POST {Workflows}/{workflow}/pause");
        await store.Abandon(await store.Cart(new { customerId = "c1", cartValue = 150 }));
        await store.Test.Ok($"POST {Workflows}/{workflow}/activate");
        await store.Abandon(await store.Cart(new { customerId = "c1", cartValue = 150 }));
        await store.Abandon(await store.Cart(new { customerId = "c1", cartValue = 150 }));
        await store.Abandon(await store.Cart(new { customerId = "c2", cartValue = 99 }));
        await store.Advance("PT1M");

        Assert.Equal(["completed", "skipped cooldown"], await store.Journeys());
        await store.Advance("P8D");
        await store.Abandon(await store.Cart(new { customerId = "c1", cartValue = 150 }));
        Assert.Equal(3, (await store.Journeys()).Count);
        Assert.Equal(2, (await store.Happened()).Count(type => type == "workflow.triggered"));
    }

    [Fact]
    public async Task A_customer_is_left_alone_for_a_week_after_a_workflow_has_ended_too()
    {
        var store = await Store.Open();
        await store.Workflow([], ["apply_discount"]);
        foreach (var pause in (string[])["PT1M", "P6D", "P2D"])
        {
            await store.Abandon(await store.Cart(new { customerId = "c1", cartValue = 150 }));
            await store.Advance(pause);
        }

        Assert.Equal(["completed", "skipped cooldown"], (await store.Journeys())[..2]);
        await store.Abandon(await store.Cart(new { customerId = "c1", cartValue = 150 }));
        await store.Advance("PT1M");
        Assert.Equal(["completed", "skipped cooldown", "skipped cooldown", "completed"], await store.Journeys());
    }

    [Fact]
    public async Task Of_two_workflows_the_higher_one_gets_the_customer_even_when_it_comes_later()
    {
        var store = await Store.Open();
        await store.Workflow(["cart_value > 100"], [new { type = "apply_discount", delayHours = 24 }]);
        await store.Workflow(["cart_value > 50"], [new { type = "apply_discount", delayHours = 24 }]);
        await store.Workflow(["cart_abandoned_hours > 2"], [new { type = "apply_discount", delayHours = 24 }], new { priority = 5 });

        await store.Abandon(await store.Cart(new { customerId = "c1", cartValue = 150 }));
        var first = await store.Journeys();
        await store.Advance("PT3H");

        Assert.Equal(["running", "skipped outranked"], first);
        Assert.Equal(["exited outranked", "skipped outranked", "running"], await store.Journeys());
    }

    [Fact]
    public async Task A_cart_of_the_store_is_watched_by_itself_and_an_order_over_another_path_ends_the_journey()
    {
        var store = await Store.Open();
        await store.Workflow([], [new { type = "apply_discount", delayHours = 1 }, new { type = "apply_discount", delayHours = 24 }]);
        var (variant, customer) = ((await store.Stocked(price: 10m, ships: false)).Variant, await store.Customer());
        var cart = await store.Test.Ok("POST /v2/carts", new { customer_id = customer, items = new[] { new { variant_id = variant, quantity = 2 } } });
        var id = (string)cart["id"]!;
        await store.Advance("PT5M");
        await store.Test.Ok($"POST /v2/carts/{id}/items", new { variant_id = variant, quantity = 1 });

        await store.Advance("PT9M");
        Assert.Equal("active", (string?)(await store.ShownCart(id))["status"]);
        await store.Advance("PT1M");
        var shown = await store.ShownCart(id);
        await store.Advance("PT1H");
        await store.Test.Ok("POST /v2/orders", new { customer_id = customer, items = new[] { new { variant_id = variant, quantity = 1 } } });
        await store.Advance("P2D");

        Assert.Equal(("abandoned", "checkout", 3, 30m), ((string?)shown["status"], (string?)shown["abandonment"], (int)shown["items"]![0]!["quantity"]!, (decimal)shown["cartValue"]!));
        Assert.Equal(["exited ordered"], await store.Journeys());
        Assert.Equal(["cart.abandoned", "workflow.triggered", "recovery.success"], await store.Happened());
        Assert.Equal(("recovered", "unaided", 10m), ((string?)(await store.ShownCart(id))["status"], (string?)(await store.ShownCart(id))["attribution"], (decimal?)(await store.ShownCart(id))["revenue"]));
        await store.Verify();
    }

    [Fact]
    public async Task Whoever_comes_back_is_left_alone_until_they_leave_again()
    {
        var store = await Store.Open();
        await store.Workflow([], [new { type = "apply_discount", delayHours = 1 }]);
        var cart = await store.Cart(new { customerId = "c1", cartValue = 50 });
        await store.Advance("PT50M");
        await store.Test.Ok($"PUT {Api}/carts/{cart}", new { cartValue = 60 });

        await store.Advance("PT55M");
        var before = await store.Journeys();
        await store.Advance("PT6M");

        Assert.Equal("running", before[0]);
        Assert.Equal("completed", (await store.Journeys())[0]);
        Assert.Equal(["cart.abandoned", "workflow.triggered", "cart.abandoned"], await store.Happened());
    }

    [Fact]
    public async Task A_cart_is_claimed_or_given_up_over_the_API_once()
    {
        var store = await Store.Open();
        var (won, lost) = (await store.Cart(new { cartValue = 50 }), await store.Cart(new { cartValue = 60, items = new[] { new { name = "Mug", quantity = 2, price = 30 } } }));
        await store.Abandon(won);
        await store.Abandon(lost);

        var recovered = await store.Test.Ok($"POST {Api}/carts/{won}/recover", new { orderId = "1001" });
        var failed = await store.Test.Ok($"POST {Api}/carts/{lost}/recover", new { success = false });

        Assert.Equal(("recovered", "lost"), ((string?)recovered["status"], (string?)failed["status"]));
        Assert.Equal(["cart.abandoned", "cart.abandoned", "recovery.success", "recovery.failed"], await store.Happened());
        Assert.Equal(409, (await store.Test.Send($"POST {Api}/carts/{won}/recover")).Status);
        Assert.Equal(409, (await store.Test.Send($"POST {Api}/carts/{won}/abandon")).Status);
        Assert.Equal(409, (await store.Test.Send($"PUT {Api}/carts/{won}", new { cartValue = 1 })).Status);
    }

    [Fact]
    public async Task The_coupon_of_a_workflow_is_good_for_three_days_unless_the_step_says_otherwise()
    {
        var store = await Store.Open();
        await store.Workflow([], ["apply_discount"]);
        await store.Workflow(["cart_value > 100"], [new { type = "apply_discount", validHours = 100 }], new { priority = 5 });
        foreach (var (who, value) in ((string, int)[])[("c1", 50), ("c2", 150)])
            await store.Abandon(await store.Cart(new { customerId = who, cartValue = value }));
        await store.Advance("PT1M");

        Assert.Equal(["72", "100"], await store.Server.Rows("SELECT round(extract(epoch FROM expires_at - created_at) / 3600) FROM coupons WHERE tenant_id = $1 ORDER BY 1", store.Account.Sandbox.Id));
    }

    [Fact]
    public async Task An_order_is_credited_to_a_cart_that_was_left_and_to_one_only()
    {
        var store = await Store.Open();
        await store.Workflow([], [new { type = "apply_discount", delayHours = 48 }]);
        var (variant, customer) = ((await store.Stocked(price: 10m, ships: false)).Variant, await store.Customer());
        var reference = customer.Replace("cust_", "customer_", StringComparison.Ordinal);
        var (older, newer) = (await store.Cart(new { customerId = reference, cartValue = 70 }), await store.Cart(new { customerId = reference, cartValue = 90 }));
        await store.Abandon(older);
        await store.Advance("PT1M");
        await store.Abandon(newer);
        var order = await store.Test.Ok("POST /v2/orders", new { customer_id = customer, items = new[] { new { variant_id = variant, quantity = 1 } } });
        await store.Advance("PT1M");

        Assert.Equal(("closed", "recovered", 10m), ((string?)(await store.ShownCart(older))["status"], (string?)(await store.ShownCart(newer))["status"], (decimal?)(await store.ShownCart(newer))["revenue"]));
        await store.Test.Ok($"POST /v2/orders/{order["id"]}/cancel", new { reason = "changed_mind" });
        await store.Advance("PT1M");
        Assert.Equal(0m, (decimal?)(await store.ShownCart(newer))["revenue"]);
    }

    [Theory]
    [InlineData("ann@b.co", null, true)]
    [InlineData("someone@else.co", "0170 / 123 45 67", true)]
    [InlineData("someone@else.co", "0170 / 123 45 68", false)]
    [InlineData("someone@else.co", null, false)]
    public async Task An_order_is_the_same_persons_by_address_or_number_however_they_are_written(string email, string? phone, bool same)
    {
        var store = await Store.Open();
        var (goods, customer) = (await store.Stocked(price: 10m, ships: false), await store.Customer());
        var id = await store.Cart(new { customerId = "visitor", email = "Ann@B.co", phone = "+49 170 1234567", cartValue = 50 });

        await store.Test.Ok("POST /v2/orders", new
        {
            customer_id = customer, email, items = new[] { new { variant_id = goods.Variant, quantity = 1 } },
            shipping_address = new { line1 = "1 Main St", city = "Beverly Hills", country = "US", state = "CA", zip = "90210", phone },
        });

        // As it is asked when a message goes out, before anything else has heard of the order.
        var found = await store.Database(async (db, _) => await db.OrderOf(await db.WatchedCarts.SingleAsync(c => c.Id == Id<WatchedCart>.ToNumber(id)), default));
        Assert.Equal(same, found is not null);
    }

    [Fact]
    public async Task An_order_of_a_guest_is_the_same_persons_by_its_address()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 10m, ships: false);
        var left = await store.Cart(new { customerId = "visitor", email = "Ann@B.co", cartValue = 50 });
        var guest = (string)(await store.Test.Ok("POST /v2/carts", new { email = "ann@b.CO", items = new[] { new { variant_id = goods.Variant, quantity = 1 } } }))["id"]!;
        var card = (await store.Test.Ok("POST /v2/payment-methods", new { type = "card", card = new { number = "4242424242424242", exp_month = 12, exp_year = 2040, cvc = "123" } }))["id"];

        var before = await Found(left);
        var order = await store.Test.Ok($"POST /v2/carts/{guest}/checkout", new { payment_method = card });

        Assert.Null(order["customer_id"]);
        Assert.Null(before);
        Assert.Equal(Id<Aura.Orders.Order>.ToNumber((string)order["id"]!), await Found(left));

        Task<long?> Found(string cart) => store.Database(async (db, _) => await db.OrderOf(await db.WatchedCarts.SingleAsync(c => c.Id == Id<WatchedCart>.ToNumber(cart)), default));
    }

    [Fact]
    public async Task A_cart_that_is_being_paid_for_is_not_abandoned_and_one_whose_payment_failed_is()
    {
        var store = await Store.Open();
        await store.Workflow(["abandonment == 'payment_failed'"], [new { type = "apply_discount", delayHours = 1 }]);
        var goods = await store.Stocked(price: 10m, ships: false);
        var (paying, declined) = (await Shop.Cart(store, (goods, 1)), await Shop.Cart(store, (goods, 1)));
        async Task<int> Checkout(string cart, string number) => (await store.Test.Send($"POST /v2/carts/{cart}/checkout", new
        {
            payment_method = (await store.Test.Ok("POST /v2/payment-methods", new { type = "card", card = new { number, exp_month = 12, exp_year = 2040, cvc = "123" } }))["id"],
        })).Status;
        var answers = (await Checkout(paying, "4000002760003184"), await Checkout(declined, "4000000000000002"));

        await store.Advance("PT11M");

        Assert.Equal((202, 422), answers);
        Assert.Equal("payment_failed", (string?)(await store.ShownCart(declined))["abandonment"]);
        Assert.Equal("active", (string?)(await store.ShownCart(paying))["status"]);
        Assert.Equal(["running"], await store.Journeys());
    }

    [Fact]
    public async Task The_coupon_of_a_workflow_works_once_for_its_customer()
    {
        var store = await Store.Open();
        await store.Workflow([], [new { type = "apply_discount", discountPercent = 20 }]);
        var (variant, customer) = ((await store.Stocked(price: 10m, ships: false)).Variant, await store.Customer());
        var cart = (string)(await store.Test.Ok("POST /v2/carts", new { customer_id = customer, items = new[] { new { variant_id = variant, quantity = 1 } } }))["id"]!;
        await store.Abandon(cart);
        await store.Advance("PT1M");
        var code = Assert.Single(await store.Server.Rows("SELECT coupon_code FROM recovery_journeys WHERE tenant_id = $1", store.Account.Sandbox.Id));

        var priced = await store.Test.Ok($"PUT /v2/carts/{cart}", new { coupon = code });
        var (status, _) = await store.Test.Send("POST /v2/carts", new { items = new[] { new { variant_id = variant, quantity = 1 } }, coupons = new[] { code } });

        Assert.Equal(2m, (decimal)(priced["discount_total"] ?? priced["totals"]!["discount_total"])!);
        Assert.Equal(422, status);
    }
}
