using System.Net.Sockets;
using System.Text.Json.Nodes;
using Aura.Connectors.Payments;

namespace Aura.Tests.Connectors.Payments;

public sealed class StripeGatewayTests : IAsyncLifetime
{
    private static readonly DateTime Now = new(2030, 3, 15, 12, 0, 0, DateTimeKind.Utc);

    private StripeStandIn stripe = null!; // InitializeAsync sets it
    private HttpClient http = new();

    public async Task InitializeAsync() => stripe = await StripeStandIn.Start();

    public async Task DisposeAsync()
    {
        http.Dispose();
        await stripe.DisposeAsync();
    }

    private StripeGateway Gateway => new(http, new(StripeStandIn.Key, StripeStandIn.WebhookSecret) { Address = stripe.Address });

    [Fact]
    public async Task A_payment_is_authorized_captured_in_part_and_refunded()
    {
        var payment = await Authorize("k", "pm_card_visa");
        Assert.Equal((GatewayStatus.Authorized, 1999), (payment.Status, payment.Minor));

        var captured = await Gateway.Capture(payment.Reference, 1500, "USD", "c", default);
        Assert.Equal((GatewayStatus.Succeeded, 1500), (captured.Status, captured.Minor));

        var refund = await Gateway.Refund(payment.Reference, 500, "USD", "wrong size", "r", default);
        Assert.Equal((GatewayStatus.Succeeded, 500), (refund.Status, refund.Minor));
        Assert.Equal(refund, await Gateway.Lookup(refund.Reference, default));

        var known = await Gateway.Lookup(payment.Reference, default);
        Assert.Equal((GatewayStatus.Succeeded, 1500, 500), (known!.Status, known.Minor, known.Refunded));
    }

