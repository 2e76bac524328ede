using Aura.Connectors.Payments;

namespace Aura.Tests.Connectors.Payments;

public sealed class SandboxGatewayTests
{
    private const string ReturnUrl = "https://shop.test/done?a=1&b=2";

    private readonly MemoryLedger ledger = new();
    private readonly TestClock clock = new();

    /// <summary>A fresh server on the same database each time: nothing may live in memory.</summary>
    private SandboxGateway Gateway => new(ledger, clock, "secret", new Uri("http://127.0.0.1/challenge"));

    [Theory]
    [InlineData("4242 4242 4242 4242", "123", "visa", "4242")]
    [InlineData("5555555555554444", "123", "mastercard", "4444")]
    [InlineData("378282246310005", "1234", "amex", "0005")]
    [InlineData("6011111111111117", "123", "discover", "1117")]
    public async Task A_test_card_becomes_a_token_without_its_number_and_pays(string number, string cvc, string brand, string last4)
    {
        var card = await Gateway.Tokenize(Card(number, cvc), default);

        Assert.Equal((brand, last4, 12, 2031), (card.Brand, card.Last4, card.ExpMonth, card.ExpYear));
        Assert.DoesNotContain(number.Replace(" ", "")[..12], card.Token);
        Assert.Equal(GatewayStatus.Authorized, (await Authorize("k", card.Token)).Status);
        Assert.All(ledger.Entries, entry => Assert.DoesNotContain(number.Replace(" ", "")[..12], entry.Value));
    }

    [Theory]
    [InlineData("4000000000000002", "card_declined")]
    [InlineData("4000000000009995", "insufficient_funds")]
    public async Task A_declined_card_is_a_result(string number, string code)
    {
        var result = await Authorize("k", await Token(number));

        Assert.Equal((GatewayStatus.Declined, code), (result.Status, result.DeclineCode));
        Assert.NotNull(result.Message);
    }

    [Theory]
    [InlineData("4111111111111111", 12, 2031, "123", "number", "test_cards_only")]
    [InlineData("4242424242424241", 12, 2031, "123", "number", "incorrect_number")]
    [InlineData("4242", 12, 2031, "123", "number", "incorrect_number")]
    [InlineData(null, 12, 2031, "123", "number", "incorrect_number")]
    [InlineData("4242424242424242", 2, 2030, "123", "exp_year", "expired_card")]
    [InlineData("4242424242424242", 2, 30, "123", "exp_year", "expired_card")]
    [InlineData("4242424242424242", 12, 2029, "123", "exp_year", "expired_card")]
    [InlineData("4242424242424242", 13, 2031, "123", "exp_month", "invalid_expiry_month")]
    [InlineData("4242424242424242", 12, null, "123", "exp_year", "invalid_expiry_year")]
    [InlineData("4242424242424242", 12, 2031, "1234", "cvc", "invalid_cvc")]
    [InlineData("4242424242424242", 12, 2031, "12a", "cvc", "invalid_cvc")]
    [InlineData("4242424242424242", 12, 2031, null, "cvc", "invalid_cvc")]
    [InlineData("378282246310005", 12, 2031, "123", "cvc", "invalid_cvc")]
    public async Task A_card_that_cannot_be_taken_is_refused_by_field(string? number, int month, int? year, string? cvc, string field, string code)
    {
        var details = new PaymentDetails(PaymentKind.Card) { Number = number, ExpMonth = month, ExpYear = year, Cvc = cvc };

        var refused = await Assert.ThrowsAsync<GatewayRefused>(() => Gateway.Tokenize(details, default));

        Assert.Equal((field, code), (refused.Field, refused.Code));
        Assert.DoesNotContain(number ?? "(none)", refused.Message);
    }

    [Fact]
    public async Task A_card_is_good_until_the_end_of_its_month()
    {
        var card = await Gateway.Tokenize(new(PaymentKind.Card) { Number = "4242424242424242", ExpMonth = 3, ExpYear = 30, Cvc = "123" }, default);
        Assert.Equal(GatewayStatus.Authorized, (await Authorize("march", card.Token)).Status);

        clock.Now = new(2030, 4, 1, 0, 0, 0, DateTimeKind.Utc);
        Assert.Equal("expired_card", (await Authorize("april", card.Token)).DeclineCode);
    }

