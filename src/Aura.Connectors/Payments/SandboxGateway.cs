using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aura.Connectors.Payments;

/// <summary>
/// The built-in gateway: real behaviour without an outside. It takes test payment methods only, keeps its payments in the
/// store's own database through <paramref name="ledger"/>, and follows the store's clock, so that a test can move a bank
/// transfer or a dispute along. Notices are not sent by themselves: ask <see cref="Notices"/>.
/// </summary>
/// <param name="clock">The store's clock, which a sandbox key may advance.</param>
/// <param name="noticeSecret">Signs and verifies notices.</param>
/// <param name="challengePage">Where a payer passes or fails 3-D Secure; the payment's reference is added as <c>payment</c>
/// and the way back as <c>return_url</c>. Null: the next action has no address, and the caller confirms directly.</param>
public sealed class SandboxGateway(ISandboxLedger ledger, TimeProvider clock, string noticeSecret, Uri? challengePage = null)
    : IPaymentGateway, IPolledGateway, IDisputableGateway
{
    /// <summary>Carries the signature of a notice, in Stripe's form.</summary>
    public const string SignatureHeader = "Aura-Sandbox-Signature";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The test card for payers who name none.</summary>
    /// <param name="now">UTC; it expires later.</param>
    public static PaymentDetails CardThatSucceeds(DateTime now) =>
        new(PaymentKind.Card) { Number = "4242424242424242", ExpMonth = 12, ExpYear = now.Year + 1, Cvc = "123" };

    public string Name => "sandbox";

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public Task<Tokenized> Tokenize(PaymentDetails details, CancellationToken cancellation)
    {
        var token = SandboxVault.Token(details, Now);
        return Task.FromResult(new Tokenized(
            token.ToString(), token.Kind, token.Brand, token.Last4, token.ExpMonth, token.ExpYear, token.Fingerprint));
    }

    public async Task<GatewayResult> Authorize(AuthorizeRequest request, CancellationToken cancellation)
    {
        Checks.Key(request.IdempotencyKey);
        Checks.Amount(request.Minor, request.Currency);
        var token = SandboxToken.Parse(request.Token);
        if (token.Kind != request.Kind)
            throw new GatewayRefused("invalid_token", "payment_method", $"The token is for {token.Kind.Name()}.");

        var reference = SandboxReference.OfPayment(request.IdempotencyKey);
        var asked = $"authorize {request.Minor} {request.Currency} {request.Token} {request.Capture} {request.OffSession}";
        var fresh = SandboxPayment.Authorize(reference, token, request, ChallengeUrl(reference, request.ReturnUrl), Now);
        var answer = fresh.State();
        fresh.Steps.Add(new(request.IdempotencyKey, asked, JsonSerializer.Serialize(answer, Json)));
        if (await ledger.Put(reference, 0, JsonSerializer.Serialize(fresh, Json), cancellation))
            return answer;

        var (earlier, _) = await Load(reference, cancellation) ?? throw SandboxReference.NotFound("payment");
        return Replay<GatewayResult>(earlier, request.IdempotencyKey, asked) ?? throw GatewayException.KeyReused(Name);
    }

    public Task<GatewayResult> ContinueAuthorization(string reference, Challenge challenge, string key, CancellationToken cancellation) =>
        Pay(reference, key, $"continue {challenge}", (payment, now) => payment.Continue(challenge, now), cancellation);

    public Task<GatewayResult> Capture(string reference, long minor, string currency, string key, CancellationToken cancellation) =>
        Pay(reference, key, $"capture {minor} {currency}", (payment, now) => payment.Take(Same(payment, minor, currency), now), cancellation);

    public Task<GatewayResult> Void(string reference, string key, CancellationToken cancellation) =>
        Pay(reference, key, "void", (payment, now) => payment.Release(now), cancellation);

    public Task<GatewayResult> Refund(
        string reference, long minor, string currency, string? reason, string key, CancellationToken cancellation) =>
        Pay(reference, key, $"refund {minor} {currency} {reason}", (payment, now) => payment.GiveBack(Same(payment, minor, currency), now),
            cancellation);

    public async Task<GatewayResult?> Lookup(string reference, CancellationToken cancellation)
    {
        var (owner, number) = SandboxReference.Parse(reference);
        if (await Load(owner, cancellation) is not var (payment, _))
            return null;
        payment.Advance(Now);
        return number < 0 ? payment.State() : payment.Refunds.ElementAtOrDefault(number)?.State();
    }

    public Task<GatewayDispute> SubmitEvidence(string dispute, DisputeEvidence evidence, string key, CancellationToken cancellation) =>
        Contest(dispute, key, $"evidence {Digest(evidence)}", (payment, now) => payment.Defend(evidence, now), cancellation);

    public Task<GatewayDispute> AcceptDispute(string dispute, string key, CancellationToken cancellation) =>
        Contest(dispute, key, "accept", (payment, now) => payment.Concede(now), cancellation);

    /// <summary>Everything that a real gateway would have sent about a payment by now, oldest first, and when to ask again.
    /// The events keep their ids, so asking twice is harmless.</summary>
    public async Task<SandboxNotices> Notices(string reference, CancellationToken cancellation)
    {
        if (await Load(reference, cancellation) is not var (payment, _))
            return new([], null);
        payment.Advance(Now);
        return new(payment.Notices, payment.NextAt);
    }

    /// <summary>Plays the payer's bank: it takes back all or part of a captured payment and asks for evidence.</summary>
    /// <param name="minor">Up to what was captured and not given back.</param>
    /// <param name="isInquiry">It only asks; without an answer that convinces it, it takes the money then.</param>
    /// <exception cref="GatewayRefused">The payment is not captured, has a dispute already, or the amount is out of range.</exception>
    public Task<GatewayDispute> Dispute(string reference, long minor, string reason, bool isInquiry, string key, CancellationToken cancellation) => Contest(
        SandboxReference.OfDispute(reference), key, $"dispute {minor} {reason}{(isInquiry ? " inquiry" : "")}",
        (payment, now) => payment.BeDisputed(minor, reason, isInquiry, now), cancellation);

    /// <summary>The notice as it would arrive at the store's webhook address.</summary>
    public (IReadOnlyDictionary<string, string> Headers, byte[] Body) Sign(GatewayNotice notice, DateTime now)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(notice, Json);
        return (new Dictionary<string, string> { [SignatureHeader] = TimestampedSignature.Sign(body, noticeSecret, now) }, body);
    }

    public GatewayNotice? ParseNotice(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> rawBody, DateTime now)
    {
        TimestampedSignature.Verify(TimestampedSignature.Header(headers, SignatureHeader), rawBody.Span, noticeSecret, now);
        return JsonSerializer.Deserialize<GatewayNotice>(rawBody.Span, Json);
    }

    private async Task<GatewayResult> Pay(
        string reference, string key, string asked, Func<SandboxPayment, DateTime, GatewayResult> step, CancellationToken cancellation) =>
        await Apply(reference, key, asked, step, cancellation)
        ?? new(GatewayStatus.Failed, reference, 0) { DeclineCode = "not_found", Message = "The sandbox has no such payment." };

    private async Task<GatewayDispute> Contest(
        string dispute, string key, string asked, Func<SandboxPayment, DateTime, GatewayDispute> step, CancellationToken cancellation) =>
        await Apply(SandboxReference.PaymentOfDispute(dispute), key, asked, step, cancellation) ?? throw SandboxReference.NotFound("dispute");

    /// <summary>One step of a payment: a key that was seen is answered from memory; otherwise the step and its answer are
    /// written together, and whoever loses the race starts over from what the winner wrote.</summary>
    private async Task<T?> Apply<T>(
        string reference, string key, string asked, Func<SandboxPayment, DateTime, T> step, CancellationToken cancellation) where T : class
    {
        Checks.Key(key);
        while (await Load(reference, cancellation) is var (payment, version))
        {
            if (Replay<T>(payment, key, asked) is { } earlier)
                return earlier;

            var now = Now;
            payment.Advance(now);
            var answer = step(payment, now);
            payment.Steps.Add(new(key, asked, JsonSerializer.Serialize(answer, Json)));
            if (await ledger.Put(reference, version, JsonSerializer.Serialize(payment, Json), cancellation))
                return answer;
        }

        return null;
    }

    private T? Replay<T>(SandboxPayment payment, string key, string asked) where T : class => payment.Steps.Find(step => step.Key == key) switch
    {
        null => null,
        var step when step.Request == asked => JsonSerializer.Deserialize<T>(step.Answer, Json),
        _ => throw GatewayException.KeyReused(Name),
    };

    private async Task<(SandboxPayment Payment, long Version)?> Load(string reference, CancellationToken cancellation) =>
        await ledger.Get(reference, cancellation) is { } entry
            && JsonSerializer.Deserialize<SandboxPayment>(entry.Value, Json) is { } payment
            ? (payment, entry.Version)
            : null;

    private static long Same(SandboxPayment payment, long minor, string currency) => payment.Currency == currency
        ? minor
        : throw new GatewayRefused("currency_mismatch", "currency", $"The payment is in {payment.Currency}.");

    /// <summary>Evidence may be long, and is not the sandbox's to keep.</summary>
    private static string Digest(DisputeEvidence evidence) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(evidence, Json)));

    private string? ChallengeUrl(string reference, string? returnUrl) => challengePage is null
        ? null
        : $"{challengePage}?payment={reference}&return_url={Uri.EscapeDataString(returnUrl ?? "")}";
}

/// <param name="Sent">Oldest first.</param>
/// <param name="NextAt">UTC; when something will happen by itself if nothing else does. Null: never.</param>
public sealed record SandboxNotices(IReadOnlyList<GatewayNotice> Sent, DateTime? NextAt);
