using System.ComponentModel.DataAnnotations.Schema;
using Aura.Connectors.Payments;
using Aura.Persistence;

namespace Aura.Payments;

/// <summary>What the gateway says, and what it makes of the payment.</summary>
public sealed partial class PaymentIntent
{
    private readonly List<string> contradictions = [];

    /// <summary>Facts that were told twice with different amounts; the first stands, somebody has to look.</summary>
    [NotMapped] public IReadOnlyList<string> Contradictions => contradictions;

    /// <summary>The gateway answered a call; an answer to a call that is settled already changes nothing.</summary>
    internal void Finish(GatewayStep step, GatewayResult result, DateTime now)
    {
        if (Step?.Key != step.Key)
            return;
        Step = null;
        if (result.Reference != "")
            GatewayReference = result.Reference;
        if (step.Kind is StepKind.Capture or StepKind.Void && result.Status == GatewayStatus.Failed)
            Status = step.Before;
        else
            Learn(result, now);
        Reckon();
    }

    /// <summary>Adds the new facts to what is written, for who does not track the payment.</summary>
    /// <returns>Them.</returns>
    internal List<PaymentEntry> Append(AuraDb db)
    {
        var news = entries.FindAll(entry => entry.Id == 0);
        foreach (var entry in news)
        {
            entry.Belong(Id);
            db.Append(entry);
        }

        return news;
    }

    /// <summary>The call will never be answered, but the gateway told how the payment stands.</summary>
    internal void Conclude(GatewayStep step, GatewayResult now, DateTime at)
    {
        Abandon(step);
        Learn(now, at);
    }

    /// <summary>What the gateway knows of the payment now, asked or told.</summary>
    internal void Learn(GatewayResult result, DateTime now)
    {
        NextAction = result.NextAction;
        switch (result.Status)
        {
            case GatewayStatus.Authorized:
                Note(PaymentFact.Authorized, result.Minor, result.Reference, null, now);
                break;
            case GatewayStatus.Succeeded:
                Note(PaymentFact.Captured, result.Minor, result.Reference, null, now);
                break;
            case GatewayStatus.Voided:
                Note(PaymentFact.AuthorizationVoided, result.Minor, result.Reference, null, now);
                break;
            case GatewayStatus.RequiresAction:
                Move(IntentStatus.RequiresAction);
                break;
            case GatewayStatus.Pending:
                Move(IntentStatus.Processing);
                break;
            case GatewayStatus.Declined or GatewayStatus.Failed:
                Fail(result.Reference, result.DeclineCode, result.Message, null, now);
                break;
        }
    }

    /// <summary>A notice about the payment itself. It may be late, early or repeated.</summary>
    internal void Learn(GatewayNotice notice)
    {
        switch (notice.Type)
        {
            case GatewayNoticeType.Authorized:
                Note(PaymentFact.Authorized, notice.Minor, notice.Reference, notice.EventId, notice.At);
                break;
            case GatewayNoticeType.Captured:
                Note(PaymentFact.Captured, notice.Minor, notice.Reference, notice.EventId, notice.At);
                break;
            case GatewayNoticeType.Voided:
                Note(PaymentFact.AuthorizationVoided, notice.Minor, notice.Reference, notice.EventId, notice.At);
                break;
            case GatewayNoticeType.Failed:
                Fail(notice.Reference, notice.DeclineCode, null, notice.EventId, notice.At);
                break;
        }
    }

    /// <summary>Reserves an amount to be given back, so that refunds that race never exceed what was paid.</summary>
    /// <param name="minor">Null: all that is left.</param>
    /// <exception cref="Refused">409 before the capture; 422 <c>refund_exceeds_paid</c> above what is left.</exception>
    public Refund Reserve(long? minor, string? reason, bool refundApplicationFee, string? onceKey, DateTime now)
    {
        if (Captured == 0)
            throw Refused.Conflict("not_captured", "Only a payment that was captured can be refunded; cancel it instead.", new { Status = Words<IntentStatus>.Of(Status) });
        var amount = minor ?? Refundable;
        if (amount < 1 || amount > Refundable)
            throw Refused.Rule("refund_exceeds_paid", $"{Refundable} is left to refund.", new { Refundable, Captured, Refunding, Disputed });
        return Add(Refund.Of(this, amount, reason, refundApplicationFee, onceKey, now));
    }

    /// <summary>Sees whether a refund that was made at the gateway itself fits into what is left.</summary>
    /// <remarks>The gateway gives back no more than it took. So a refund of ours that it never confirmed, and that has no room beside
    /// this one, was not made and cannot be made any more: it has failed.</remarks>
    internal bool MakeRoom(long minor)
    {
        foreach (var unanswered in refunds.Where(refund => refund.IsUnanswered).OrderByDescending(refund => refund.CreatedAt))
            if (Refunding + minor > Captured)
                Drop(unanswered, "refunded_at_gateway");
        return Refunding + minor <= Captured;
    }