    [Fact]
    public void Details_do_not_show_the_number_in_a_log() => Assert.DoesNotContain("4242", $"{Card("4242424242424242")}");

    [Theory]
    [InlineData(PaymentKind.ApplePay)]
    [InlineData(PaymentKind.GooglePay)]
    [InlineData(PaymentKind.Paypal)]
    [InlineData(PaymentKind.Bitcoin)]
    [InlineData(PaymentKind.Ethereum)]
    public async Task Wallets_and_coins_pay_by_token(PaymentKind kind)
    {
        var paid = await Gateway.Authorize(new("k", 1000, "USD", await Token(kind, "tok_1"), kind) { Capture = true }, default);
        Assert.Equal(GatewayStatus.Succeeded, paid.Status);

        var declined = await Gateway.Authorize(new("k2", 1000, "USD", await Token(kind, "tok_1_declined"), kind), default);
        Assert.Equal(GatewayStatus.Declined, declined.Status);
    }

    [Fact]
    public async Task A_card_number_in_the_place_of_a_wallet_token_is_refused() =>
        Assert.Equal("token", (await Assert.ThrowsAsync<GatewayRefused>(() => Token(PaymentKind.ApplePay, "4242424242424242"))).Field);

    [Theory]
    [InlineData("sbx_card.succeeds.visa.4242.203112x")]
    [InlineData("sbx_0.succeeds.visa.4242.203112")]
    [InlineData("sbx_card.unheard.visa.4242.203112")]
    [InlineData("4242424242424242")]
    [InlineData("")]
    public async Task A_token_that_the_sandbox_did_not_make_is_refused(string token) =>
        Assert.Equal("payment_method", (await Assert.ThrowsAsync<GatewayRefused>(() => Authorize("k", token))).Field);

    [Fact]
    public async Task The_same_key_authorizes_once_and_answers_the_same_on_every_server()
    {
        var token = await Token("4242424242424242");
        var first = await Authorize("k", token);
        await Gateway.Capture(first.Reference, 1000, "USD", "c", default);

        Assert.Equal(first, await Authorize("k", token));
        Assert.Single(ledger.Entries);
        Assert.NotEqual(first.Reference, (await Authorize("other", token)).Reference);
    }

    [Fact]
    public async Task The_same_key_for_another_request_is_an_error_that_no_retry_heals()
    {
        var token = await Token("4242424242424242");
        var payment = await Authorize("k", token);

        var trouble = await Assert.ThrowsAsync<GatewayException>(() => Gateway.Authorize(new("k", 2000, "USD", token, PaymentKind.Card), default));
        Assert.Equal(("idempotency_key_reused", false), (trouble.Code, trouble.Retryable));

        await Gateway.Capture(payment.Reference, 400, "USD", "c", default);
        await Assert.ThrowsAsync<GatewayException>(() => Gateway.Capture(payment.Reference, 500, "USD", "c", default));
    }

