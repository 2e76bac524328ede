using Aura.Accounts;
using Aura.Connectors.Payments;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aura.Payments;

/// <summary>
/// Moves money. Each call is three steps: decide in a transaction that also keeps the key of the call; call the gateway
/// outside of any; record its answer in a second transaction. Whatever is lost in between is repeated with the same key by a
/// job that the first transaction left behind, so money moves once.
/// </summary>
/// <remarks>It works in transactions of its own, never in the caller's: call it from endpoints that are staged, and from jobs.
/// An unknown outcome is no exception: the payment is <see cref="IntentStatus.Processing"/> until it is known.</remarks>
public sealed partial class PaymentProcessing(
    IDbContextFactory<AuraDb> contexts, CurrentCaller current, TimeProvider time, PaymentGateways gateways,
    IEnumerable<IPaymentObserver> observers, IEnumerable<IOrderBalances> balances, ILogger<PaymentProcessing> log)
{
    /// <summary>Where payers pass or fail the 3-D Secure of a sandbox; the id of the store follows.</summary>
    public const string ChallengePath = "/sandbox/3d-secure";

    private Caller Store => current.Value with { ExpectedVersion = null };

    /// <summary>Makes a payment, and authorizes it where the method can be charged.</summary>
    /// <returns>As far as it got: authorized, captured, declined, waiting for the payer, for the bank or for a method. Repeated with
    /// the same <see cref="StartPayment.OnceKey"/>: the first payment as it is now.</returns>
    /// <exception cref="Refused">422 for a method, customer or order that does not fit; 403 for coins below the Enterprise plan;
    /// 503 when the gateway cannot be reached and nothing happened.</exception>
    public async Task<PaymentIntent> Start(StartPayment request, CancellationToken cancellation) =>
        (await StartOnce(request, cancellation)).Intent;

    /// <summary>Pays for something that has one payment, such as an order: a repetition goes on with the same payment, and tries
    /// again where it was declined or had no method.</summary>
    /// <inheritdoc cref="Start"/>
    public async Task<PaymentIntent> Pay(StartPayment request, CancellationToken cancellation)
    {
        var (intent, isNew) = await StartOnce(request, cancellation);
        var mayTry = !isNew && intent.Status is IntentStatus.Failed or IntentStatus.RequiresPaymentMethod or IntentStatus.RequiresConfirmation;
        return mayTry && request.Method is { } method && (method.Saved ?? (object?)method.Details ?? StandIn(method)) is not null
            ? await Confirm(intent.Id, method, null, request.ReturnUrl, cancellation)
            : intent;
    }

    /// <summary>Authorizes with a method, or goes on after a challenge. A payment that is authorized already stays as it is.</summary>
    /// <param name="challenge">How the payer's challenge ended; null: the gateway knows.</param>
    /// <exception cref="Refused">422 without a chargeable method; 409 for a payment that is canceled.</exception>
    public async Task<PaymentIntent> Confirm(
        Id<PaymentIntent> id, PayWith? method, Challenge? challenge, string? returnUrl, CancellationToken cancellation)
    {
        var chosen = method is null ? null : await Resolve(method, null, cancellation);
        var decided = await Decide(id, intent =>
        {
            if (intent.IsConfirmed)
                return null;
            if (intent.Status == IntentStatus.RequiresAction)
                return challenge is null && chosen?.Method is { } same && same.Token == intent.Method?.Token
                    ? null // asked for the challenge once more: it is still waiting
                    : intent.BeginContinuation(challenge ?? Challenge.Passed);
            if (chosen is { } with)
                intent.Choose(with.Kind, with.Method, with.Saved);
            return intent.BeginAuthorization(returnUrl);
        }, "confirmed", cancellation);
        return (await Carry(decided, cancellation)).Intent;
    }

    /// <summary>Takes an authorized payment, once.</summary>
    /// <param name="minor">Up to what is authorized, the rest is released; null: all of it.</param>
    /// <exception cref="Refused">409 unless it is authorized and not captured; 422 for an amount out of range.</exception>
    public async Task<PaymentIntent> Capture(Id<PaymentIntent> id, long? minor, CancellationToken cancellation)
    {
        var (intent, answer) = await Carry(await Decide(id, intent => intent.BeginCapture(minor), "captured", cancellation), cancellation);
        return intent.Status is IntentStatus.Succeeded or IntentStatus.Processing ? intent : throw Refused.Conflict(
            "capture_failed", answer?.Message ?? "The gateway did not capture the payment.", new { answer?.DeclineCode, Status = Words<IntentStatus>.Of(intent.Status) });
    }

    /// <summary>Lets a payment go and releases what was reserved.</summary>
    /// <exception cref="Refused">409 once money was taken.</exception>
    public async Task<PaymentIntent> Cancel(Id<PaymentIntent> id, string? reason, CancellationToken cancellation)
    {
        var (intent, answer) = await Carry(await Decide(id, intent => intent.BeginVoid(reason), "canceled", cancellation), cancellation);
        return intent.Status is IntentStatus.Canceled or IntentStatus.Processing ? intent : throw Refused.Conflict(
            "cancel_failed", answer?.Message ?? "The gateway did not release the payment.", new { answer?.DeclineCode, Status = Words<IntentStatus>.Of(intent.Status) });
    }

    /// <summary>Puts a means of payment into the gateway's vault, to be charged later.</summary>
    /// <exception cref="Refused">422 for details that the gateway does not take.</exception>
    public async Task<PaymentMethod> Save(PaymentDetails details, long? customer, CancellationToken cancellation)
    {
        var (token, gateway) = await Tokenize(details with { Reusable = true }, cancellation);
        return await InStore(async db =>
        {
            await CheckCustomer(db, customer, cancellation);
            var method = PaymentMethod.Of(token, gateway, customer);
            db.PaymentMethods.Add(method);
            db.AuditLogs.Add(AuditEntry.Of(PaymentMethod.Noun, "created", $"{new Id<PaymentMethod>(method.Id)}", db));
            await db.SaveChangesAsync(cancellation);
            return method;
        }, cancellation);
    }

    private async Task<(PaymentIntent Intent, bool IsNew)> StartOnce(StartPayment request, CancellationToken cancellation)
    {
        if (await Earlier(request, cancellation) is { } earlier)
            return (earlier, false);
        var chosen = request.Method is { } method ? await Resolve(method, request.CustomerId, cancellation) : null;
        PaymentIntent decided;
        try
        {
            decided = await InStore(db => Create(db, request, chosen, cancellation), cancellation);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { ConstraintName: "payment_intents_once" })
        {
            return ((await Earlier(request, cancellation))!, false); // the faster one is committed, or nothing were violated
        }

        return ((await Carry(decided, cancellation)).Intent, true);
    }

    private async Task<PaymentIntent> Create(AuraDb db, StartPayment request, Chosen? chosen, CancellationToken cancellation)
    {
        await CheckCustomer(db, request.CustomerId, cancellation);
        if (request.MustMatchOrder && request.OrderId is { } order)
            await CheckBalance(db, order, request.Amount, cancellation);
        var intent = Begin(db, request, chosen);
        await Tell(db, intent, null, cancellation);
        return intent;
    }

    private static PaymentIntent Begin(AuraDb db, StartPayment request, Chosen? chosen)
    {
        var intent = PaymentIntent.Create(
            request.Amount, request.OrderId, request.CustomerId, request.CaptureMethod, request.OnceKey, request.Metadata);
        db.PaymentIntents.Add(intent);
        if (chosen is { } with)
            intent.Choose(with.Kind, with.Method, with.Saved);
        if (chosen?.Method is not null && (request.Confirm ?? !chosen.IsStandIn))
            Remember(db, intent.Id, intent.BeginAuthorization(request.ReturnUrl, request.OffSession).Key);
        return intent;
    }

    private async Task<PaymentIntent?> Earlier(StartPayment request, CancellationToken cancellation)
    {
        if (request.OnceKey is not { } key)
            return null;
        var earlier = await InStore(db => db.PaymentIntents.Include(i => i.Entries).Include(i => i.Refunds).AsSplitQuery()
            .FirstOrDefaultAsync(i => i.OnceKey == key, cancellation), cancellation);
        return earlier is null || earlier.Amount == request.Amount.Minor && earlier.Currency == request.Amount.Currency
            ? earlier
            : throw Refused.Rule("idempotency_key_reused", "There is a payment with this key and another amount.");
    }

    private async Task CheckBalance(AuraDb db, long order, Money amount, CancellationToken cancellation)
    {
        foreach (var known in balances)
        {
            var due = await known.Due(db, order, cancellation) ?? throw Refused.Invalid("OrderId", "There is no such order.");
            if (Math.Abs(due - amount.Minor) > 1)
                throw Refused.Rule("amount_differs_from_order", $"{due} is still to be paid for this order.", new { Due = due });
        }
    }

    private static async Task CheckCustomer(AuraDb db, long? customer, CancellationToken cancellation)
    {
        if (customer is not null && !await db.Customers.AnyAsync(c => c.Id == customer, cancellation))
            throw Refused.Invalid("CustomerId", "There is no such customer.");
    }

    /// <summary>What can be charged. A kind alone is enough where the gateway needs no details, as with a bill.</summary>
    private async Task<Chosen> Resolve(PayWith with, long? customer, CancellationToken cancellation)
    {
        if (with.Saved is { } id)
            return Resolve(await InStore(db => db.PaymentMethods.FirstOrDefaultAsync(m => m.Id == id, cancellation), cancellation), customer);
        var kind = with.Kind!.Value; // it is either saved or of a kind
        var standIn = StandIn(with);
        try
        {
            var (token, gateway) = await Tokenize(with.Details ?? standIn ?? new(kind), cancellation);
            return new(kind, ChargedMethod.Of(token, gateway), null) { IsStandIn = standIn is not null };
        }
        catch (Refused refused) when (refused.Kind == Refusal.Invalid && with.Details is null && gateways.Serves(kind, Store))
        {
            return new(kind, null, null);
        }
    }

    private Chosen Resolve(PaymentMethod? saved, long? customer)
    {
        if (saved is null || customer is not null && saved.CustomerId is not null && saved.CustomerId != customer)
            throw Refused.Invalid("PaymentMethod", "There is no such payment method of this customer.");
        CheckPlan(saved.Kind);
        return new(saved.Kind, saved.ToCharge(), saved.Id);
    }

    /// <summary>In a sandbox "card" alone is the card that succeeds, so that paying can be tried without one.</summary>
    private PaymentDetails? StandIn(PayWith with) => current.Value.IsTest && with is { Kind: PaymentKind.Card, Saved: null, Details: null }
        ? SandboxGateway.CardThatSucceeds(time.GetUtcNow().UtcDateTime + current.Value.ClockOffset)
        : null;

    private async Task<(Tokenized Token, string Gateway)> Tokenize(PaymentDetails details, CancellationToken cancellation)
    {
        CheckPlan(details.Kind);
        var gateway = gateways.For(details.Kind, Store);
        try
        {
            return (await gateway.Tokenize(details, cancellation), gateway.Name);
        }
        catch (GatewayRefused refused)
        {
            throw Refusals.Of(refused);
        }
        catch (GatewayException trouble)
        {
            throw Refusals.Of(trouble);
        }
    }

    private void CheckPlan(PaymentKind kind)
    {
        if (kind.IsCrypto() && current.Value.Plan != Plan.Enterprise)
            throw Refused.Forbidden($"{kind.Name()} is for accounts on the Enterprise plan.");
    }

    internal sealed record Chosen(PaymentKind Kind, ChargedMethod? Method, long? Saved)
    {
        /// <summary>The payer named no card: it is charged when the payment is confirmed, not before.</summary>
        public bool IsStandIn { get; init; }
    }
}
