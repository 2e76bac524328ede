namespace Aura.Connectors.Payments;

/// <param name="IdempotencyKey">One per attempt of one payment, kept by the store before the call.</param>
/// <param name="Minor">Above zero.</param>
/// <param name="Currency">Upper-case ISO 4217.</param>
/// <param name="Token">From <see cref="IPaymentGateway.Tokenize"/>.</param>
public sealed record AuthorizeRequest(string IdempotencyKey, long Minor, string Currency, string Token, PaymentKind Kind)
{
    /// <summary>Take the money at once. Bank transfers do so in any case: a bank has no authorization.</summary>
    public bool Capture { get; init; }

    /// <summary>The payer is not there (a renewal): a challenge becomes the decline <c>authentication_required</c>.</summary>
    public bool OffSession { get; init; }

    /// <summary>Where the payer's browser comes back to after a challenge or a redirect.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>Kept by the gateway with the payment, to find the order from its side.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}
