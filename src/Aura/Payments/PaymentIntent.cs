using System.Security.Cryptography;
using Aura.Connectors.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Payments;

public enum IntentStatus
{
    RequiresPaymentMethod,
    RequiresConfirmation,
    /// <summary>The payer has to do something first.</summary>
    RequiresAction,
    /// <summary>The gateway decides later, or its answer is not known yet.</summary>
    Processing,
    RequiresCapture,
    Succeeded,
    Canceled,
    Failed,
}

/// <summary>The same as one reads it from the side of the money.</summary>
public enum PaymentStatus
{
    Pending,
    Authorized,
    Succeeded,
    PartiallyRefunded,
    Refunded,
    Failed,
    Canceled,
}

/// <summary>Who takes the money after the authorization.</summary>
public enum CaptureMethod
{
    /// <summary>The store, with a call of its own.</summary>
    Manual,
    /// <summary>The gateway, at once.</summary>
    Automatic,
}

/// <summary>Money that somebody is to pay, from the wish to the last refund. Its amounts are what its ledger adds up to.</summary>
/// <remarks>Every change happens under a lock on the row (<see cref="PaymentRows.Lock"/>), because answers, notices and callers meet here.</remarks>
public sealed partial class PaymentIntent : StoreEntity, IIdentified, IPriced
{
    public static string Prefix => "pi";
    public static string[] OtherPrefixes => [Payment.Prefix];
    public static string Noun => Payment.Noun;

    /// <summary>The most that one payment can be, in minor units.</summary>
    public const long MaxAmount = 999_999_999_999;

    private readonly List<PaymentEntry> entries = [];
    private readonly List<Refund> refunds = [];

    /// <summary>What is to be paid, in minor units.</summary>
    [MinorUnits] public long Amount { get; private init; }

    public Currency Currency { get; private init; }
    public long? OrderId { get; private init; }
    public long? CustomerId { get; private init; }
    public PaymentKind? Kind { get; private set; }

    /// <summary>The saved payment method that is charged, where it is one.</summary>
    public long? PaymentMethodId { get; private set; }

    public ChargedMethod? Method { get; private set; }
    public CaptureMethod CaptureMethod { get; private init; }
    public IntentStatus Status { get; private set; }

    /// <summary>Follows from the status and the amounts; kept to be searched.</summary>
    public PaymentStatus PaymentStatus { get; private set; }

    /// <summary>For the payer's browser.</summary>
    public string ClientSecret { get; private init; } = "";

    public NextAction? NextAction { get; private set; }
    public string? Gateway { get; private set; }

    /// <summary>Of the last attempt, once the gateway has named it.</summary>
    public string? GatewayReference { get; private set; }

    public string? DeclineCode { get; private set; }
    public string? DeclineMessage { get; private set; }
    public string? CancellationReason { get; private set; }

    /// <summary>Minor units reserved and neither taken nor released yet.</summary>
    [MinorUnits] public long Authorized { get; private set; }

    [MinorUnits] public long Captured { get; private set; }
    [MinorUnits] public long Refunded { get; private set; }

    /// <summary>Minor units that payers' banks took back, for now or for good.</summary>
    [MinorUnits] public long Disputed { get; private set; }

    /// <summary>Minor units of all refunds that did not fail: given back, or on their way.</summary>
    [MinorUnits] public long Refunding { get; private set; }

    public DateTime? CapturedAt { get; private set; }

    /// <summary>Authorizations that were begun.</summary>
    public int Attempts { get; private set; }

    /// <summary>The call to the gateway that is not answered yet.</summary>
    public GatewayStep? Step { get; private set; }

    /// <summary>Whoever starts a payment twice with the same key gets the same one; unique in a store.</summary>
    public string? OnceKey { get; private init; }

    public Dictionary<string, string> Metadata { get; private init; } = [];
    public IReadOnlyList<PaymentEntry> Entries => entries;
    public IReadOnlyList<Refund> Refunds => refunds;

    /// <summary>The order as the outside names it.</summary>
    internal string? OrderName => OrderId is { } order ? $"ord_{order}" : null;

    /// <summary>What can still be given back, in minor units.</summary>
    public long Refundable => Math.Max(0, Captured - Refunding - Disputed);

    /// <summary>Whether the gateway is still to tell how it, or a refund of it, ends.</summary>
    public bool IsWaiting => Step is null && GatewayReference is not null &&
        (Status == IntentStatus.Processing || refunds.Exists(refund => refund.Status == RefundStatus.Pending));

    /// <exception cref="Refused">422 for an amount below one or above <see cref="MaxAmount"/>.</exception>
    public static PaymentIntent Create(
        Money amount, long? order = null, long? customer = null, CaptureMethod capture = CaptureMethod.Manual, string? onceKey = null,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        if (amount.Minor is < 1 or > MaxAmount)
            throw Refused.Invalid(nameof(Amount), $"An amount to pay is an integer from 1 to {MaxAmount}, in minor units.");
        return new()
        {
            Amount = amount.Minor,
            Currency = amount.Currency,
            OrderId = order,
            CustomerId = customer,
            CaptureMethod = capture,
            OnceKey = onceKey,
            ClientSecret = $"secret_{RandomNumberGenerator.GetHexString(32, lowercase: true)}",
            Metadata = Aura.Metadata.Checked(metadata),
        };
    }