    /// <summary>A refund that was made at the gateway itself.</summary>
    internal Refund Adopt(GatewayNotice notice)
    {
        var refund = Refund.Of(this, notice.Minor, "made_at_gateway", false, null, notice.At);
        refund.Named(notice.RefundReference!); // a notice about a refund has it
        return Add(refund);
    }

    /// <summary>The gateway told how a refund goes. A failure is final, even where the success is told later.</summary>
    internal void Learn(Refund refund, GatewayResult result, string? eventId, DateTime now)
    {
        if (refund.Status == RefundStatus.Failed)
            return;
        refund.Named(result.Reference);
        if (result.Status == GatewayStatus.Succeeded)
        {
            refund.Succeed();
            Note(PaymentFact.Refunded, refund.Amount, result.Reference, eventId, now);
        }
        else if (result.Status is GatewayStatus.Failed or GatewayStatus.Declined or GatewayStatus.Voided)
        {
            if (refund.Status == RefundStatus.Succeeded)
                Note(PaymentFact.RefundReversed, refund.Amount, refund.GatewayReference ?? "", eventId, now);
            Drop(refund, result.DeclineCode);
        }

        Reckon();
    }

    /// <summary>A bank takes money back with a chargeback, not while it only inquires, and gives it back when the store wins.</summary>
    /// <param name="isWithdrawn">The bank has the money, as things stand.</param>
    internal void Learn(PaymentDispute dispute, bool isWithdrawn, string? eventId, DateTime now)
    {
        if (isWithdrawn || dispute.Status == DisputeStatus.Won)
            Note(PaymentFact.ChargedBack, dispute.Amount, dispute.GatewayReference, eventId, now);
        if (!isWithdrawn && entries.Exists(entry => entry.Kind == PaymentFact.ChargedBack && entry.GatewayReference == dispute.GatewayReference))
            Note(PaymentFact.ChargebackReversed, dispute.Amount, dispute.GatewayReference, eventId, now);
    }

    private void Drop(Refund refund, string? code)
    {
        refund.Fail(code);
        Refunding -= refund.Amount;
    }

    private Refund Add(Refund refund)
    {
        refunds.Add(refund);
        Refunding += refund.Amount;
        return refund;
    }

    private void Fail(string reference, string? code, string? message, string? eventId, DateTime now)
    {
        if (Authorized > 0 || Captured > 0 || GatewayReference is { } current && reference != "" && reference != current)
            return;
        Note(PaymentFact.Failed, Amount, reference == "" ? $"attempt {Attempts}" : reference, eventId, now);
        (DeclineCode, DeclineMessage, NextAction) = (code ?? DeclineCode ?? "payment_failed", message ?? DeclineMessage, null);
        Move(IntentStatus.Failed);
    }

    /// <summary>Facts decide where they are known; this is for what leaves no fact.</summary>
    private void Move(IntentStatus status)
    {
        if (Status is not (IntentStatus.Succeeded or IntentStatus.Canceled))
            Status = status;
        Reckon();
    }

    private void Note(PaymentFact kind, long minor, string reference, string? eventId, DateTime at)
    {
        if (entries.Find(entry => entry.Kind == kind && entry.GatewayReference == reference) is { } known)
        {
            if (known.Minor != minor)
                contradictions.Add($"{kind} {reference}: {known.Minor} is recorded, {minor} was told");
        }
        else
        {
            entries.Add(PaymentEntry.Of(OrderId, kind, minor, reference, eventId, at));
            if (kind == PaymentFact.Captured)
                CapturedAt ??= at;
        }

        Reckon();
    }

    private void Reckon()
    {
        (Authorized, Captured, Refunded, Disputed) = PaymentAmounts.Of(entries);
        if (Captured > 0)
            Status = IntentStatus.Succeeded;
        else if (entries.Exists(entry => entry.Kind == PaymentFact.AuthorizationVoided))
            Status = IntentStatus.Canceled;
        else if (Authorized > 0)
            Status = Step is null ? IntentStatus.RequiresCapture : IntentStatus.Processing;
        PaymentStatus = Status switch
        {
            IntentStatus.Succeeded when Refunded >= Captured => PaymentStatus.Refunded,
            IntentStatus.Succeeded when Refunded > 0 => PaymentStatus.PartiallyRefunded,
            IntentStatus.Succeeded => PaymentStatus.Succeeded,
            IntentStatus.RequiresCapture => PaymentStatus.Authorized,
            IntentStatus.Failed => PaymentStatus.Failed,
            IntentStatus.Canceled => PaymentStatus.Canceled,
            _ => PaymentStatus.Pending,
        };
    }
}
