using System.Text.Json.Nodes;
using Aura.Accounts;
using Aura.Tests.V2;

namespace Aura.Tests.Payments;

/// <summary>Payments as callers of the platform see them.</summary>
public sealed class PaymentsApiTests
{
    [Fact]
    public async Task The_documented_request_makes_an_intent_that_a_test_card_pays_once_it_is_confirmed()
    {
        var store = await Store.Open();
        var customer = await store.Test.Ok("POST /v2/customers", new { email = "payer@b.co" });

        var intent = await store.Test.Ok("POST /v2/payments/intents", new
        {
            amount = 19999, currency = "usd", payment_method = "card", customer_id = (string)customer["id"]!, metadata = new { cart = "7" },
        });

        Assert.Matches("^pi_[0-9]+$", (string)intent["id"]!);
        Assert.Equal(19999, (int)intent["amount"]!);
        Assert.Equal("usd", (string)intent["currency"]!);
        Assert.Equal("requires_confirmation", (string)intent["status"]!);
        Assert.StartsWith($"{intent["id"]}_secret_", (string)intent["client_secret"]!, StringComparison.Ordinal);
        Assert.Equal("card", (string)intent["payment_method"]!);
        Assert.Equal("7", (string)intent["metadata"]!["cart"]!);
        Assert.Equal("unexpected_state", (string)(await store.Test.Refused(409, $"POST /v2/payments/{intent["id"]}/capture"))["code"]!);
        var confirmed = await store.Test.Ok($"POST /v2/payments/{intent["id"]}/confirm", new { });
        Assert.Equal(("requires_capture", "4242"), ((string)confirmed["status"]!, (string)confirmed["payment_method_details"]!["last4"]!));
        Assert.Equal("succeeded", (string)(await store.Test.Ok($"POST /v2/payments/{intent["id"]}/capture"))["status"]!);
    }

