using System.Security.Cryptography;
using System.Text;

namespace Aura.Connectors.Payments;

/// <summary>
/// Payments without a gateway: the money comes to the store's bank account or till, and somebody of the store says so. An
/// authorization is the payer's promise, a capture says that the money came, a refund that it was sent back. It keeps nothing:
/// the store's own ledger is the only record, and every answer follows from the question.
/// </summary>
public sealed class ManualGateway : IPaymentGateway
{
    public string Name => "manual";

    public Task<Tokenized> Tokenize(PaymentDetails details, CancellationToken cancellation)
    {
        if (details.Number is not null || CardNumber.LooksLikeOne(details.Token ?? ""))
            throw new GatewayRefused("unexpected_number", details.Number is null ? "token" : "number", $"{details.Kind.Name()} takes no card number.");
        return Task.FromResult(new Tokenized(details.Kind.Name(), details.Kind, details.Kind.Name(), null, null, null, null));
    }

    /// <remarks>The money is never there at once, whatever <see cref="AuthorizeRequest.Capture"/> asks.</remarks>
    public Task<GatewayResult> Authorize(AuthorizeRequest request, CancellationToken cancellation)
    {
        Checks.Key(request.IdempotencyKey);
        Checks.Amount(request.Minor, request.Currency);
        return Done(GatewayStatus.Authorized, Reference("manual", request.IdempotencyKey), request.Minor);
    }

    public Task<GatewayResult> ContinueAuthorization(string reference, Challenge challenge, string key, CancellationToken cancellation) =>
        throw new GatewayRefused("unexpected_state", null, "A payment without a gateway has no challenge.");

    public Task<GatewayResult> Capture(string reference, long minor, string currency, string key, CancellationToken cancellation)
    {
        Checks.Amount(minor, currency);
        return Done(GatewayStatus.Succeeded, reference, minor);
    }

    public Task<GatewayResult> Void(string reference, string key, CancellationToken cancellation) => Done(GatewayStatus.Voided, reference, 0);

    public Task<GatewayResult> Refund(string reference, long minor, string currency, string? reason, string key, CancellationToken cancellation)
    {
        Checks.Amount(minor, currency);
        return Done(GatewayStatus.Succeeded, Reference("manual_re", key), minor);
    }

    /// <returns>Null: only the store knows.</returns>
    public Task<GatewayResult?> Lookup(string reference, CancellationToken cancellation) => Task.FromResult<GatewayResult?>(null);

    public Task<GatewayDispute> SubmitEvidence(string dispute, DisputeEvidence evidence, string key, CancellationToken cancellation) => throw NoDispute();

    public Task<GatewayDispute> AcceptDispute(string dispute, string key, CancellationToken cancellation) => throw NoDispute();

    public GatewayNotice? ParseNotice(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> rawBody, DateTime now) =>
        throw new UnverifiedNotice("Nobody sends notices about payments without a gateway.");

    /// <summary>The same key is the same payment.</summary>
    private static string Reference(string prefix, string key) =>
        $"{prefix}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..24]}";

    private static Task<GatewayResult> Done(GatewayStatus status, string reference, long minor) => Task.FromResult(new GatewayResult(status, reference, minor));

    private static GatewayRefused NoDispute() => new("not_found", null, "There are no disputes without a gateway.");
}