    [Fact]
    public async Task A_thousand_simultaneous_captures_with_one_key_take_the_money_once()
    {
        var payment = await Authorize("k", await Token("4242424242424242"));

        var results = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Task.Run(() => Gateway.Capture(payment.Reference, 700, "USD", "c", default))));

        Assert.All(results, result => Assert.Equal((GatewayStatus.Succeeded, 700), (result.Status, result.Minor)));
        Assert.Single((await Gateway.Notices(payment.Reference, default)).Sent, notice => notice.Type == GatewayNoticeType.Captured);
    }

    [Fact]
    public async Task Simultaneous_refunds_never_give_back_more_than_was_taken()
    {
        var payment = await Paid("4242424242424242");

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            Task.Run(() => Gateway.Refund(payment, 300, "USD", null, $"r{i}", default))));

        Assert.Equal(3, results.Count(result => result.Status == GatewayStatus.Succeeded));
        Assert.Equal(900, (await Gateway.Lookup(payment, default))!.Refunded);
    }

    [Fact]
    public async Task Capturing_twice_or_more_than_authorized_fails_and_moves_nothing()
    {
        var payment = await Authorize("k", await Token("4242424242424242"));

        Assert.Equal("amount_too_large", (await Gateway.Capture(payment.Reference, 1001, "USD", "c1", default)).DeclineCode);
        Assert.Equal(GatewayStatus.Succeeded, (await Gateway.Capture(payment.Reference, 600, "USD", "c2", default)).Status);
        var again = await Gateway.Capture(payment.Reference, 400, "USD", "c3", default);

        Assert.Equal((GatewayStatus.Failed, "unexpected_state"), (again.Status, again.DeclineCode));
        Assert.Equal(600, (await Gateway.Lookup(payment.Reference, default))!.Minor);
    }

    [Fact]
    public async Task An_authorization_can_be_voided_until_it_is_captured()
    {
        var payment = await Authorize("k", await Token("4242424242424242"));

        Assert.Equal(GatewayStatus.Voided, (await Gateway.Void(payment.Reference, "v", default)).Status);
        Assert.Equal(GatewayStatus.Failed, (await Gateway.Capture(payment.Reference, 1000, "USD", "c", default)).Status);
        Assert.Equal(GatewayStatus.Failed, (await Gateway.Void(await Paid("4242424242424242"), "v2", default)).Status);
    }

    [Fact]
    public async Task Refunds_in_parts_end_at_the_captured_amount()
    {
        var payment = await Paid("4242424242424242");

        var half = await Gateway.Refund(payment, 500, "USD", "requested_by_customer", "r1", default);
        Assert.Equal(half, await Gateway.Refund(payment, 500, "USD", "requested_by_customer", "r1", default));
        Assert.Equal(half, await Gateway.Lookup(half.Reference, default));
        Assert.Equal(GatewayStatus.Succeeded, (await Gateway.Refund(payment, 500, "USD", null, "r2", default)).Status);
        Assert.Equal("amount_too_large", (await Gateway.Refund(payment, 1, "USD", null, "r3", default)).DeclineCode);
    }

    [Fact]
    public async Task Another_currency_is_refused()
    {
        var payment = await Paid("4242424242424242");
        var refused = await Assert.ThrowsAsync<GatewayRefused>(() => Gateway.Refund(payment, 5, "EUR", null, "r", default));
        Assert.Equal("currency", refused.Field);
    }

    [Fact]
    public async Task A_refund_may_fail_afterwards_and_is_left_to_refund_again()
    {
        var payment = await Paid("4000000000005126");
        var refund = await Gateway.Refund(payment, 1000, "USD", null, "r", default);
        Assert.Equal(GatewayStatus.Pending, refund.Status);

        clock.Now += TimeSpan.FromHours(1);

        Assert.Equal(GatewayStatus.Failed, (await Gateway.Lookup(refund.Reference, default))!.Status);
        Assert.Equal(0, (await Gateway.Lookup(payment, default))!.Refunded);
        var notice = (await Gateway.Notices(payment, default)).Sent[^1];
        Assert.Equal((GatewayNoticeType.RefundFailed, refund.Reference), (notice.Type, notice.RefundReference));
    }

    [Theory]
    [InlineData(Challenge.Passed, GatewayStatus.Authorized, null)]
    [InlineData(Challenge.Failed, GatewayStatus.Declined, "authentication_failed")]
    public async Task The_3D_Secure_card_asks_first_and_the_challenge_decides(Challenge challenge, GatewayStatus status, string? code)
    {
        var asked = await Authorize("k", await Token("4000002760003184"));
        Assert.Equal(GatewayStatus.RequiresAction, asked.Status);
        Assert.Equal("redirect_to_url", asked.NextAction!.Type);
        Assert.Equal($"http://127.0.0.1/challenge?payment={asked.Reference}&return_url={Uri.EscapeDataString(ReturnUrl)}", asked.NextAction.Url);
        Assert.Equal(GatewayStatus.Failed, (await Gateway.Capture(asked.Reference, 1000, "USD", "early", default)).Status);

        var decided = await Gateway.ContinueAuthorization(asked.Reference, challenge, "3ds", default);
        var fromTheOtherSide = await Gateway.ContinueAuthorization(asked.Reference, challenge, "3ds-by-notice", default);

        Assert.Equal((status, code, null), (decided.Status, decided.DeclineCode, decided.NextAction));
        Assert.Equal(decided, fromTheOtherSide);
    }

    [Fact]
    public async Task A_challenge_without_the_payer_is_a_decline()
    {
        var request = new AuthorizeRequest("k", 1000, "USD", await Token("4000002760003184"), PaymentKind.Card) { OffSession = true };
        Assert.Equal("authentication_required", (await Gateway.Authorize(request, default)).DeclineCode);
    }

    [Theory]
    [InlineData(PaymentKind.Ach, GatewayStatus.Succeeded, GatewayNoticeType.Captured)]
    [InlineData(PaymentKind.Wire, GatewayStatus.Succeeded, GatewayNoticeType.Captured)]
    [InlineData(PaymentKind.Affirm, GatewayStatus.Authorized, GatewayNoticeType.Authorized)]
    [InlineData(PaymentKind.Klarna, GatewayStatus.Authorized, GatewayNoticeType.Authorized)]
    public async Task Banks_and_lenders_decide_later(PaymentKind kind, GatewayStatus settled, GatewayNoticeType notice)
    {
        var payment = await Gateway.Authorize(new("k", 1000, "USD", await Token(kind, "tok_1"), kind), default);
        Assert.Equal(GatewayStatus.Pending, payment.Status);
        var before = await Gateway.Notices(payment.Reference, default);
        Assert.Empty(before.Sent);

        clock.Now = before.NextAt!.Value;

        Assert.Equal(settled, (await Gateway.Lookup(payment.Reference, default))!.Status);
        var after = await Gateway.Notices(payment.Reference, default);
        Assert.Equal((notice, clock.Now), (Assert.Single(after.Sent).Type, after.Sent[0].At));
        Assert.Null(after.NextAt);
        Assert.Equal(GatewayStatus.Pending, (await Gateway.Authorize(new("k", 1000, "USD", await Token(kind, "tok_1"), kind), default)).Status);
    }

    [Fact]
    public async Task A_bank_transfer_may_fail_later()
    {
        var payment = await Gateway.Authorize(new("k", 1000, "USD", await Token(PaymentKind.Ach, "tok_fails"), PaymentKind.Ach), default);
        Assert.Equal(GatewayStatus.Pending, payment.Status);

        clock.Now += TimeSpan.FromDays(3);

        Assert.Equal("payment_failed", (await Gateway.Lookup(payment.Reference, default))!.DeclineCode);
        var notice = Assert.Single((await Gateway.Notices(payment.Reference, default)).Sent);
        Assert.Equal((GatewayNoticeType.Failed, "payment_failed"), (notice.Type, notice.DeclineCode));
    }

    [Theory]
    [InlineData("paid by hand", DisputeStatus.Won)]
    [InlineData("losing_evidence", DisputeStatus.Lost)]
    public async Task A_dispute_is_opened_answered_and_decided(string details, DisputeStatus outcome)
    {
        var payment = await Paid("4000000000000259");
        await Gateway.Refund(payment, 200, "USD", null, "r", default);
        clock.Now += TimeSpan.FromDays(1);
        var opened = (await Gateway.Notices(payment, default)).Sent[^1];
        Assert.Equal((GatewayNoticeType.DisputeOpened, 800), (opened.Type, opened.Minor));
        Assert.Equal((DisputeStatus.NeedsResponse, clock.Now.AddDays(7)), (opened.Dispute!.Status, opened.Dispute.EvidenceDue));
        Assert.Equal("charge_disputed", (await Gateway.Refund(payment, 1, "USD", null, "r2", default)).DeclineCode);

        var evidence = new DisputeEvidence(details, "tracking 1Z", "mails");
        var answered = await Gateway.SubmitEvidence(opened.Dispute.Reference, evidence, "e", default);
        Assert.Equal(DisputeStatus.UnderReview, answered.Status);
        Assert.Equal(answered, await Gateway.SubmitEvidence(opened.Dispute.Reference, evidence, "e", default));
        var twice = await Assert.ThrowsAsync<GatewayRefused>(() => Gateway.SubmitEvidence(opened.Dispute.Reference, evidence, "e2", default));
        Assert.Equal("dispute_closed", twice.Code);

        clock.Now += TimeSpan.FromDays(1);
        var closed = (await Gateway.Notices(payment, default)).Sent[^1];
        Assert.Equal((GatewayNoticeType.DisputeClosed, outcome), (closed.Type, closed.Dispute!.Status));
    }

    [Fact]
    public async Task A_dispute_without_an_answer_or_given_up_is_lost()
    {
        var (silent, accepted) = (await Paid("4000000000000259", "a"), await Paid("4000000000000259", "b"));
        clock.Now += TimeSpan.FromDays(1);
        var dispute = (await Gateway.Notices(accepted, default)).Sent[^1].Dispute!.Reference;
        Assert.Equal(DisputeStatus.Lost, (await Gateway.AcceptDispute(dispute, "x", default)).Status);

        clock.Now += TimeSpan.FromDays(30);
        Assert.Equal(DisputeStatus.Lost, (await Gateway.Notices(silent, default)).Sent[^1].Dispute!.Status);
    }

    [Fact]
    public async Task Whoever_looks_first_and_how_often_events_keep_their_ids_and_times()
    {
        var payment = await Paid("4000000000000259");
        clock.Now += TimeSpan.FromDays(1);
        var early = (await Gateway.Notices(payment, default)).Sent;
        clock.Now += TimeSpan.FromDays(20);
        var late = (await Gateway.Notices(payment, default)).Sent;

        Assert.Equal(early, late.Take(early.Count));
        Assert.Equal(late.Count, late.Select(notice => notice.EventId).Distinct().Count());
    }

    [Fact]
    public async Task What_is_not_there_is_said_so()
    {
        Assert.Null(await Gateway.Lookup("sbx_pi_none", default));
        Assert.Null(await Gateway.Lookup("sbx_re_none_0", default));
        Assert.Equal("not_found", (await Gateway.Void("sbx_pi_none", "v", default)).DeclineCode);
        Assert.Equal("not_found", (await Assert.ThrowsAsync<GatewayRefused>(() => Gateway.AcceptDispute("sbx_dp_none", "a", default))).Code);
        Assert.Equal("not_found", (await Assert.ThrowsAsync<GatewayRefused>(() => Gateway.AcceptDispute("dp_1", "a", default))).Code);
    }

    [Theory]
    [InlineData(0, "USD", "amount")]
    [InlineData(1, "usd", "currency")]
    public async Task Amounts_are_positive_and_currencies_upper_case(long minor, string currency, string field)
    {
        var token = await Token("4242424242424242");
        var refused = await Assert.ThrowsAsync<GatewayRefused>(() => Gateway.Authorize(new("k", minor, currency, token, PaymentKind.Card), default));
        Assert.Equal(field, refused.Field);
    }

    [Fact]
    public async Task A_signed_notice_comes_back_as_it_was_and_a_forged_one_does_not()
    {
        var payment = await Paid("4242424242424242");
        var notice = (await Gateway.Notices(payment, default)).Sent[0];
        var (headers, body) = Gateway.Sign(notice, clock.Now);

        Assert.Equal(notice, Gateway.ParseNotice(headers, body, clock.Now));
        var forger = new SandboxGateway(ledger, clock, "guess");
        Assert.Throws<UnverifiedNotice>(() => forger.ParseNotice(headers, body, clock.Now));
        Assert.Throws<UnverifiedNotice>(() => Gateway.ParseNotice(new Dictionary<string, string>(), body, clock.Now));
    }

    private static PaymentDetails Card(string number, string cvc = "123") =>
        new(PaymentKind.Card) { Number = number, ExpMonth = 12, ExpYear = 2031, Cvc = cvc };

    private async Task<string> Token(string number) => (await Gateway.Tokenize(Card(number), default)).Token;

    private async Task<string> Token(PaymentKind kind, string token) => (await Gateway.Tokenize(new(kind) { Token = token }, default)).Token;

    private Task<GatewayResult> Authorize(string key, string token) =>
        Gateway.Authorize(new(key, 1000, "USD", token, PaymentKind.Card) { ReturnUrl = ReturnUrl }, default);

    private async Task<string> Paid(string number, string key = "paid")
    {
        var request = new AuthorizeRequest(key, 1000, "USD", await Token(number), PaymentKind.Card) { Capture = true };
        return (await Gateway.Authorize(request, default)).Reference;
    }
}
