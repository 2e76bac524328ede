using System.Text.Json.Serialization;

namespace Aura.Connectors.Payments;

/// <summary>A payment in the sandbox: what a real gateway would remember of it. What happens by itself (a bank transfer
/// settles, a dispute arrives) happens in <see cref="Advance"/> at its own time, whoever looks first.</summary>
internal sealed class SandboxPayment
{
    /// <summary>As transaction details: the bank decides for the payer. Anything else wins.</summary>
    private const string LosingEvidence = "losing_evidence";

    private static readonly TimeSpan DisputeAfter = TimeSpan.FromDays(1);
    private static readonly TimeSpan EvidenceTime = TimeSpan.FromDays(7);
    private static readonly TimeSpan BankDecidesAfter = TimeSpan.FromDays(1);
    private static readonly TimeSpan RefundFailsAfter = TimeSpan.FromHours(1);

    [JsonConstructor]
    private SandboxPayment(string reference, SandboxToken token, long minor, string currency, bool capture, DateTime createdAt) =>
        (Reference, Token, Minor, Currency, Capture, CreatedAt) = (reference, token, minor, currency, capture, createdAt);

    public string Reference { get; }
    public SandboxToken Token { get; }
    public long Minor { get; }
    public string Currency { get; }
    public bool Capture { get; }
    public DateTime CreatedAt { get; }
    [JsonInclude] public GatewayStatus Status { get; private set; }
    [JsonInclude] public string? DeclineCode { get; private set; }
    [JsonInclude] public NextAction? NextAction { get; private set; }
    [JsonInclude] public long Captured { get; private set; }
    [JsonInclude] public DateTime? CapturedAt { get; private set; }
    [JsonInclude] public List<SandboxRefund> Refunds { get; private set; } = [];
    [JsonInclude] public SandboxDispute? Dispute { get; private set; }
    [JsonInclude] public List<SandboxStep> Steps { get; private set; } = [];
    [JsonInclude] public List<GatewayNotice> Notices { get; private set; } = [];

    /// <summary>Minor units given back or on their way.</summary>
    [JsonIgnore] public long Refunded => Refunds.Where(refund => refund.Status != GatewayStatus.Failed).Sum(refund => refund.Minor);

    /// <summary>When the next thing happens by itself, or null.</summary>
    [JsonIgnore] public DateTime? NextAt => Timetable().Select(entry => (DateTime?)entry.At).Min();

    public static SandboxPayment Authorize(
        string reference, SandboxToken token, AuthorizeRequest request, string? challengePage, DateTime now)
    {
        var payment = new SandboxPayment(
            reference, token, request.Minor, request.Currency, request.Capture || token.Kind.IsBankTransfer(), now);
        if (token.ExpiredAt(now))
            payment.Decline("expired_card", now);
        else if (token.Scenario == Scenario.Declined)
            payment.Decline("card_declined", now);
        else if (token.Scenario == Scenario.InsufficientFunds)
            payment.Decline("insufficient_funds", now);
        else if (token.Scenario == Scenario.Challenge && request.OffSession)
            payment.Decline("authentication_required", now);
        else if (token.Scenario == Scenario.Challenge)
            payment.AskForChallenge(challengePage, now);
        else
            payment.Accept(now);
        return payment;
    }

    /// <summary>Lets everything happen that is due by now, in the order of its time.</summary>
    public void Advance(DateTime now)
    {
        while (Timetable().Where(entry => entry.At <= now).OrderBy(entry => entry.At).FirstOrDefault() is { Happens: not null } next)
            next.Happens(next.At);
    }

    public GatewayResult State() => new(Status, Reference, Status == GatewayStatus.Succeeded ? Captured : Minor)
    {
        Refunded = Refunded,
        NextAt = NextAt,
        NextAction = NextAction,
        DeclineCode = DeclineCode,
        Message = DeclineCode switch
        {
            null => null,
            "insufficient_funds" => "There is not enough money on this card or account.",
            "expired_card" => "The card has expired.",
            "authentication_required" => "The payer has to be there to confirm this payment.",
            "authentication_failed" => "The payer could not be authenticated.",
            _ => "The payment was declined.",
        },
    };

    public GatewayResult Continue(Challenge challenge, DateTime now)
    {
        if (Status != GatewayStatus.RequiresAction)
            return State();
        NextAction = null;
        if (challenge == Challenge.Passed)
            Accept(now);
        else
            Decline("authentication_failed", now);
        return State();
    }

    public GatewayResult Take(long minor, DateTime now)
    {
        if (Status != GatewayStatus.Authorized)
            return Refuse("unexpected_state", "Only an authorized payment can be captured, and only once.");
        if (minor < 1 || minor > Minor)
            return Refuse("amount_too_large", $"Between 1 and {Minor} can be captured.");
        CaptureNow(minor, now);
        return State();
    }

