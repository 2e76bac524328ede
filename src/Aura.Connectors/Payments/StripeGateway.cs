using System.Globalization;
using System.Text.Json;

namespace Aura.Connectors.Payments;

/// <summary>
/// Payments through Stripe's Payment Intents API. Card numbers never pass through this server: a browser script of Stripe
/// makes a payment method (<c>pm_…</c>), and this gateway takes that. Stripe keeps an idempotency key for at least 24 hours;
/// after that, use <see cref="Lookup"/>. Source: docs.stripe.com/api.
/// </summary>
/// <param name="http">Its timeout decides when an outcome is unknown; Stripe recommends no less than 30 s.</param>
public sealed class StripeGateway(HttpClient http, StripeAccount account) : IPaymentGateway
{
    private readonly StripeApi stripe = new(http, account);

    public string Name => "stripe";

    /// <remarks>A reusable method is attached to a customer of its own at Stripe, which is what makes it chargeable again;
    /// the token then reads <c>cus_…/pm_…</c>.</remarks>
    public async Task<Tokenized> Tokenize(PaymentDetails details, CancellationToken cancellation)
    {
        if (details.Number is not null || CardNumber.LooksLikeOne(details.Token ?? ""))
            throw new GatewayRefused("raw_card_refused", "number",
                "Card numbers are never sent to this server: make a payment method (pm_...) with Stripe.js and send that as token.");
        if (StripeType(details.Kind) is not { } type)
            throw new GatewayRefused("unsupported_kind", "type", $"Stripe does not take {details.Kind.Name()}.");
        if (details.Token is not { } token)
            throw new GatewayRefused("missing_token", "token", "Make a payment method (pm_...) with Stripe.js and send it as token.");

        var id = StripeApi.Id(token, "pm_");
        var method = (await stripe.Get<StripePaymentMethod>($"v1/payment_methods/{id}", cancellation)).Required();
        if (method.Type != type)
            throw new GatewayRefused("invalid_token", "token", $"The payment method is a {method.Type}.");
        var vaulted = details.Reusable ? $"{await Keep(method, cancellation)}/{id}" : id;
        return new(vaulted, details.Kind, method.Card?.Brand ?? details.Kind.Name(), method.Card?.Last4 ?? method.UsBankAccount?.Last4,
            method.Card?.ExpMonth, method.Card?.ExpYear, method.Card?.Fingerprint ?? method.UsBankAccount?.Fingerprint);
    }