    [Fact]
    public async Task A_sandbox_makes_up_a_card_where_one_is_named_by_its_type_alone_and_only_there()
    {
        var api = (await Store.Open()).Test;
        var open = await api.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd" });
        var declined = await api.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = await Card(api, "4000000000000002") });

        Assert.Equal("payment_method_required", (string)(await api.Refused(422, $"POST /v2/payments/{open["id"]}/confirm", new { }))["code"]!);
        foreach (var intent in (JsonNode[])[open, declined])
            Assert.Equal("requires_capture", (string)(await api.Ok($"POST /v2/payments/{intent["id"]}/confirm", new { payment_method = "card" }))["status"]!);
        var atOnce = await api.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = "card", confirm = true });
        Assert.Equal("requires_capture", (string)atOnce["status"]!);
    }

    [Fact]
    public async Task A_card_is_authorized_then_captured_once_then_refunded_in_halves()
    {
        var store = await Store.Open();
        var api = store.Test;
        var intent = await api.Ok("POST /v2/payments/intents", new { amount = 20000, currency = "USD", payment_method = await Card(api, "4242 4242 4242 4242") });
        Assert.Equal("requires_capture", (string)intent["status"]!);
        Assert.Equal("requires_capture", (string)(await api.Ok($"POST /v2/payments/{intent["id"]}/confirm"))["status"]!);

        var payment = await api.Ok($"POST /v2/payments/{intent["id"]}/capture");
        Assert.Matches("^pay_[0-9]+$", (string)payment["id"]!);
        Assert.Equal((string)intent["id"]!, (string)payment["intent_id"]!);
        Assert.Equal("succeeded", (string)payment["status"]!);
        await api.Refused(409, $"POST /v2/payments/{intent["id"]}/capture");

        var refund = await api.Ok($"POST /v2/payments/{payment["id"]}/refund", new { amount = 10000, reason = "customer_request", refund_application_fee = true });
        Assert.Matches("^re_[0-9]+$", (string)refund["id"]!);
        Assert.Equal("succeeded", (string)refund["status"]!);
        Assert.True((bool)refund["refund_application_fee"]!);
        await api.Ok($"POST /v2/payments/{intent["id"]}/refund", new { amount = 10000 });
        var refusal = await api.Refused(422, $"POST /v2/payments/{payment["id"]}/refund", new { amount = 10000 });
        Assert.Equal("refund_exceeds_paid", (string)refusal["code"]!);
        Assert.Equal(0, (int)refusal["refundable"]!);

        var shown = await api.Ok($"GET /v2/payments/{payment["id"]}");
        Assert.Equal("refunded", (string)shown["status"]!);
        Assert.Equal((20000, 0), ((int)shown["amount_refunded"]!, (int)shown["net_amount"]!));
        Assert.Equal(2, shown["refunds"]!.AsArray().Count);
        Assert.Equal(["authorized", "captured", "refunded", "refunded"], shown["ledger"]!.AsArray().Select(entry => (string)entry!["kind"]!));
        Assert.Equal(["payment.succeeded", "payment.refunded", "payment.refunded"], await Events(store, "payment"));
    }

    [Theory]
    [InlineData("4000000000000002", "card_declined")]
    [InlineData("4000000000009995", "insufficient_funds")]
    public async Task A_declined_card_fails_the_intent_and_another_card_may_still_pay(string number, string code)
    {
        var store = await Store.Open();
        var api = store.Test;

        var intent = await api.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = await Card(api, number) });

        Assert.Equal(("failed", code), ((string)intent["status"]!, (string)intent["decline_code"]!));
        await api.Refused(409, $"POST /v2/payments/{intent["id"]}/capture");
        Assert.Equal(["payment.failed"], await Events(store, "payment"));
        var again = await api.Ok($"POST /v2/payments/{intent["id"]}/confirm", new { payment_method = await Card(api, "5555555555554444") });
        Assert.Equal(("requires_capture", null), ((string)again["status"]!, (string?)again["decline_code"]));
    }

    [Theory]
    [InlineData(null, "requires_capture")]
    [InlineData("passed", "requires_capture")]
    [InlineData("failed", "failed")]
    public async Task A_3D_Secure_card_waits_for_the_payer(string? result, string status)
    {
        var api = (await Store.Open()).Test;
        var card = await Card(api, "4000002760003184");
        var intent = await api.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = card });
        Assert.Equal(("requires_action", "redirect_to_url"), ((string)intent["status"]!, (string)intent["next_action"]!["type"]!));
        Assert.Equal("requires_action", (string)(await api.Ok($"POST /v2/payments/{intent["id"]}/confirm", new { payment_method = card }))["status"]!);
        await api.Refused(422, $"POST /v2/payments/{intent["id"]}/confirm", """{"3ds_result": "perhaps"}""");

        var confirmed = await api.Ok($"POST /v2/payments/{intent["id"]}/confirm", result is null ? null : $$"""{"3ds_result": "{{result}}"}""");

        Assert.Equal(status, (string)confirmed["status"]!);
        Assert.Null(confirmed["next_action"]);
    }

    [Theory]
    [InlineData("", "requires_capture", "succeeded")]
    [InlineData("result=passed", "requires_capture", "succeeded")]
    [InlineData("result=failed", "failed", "failed")]
    public async Task A_payer_passes_or_fails_3D_Secure_on_the_page_of_the_sandbox(string answer, string status, string outcome)
    {
        var store = await Store.Open();
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var card = await Card(store.Test, "4000002760003184");
        var intent = await store.Test.Ok("POST /v2/payments/intents", new
        {
            amount = 1999, currency = "usd", payment_method = card, return_url = "https://shop.example/thanks?cart=7",
        });
        var page = (string)intent["next_action"]!["url"]!;

        Assert.StartsWith(store.Server.Address.ToString(), page, StringComparison.Ordinal);
        var html = await browser.GetStringAsync(new Uri(page));
        Assert.Contains("19.99 USD", html, StringComparison.Ordinal);
        Assert.Contains("""name="result" value="passed""" + "\"", html, StringComparison.Ordinal);
        using var forged = await browser.PostAsync(new Uri(page.Replace("sbx_pi_", "sbx_pi_0", StringComparison.Ordinal)), null);
        Assert.Equal(404, (int)forged.StatusCode);
        using var wrong = await browser.PostAsync(new Uri(page + "&result=perhaps"), null);
        Assert.Equal(422, (int)wrong.StatusCode);
        using var sentBack = await browser.PostAsync(new Uri(page), new StringContent(answer, null, "application/x-www-form-urlencoded"));

        Assert.Equal(303, (int)sentBack.StatusCode);
        Assert.Equal($"https://shop.example/thanks?cart=7&payment_intent={intent["id"]}&redirect_status={outcome}", sentBack.Headers.Location!.ToString());
        Assert.Equal(status, (string)(await store.Test.Ok($"GET /v2/payments/intents/{intent["id"]}"))["status"]!);
        using var again = await browser.PostAsync(new Uri(page), null);
        Assert.Equal(409, (int)again.StatusCode);
        if (status == "requires_capture")
            Assert.Equal(status, (string)(await store.Test.Ok($"POST /v2/payments/{intent["id"]}/confirm"))["status"]!);
    }

    [Fact]
    public async Task A_checkout_goes_on_when_the_payer_has_passed_3D_Secure()
    {
        var store = await Store.Open();
        var cart = await store.Cart((await store.Stocked(), 1));
        var (status, waiting) = await store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = await Card(store.Test, "4000002760003184") });

        using var page = await store.Server.Client(null).PostAsync(new Uri((string)waiting!["next_action"]!["url"]!), null);

        Assert.Equal((202, 200), (status, (int)page.StatusCode));
        Assert.Contains("has succeeded", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("paid", (string)(await store.Test.Ok($"GET /v2/orders/{waiting["order_id"]}"))["payment_status"]!);
        await store.Verify();
    }

    [Fact]
    public async Task An_intent_may_wait_for_its_confirmation_and_carry_its_card_itself()
    {
        var api = (await Store.Open()).Test;
        var card = new { type = "card", card = new { number = "4242424242424242", exp_month = 12, exp_year = 2040, cvc = "123" } };

        var intent = await api.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = card, confirm = false });
        var confirmed = await api.Ok($"POST /v2/payments/{intent["id"]}/confirm");

        Assert.Equal(("requires_confirmation", "requires_capture"), ((string)intent["status"]!, (string)confirmed["status"]!));
        Assert.Equal("4242", (string)confirmed["payment_method_details"]!["last4"]!);
    }

    [Fact]
    public async Task A_canceled_authorization_is_released_and_final()
    {
        var api = (await Store.Open()).Test;
        var intent = await api.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = await Card(api, "4242424242424242") });

        var canceled = await api.Ok($"POST /v2/payments/{intent["id"]}/cancel", new { reason = "out of stock" });

        Assert.Equal(("canceled", "out of stock", 0), ((string)canceled["status"]!, (string)canceled["cancellation_reason"]!, (int)canceled["amount_capturable"]!));
        await api.Refused(409, $"POST /v2/payments/{intent["id"]}/capture");
        await api.Refused(409, $"POST /v2/payments/{intent["id"]}/cancel");
        await api.Refused(409, $"POST /v2/payments/{intent["id"]}/refund");
    }

    [Theory]
    [InlineData("card", "requires_confirmation")]
    [InlineData("apple_pay", "requires_capture")]
    [InlineData("google_pay", "requires_capture")]
    [InlineData("paypal", "requires_capture")]
    [InlineData("ach", "processing")]
    [InlineData("wire", "processing")]
    [InlineData("affirm", "processing")]
    [InlineData("klarna", "processing")]
    [InlineData("bitcoin", "requires_capture")]
    [InlineData("ethereum", "requires_capture")]
    [InlineData("cash_on_delivery", "requires_capture")]
    [InlineData("net_terms", "requires_capture")]
    public async Task An_intent_with_each_means_of_payment_is_accepted(string method, string status)
    {
        var intent = await (await Store.Open()).Test.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = method });

        Assert.Equal(status, (string)intent["status"]!);
    }

    [Fact]
    public async Task Coins_are_for_the_Enterprise_plan_only()
    {
        var api = (await Store.Open(Plan.Professional)).Test;

        foreach (var coin in (string[])["bitcoin", "ethereum"])
        {
            await api.Refused(403, "POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = coin });
            await api.Refused(403, "POST /v2/payment-methods", new { type = coin });
        }
    }

    [Fact]
    public async Task Banks_and_lenders_decide_later_by_the_clock_of_the_sandbox()
    {
        var store = await Store.Open();
        var ach = await store.Test.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = "ach" });
        var failing = await store.Test.Ok("POST /v2/payments/intents", new { amount = 501, currency = "usd", payment_method = new { type = "ach", token = "bank_fails" } });
        var lender = await store.Test.Ok("POST /v2/payments/intents", new { amount = 502, currency = "usd", payment_method = "klarna" });

        await store.Advance("P4D");

        Assert.Equal("succeeded", (string)(await store.Test.Ok($"GET /v2/payments/{ach["id"]}"))["status"]!);
        Assert.Equal("failed", (string)(await store.Test.Ok($"GET /v2/payments/{failing["id"]}"))["status"]!);
        Assert.Equal("requires_capture", (string)(await store.Test.Ok($"GET /v2/payments/intents/{lender["id"]}"))["status"]!);
    }

    [Theory]
    [InlineData("""{"amount": 199.99, "currency": "usd"}""", "amount")]
    [InlineData("""{"amount": 0, "currency": "usd"}""", "amount")]
    [InlineData("""{"amount": -5, "currency": "usd"}""", "amount")]
    [InlineData("""{"amount": "5", "currency": "usd"}""", "amount")]
    [InlineData("""{"amount": 9999999999999, "currency": "usd"}""", "amount")]
    [InlineData("""{"amount": 5}""", "currency")]
    [InlineData("""{"amount": 5, "currency": "xyz"}""", "currency")]
    [InlineData("""{"amount": 5, "currency": "usd", "payment_method": "cheque"}""", "payment_method")]
    [InlineData("""{"amount": 5, "currency": "usd", "payment_method": "4242424242424242"}""", "payment_method")]
    [InlineData("""{"amount": 5, "currency": "usd", "payment_method": "pm_1"}""", "payment_method")]
    [InlineData("""{"amount": 5, "currency": "usd", "payment_method": 5}""", "payment_method")]
    [InlineData("""{"amount": 5, "currency": "usd", "customer_id": "cust_1"}""", "customer_id")]
    [InlineData("""{"amount": 5, "currency": "usd", "order_id": "5"}""", "order_id")]
    public async Task A_wrong_request_names_its_field(string body, string field)
    {
        var refusal = await (await Store.Open()).Test.Refused(422, "POST /v2/payments/intents", body);

        Assert.Equal(field, (string)refusal["details"]![0]!["field"]!);
        Assert.DoesNotContain("42424242", refusal.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_store_without_a_gateway_says_what_to_configure_and_takes_a_wire()
    {
        var api = (await Store.Open()).Live;

        var refusal = await api.Refused(422, "POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = "card" });
        var wire = await api.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = "wire" });
        var arrived = await api.Ok($"POST /v2/payments/{wire["id"]}/capture");

        Assert.Equal("no_gateway", (string)refusal["code"]!);
        Assert.Contains("AURA_STRIPE_SECRET_KEY", (string)refusal["message"]!, StringComparison.Ordinal);
        Assert.Equal(("requires_capture", "manual", "succeeded"), ((string)wire["status"]!, (string)wire["gateway"]!, (string)arrived["status"]!));
    }

    [Fact]
    public async Task The_same_idempotency_key_is_the_same_payment_and_the_same_refund()
    {
        var store = await Store.Open();
        var request = new { amount = 500, currency = "usd", payment_method = await Card(store.Test, "4242424242424242"), capture_method = "automatic" };

        var first = await store.Test.Ok("POST /v2/payments/intents", request, ("Idempotency-Key", "a"));
        await Forget(store);
        var second = await store.Test.Ok("POST /v2/payments/intents", request, ("Idempotency-Key", "a"));
        var refund = await store.Test.Ok($"POST /v2/payments/{first["id"]}/refund", new { amount = 200 }, ("Idempotency-Key", "b"));
        await Forget(store);
        var again = await store.Test.Ok($"POST /v2/payments/{first["id"]}/refund", new { amount = 200 }, ("Idempotency-Key", "b"));

        Assert.Equal((string)first["id"]!, (string)second["id"]!);
        Assert.Equal((string)refund["id"]!, (string)again["id"]!);
        Assert.Equal(200, (int)(await store.Test.Ok($"GET /v2/payments/{first["id"]}"))["amount_refunded"]!);
    }

    [Fact]
    public async Task Payments_are_listed_by_order_customer_and_status_once_they_were_tried_and_never_cached()
    {
        var api = (await Store.Open()).Test;
        var customer = (string)(await api.Ok("POST /v2/customers", new { email = "p@b.co" }))["id"]!;
        await api.Ok("POST /v2/products", new { name = "Pen", price = 5, sku = "PEN", variants = new[] { new { sku = "PEN", tracks_inventory = false } } });
        var order = (string)(await api.Ok("POST /v2/orders", new { customer_id = customer, items = new[] { new { sku = "PEN", quantity = 1 } } }))["id"]!;
        var paid = await api.Ok("POST /v2/payments/intents", new
        {
            amount = 500, currency = "usd", payment_method = await Card(api, "4242424242424242"), capture_method = "automatic", customer_id = customer, order_id = order,
        });
        await api.Ok("POST /v2/payments/intents", new { amount = 501, currency = "usd", payment_method = await Card(api, "4000000000000002") });
        await api.Ok("POST /v2/payments/intents", new { amount = 502, currency = "usd" });

        Assert.Equal(2, (int)(await api.Ok("GET /v2/payments"))["pagination"]!["total_items"]!);
        foreach (var query in (string[])[$"customer_id={customer}", $"order_id={order}", "status=succeeded"])
            Assert.Equal((string)paid["payment_id"]!, (string)Assert.Single((await api.Ok($"GET /v2/payments?{query}"))["data"]!.AsArray())!["id"]!);
        Assert.Equal("failed", (string)Assert.Single((await api.Ok("GET /v2/payments?status=failed"))["data"]!.AsArray())!["status"]!);
        await api.Refused(422, "GET /v2/payments?status=perhaps");
        foreach (var path in (string[])["", $"/{paid["id"]}", $"/intents/{paid["id"]}", "/disputes"])
            Assert.Equal("no-store", (await api.Answer($"GET /v2/payments{path}")).Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Notices_without_the_signature_of_the_gateway_are_refused()
    {
        var store = await Store.Open();
        var tenant = $"tenant_{store.Account.Sandbox.Id}";

        foreach (var path in (string[])[$"sandbox/{tenant}", $"manual/{tenant}", $"nobody/{tenant}", "sandbox/tenant_1", "sandbox/x"])
            await store.Server.Client(null).Refused(400, $"POST /v2/webhook/payments/{path}", new { type = "captured" });
    }

    internal static async Task<string> Card(HttpClient api, string number, string? customer = null) => (string)(await api.Ok("POST /v2/payment-methods", new
    {
        type = "card", card = new { number, exp_month = 12, exp_year = 2040, cvc = "123" }, customer_id = customer,
    }))["id"]!;

    /// <summary>From the table: the API shows an event only when no older transaction runs, and other tests have theirs.</summary>
    internal static Task<List<string>> Events(Store store, string family) => store.Server.Rows(
        "SELECT type FROM events WHERE tenant_id = $1 AND type LIKE $2 ORDER BY transaction_id, id", [store.Account.Sandbox.Id, $"{family}.%"]);

    /// <summary>As if the process had died before it kept its answers.</summary>
    private static Task Forget(Store store) =>
        store.Server.Rows("DELETE FROM idempotency_keys WHERE tenant_id = $1", [store.Account.Sandbox.Id]);
}