    /// <summary>Says how it is going to be paid; with a chargeable method it only waits to be confirmed.</summary>
    public void Choose(PaymentKind kind, ChargedMethod? method, long? saved)
    {
        (Kind, Method, PaymentMethodId) = (kind, method, saved);
        Status = method is null ? IntentStatus.RequiresPaymentMethod : IntentStatus.RequiresConfirmation;
    }

    /// <summary>Whether a confirmation would do nothing, for it was confirmed already.</summary>
    public bool IsConfirmed => Status is IntentStatus.RequiresCapture or IntentStatus.Succeeded or IntentStatus.Processing;

    /// <summary>Decides on an attempt to authorize.</summary>
    /// <exception cref="Refused">422 without a chargeable method; 409 where there is nothing to authorize (any more).</exception>
    public GatewayStep BeginAuthorization(string? returnUrl = null, bool offSession = false)
    {
        if (Status is not (IntentStatus.RequiresPaymentMethod or IntentStatus.RequiresConfirmation or IntentStatus.Failed))
            throw Unexpected("authorized");
        if (Method is null)
            throw Refused.Invalid("PaymentMethod", "Is required: a saved payment method, or its type with the details.", "payment_method_required");
        Attempts++;
        (Gateway, GatewayReference, DeclineCode, DeclineMessage, NextAction) = (Method.Gateway, null, null, null, null);
        return Begin(new(StepKind.Authorize, GatewayStep.NewKey(), Amount, Status) { ReturnUrl = returnUrl, OffSession = offSession });
    }

    /// <summary>Decides to go on after the payer's challenge.</summary>
    /// <exception cref="Refused">409 where no challenge is waiting.</exception>
    public GatewayStep BeginContinuation(Challenge challenge) => Status == IntentStatus.RequiresAction
        ? Begin(new(StepKind.Continue, GatewayStep.NewKey(), Amount, Status) { Challenge = challenge })
        : throw Unexpected("continued");

    /// <summary>Decides to take the money. Of many who ask at once one gets this far.</summary>
    /// <param name="minor">Up to what is authorized; null: all of it.</param>
    /// <exception cref="Refused">409 unless it is authorized and not captured yet; 422 for an amount out of range.</exception>
    public GatewayStep BeginCapture(long? minor)
    {
        if (Status != IntentStatus.RequiresCapture)
            throw Unexpected("captured");
        var amount = minor ?? Authorized;
        if (amount < 1 || amount > Authorized)
            throw new Refused(Refusal.Invalid, "amount_too_large", $"Between 1 and {Authorized} can be captured.")
            {
                Fields = [new(nameof(Amount), $"Between 1 and {Authorized} can be captured.")],
                Facts = new { Authorized },
            };
        return Begin(new(StepKind.Capture, GatewayStep.NewKey(), amount, Status));
    }

    /// <summary>Decides to let the payment go.</summary>
    /// <returns>Null where the gateway has nothing to release: it is canceled already.</returns>
    /// <exception cref="Refused">409 once money was taken, or it is canceled already.</exception>
    public GatewayStep? BeginVoid(string? reason)
    {
        if (Status is IntentStatus.Succeeded or IntentStatus.Canceled || Step is not null)
            throw Unexpected("canceled");
        CancellationReason = reason;
        if (GatewayReference is not null && Status != IntentStatus.Failed)
            return Begin(new(StepKind.Void, GatewayStep.NewKey(), Authorized, Status));
        (Status, NextAction) = (IntentStatus.Canceled, null);
        Reckon();
        return null;
    }

    /// <summary>The call was never made, and nothing happened: the payment is where it was.</summary>
    internal void Abandon(GatewayStep step)
    {
        if (Step?.Key != step.Key)
            return;
        (Step, Status) = (null, step.Before);
        Reckon();
    }

    private GatewayStep Begin(GatewayStep step)
    {
        (Step, Status) = (Step is null ? step : throw Unexpected(step.Kind.ToString()), IntentStatus.Processing);
        Reckon();
        return step;
    }

    private Refused Unexpected(string verb) => Step is not null
        ? Refused.Conflict("payment_in_progress", "The gateway has not answered the last call about this payment yet. Read it again in a moment.")
        : Refused.Conflict("unexpected_state", $"A payment that is {Words<IntentStatus>.Of(Status)} cannot be {verb}.", new { Status = Words<IntentStatus>.Of(Status) });
}

/// <summary>The face of a payment intent once it was tried: the same row, the same number (<c>pay_12</c> is <c>pi_12</c>).</summary>
public sealed class Payment : IIdentified
{
    public static string Prefix => "pay";
    public static string[] OtherPrefixes => ["pi"];
    public static string Noun => "payment";

    private Payment()
    {
    }
}

internal sealed class PaymentIntentMapping : IEntityTypeConfiguration<PaymentIntent>
{
    public void Configure(EntityTypeBuilder<PaymentIntent> intent)
    {
        intent.Property(i => i.Method).Json();
        intent.Property(i => i.NextAction).Json();
        intent.Property(i => i.Step).Json();
        intent.HasIndex(i => new { i.TenantId, i.OnceKey }).IsUnique();
        intent.HasMany(i => i.Entries).WithOne().HasForeignKey(e => new { e.TenantId, e.IntentId });
        intent.HasMany(i => i.Refunds).WithOne().HasForeignKey(r => new { r.TenantId, r.IntentId });
        intent.Navigation(i => i.Entries).HasField("entries");
        intent.Navigation(i => i.Refunds).HasField("refunds");
    }
}
