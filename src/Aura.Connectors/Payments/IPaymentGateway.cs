namespace Aura.Connectors.Payments;

/// <summary>
/// One payment service provider. Amounts are minor units of an upper-case ISO 4217 currency.
/// Every call that moves money takes an idempotency key (1 to 255 characters): the same key with the same content gives the
/// same result and moves money once, so a caller that lost an answer repeats the call. The same key with other content
/// throws <see cref="GatewayException"/> with code <c>idempotency_key_reused</c>.
/// </summary>
/// <remarks>
/// What the payer's bank or the gateway decides is a <see cref="GatewayResult"/>. A request that can never work throws
/// <see cref="GatewayRefused"/>. Trouble on the way throws <see cref="GatewayException"/>; when that says
/// <see cref="GatewayException.OutcomeUnknown"/> the money may have moved: repeat with the same key or <see cref="Lookup"/>,
/// never start again with a fresh key.
/// </remarks>
public interface IPaymentGateway
{
    /// <summary>Lower-case, stable; stored with every payment: <c>sandbox</c>, <c>stripe</c>.</summary>
    string Name { get; }

    /// <summary>Exchanges what the payer entered for a vault token that may be stored.</summary>
    /// <exception cref="GatewayRefused">A field is wrong; <see cref="GatewayRefused.Field"/> names it.</exception>
    Task<Tokenized> Tokenize(PaymentDetails details, CancellationToken cancellation);

    /// <summary>Reserves an amount, or takes it at once with <see cref="AuthorizeRequest.Capture"/>.</summary>
    /// <returns>Authorized, Succeeded, RequiresAction (send the payer to the next action), Pending (a notice follows) or Declined.</returns>
    Task<GatewayResult> Authorize(AuthorizeRequest request, CancellationToken cancellation);

    /// <summary>Goes on after the payer's bank challenged the payer (3-D Secure). Safe to call from the browser's return and
    /// from the notice alike: a payment that has moved on already answers with where it is.</summary>
    /// <param name="challenge">What the challenge page reported; a gateway that runs the challenge itself ignores it.</param>
    Task<GatewayResult> ContinueAuthorization(string reference, Challenge challenge, string key, CancellationToken cancellation);

    /// <summary>Takes up to the authorized amount, once; what is left over is released.</summary>
    /// <returns>Succeeded with the captured amount; Failed when the state or the amount does not allow it.</returns>
    Task<GatewayResult> Capture(string reference, long minor, string currency, string key, CancellationToken cancellation);

    /// <summary>Releases an authorization that was not captured.</summary>
    /// <returns>Voided; Failed when money was taken already.</returns>
    Task<GatewayResult> Void(string reference, string key, CancellationToken cancellation);

    /// <summary>Gives back all or part of what was captured.</summary>
    /// <param name="reason">A word for the records, such as <c>requested_by_customer</c>.</param>
    /// <returns>Succeeded or Pending with the refund's own reference; Failed above what is left.</returns>
    Task<GatewayResult> Refund(string reference, long minor, string currency, string? reason, string key, CancellationToken cancellation);

    /// <summary>What the gateway knows now of a payment or of a refund; settles a crash between two calls.</summary>
    /// <returns>Null when the gateway has no such reference. An authorization whose reference was never received is found by
    /// repeating <see cref="Authorize"/> with its key.</returns>
    Task<GatewayResult?> Lookup(string reference, CancellationToken cancellation);

    /// <summary>Answers a chargeback. Evidence is final: the bank reads it as it is sent.</summary>
    /// <exception cref="GatewayRefused">There is no such dispute (<c>not_found</c>) or it is closed (<c>dispute_closed</c>).</exception>
    Task<GatewayDispute> SubmitEvidence(string dispute, DisputeEvidence evidence, string key, CancellationToken cancellation);

    /// <summary>Gives up a chargeback: it is lost at once.</summary>
    /// <exception cref="GatewayRefused">As for <see cref="SubmitEvidence"/>.</exception>
    Task<GatewayDispute> AcceptDispute(string dispute, string key, CancellationToken cancellation);

    /// <summary>Verifies and translates an inbound webhook.</summary>
    /// <param name="headers">Names in any case.</param>
    /// <param name="rawBody">The bytes as received: a body that was parsed and written again no longer matches its signature.</param>
    /// <param name="now">UTC; a signature more than five minutes away from it is refused as a replay.</param>
    /// <returns>Null for a genuine event that is of no interest here: acknowledge and forget it.</returns>
    /// <exception cref="UnverifiedNotice">The signature is missing, too old or wrong: answer 400 and do nothing.</exception>
    GatewayNotice? ParseNotice(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> rawBody, DateTime now);
}

/// <summary>How a 3-D Secure challenge ended for the payer.</summary>
public enum Challenge
{
    Passed,
    Failed,
}
