using Aura.Connectors.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Payments;

public enum RefundStatus
{
    Pending,
    Succeeded,
    Failed,
}

/// <summary>Money on its way back to the payer. Its amount is reserved from the moment it is decided.</summary>
public sealed class Refund : StoreEntity, IAudited, IPriced
{
    public static string Prefix => "re";
    public static string Noun => "refund";

    public long IntentId { get; private set; }

    /// <summary>Minor units.</summary>
    [MinorUnits] public long Amount { get; private init; }

    public Currency Currency { get; private init; }
    public string? Reason { get; private init; }
    public RefundStatus Status { get; private set; }

    /// <summary>Why it failed, in the gateway's words for programs.</summary>
    public string? FailureCode { get; private set; }

    /// <summary>The day on which the payer has it at the latest, as is usual.</summary>
    public DateOnly EstimatedArrival { get; private init; }

    /// <summary>The caller's wish; what becomes of the fee is between the store and its platform.</summary>
    public bool RefundApplicationFee { get; private init; }

    /// <summary>Null until the gateway has answered.</summary>
    public string? GatewayReference { get; private set; }

    /// <summary>The idempotency key at the gateway.</summary>
    public string GatewayKey { get; private init; } = "";

    /// <summary>Whoever asks twice with the same key gets the same refund; unique in a store.</summary>
    public string? OnceKey { get; private init; }

    /// <summary>Whether the gateway has yet to be asked, or its answer was lost.</summary>
    public bool IsUnanswered => Status == RefundStatus.Pending && GatewayReference is null;

    internal static Refund Of(PaymentIntent intent, long amount, string? reason, bool refundApplicationFee, string? onceKey, DateTime now) => new()
    {
        Amount = amount,
        Currency = intent.Currency,
        Reason = reason,
        RefundApplicationFee = refundApplicationFee,
        EstimatedArrival = Arrival(intent.Kind ?? PaymentKind.Card, DateOnly.FromDateTime(now)),
        GatewayKey = GatewayStep.NewKey(),
        OnceKey = onceKey,
    };

    /// <summary>Five to ten working days, by the means of payment, and at once for store credit; holidays are not known here.</summary>
    public static DateOnly Arrival(PaymentKind kind, DateOnly from)
    {
        var left = kind switch
        {
            PaymentKind.StoreCredit => 0,
            _ when kind.IsWallet() || kind.IsCrypto() => 5,
            _ when kind.IsBankTransfer() => 7,
            PaymentKind.Card => 8,
            _ => 10,
        };
        var day = from;
        while (left > 0)
        {
            day = day.AddDays(1);
            if (day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
                left--;
        }

        return day;
    }

    internal void Named(string reference) => GatewayReference = reference != "" ? reference : GatewayReference;
    internal void Succeed() => Status = RefundStatus.Succeeded;
    internal void Fail(string? code) => (Status, FailureCode) = (RefundStatus.Failed, code);
}

internal sealed class RefundMapping : IEntityTypeConfiguration<Refund>
{
    public void Configure(EntityTypeBuilder<Refund> refund)
    {
        refund.HasIndex(r => new { r.TenantId, r.IntentId, r.GatewayReference }).IsUnique();
        refund.HasIndex(r => new { r.TenantId, r.OnceKey }).IsUnique();
    }
}
