using System.Text.Json.Nodes;
using Aura.Tests.Connectors.Payments;

namespace Aura.Tests.Payments;

/// <summary>A live store whose server was given an account at Stripe: here, at its stand-in.</summary>
public sealed class LiveStripeTests : IAsyncLifetime
{
    private StripeStandIn stripe = null!; // InitializeAsync sets these
    private TestServer server = null!;
    private Store store = null!;

    public async Task InitializeAsync()
    {
        stripe = await StripeStandIn.Start();
        server = await TestServer.Start(options: options => options with
        {
            Stripe = new(StripeStandIn.Key, StripeStandIn.WebhookSecret) { Address = stripe.Address },
        });
        store = await Store.Open(server: server);
        foreach (var (id, type) in ((string, string)[])[("pm_card_visa", "card"), ("pm_usBankAccount_success", "us_bank_account")])
            stripe.Add(id, new JsonObject
            {
                ["type"] = type,
                ["card"] = new JsonObject { ["brand"] = "visa", ["last4"] = "4242", ["exp_month"] = 12, ["exp_year"] = 2040, ["fingerprint"] = "f" },
            });
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await stripe.DisposeAsync();
    }

    [Fact]
    public async Task A_card_that_Stripes_script_tokenized_is_charged_and_refunded()
    {
        var intent = await store.Live.Ok("POST /v2/payments/intents", new { amount = 1999, currency = "usd", payment_method = "pm_card_visa" });
        var payment = await store.Live.Ok($"POST /v2/payments/{intent["id"]}/capture");
        var refund = await store.Live.Ok($"POST /v2/payments/{intent["id"]}/refund", new { amount = 999 });

        Assert.Equal(("requires_capture", "stripe"), ((string)intent["status"]!, (string)intent["gateway"]!));
        Assert.Equal("succeeded", (string)payment["status"]!);
        Assert.Equal("succeeded", (string)refund["status"]!);
        Assert.Equal((string)intent["payment_id"]!, stripe.Done[^3].Form["metadata[payment_id]"]);
    }

    [Fact]
    public async Task A_card_number_is_refused_before_it_goes_anywhere()
    {
        var refusal = await store.Live.Refused(422, "POST /v2/payment-methods", new
        {
            type = "card", card = new { number = "4242424242424242", exp_month = 12, exp_year = 2040, cvc = "123" },
        });

        Assert.Equal("raw_card_refused", (string)refusal["code"]!);
        Assert.Empty(stripe.Done);
    }

    [Fact]
    public async Task A_bank_debit_settles_when_Stripe_says_so_and_a_dispute_takes_it_back()
    {
        var intent = await store.Live.Ok("POST /v2/payments/intents", new
        {
            amount = 700, currency = "usd", payment_method = new { type = "ach", token = "pm_usBankAccount_success" },
        });
        Assert.Equal("processing", (string)intent["status"]!);
        var reference = (await server.Rows("SELECT gateway_reference FROM payment_intents WHERE tenant_id = $1", [store.Account.Live.Id]))[0];

        stripe[reference]["amount_received"] = 700;
        for (var i = 0; i < 3; i++)
            Assert.Equal(200, await Notify("payment_intent.succeeded", stripe[reference]));
        Assert.Equal(200, await Notify("charge.dispute.created", new()
        {
            ["id"] = "dp_1", ["status"] = "needs_response", ["reason"] = "fraudulent", ["amount"] = 700, ["currency"] = "usd",
            ["payment_intent"] = reference, ["evidence_details"] = new JsonObject { ["due_by"] = 4_000_000_000 },
        }));
        Assert.Equal(400, await Notify("payment_intent.succeeded", new() { ["id"] = "pi_404", ["status"] = "succeeded", ["amount"] = 1, ["currency"] = "usd" }));

        var shown = await store.Live.Ok($"GET /v2/payments/{intent["id"]}");
        Assert.Equal(("succeeded", 700, 0), ((string)shown["status"]!, (int)shown["amount_disputed"]!, (int)shown["net_amount"]!));
        Assert.Equal(["captured", "charged_back"], shown["ledger"]!.AsArray().Select(entry => (string)entry!["kind"]!));
    }