    public GatewayResult Release(DateTime now)
    {
        if (Status is not (GatewayStatus.Authorized or GatewayStatus.RequiresAction or GatewayStatus.Pending))
            return Refuse("unexpected_state", "Only a payment that took no money can be voided.");
        (Status, NextAction) = (GatewayStatus.Voided, null);
        Tell(GatewayNoticeType.Voided, Minor, now);
        return State();
    }

    public GatewayResult GiveBack(long minor, DateTime now)
    {
        if (Status != GatewayStatus.Succeeded)
            return Refuse("unexpected_state", "Only a captured payment can be refunded.");
        if (Dispute is { } dispute && dispute.Status.IsWithdrawn())
            return Refuse("charge_disputed", "The payer's bank decides about this payment now.");
        if (minor < 1 || minor > Captured - Refunded)
            return Refuse("amount_too_large", $"{Captured - Refunded} is left to refund.");

        var status = Token.Scenario == Scenario.RefundFails ? GatewayStatus.Pending : GatewayStatus.Succeeded;
        var refund = new SandboxRefund(SandboxReference.OfRefund(Reference, Refunds.Count), minor, status, now);
        Refunds.Add(refund);
        if (status == GatewayStatus.Succeeded)
            Tell(GatewayNoticeType.Refunded, minor, now, refund);
        return refund.State();
    }

    public GatewayDispute BeDisputed(long minor, string reason, bool isInquiry, DateTime now)
    {
        if (Status != GatewayStatus.Succeeded)
            throw new GatewayRefused("unexpected_state", null, "Only a captured payment can be disputed.");
        if (Dispute is not null)
            throw new GatewayRefused("already_disputed", null, "The payment has been disputed already.");
        if (minor < 1 || minor > Captured - Refunded)
            throw new GatewayRefused("amount_too_large", "amount", $"{Captured - Refunded} is left to dispute.");
        return StartDispute(minor, reason, isInquiry ? DisputeStatus.WarningNeedsResponse : DisputeStatus.NeedsResponse, now);
    }

    public GatewayDispute Defend(DisputeEvidence evidence, DateTime now)
    {
        var asked = Answerable();
        Dispute = asked with
        {
            Status = asked.Status == DisputeStatus.NeedsResponse ? DisputeStatus.UnderReview : DisputeStatus.WarningUnderReview,
            Losing = evidence.TransactionDetails == LosingEvidence,
            AnsweredAt = now,
        };
        Tell(GatewayNoticeType.DisputeUpdated, Dispute.Minor, now);
        return Face(Dispute);
    }

    public GatewayDispute Concede(DateTime now)
    {
        Dispute = Answerable();
        CloseDispute(DisputeStatus.Lost, now);
        return Face(Dispute);
    }

    private void Accept(DateTime now)
    {
        if (Token.Kind.IsBankTransfer() || Token.Kind.IsPayLater())
            Status = GatewayStatus.Pending;
        else if (Token.Scenario == Scenario.Fails)
            Decline("card_declined", now);
        else
            Reserve(now);
    }

    private void Settle(DateTime now)
    {
        if (Token.Scenario == Scenario.Fails)
            Decline("payment_failed", now);
        else
            Reserve(now);
    }

    private void Reserve(DateTime now)
    {
        Status = GatewayStatus.Authorized;
        if (Capture)
            CaptureNow(Minor, now);
        else
            Tell(GatewayNoticeType.Authorized, Minor, now);
    }

    private void CaptureNow(long minor, DateTime now)
    {
        (Status, Captured, CapturedAt) = (GatewayStatus.Succeeded, minor, now);
        Tell(GatewayNoticeType.Captured, minor, now);
    }

    private void Decline(string code, DateTime now)
    {
        (Status, DeclineCode) = (GatewayStatus.Declined, code);
        Tell(GatewayNoticeType.Failed, Minor, now);
    }

    private void AskForChallenge(string? page, DateTime now)
    {
        (Status, NextAction) = (GatewayStatus.RequiresAction, new("redirect_to_url", page));
        Tell(GatewayNoticeType.RequiresAction, Minor, now);
    }

    private GatewayDispute StartDispute(long minor, string reason, DisputeStatus status, DateTime now)
    {
        Dispute = new(minor, reason, status, now + EvidenceTime);
        Tell(GatewayNoticeType.DisputeOpened, minor, now);
        return Face(Dispute);
    }

    private SandboxDispute Answerable() => Dispute switch
    {
        null => throw SandboxReference.NotFound("dispute"),
        { } open when open.Status.WantsResponse() => open,
        _ => throw new GatewayRefused("dispute_closed", null, "The dispute was answered already or is closed."),
    };

