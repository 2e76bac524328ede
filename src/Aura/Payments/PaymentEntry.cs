using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Payments;

/// <summary>What can happen to a payment's money.</summary>
public enum PaymentFact
{
    Authorized,
    AuthorizationVoided,
    /// <summary>An attempt was declined; no money moved.</summary>
    Failed,
    Captured,
    Refunded,
    /// <summary>A refund came back: the payer's bank did not take it.</summary>
    RefundReversed,
    ChargedBack,
    /// <summary>A dispute was won: the money is back.</summary>
    ChargebackReversed,
}

/// <summary>One fact about a payment's money, as the gateway confirmed it. Appended, never edited: the database refuses it.</summary>
/// <remarks>A fact is known by its kind and the gateway's reference, so that an answer and any number of notices record it once.</remarks>
public sealed class PaymentEntry : StoreRow
{
    public long IntentId { get; private set; }
    public long? OrderId { get; private init; }
    public PaymentFact Kind { get; private init; }

    /// <summary>In the payment's currency, zero or more.</summary>
    public long Minor { get; private init; }

    /// <summary>Of the payment, the refund or the dispute at the gateway, by kind.</summary>
    public string GatewayReference { get; private init; } = "";

    /// <summary>The notice that told of it first; null: the answer to a call did.</summary>
    public string? GatewayEventId { get; private init; }

    /// <summary>When it happened, by the gateway's word or the store's clock; UTC.</summary>
    public DateTime At { get; private init; }

    /// <summary>For who writes it without its payment being tracked.</summary>
    internal void Belong(long intent) => IntentId = intent;

    internal static PaymentEntry Of(long? order, PaymentFact kind, long minor, string reference, string? eventId, DateTime at) => new()
    {
        OrderId = order,
        Kind = kind,
        Minor = minor,
        GatewayReference = reference,
        GatewayEventId = eventId,
        At = at,
    };
}

/// <summary>What a ledger adds up to, in minor units. The order of its entries does not matter.</summary>
/// <param name="Authorized">Reserved and neither taken nor released yet.</param>
/// <param name="Disputed">Taken back by payers' banks, for now or for good.</param>
public readonly record struct PaymentAmounts(long Authorized, long Captured, long Refunded, long Disputed)
{
    /// <summary>What the store has of it.</summary>
    public long Net => Captured - Refunded - Disputed;

    /// <summary>With those of one more payment.</summary>
    internal PaymentAmounts Plus(PaymentIntent intent) =>
        new(Authorized + intent.Authorized, Captured + intent.Captured, Refunded + intent.Refunded, Disputed + intent.Disputed);

    public static PaymentAmounts Of(IReadOnlyCollection<PaymentEntry> entries)
    {
        long Sum(PaymentFact kind) => entries.Where(entry => entry.Kind == kind).Sum(entry => entry.Minor);
        var held = !entries.Any(entry => entry.Kind is PaymentFact.Captured or PaymentFact.AuthorizationVoided);
        return new(
            held ? Sum(PaymentFact.Authorized) : 0,
            Sum(PaymentFact.Captured),
            Sum(PaymentFact.Refunded) - Sum(PaymentFact.RefundReversed),
            Sum(PaymentFact.ChargedBack) - Sum(PaymentFact.ChargebackReversed));
    }
}

internal sealed class PaymentEntryMapping : IEntityTypeConfiguration<PaymentEntry>
{
    public void Configure(EntityTypeBuilder<PaymentEntry> entry) =>
        entry.HasIndex(e => new { e.TenantId, e.IntentId, e.Kind, e.GatewayReference }).IsUnique();
}