    [Fact]
    public async Task The_request_says_what_Stripe_needs()
    {
        var request = new AuthorizeRequest("key-1", 1999, "EUR", "cus_9/pm_card_visa", PaymentKind.GooglePay)
        {
            ReturnUrl = "https://shop.test/done",
            Metadata = new Dictionary<string, string> { ["order"] = "ord_1" },
        };
        await Gateway.Authorize(request, default);

        var sent = Assert.Single(stripe.Done);
        Assert.Equal(("key-1", "2024-12-18.acacia"), (sent.Key, sent.Version));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["amount"] = "1999", ["currency"] = "eur", ["payment_method"] = "pm_card_visa", ["payment_method_types[]"] = "card",
                ["customer"] = "cus_9", ["confirm"] = "true", ["capture_method"] = "manual", ["return_url"] = "https://shop.test/done",
                ["metadata[order]"] = "ord_1",
            },
            sent.Form);
    }

    [Theory]
    [InlineData("pm_card_chargeDeclined", "generic_decline")]
    [InlineData("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds")]
    public async Task A_declined_card_is_a_result_with_a_reference(string method, string code)
    {
        var result = await Authorize("k", method);

        Assert.Equal((GatewayStatus.Declined, code), (result.Status, result.DeclineCode));
        Assert.StartsWith("pi_", result.Reference);
        Assert.Equal(result, await Authorize("k", method));
        Assert.Equal(GatewayStatus.Declined, (await Gateway.Lookup(result.Reference, default))!.Status);
    }

    [Theory]
    [InlineData(true, GatewayStatus.Authorized, null)]
    [InlineData(false, GatewayStatus.Declined, "payment_intent_authentication_failure")]
    public async Task Stripe_knows_how_the_challenge_ended(bool passed, GatewayStatus status, string? code)
    {
        var asked = await Authorize("k", "pm_card_threeDSecureRequired");
        Assert.Equal(GatewayStatus.RequiresAction, asked.Status);
        Assert.Equal(new NextAction("redirect_to_url", "https://hooks.stripe.com/3ds", $"{asked.Reference}_secret"), asked.NextAction);
        Assert.Equal(GatewayStatus.RequiresAction, (await Gateway.ContinueAuthorization(asked.Reference, Challenge.Passed, "x", default)).Status);

        stripe.CompleteChallenge(asked.Reference, passed);

        var decided = await Gateway.ContinueAuthorization(asked.Reference, Challenge.Passed, "y", default);
        Assert.Equal((status, code), (decided.Status, decided.DeclineCode));
    }

    [Fact]
    public async Task A_payment_that_waits_for_the_server_is_confirmed_once()
    {
        var asked = await Authorize("k", "pm_card_confirmAgain");
        Assert.Equal(new NextAction("confirm", null, $"{asked.Reference}_secret"), asked.NextAction);

        Assert.Equal(GatewayStatus.Authorized, (await Gateway.ContinueAuthorization(asked.Reference, Challenge.Passed, "go", default)).Status);
        Assert.Equal(GatewayStatus.Authorized, (await Gateway.ContinueAuthorization(asked.Reference, Challenge.Passed, "go", default)).Status);
        Assert.Single(stripe.Done, request => request.Path.EndsWith("/confirm", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_challenge_without_the_payer_is_a_decline()
    {
        var request = new AuthorizeRequest("k", 1999, "USD", "cus_1/pm_card_threeDSecureRequired", PaymentKind.Card) { OffSession = true };
        Assert.Equal("authentication_required", (await Gateway.Authorize(request, default)).DeclineCode);
    }

    [Fact]
    public async Task A_bank_debit_is_pending_and_carries_a_mandate()
    {
        var result = await Gateway.Authorize(new("k", 1999, "USD", "pm_usBankAccount_success", PaymentKind.Ach), default);

        Assert.Equal(GatewayStatus.Pending, result.Status);
        var form = Assert.Single(stripe.Done).Form;
        Assert.Equal(("automatic", "offline", "us_bank_account"),
            (form["capture_method"], form["mandate_data[customer_acceptance][type]"], form["payment_method_types[]"]));
    }

    [Fact]
    public async Task A_payment_can_be_voided_and_what_the_state_forbids_fails()
    {
        var payment = await Authorize("k", "pm_card_visa");

        Assert.Equal(GatewayStatus.Voided, (await Gateway.Void(payment.Reference, "v", default)).Status);
        var late = await Gateway.Capture(payment.Reference, 1999, "USD", "c", default);

        Assert.Equal((GatewayStatus.Failed, "payment_intent_unexpected_state"), (late.Status, late.DeclineCode));
        Assert.Equal("not_found", (await Gateway.Void("pi_unknown", "v2", default)).DeclineCode);
        Assert.Null(await Gateway.Lookup("pi_unknown", default));
    }

    [Fact]
    public async Task When_the_line_breaks_after_the_charge_the_same_key_finds_it_again()
    {
        stripe.Next = StripeStandIn.Trouble.HangsUpAfterwards;
        var trouble = await Assert.ThrowsAsync<GatewayException>(() => Authorize("k", "pm_card_visa"));
        Assert.Equal(("connection", true, true), (trouble.Code, trouble.Retryable, trouble.OutcomeUnknown));

        Assert.Equal(GatewayStatus.Authorized, (await Authorize("k", "pm_card_visa")).Status);
        Assert.Single(stripe.Done);
    }

    [Theory]
    [InlineData(StripeStandIn.Trouble.Breaks, "gateway_error", true)]
    [InlineData(StripeStandIn.Trouble.Garbles, "gateway_error", true)]
    [InlineData(StripeStandIn.Trouble.KeyInUse, "in_progress", true)]
    [InlineData(StripeStandIn.Trouble.TooMany, "rate_limited", false)]
    internal async Task Trouble_at_Stripe_may_be_retried(StripeStandIn.Trouble kind, string code, bool unknown)
    {
        stripe.Next = kind;
        var trouble = await Assert.ThrowsAsync<GatewayException>(() => Authorize("k", "pm_card_visa"));
        Assert.Equal((code, true, unknown), (trouble.Code, trouble.Retryable, trouble.OutcomeUnknown));
    }

    [Fact]
    public async Task Silence_is_an_unknown_outcome()
    {
        http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(200) };
        stripe.Next = StripeStandIn.Trouble.Hangs;
        var trouble = await Assert.ThrowsAsync<GatewayException>(() => Authorize("k", "pm_card_visa"));
        Assert.Equal(("timeout", true, true), (trouble.Code, trouble.Retryable, trouble.OutcomeUnknown));
    }

    [Fact]
    public async Task A_refused_connection_moved_no_money()
    {
        using var closed = new TcpListener(System.Net.IPAddress.Loopback, 0);
        closed.Start();
        var address = new Uri($"http://{closed.LocalEndpoint}/");
        closed.Stop();
        var gateway = new StripeGateway(http, new(StripeStandIn.Key, "") { Address = address });

        var trouble = await Assert.ThrowsAsync<GatewayException>(() => gateway.Void("pi_1", "v", default));
        Assert.Equal(("connection", true, false), (trouble.Code, trouble.Retryable, trouble.OutcomeUnknown));
    }

    [Fact]
    public async Task A_callers_own_cancellation_is_not_dressed_up_as_trouble()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Gateway.Void("pi_1", "v", gone.Token));
    }

    [Fact]
    public async Task A_wrong_secret_key_is_an_error_that_no_retry_heals()
    {
        var gateway = new StripeGateway(http, new("sk_wrong", "") { Address = stripe.Address });
        var trouble = await Assert.ThrowsAsync<GatewayException>(() => gateway.Lookup("pi_1", default));
        Assert.Equal(("authentication", false, false), (trouble.Code, trouble.Retryable, trouble.OutcomeUnknown));
        Assert.DoesNotContain("sk_wrong", trouble.ToString());
    }

    [Fact]
    public async Task The_same_key_for_another_request_is_an_error_that_no_retry_heals()
    {
        await Authorize("k", "pm_card_visa");
        var trouble = await Assert.ThrowsAsync<GatewayException>(() =>
            Gateway.Authorize(new("k", 5, "USD", "pm_card_visa", PaymentKind.Card), default));
        Assert.Equal(("idempotency_key_reused", false), (trouble.Code, trouble.Retryable));
    }

    [Theory]
    [InlineData("JPY", 500, "500")]
    [InlineData("ISK", 500, "50000")]
    [InlineData("UGX", 500, "50000")]
    [InlineData("MGA", 50000, "500")]
    [InlineData("KWD", 5120, "5120")]
    public async Task Amounts_are_sent_and_read_in_Stripes_units(string currency, long minor, string sent)
    {
        var result = await Gateway.Authorize(new("k", minor, currency, "pm_card_visa", PaymentKind.Card), default);

        Assert.Equal(sent, stripe.Done[0].Form["amount"]);
        Assert.Equal(minor, result.Minor);
    }

    [Theory]
    [InlineData("KWD", 5124)]
    [InlineData("MGA", 50)]
    public async Task What_Stripe_cannot_express_is_refused_before_it_is_sent(string currency, long minor)
    {
        var refused = await Assert.ThrowsAsync<GatewayRefused>(() =>
            Gateway.Authorize(new("k", minor, currency, "pm_card_visa", PaymentKind.Card), default));
        Assert.Equal("amount", refused.Field);
        Assert.Empty(stripe.Done);
    }

    [Fact]
    public async Task Card_numbers_are_never_sent()
    {
        var card = new PaymentDetails(PaymentKind.Card) { Number = "4242424242424242", ExpMonth = 1, ExpYear = 2031, Cvc = "123" };
        var refused = await Assert.ThrowsAsync<GatewayRefused>(() => Gateway.Tokenize(card, default));
        Assert.Equal(("number", "raw_card_refused"), (refused.Field, refused.Code));
        Assert.Contains("Stripe.js", refused.Message);

        await Assert.ThrowsAsync<GatewayRefused>(() => Gateway.Tokenize(new(PaymentKind.Card) { Token = "4242 4242 4242 4242" }, default));
        Assert.Empty(stripe.Done);
    }

    [Fact]
    public async Task A_payment_method_of_Stripes_is_looked_up_and_kept_for_later_once()
    {
        stripe.Add("pm_1", new JsonObject
        {
            ["type"] = "card", ["customer"] = null,
            ["card"] = new JsonObject { ["brand"] = "visa", ["last4"] = "4242", ["exp_month"] = 12, ["exp_year"] = 2031, ["fingerprint"] = "fp" },
        });

        var once = await Gateway.Tokenize(new(PaymentKind.Card) { Token = "pm_1" }, default);
        Assert.Equal(new Tokenized("pm_1", PaymentKind.Card, "visa", "4242", 12, 2031, "fp"), once);

        var kept = await Gateway.Tokenize(new(PaymentKind.ApplePay) { Token = "pm_1", Reusable = true }, default);
        Assert.Equal(kept, await Gateway.Tokenize(new(PaymentKind.ApplePay) { Token = "pm_1", Reusable = true }, default));
        Assert.Equal($"{stripe["pm_1"]["customer"]}/pm_1", kept.Token);
        Assert.Single(stripe.Done, request => request.Path == "/v1/customers");
    }

    [Theory]
    [InlineData(PaymentKind.Card, "../../v1/account", "not_found")]
    [InlineData(PaymentKind.Card, "pm_1/../x", "not_found")]
    [InlineData(PaymentKind.Card, "pm_unknown", "not_found")]
    [InlineData(PaymentKind.Card, null, "missing_token")]
    [InlineData(PaymentKind.Bitcoin, "pm_1", "unsupported_kind")]
    public async Task A_token_that_is_not_Stripes_is_refused(PaymentKind kind, string? token, string code) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<GatewayRefused>(() => Gateway.Tokenize(new(kind) { Token = token }, default))).Code);

    [Fact]
    public async Task Evidence_is_sent_as_files_where_it_is_files_and_as_text_otherwise()
    {
        stripe.Add("dp_1", Dispute("needs_response"));

        var answered = await Gateway.SubmitEvidence("dp_1", new("Paid on May 2", "file_abc", "Thanks!"), "e", default);

        Assert.Equal((DisputeStatus.UnderReview, null), (answered.Status, answered.EvidenceDue));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["evidence[shipping_documentation]"] = "file_abc",
                ["evidence[uncategorized_text]"] = "Transaction details:\nPaid on May 2\n\nCommunication with the customer:\nThanks!",
                ["submit"] = "true",
            },
            Assert.Single(stripe.Done).Form);
        Assert.Equal(DisputeStatus.Lost, (await Gateway.AcceptDispute("dp_1", "a", default)).Status);
        Assert.Equal("dispute_closed", (await Assert.ThrowsAsync<GatewayRefused>(() => Gateway.AcceptDispute("dp_1", "a2", default))).Code);
    }

    [Theory]
    [InlineData("payment_intent.amount_capturable_updated", GatewayNoticeType.Authorized, 900)]
    [InlineData("payment_intent.succeeded", GatewayNoticeType.Captured, 700)]
    [InlineData("payment_intent.payment_failed", GatewayNoticeType.Failed, 1000)]
    [InlineData("payment_intent.canceled", GatewayNoticeType.Voided, 1000)]
    [InlineData("payment_intent.requires_action", GatewayNoticeType.RequiresAction, 1000)]
    public void Events_of_payments_become_notices(string type, GatewayNoticeType expected, long minor)
    {
        var intent = new JsonObject
        {
            ["id"] = "pi_1", ["status"] = "any", ["amount"] = 1000, ["amount_capturable"] = 900, ["amount_received"] = 700, ["currency"] = "usd",
            ["latest_charge"] = "ch_1", ["last_payment_error"] = new JsonObject { ["code"] = "card_declined", ["decline_code"] = "lost_card" },
        };
        var (headers, body) = StripeStandIn.Event(type, intent, Now);

        Assert.Equal(
            new GatewayNotice("evt_1", expected, "pi_1", minor, "USD", Now) { DeclineCode = expected == GatewayNoticeType.Failed ? "lost_card" : null },
            Gateway.ParseNotice(headers, body, Now));
    }

    [Theory]
    [InlineData("refund.created", "succeeded", GatewayNoticeType.Refunded)]
    [InlineData("refund.updated", "succeeded", GatewayNoticeType.Refunded)]
    [InlineData("refund.failed", "failed", GatewayNoticeType.RefundFailed)]
    [InlineData("refund.created", "pending", null)]
    [InlineData("charge.refunded", "succeeded", null)]
    public void Events_of_refunds_become_notices_once_they_are_decided(string type, string status, GatewayNoticeType? expected)
    {
        var refund = new JsonObject { ["id"] = "re_1", ["status"] = status, ["amount"] = 500, ["currency"] = "isk", ["payment_intent"] = "pi_1" };
        var (headers, body) = StripeStandIn.Event(type, refund, Now);

        var notice = Gateway.ParseNotice(headers, body, Now);

        Assert.Equal(expected, notice?.Type);
        if (notice is not null)
            Assert.Equal(("pi_1", "re_1", 5, "ISK"), (notice.Reference, notice.RefundReference, notice.Minor, notice.Currency));
    }

    [Theory]
    [InlineData("charge.dispute.created", "needs_response", GatewayNoticeType.DisputeOpened, DisputeStatus.NeedsResponse)]
    [InlineData("charge.dispute.created", "warning_needs_response", GatewayNoticeType.DisputeOpened, DisputeStatus.WarningNeedsResponse)]
    [InlineData("charge.dispute.updated", "warning_under_review", GatewayNoticeType.DisputeUpdated, DisputeStatus.WarningUnderReview)]
    [InlineData("charge.dispute.closed", "warning_closed", GatewayNoticeType.DisputeClosed, DisputeStatus.WarningClosed)]
    [InlineData("charge.dispute.closed", "prevented", GatewayNoticeType.DisputeClosed, DisputeStatus.Prevented)]
    [InlineData("charge.dispute.updated", "of_tomorrow", GatewayNoticeType.DisputeUpdated, DisputeStatus.UnderReview)]
    [InlineData("charge.dispute.updated", "under_review", GatewayNoticeType.DisputeUpdated, DisputeStatus.UnderReview)]
    [InlineData("charge.dispute.closed", "won", GatewayNoticeType.DisputeClosed, DisputeStatus.Won)]
    [InlineData("charge.dispute.closed", "lost", GatewayNoticeType.DisputeClosed, DisputeStatus.Lost)]
    public void Events_of_disputes_carry_reason_status_and_due_date(string type, string status, GatewayNoticeType expected, DisputeStatus neutral)
    {
        var dispute = Dispute(status);
        dispute["id"] = "dp_1";
        var (headers, body) = StripeStandIn.Event(type, dispute, Now);

        var notice = Gateway.ParseNotice(headers, body, Now)!;

        DateTime? due = neutral.WantsResponse() ? DateTime.UnixEpoch.AddSeconds(1_900_000_000) : null;
        Assert.Equal((expected, "pi_1"), (notice.Type, notice.Reference));
        Assert.Equal(new GatewayDispute("dp_1", neutral, "fraudulent", 1000, "USD", due), notice.Dispute);
    }

    [Theory]
    [InlineData(-1000, true)]
    [InlineData(0, false)]
    public void A_prevented_dispute_has_taken_the_money_where_it_was_booked_so(int booked, bool isWithdrawn)
    {
        var dispute = Dispute("prevented");
        dispute["id"] = "dp_1";
        dispute["balance_transactions"] = new JsonArray(new JsonObject { ["amount"] = booked });
        var (headers, body) = StripeStandIn.Event("charge.dispute.closed", dispute, Now);

        Assert.Equal(isWithdrawn, Gateway.ParseNotice(headers, body, Now)!.Dispute!.IsWithdrawn);
    }

    [Fact]
    public void An_event_signed_with_another_secret_is_refused()
    {
        var (headers, body) = StripeStandIn.Event("payment_intent.succeeded", [], Now, "whsec_other");
        Assert.Throws<UnverifiedNotice>(() => Gateway.ParseNotice(headers, body, Now));
    }

    private Task<GatewayResult> Authorize(string key, string method) =>
        Gateway.Authorize(new(key, 1999, "USD", method, PaymentKind.Card) { ReturnUrl = "https://shop.test/done" }, default);

    private static JsonObject Dispute(string status) => new()
    {
        ["object"] = "dispute", ["status"] = status, ["reason"] = "fraudulent", ["amount"] = 1000, ["currency"] = "usd",
        ["payment_intent"] = "pi_1", ["evidence_details"] = new JsonObject { ["due_by"] = 1_900_000_000 },
    };
}
