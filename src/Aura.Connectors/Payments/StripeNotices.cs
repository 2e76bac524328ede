using System.Text.Json;

namespace Aura.Connectors.Payments;

/// <summary>Stripe's objects and events in neutral words.</summary>
internal static class StripeNotices
{
    /// <returns>Null for an event that means nothing to a store.</returns>
    public static GatewayNotice? Parse(ReadOnlySpan<byte> body)
    {
        var notice = JsonSerializer.Deserialize<StripeEvent>(body, StripeApi.Json)!; // signed by Stripe: it is an event
        return notice.Type switch
        {
            "payment_intent.amount_capturable_updated" => OfPayment(notice, GatewayNoticeType.Authorized),
            "payment_intent.succeeded" => OfPayment(notice, GatewayNoticeType.Captured),
            "payment_intent.payment_failed" => OfPayment(notice, GatewayNoticeType.Failed),
            "payment_intent.canceled" => OfPayment(notice, GatewayNoticeType.Voided),
            "payment_intent.requires_action" => OfPayment(notice, GatewayNoticeType.RequiresAction),
            "refund.created" or "refund.updated" or "refund.failed" or "charge.refund.updated" => OfRefund(notice),
            "charge.dispute.created" => OfDispute(notice, GatewayNoticeType.DisputeOpened),
            "charge.dispute.updated" => OfDispute(notice, GatewayNoticeType.DisputeUpdated),
            "charge.dispute.closed" => OfDispute(notice, GatewayNoticeType.DisputeClosed),
            _ => null, // charge.refunded is a running total and would count a refund again
        };
    }

    public static GatewayResult State(StripePaymentIntent intent)
    {
        var error = intent.LastPaymentError;
        var (status, amount) = intent.Status switch
        {
            "succeeded" => (GatewayStatus.Succeeded, intent.AmountReceived),
            "requires_capture" => (GatewayStatus.Authorized, intent.AmountCapturable),
            "requires_action" or "requires_confirmation" => (GatewayStatus.RequiresAction, intent.Amount),
            "canceled" => (GatewayStatus.Voided, intent.Amount),
            "requires_payment_method" => (GatewayStatus.Declined, intent.Amount),
            _ => (GatewayStatus.Pending, intent.Amount),
        };
        var declined = status == GatewayStatus.Declined;
        return new(status, intent.Id, Minor(amount, intent.Currency))
        {
            NextAction = status != GatewayStatus.RequiresAction
                ? null
                : new(intent.NextAction?.Type ?? "confirm", intent.NextAction?.RedirectToUrl?.Url, intent.ClientSecret),
            DeclineCode = declined ? error?.DeclineCode ?? error?.Code ?? intent.Status : null,
            Message = declined ? error?.Message : null,
            Refunded = intent.LatestCharge.ValueKind == JsonValueKind.Object
                ? Minor(intent.LatestCharge.GetProperty("amount_refunded").GetInt64(), intent.Currency)
                : 0,
        };
    }

    public static GatewayDispute Face(StripeDispute dispute)
    {
        var status = dispute.Status switch
        {
            "warning_needs_response" => DisputeStatus.WarningNeedsResponse,
            "warning_under_review" => DisputeStatus.WarningUnderReview,
            "needs_response" => DisputeStatus.NeedsResponse,
            "warning_closed" => DisputeStatus.WarningClosed,
            "prevented" => DisputeStatus.Prevented,
            "won" => DisputeStatus.Won,
            "lost" => DisputeStatus.Lost,
            _ => DisputeStatus.UnderReview, // a word of tomorrow closes nothing
        };
        DateTime? due = status.WantsResponse() && dispute.EvidenceDetails?.DueBy is { } seconds ? Time(seconds) : null;
        return new(dispute.Id, status, dispute.Reason, Minor(dispute.Amount, dispute.Currency), dispute.Currency.ToUpperInvariant(), due)
        {
            IsWithdrawn = status == DisputeStatus.Prevented ? dispute.BalanceTransactions?.Sum(booked => booked.Amount) < 0 : status.IsWithdrawn(),
        };
    }

    private static GatewayNotice OfPayment(StripeEvent notice, GatewayNoticeType type)
    {
        var intent = Read<StripePaymentIntent>(notice);
        var amount = type switch
        {
            GatewayNoticeType.Authorized => intent.AmountCapturable,
            GatewayNoticeType.Captured => intent.AmountReceived,
            _ => intent.Amount,
        };
        return Notice(notice, type, intent.Id, amount, intent.Currency) with
        {
            DeclineCode = type == GatewayNoticeType.Failed ? intent.LastPaymentError?.DeclineCode ?? intent.LastPaymentError?.Code : null,
        };
    }

    /// <summary>A refund may be announced by several events; one that is still on its way is not announced.</summary>
    private static GatewayNotice? OfRefund(StripeEvent notice)
    {
        var refund = Read<StripeRefund>(notice);
        GatewayNoticeType? type = refund.Status switch
        {
            "succeeded" => GatewayNoticeType.Refunded,
            "failed" or "canceled" => GatewayNoticeType.RefundFailed,
            _ => null,
        };
        return type is null ? null : Notice(notice, type.Value, refund.PaymentIntent ?? "", refund.Amount, refund.Currency) with
        {
            RefundReference = refund.Id,
            DeclineCode = refund.FailureReason,
        };
    }

    private static GatewayNotice OfDispute(StripeEvent notice, GatewayNoticeType type)
    {
        var dispute = Read<StripeDispute>(notice);
        return Notice(notice, type, dispute.PaymentIntent ?? "", dispute.Amount, dispute.Currency) with { Dispute = Face(dispute) };
    }

    private static GatewayNotice Notice(StripeEvent notice, GatewayNoticeType type, string reference, long amount, string currency) =>
        new(notice.Id, type, reference, Minor(amount, currency), currency.ToUpperInvariant(), Time(notice.Created));

    private static T Read<T>(StripeEvent notice) => notice.Data.Object.Deserialize<T>(StripeApi.Json)!; // the type says what it is

    private static long Minor(long amount, string currency) => StripeAmount.ToMinor(amount, currency.ToUpperInvariant());

    private static DateTime Time(long unixSeconds) => DateTime.UnixEpoch.AddSeconds(unixSeconds);
}