    private void CloseDispute(DisputeStatus status, DateTime now)
    {
        Dispute = Dispute! with { Status = status }; // only called for an open one
        Tell(GatewayNoticeType.DisputeClosed, Dispute.Minor, now);
    }

    /// <summary>The bank makes a chargeback of its inquiry, unless the payer has the money already.</summary>
    private void Escalate(DateTime now)
    {
        if (Dispute!.Minor > Captured - Refunded) // only called for an open one
        {
            CloseDispute(DisputeStatus.WarningClosed, now);
            return;
        }

        Dispute = Dispute with { Status = DisputeStatus.NeedsResponse, EvidenceDue = now + EvidenceTime, AnsweredAt = null };
        Tell(GatewayNoticeType.DisputeUpdated, Dispute.Minor, now);
    }

    private void FailRefund(int index, DateTime now)
    {
        Refunds[index] = Refunds[index] with { Status = GatewayStatus.Failed };
        Tell(GatewayNoticeType.RefundFailed, Refunds[index].Minor, now, Refunds[index]);
    }

    /// <summary>Everything that is going to happen by itself as things stand.</summary>
    private IEnumerable<(DateTime At, Action<DateTime> Happens)> Timetable()
    {
        if (Status == GatewayStatus.Pending)
            yield return (CreatedAt + SettlementTime(Token.Kind), Settle);
        if (Token.Scenario == Scenario.Disputed && Dispute is null && CapturedAt is { } captured && Captured > Refunded)
            yield return (captured + DisputeAfter, at => StartDispute(Captured - Refunded, "fraudulent", DisputeStatus.NeedsResponse, at));
        if (Dispute is { Status: DisputeStatus.NeedsResponse } waiting)
            yield return (waiting.EvidenceDue, at => CloseDispute(DisputeStatus.Lost, at));
        if (Dispute is { Status: DisputeStatus.UnderReview, AnsweredAt: { } answered } judged)
            yield return (answered + BankDecidesAfter, at => CloseDispute(judged.Losing ? DisputeStatus.Lost : DisputeStatus.Won, at));
        if (Dispute is { Status: DisputeStatus.WarningNeedsResponse } unanswered)
            yield return (unanswered.EvidenceDue, Escalate);
        if (Dispute is { Status: DisputeStatus.WarningUnderReview, AnsweredAt: { } explained } inquiry)
            yield return (explained + BankDecidesAfter, inquiry.Losing ? Escalate : at => CloseDispute(DisputeStatus.WarningClosed, at));
        for (var i = 0; i < Refunds.Count; i++)
        {
            var index = i;
            if (Refunds[i].Status == GatewayStatus.Pending)
                yield return (Refunds[i].At + RefundFailsAfter, at => FailRefund(index, at));
        }
    }

    private static TimeSpan SettlementTime(PaymentKind kind) => kind switch
    {
        PaymentKind.Ach => TimeSpan.FromDays(3),
        PaymentKind.Wire => TimeSpan.FromDays(1),
        _ => TimeSpan.FromMinutes(10),
    };

    private GatewayDispute Face(SandboxDispute dispute) => new(
        SandboxReference.OfDispute(Reference), dispute.Status, dispute.Reason, dispute.Minor, Currency,
        dispute.Status.WantsResponse() ? dispute.EvidenceDue : null);

    private GatewayResult Refuse(string code, string message) =>
        new(GatewayStatus.Failed, Reference, 0) { DeclineCode = code, Message = message };

    private void Tell(GatewayNoticeType type, long minor, DateTime at, SandboxRefund? refund = null) =>
        Notices.Add(new(SandboxReference.OfEvent(Reference, Notices.Count), type, Reference, minor, Currency, at)
        {
            RefundReference = refund?.Reference,
            DeclineCode = type switch
            {
                GatewayNoticeType.Failed => DeclineCode,
                GatewayNoticeType.RefundFailed => SandboxRefund.FailureCode,
                _ => null,
            },
            Dispute = type >= GatewayNoticeType.DisputeOpened && Dispute is { } dispute ? Face(dispute) : null,
        });
}

internal sealed record SandboxRefund(string Reference, long Minor, GatewayStatus Status, DateTime At)
{
    public const string FailureCode = "expired_or_canceled_card";

    public GatewayResult State() => new(Status, Reference, Minor) { DeclineCode = Status == GatewayStatus.Failed ? FailureCode : null };
}

internal sealed record SandboxDispute(long Minor, string Reason, DisputeStatus Status, DateTime EvidenceDue)
{
    public bool Losing { get; init; }
    public DateTime? AnsweredAt { get; init; }
}

/// <summary>A call that was answered: its key, what was asked, and the answer to give again.</summary>
internal sealed record SandboxStep(string Key, string Request, string Answer);
