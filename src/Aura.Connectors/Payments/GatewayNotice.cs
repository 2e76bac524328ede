namespace Aura.Connectors.Payments;

public enum GatewayNoticeType
{
    Authorized,
    Captured,
    Failed,
    Voided,
    RequiresAction,
    Refunded,
    RefundFailed,
    DisputeOpened,
    DisputeUpdated,
    DisputeClosed,
}

/// <summary>A verified event at the gateway. It may arrive before the answer to the call that caused it, more than once, and
/// out of order; the event id tells repetitions apart.</summary>
/// <param name="EventId">Unique at the gateway.</param>
/// <param name="Reference">The payment's reference. Empty only for a dispute of a charge that was made elsewhere.</param>
/// <param name="Minor">Reserved, captured, given back or disputed, by type.</param>
/// <param name="At">UTC.</param>
public sealed record GatewayNotice(
    string EventId, GatewayNoticeType Type, string Reference, long Minor, string Currency, DateTime At)
{
    /// <summary>Set for refunds: one refund may cause several events.</summary>
    public string? RefundReference { get; init; }

    /// <summary>Set when a payment or a refund failed.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>Set for disputes.</summary>
    public GatewayDispute? Dispute { get; init; }
}

/// <summary>In the order in which they may follow each other; the last four are final.</summary>
/// <remarks>A warning is an inquiry: the bank asks and has taken nothing, and may make a chargeback of it. The words are Stripe's.</remarks>
public enum DisputeStatus
{
    WarningNeedsResponse,
    WarningUnderReview,
    NeedsResponse,
    UnderReview,
    /// <summary>The inquiry ended without a chargeback.</summary>
    WarningClosed,
    /// <summary>Settled before the bank filed it.</summary>
    Prevented,
    Won,
    Lost,
}

public static class DisputeStatuses
{
    public static bool IsClosed(this DisputeStatus status) => status >= DisputeStatus.WarningClosed;

    /// <summary>Whether the bank waits for evidence.</summary>
    public static bool WantsResponse(this DisputeStatus status) => status is DisputeStatus.WarningNeedsResponse or DisputeStatus.NeedsResponse;

    /// <summary>Whether it has not come, or never came, to a chargeback.</summary>
    public static bool IsBeforeChargeback(this DisputeStatus status) => status is DisputeStatus.WarningNeedsResponse or DisputeStatus.WarningUnderReview
        or DisputeStatus.WarningClosed or DisputeStatus.Prevented;

    /// <summary>Whether the bank has the money. Of what was prevented only the gateway knows.</summary>
    public static bool IsWithdrawn(this DisputeStatus status) => status is DisputeStatus.NeedsResponse or DisputeStatus.UnderReview or DisputeStatus.Lost;
}

/// <summary>A chargeback as the gateway sees it.</summary>
/// <param name="Minor">The disputed amount.</param>
/// <param name="Reason">The card network's word: <c>fraudulent</c>, <c>product_not_received</c>.</param>
/// <param name="EvidenceDue">UTC; null once no answer is taken any more.</param>
public sealed record GatewayDispute(
    string Reference, DisputeStatus Status, string Reason, long Minor, string Currency, DateTime? EvidenceDue)
{
    /// <summary>The bank has the money now.</summary>
    public bool IsWithdrawn { get; init; } = Status.IsWithdrawn();
}

/// <summary>Text, or a reference to a file uploaded to the gateway.</summary>
public sealed record DisputeEvidence(string TransactionDetails, string ShippingProof, string CommunicationLogs);
