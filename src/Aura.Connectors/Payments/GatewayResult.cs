namespace Aura.Connectors.Payments;

public enum GatewayStatus
{
    /// <summary>The money is taken, or the refund is on its way.</summary>
    Succeeded,
    /// <summary>Reserved, to be captured or voided.</summary>
    Authorized,
    /// <summary>The payer has to do something first.</summary>
    RequiresAction,
    /// <summary>Decided later; a notice follows.</summary>
    Pending,
    /// <summary>The payer's side said no; another means of payment may work.</summary>
    Declined,
    /// <summary>The gateway did not do it: the state or the amount does not allow it. Nothing moved.</summary>
    Failed,
    /// <summary>Released without taking money.</summary>
    Voided,
}

/// <param name="Reference">The payment's at the gateway; for a refund the refund's own. Empty when nothing was created.</param>
/// <param name="Minor">The amount that the status speaks of: reserved, taken, or given back.</param>
public sealed record GatewayResult(GatewayStatus Status, string Reference, long Minor)
{
    /// <summary>Set with <see cref="GatewayStatus.RequiresAction"/>.</summary>
    public NextAction? NextAction { get; init; }

    /// <summary>Why not, for programs: <c>card_declined</c>, <c>insufficient_funds</c>. Set when Declined or Failed.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>Why not, for the payer.</summary>
    public string? Message { get; init; }

    /// <summary>Minor units given back so far, where <see cref="IPaymentGateway.Lookup"/> asked for a payment.</summary>
    public long Refunded { get; init; }

    /// <summary>When something is going to happen to the payment by itself, where the gateway is one that has to be asked
    /// (<see cref="IPolledGateway"/>); UTC. Of a payment only, and not where the answer is Failed.</summary>
    public DateTime? NextAt { get; init; }
}

/// <param name="Type"><c>redirect_to_url</c>: send the browser to <paramref name="Url"/>. Others are the gateway's own.</param>
/// <param name="ClientSecret">For the gateway's browser script, where it has one; give it to the payer only.</param>
public sealed record NextAction(string Type, string? Url, string? ClientSecret = null);
