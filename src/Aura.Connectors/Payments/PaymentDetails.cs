namespace Aura.Connectors.Payments;

/// <summary>What a payer entered. Lives only for the length of a request: it is never stored or logged.</summary>
public sealed record PaymentDetails(PaymentKind Kind)
{
    /// <summary>Card number, with or without spaces.</summary>
    public string? Number { get; init; }

    /// <summary>1 to 12.</summary>
    public int? ExpMonth { get; init; }

    /// <summary>Four digits; two are read as 20xx.</summary>
    public int? ExpYear { get; init; }

    public string? Cvc { get; init; }

    /// <summary>What the wallet, bank, lender or the gateway's browser script handed out.</summary>
    public string? Token { get; init; }

    /// <summary>Keep it for later payments without the payer; a single-use token otherwise where the gateway knows the difference.</summary>
    public bool Reusable { get; init; }

    /// <summary>Leaves out number, code and token, so that a log line cannot carry them.</summary>
    public override string ToString() => $"{nameof(PaymentDetails)} {{ {Kind} }}";
}

/// <summary>A payment method in the gateway's vault. Holds nothing secret, but the token is only for the gateway.</summary>
/// <param name="Token">Opaque; the same details may give the same token, so it does not identify a customer.</param>
/// <param name="Brand"><c>visa</c>, <c>mastercard</c>, <c>amex</c>, <c>discover</c>; for other kinds the kind's name.</param>
/// <param name="Fingerprint">Equal for two tokens of one card or account at this gateway.</param>
public sealed record Tokenized(string Token, PaymentKind Kind, string Brand, string? Last4, int? ExpMonth, int? ExpYear, string? Fingerprint);