    public async Task<GatewayResult> Authorize(AuthorizeRequest request, CancellationToken cancellation)
    {
        Checks.Amount(request.Minor, request.Currency);
        var (customer, method) = request.Token.Split('/') is [var owner, var owned] ? (owner, owned) : (null, request.Token);
        var bank = request.Kind.IsBankTransfer();
        IEnumerable<(string, string?)> form =
        [
            ("amount", Text(StripeAmount.FromMinor(request.Minor, request.Currency))),
            ("currency", request.Currency.ToLowerInvariant()),
            ("payment_method", StripeApi.Id(method, "pm_")),
            ("payment_method_types[]", StripeType(request.Kind)
                ?? throw new GatewayRefused("unsupported_kind", "payment_method", $"Stripe does not take {request.Kind.Name()}.")),
            ("customer", customer is null ? null : StripeApi.Id(customer, "cus_")),
            ("confirm", "true"),
            ("capture_method", request.Capture || bank ? "automatic" : "manual"),
            ("off_session", request.OffSession ? "true" : null),
            ("return_url", request.OffSession ? null : request.ReturnUrl),
            // A direct debit needs the payer's mandate; the store's own checkout is where it was given.
            ("mandate_data[customer_acceptance][type]", bank ? "offline" : null),
            .. request.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => ($"metadata[{entry.Key}]", (string?)entry.Value)),
        ];
        return Result(await stripe.Post<StripePaymentIntent>("v1/payment_intents", form, request.IdempotencyKey, cancellation), "");
    }

    /// <remarks>Stripe ran the challenge itself and knows how it ended.</remarks>
    public async Task<GatewayResult> ContinueAuthorization(
        string reference, Challenge challenge, string key, CancellationToken cancellation)
    {
        var path = $"v1/payment_intents/{StripeApi.Id(reference, "pi_")}";
        var current = await stripe.Get<StripePaymentIntent>(path, cancellation);
        return Result(current.Value?.Status == "requires_confirmation"
            ? await stripe.Post<StripePaymentIntent>($"{path}/confirm", [], key, cancellation)
            : current, reference);
    }

    public async Task<GatewayResult> Capture(string reference, long minor, string currency, string key, CancellationToken cancellation)
    {
        Checks.Amount(minor, currency);
        return Result(await stripe.Post<StripePaymentIntent>(
            $"v1/payment_intents/{StripeApi.Id(reference, "pi_")}/capture",
            [("amount_to_capture", Text(StripeAmount.FromMinor(minor, currency)))], key, cancellation), reference);
    }

    public async Task<GatewayResult> Void(string reference, string key, CancellationToken cancellation) =>
        Result(await stripe.Post<StripePaymentIntent>($"v1/payment_intents/{StripeApi.Id(reference, "pi_")}/cancel", [], key, cancellation), reference);

    public async Task<GatewayResult> Refund(
        string reference, long minor, string currency, string? reason, string key, CancellationToken cancellation)
    {
        Checks.Amount(minor, currency);
        var known = reason is "duplicate" or "fraudulent" or "requested_by_customer"; // Stripe takes no other
        return Result(await stripe.Post<StripeRefund>("v1/refunds",
            [
                ("payment_intent", StripeApi.Id(reference, "pi_")),
                ("amount", Text(StripeAmount.FromMinor(minor, currency))),
                ("reason", known ? reason : null),
                ("metadata[reason]", known ? null : reason),
            ], key, cancellation));
    }

    public async Task<GatewayResult?> Lookup(string reference, CancellationToken cancellation)
    {
        if (reference.StartsWith("re_", StringComparison.Ordinal) || reference.StartsWith("pyr_", StringComparison.Ordinal))
        {
            var refund = await stripe.Get<StripeRefund>($"v1/refunds/{StripeApi.Id(reference, "re_", "pyr_")}", cancellation);
            return refund.Code == "not_found" ? null : Result(refund);
        }

        var path = $"v1/payment_intents/{StripeApi.Id(reference, "pi_")}?expand[]=latest_charge";
        var payment = await stripe.Get<StripePaymentIntent>(path, cancellation);
        return payment.Code == "not_found" ? null : Result(payment, reference);
    }

    /// <remarks>Evidence that is a Stripe file (<c>file_…</c>) takes its own place; text goes into the free text, up to
    /// 20,000 characters in all.</remarks>
    public async Task<GatewayDispute> SubmitEvidence(string dispute, DisputeEvidence evidence, string key, CancellationToken cancellation)
    {
        (string Place, string Title, string Content)[] parts =
        [
            ("receipt", "Transaction details", evidence.TransactionDetails),
            ("shipping_documentation", "Shipping proof", evidence.ShippingProof),
            ("customer_communication", "Communication with the customer", evidence.CommunicationLogs),
        ];
        var files = parts.ToLookup(part => part.Content.StartsWith("file_", StringComparison.Ordinal));
        var text = string.Join("\n\n", files[false].Select(part => $"{part.Title}:\n{part.Content}"));
        IEnumerable<(string, string?)> form =
        [
            .. files[true].Select(part => ($"evidence[{part.Place}]", (string?)part.Content)),
            ("evidence[uncategorized_text]", text.Length == 0 ? null : text),
            ("submit", "true"),
        ];
        return StripeNotices.Face(
            (await stripe.Post<StripeDispute>($"v1/disputes/{StripeApi.Id(dispute, "dp_", "du_")}", form, key, cancellation)).Required());
    }

    public async Task<GatewayDispute> AcceptDispute(string dispute, string key, CancellationToken cancellation) => StripeNotices.Face(
        (await stripe.Post<StripeDispute>($"v1/disputes/{StripeApi.Id(dispute, "dp_", "du_")}/close", [], key, cancellation)).Required());

    public GatewayNotice? ParseNotice(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> rawBody, DateTime now)
    {
        TimestampedSignature.Verify(TimestampedSignature.Header(headers, "Stripe-Signature"), rawBody.Span, account.WebhookSecret, now);
        return StripeNotices.Parse(rawBody.Span);
    }

    /// <summary>Attaches a payment method to a customer of its own, once.</summary>
    private async Task<string> Keep(StripePaymentMethod method, CancellationToken cancellation)
    {
        if (method.Customer is { } already)
            return already;
        var customer = (await stripe.Post<StripeCustomer>("v1/customers", [], $"keep-{method.Id}", cancellation)).Required();
        var attach = $"v1/payment_methods/{method.Id}/attach";
        (await stripe.Post<StripePaymentMethod>(attach, [("customer", customer.Id)], $"attach-{method.Id}", cancellation)).Required();
        return customer.Id;
    }

    private static GatewayResult Result(StripeAnswer<StripePaymentIntent> answer, string reference)
    {
        if (answer.Value is { } intent)
            return StripeNotices.State(intent);

        var declined = answer.Error?.Type == "card_error";
        return new(declined ? GatewayStatus.Declined : GatewayStatus.Failed, answer.Error?.PaymentIntent?.Id ?? reference, 0)
        {
            DeclineCode = answer.Error?.DeclineCode ?? answer.Code,
            Message = answer.Error?.Message,
        };
    }

    private static GatewayResult Result(StripeAnswer<StripeRefund> answer)
    {
        if (answer.Value is not { } refund)
            return new(GatewayStatus.Failed, "", 0) { DeclineCode = answer.Code, Message = answer.Error?.Message };

        var status = refund.Status switch
        {
            "succeeded" => GatewayStatus.Succeeded,
            "failed" or "canceled" => GatewayStatus.Failed,
            "requires_action" => GatewayStatus.RequiresAction,
            _ => GatewayStatus.Pending,
        };
        return new(status, refund.Id, StripeAmount.ToMinor(refund.Amount, refund.Currency.ToUpperInvariant())) { DeclineCode = refund.FailureReason };
    }

    /// <summary>Stripe's name of the means of payment; wallets hand out card payment methods.</summary>
    /// <returns>Null for what Stripe does not take this way.</returns>
    private static string? StripeType(PaymentKind kind) => kind switch
    {
        PaymentKind.Card or PaymentKind.ApplePay or PaymentKind.GooglePay => "card",
        PaymentKind.Paypal => "paypal",
        PaymentKind.Ach => "us_bank_account",
        PaymentKind.Affirm => "affirm",
        PaymentKind.Klarna => "klarna",
        _ => null,
    };

    private static string Text(long amount) => amount.ToString(CultureInfo.InvariantCulture);
}
