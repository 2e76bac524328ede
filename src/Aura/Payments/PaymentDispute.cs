using Aura.Connectors.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Payments;

/// <summary>A chargeback: a payer went to the bank. The bank decides; the store may send evidence, once, until a deadline.</summary>
public sealed class PaymentDispute : StoreEntity, IAudited, IPriced
{
    public static string Prefix => "dp";
    public static string Noun => "payment dispute";

    public long IntentId { get; private init; }
    public string GatewayReference { get; private init; } = "";

    /// <summary>Minor units that the payer wants back.</summary>
    [MinorUnits] public long Amount { get; private init; }

    public Currency Currency { get; private init; }

    /// <summary>The card network's word: <c>fraudulent</c>.</summary>
    public string Reason { get; private init; } = "";

    public DisputeStatus Status { get; private set; }

    /// <summary>UTC; null where no answer was ever asked for.</summary>
    public DateTime? EvidenceDueBy { get; private set; }

    public DisputeEvidence? Evidence { get; private set; }

    /// <summary>When the store answered or gave up.</summary>
    public DateTime? AnsweredAt { get; private set; }

    public DateTime? ClosedAt { get; private set; }

    /// <summary>The idempotency key of an answer that the gateway has not confirmed yet.</summary>
    public string? AnswerKey { get; private set; }

    public bool IsClosed => Status.IsClosed();

    internal static PaymentDispute Open(long intent, GatewayDispute dispute) => new()
    {
        IntentId = intent,
        GatewayReference = dispute.Reference,
        Amount = dispute.Minor,
        Currency = Currency.Of(dispute.Currency),
        Reason = dispute.Reason,
        Status = dispute.Status.IsBeforeChargeback() ? DisputeStatus.WarningNeedsResponse : DisputeStatus.NeedsResponse,
        EvidenceDueBy = dispute.EvidenceDue,
    };

    /// <summary>Decides to answer: with evidence, or without to give up.</summary>
    /// <exception cref="Refused">409 <c>evidence_deadline_passed</c> or <c>dispute_closed</c>.</exception>
    public void BeginAnswer(DisputeEvidence? evidence, DateTime now)
    {
        if (AnsweredAt is null && EvidenceDueBy < now)
            throw Refused.Conflict("evidence_deadline_passed", "The time to answer this dispute is over.", new { EvidenceDueBy });
        if (!Status.WantsResponse() || AnswerKey is not null)
            throw Refused.Conflict("dispute_closed", "The dispute was answered already or is closed.", new { Status = Words<DisputeStatus>.Of(Status) });
        (Evidence, AnswerKey) = (evidence, GatewayStep.NewKey());
    }

    /// <summary>The answer did not reach the bank.</summary>
    internal void AbandonAnswer() => (Evidence, AnswerKey) = (null, null);

    internal void ConfirmAnswer(DateTime now) => (AnswerKey, AnsweredAt) = (null, AnsweredAt ?? now);

    /// <summary>What the gateway says of it now; news that are older than what is known change nothing.</summary>
    /// <returns>Whether the status changed.</returns>
    internal bool Follow(GatewayDispute dispute, DateTime now)
    {
        EvidenceDueBy = dispute.EvidenceDue ?? EvidenceDueBy;
        if (IsClosed || dispute.Status <= Status)
            return false;
        if (Status.IsBeforeChargeback() && dispute.Status == DisputeStatus.NeedsResponse)
            AnsweredAt = null; // the bank was not convinced, and asks again
        Status = dispute.Status;
        if (IsClosed)
            ClosedAt = now;
        return true;
    }
}

internal sealed class PaymentDisputeMapping : IEntityTypeConfiguration<PaymentDispute>
{
    public void Configure(EntityTypeBuilder<PaymentDispute> dispute)
    {
        dispute.Property(d => d.Evidence).Json();
        dispute.HasIndex(d => new { d.TenantId, d.IntentId, d.GatewayReference }).IsUnique();
    }
}
