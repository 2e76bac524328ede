namespace Aura.Connectors.Payments;

/// <summary>Trouble between us and the gateway; says nothing about the payer.</summary>
public sealed class GatewayException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary><c>timeout</c>, <c>connection</c>, <c>gateway_error</c>, <c>rate_limited</c>, <c>in_progress</c>,
    /// <c>idempotency_key_reused</c>, <c>authentication</c>.</summary>
    public string Code { get; } = code;

    /// <summary>The same call with the same key may work later.</summary>
    public bool Retryable { get; init; }

    /// <summary>The effect may have happened. Only the same key or a lookup can tell.</summary>
    public bool OutcomeUnknown { get; init; }

    internal static GatewayException KeyReused(string gateway) =>
        new("idempotency_key_reused", $"The idempotency key was used at {gateway} for another request.");
}

/// <summary>The request cannot work at this gateway, however often it is sent.</summary>
/// <param name="code">lower_snake_case, for programs.</param>
/// <param name="field">The wrong field as a caller spells it (<c>exp_year</c>), or null.</param>
/// <param name="message">For people; never contains a card number.</param>
public sealed class GatewayRefused(string code, string? field, string message) : Exception(message)
{
    public string Code { get; } = code;
    public string? Field { get; } = field;
}

/// <summary>An inbound message that the gateway did not sign, or not just now.</summary>
public sealed class UnverifiedNotice(string message) : Exception(message);