    [Fact]
    public async Task A_capture_whose_answer_Stripe_did_not_send_is_settled_by_its_notice()
    {
        var intent = await store.Live.Ok("POST /v2/payments/intents", new { amount = 1999, currency = "usd", payment_method = "pm_card_visa" });
        var reference = (await server.Rows("SELECT gateway_reference FROM payment_intents WHERE tenant_id = $1", [store.Account.Live.Id]))[0];

        stripe.Next = StripeStandIn.Trouble.HangsUpAfterwards;
        var payment = await store.Live.Ok($"POST /v2/payments/{intent["id"]}/capture");
        Assert.Equal(200, await Notify("payment_intent.succeeded", stripe[reference]));

        Assert.Equal("pending", (string)payment["status"]!);
        Assert.Equal("succeeded", (string)(await store.Live.Ok($"GET /v2/payments/{intent["id"]}"))["status"]!);
    }

    [Fact]
    public async Task A_refund_made_at_Stripe_takes_the_place_of_one_that_never_got_there()
    {
        var (intent, reference) = await Captured();
        stripe.Next = StripeStandIn.Trouble.Breaks;
        var refund = await store.Live.Ok($"POST /v2/payments/{intent["id"]}/refund", new { amount = 1500 });
        Assert.Equal("pending", (string)refund["status"]!);

        stripe.Next = StripeStandIn.Trouble.Breaks; // it cannot be asked again either
        for (var times = 0; times < 2; times++)
            Assert.Equal(200, await NotifyRefund(reference, "re_dashboard", 1999));

        var shown = await store.Live.Ok($"GET /v2/payments/{intent["id"]}");
        Assert.Equal(("refunded", 1999, 0), ((string)shown["status"]!, (int)shown["amount_refunded"]!, (int)shown["net_amount"]!));
        Assert.Equal(["failed refunded_at_gateway", "succeeded "], (await Refunds()).Order());
    }

    [Fact]
    public async Task A_refund_made_at_Stripe_after_another_came_back_waits_until_that_is_known()
    {
        var (intent, reference) = await Captured();
        await store.Live.Ok($"POST /v2/payments/{intent["id"]}/refund", new { amount = 1500 });
        var first = (await server.Rows("SELECT gateway_reference FROM refunds WHERE tenant_id = $1", [store.Account.Live.Id]))[0];

        Assert.Equal(409, await NotifyRefund(reference, "re_dashboard", 1999));
        Assert.Equal(1500, (int)(await store.Live.Ok($"GET /v2/payments/{intent["id"]}"))["amount_refunded"]!);
        stripe.Next = StripeStandIn.Trouble.Breaks;
        Assert.Equal(503, await NotifyRefund(reference, "re_dashboard", 1999));
        stripe[first]["status"] = "failed";
        Assert.Equal(200, await NotifyRefund(reference, "re_dashboard", 1999));

        var shown = await store.Live.Ok($"GET /v2/payments/{intent["id"]}");
        Assert.Equal(["authorized", "captured", "refunded", "refund_reversed", "refunded"], shown["ledger"]!.AsArray().Select(entry => (string)entry!["kind"]!));
        Assert.Equal(1999, (int)shown["amount_refunded"]!);
    }

    private async Task<(JsonNode Intent, string Reference)> Captured()
    {
        var intent = await store.Live.Ok("POST /v2/payments/intents", new { amount = 1999, currency = "usd", payment_method = "pm_card_visa" });
        await store.Live.Ok($"POST /v2/payments/{intent["id"]}/capture");
        return (intent, (await server.Rows("SELECT gateway_reference FROM payment_intents WHERE tenant_id = $1", [store.Account.Live.Id]))[0]);
    }

    private Task<List<string>> Refunds() => server.Rows("SELECT status || ' ' || coalesce(failure_code, '') FROM refunds WHERE tenant_id = $1", [store.Account.Live.Id]);

    private Task<int> NotifyRefund(string payment, string refund, long amount) => Notify("refund.created", new()
    {
        ["id"] = refund, ["status"] = "succeeded", ["amount"] = amount, ["currency"] = "usd", ["payment_intent"] = payment, ["failure_reason"] = null,
    });

    private async Task<int> Notify(string type, JsonObject about)
    {
        var (headers, body) = StripeStandIn.Event(type, about, TimeProvider.System.GetUtcNow().UtcDateTime);
        return (await server.Client(null).Send($"POST /v2/webhook/payments/stripe/tenant_{store.Account.Live.Id}", new ByteArrayContent(body), ("Stripe-Signature", headers["stripe-signature"]))).Status;
    }
}
