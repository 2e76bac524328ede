using Aura.Accounts;
using Aura.Connectors.Payments;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Aura.Payments;

/// <summary>Deciding, calling, recording.</summary>
public sealed partial class PaymentProcessing
{
    /// <summary>When a call whose answer is lost is repeated first.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>How often a gateway that should have told by itself is asked.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <param name="own">A context of the caller's, outside of any transaction; null: a new one.</param>
    private async Task<T> InStore<T>(Func<AuraDb, Task<T>> work, CancellationToken cancellation, AuraDb? own = null)
    {
        if (own is not null)
        {
            own.ChangeTracker.Clear();
            return await own.InOneWrite(() => work(own), cancellation);
        }

        await using var db = (await contexts.CreateDbContextAsync(cancellation)).Enter(Store, time);
        return await db.InOneWrite(() => work(db), cancellation);
    }

    /// <summary>The first transaction: the decision, its key, and the job that repeats the call if this process dies.</summary>
    private Task<PaymentIntent> Decide(Id<PaymentIntent> id, Func<PaymentIntent, GatewayStep?> decide, string verb, CancellationToken cancellation) =>
        InStore(async db =>
        {
            var intent = await db.Lock(id, cancellation);
            var before = intent.Status;
            if (decide(intent) is { } step)
                Remember(db, intent.Id, step.Key);
            if (intent.Status != before)
                db.AuditLogs.Add(AuditEntry.Of(Payment.Noun, verb, $"{new Id<Payment>(intent.Id)}", db));
            await Tell(db, intent, before, cancellation);
            return intent;
        }, cancellation);

    /// <summary>Makes the call that was decided, and records the answer.</summary>
    /// <param name="own">See <see cref="InStore"/>: the answer is recorded there.</param>
    /// <param name="known">See <see cref="Carry(AuraDb, PaymentIntent, object, CancellationToken)"/>.</param>
    private async Task<(PaymentIntent Intent, GatewayResult? Answer)> Carry(PaymentIntent intent, CancellationToken cancellation, AuraDb? own = null, object? known = null)
    {
        if (intent.Step is not { } step)
            return (intent, null);
        var gateway = gateways.Named(intent.Gateway!, Store); // a step has a gateway
        GatewayResult answer;
        try
        {
            answer = await Call(gateway, intent, step, cancellation);
        }
        catch (GatewayException trouble) when (trouble.OutcomeUnknown)
        {
            log.LogWarning("The outcome of {Step} for payment {Payment} is unknown: {Reason}", step.Kind, intent.Id, trouble.Code);
            return (intent, null);
        }
        catch (GatewayException trouble)
        {
            log.LogWarning("{Step} for payment {Payment} did not reach the gateway: {Reason}", step.Kind, intent.Id, trouble.Code);
            await Abandon(intent, step, cancellation);
            throw Refusals.Of(trouble);
        }
        catch (GatewayRefused refused)
        {
            await Abandon(intent, step, cancellation);
            throw Refusals.Of(refused);
        }

        var next = answer.Status == GatewayStatus.Failed ? await NextAt(gateway, answer.Reference, cancellation) : answer.NextAt;
        return own is not null && known is not null && await RecordAsKnown(intent, next, Finish, own, known, cancellation)
            ? (intent, answer)
            : (await Record(intent, next, Finish, cancellation, own), answer);

        Task Finish(AuraDb db, PaymentIntent locked)
        {
            locked.Finish(step, answer, db.Now);
            Forget(db, step.Key);
            if (step.Kind == StepKind.Capture && answer.Status == GatewayStatus.Failed)
                db.Publish("payment.failed", locked, new { Stage = "capture", answer.DeclineCode });
            return Task.CompletedTask;
        }
    }

    private Task<GatewayResult> Call(IPaymentGateway gateway, PaymentIntent intent, GatewayStep step, CancellationToken cancellation)
    {
        var reference = intent.GatewayReference ?? "";
        return step.Kind switch
        {
            StepKind.Authorize => gateway.Authorize(Order(intent, step), cancellation),
            StepKind.Continue => gateway.ContinueAuthorization(reference, step.Challenge ?? Challenge.Passed, step.Key, cancellation),
            StepKind.Capture => Truth(gateway, reference, gateway.Capture(reference, step.Minor, intent.Currency.Code, step.Key, cancellation), cancellation),
            _ => Truth(gateway, reference, gateway.Void(reference, step.Key, cancellation), cancellation),
        };
    }

    private static AuthorizeRequest Order(PaymentIntent intent, GatewayStep step)
    {
        var method = intent.Method!; // begun only with one
        var metadata = new Dictionary<string, string> { ["payment_id"] = $"{new Id<Payment>(intent.Id)}" };
        if (intent.OrderName is { } order)
            metadata["order_id"] = order;
        return new(step.Key, step.Minor, intent.Currency.Code, method.Token, method.Kind)
        {
            Capture = intent.CaptureMethod == CaptureMethod.Automatic,
            OffSession = step.OffSession,
            ReturnUrl = step.ReturnUrl,
            Metadata = metadata,
        };
    }

    /// <summary>A gateway that says no may have said yes before, or somebody used its dashboard: then it says so when asked.</summary>
    private static async Task<GatewayResult> Truth(IPaymentGateway gateway, string reference, Task<GatewayResult> call, CancellationToken cancellation)
    {
        var answer = await call;
        return answer.Status == GatewayStatus.Failed &&
            await gateway.Lookup(reference, cancellation) is { Status: GatewayStatus.Succeeded or GatewayStatus.Voided } now ? now : answer;
    }

    /// <summary>The second transaction. What the sandbox will do by itself is looked up before it, for that is a call too.</summary>
    private async Task<PaymentIntent> Record(
        PaymentIntent known, IPaymentGateway gateway, string reference, Func<AuraDb, PaymentIntent, Task> record, CancellationToken cancellation) =>
        await Record(known, await NextAt(gateway, reference, cancellation), record, cancellation);

    private static async Task<DateTime?> NextAt(IPaymentGateway gateway, string reference, CancellationToken cancellation) =>
        gateway is IPolledGateway polled && reference != "" ? (await polled.Notices(reference, cancellation)).NextAt : null;

    /// <param name="next">When the gateway is going to do something by itself.</param>
    private Task<PaymentIntent> Record(
        PaymentIntent known, DateTime? next, Func<AuraDb, PaymentIntent, Task> record, CancellationToken cancellation, AuraDb? own = null) => InStore(async db =>
    {
        var reading = new Reading(db);
        var locked = db.LockAlong(known.Id, reading);
        var asked = known.OrderId is { } order ? observers.ToDictionary(observer => observer, observer => observer.Ask(db, reading, known.Id, order)) : null;
        await reading.Run(cancellation);
        return await Record(db, locked(), next, record, asked, cancellation);
    }, cancellation, own);

    private async Task<PaymentIntent> Record(
        AuraDb db, PaymentIntent intent, DateTime? next, Func<AuraDb, PaymentIntent, Task> record, Dictionary<IPaymentObserver, object?>? asked, CancellationToken cancellation)
    {
        var before = intent.Status;
        await record(db, intent);
        await LookAgain(db, intent, next ?? (intent.IsWaiting ? db.Now + Interval : null), cancellation);
        await Tell(db, intent, before, cancellation, asked);
        return intent;
    }

    private Task Abandon(PaymentIntent intent, GatewayStep step, CancellationToken cancellation) => InStore(async db =>
    {
        var locked = await db.Lock(intent.Id, cancellation);
        var before = locked.Status;
        locked.Abandon(step);
        Forget(db, step.Key);
        await Tell(db, locked, before, cancellation);
        return locked;
    }, cancellation);

    /// <summary>Tells what happened: events for the world, observers for the rest of the store. The transaction's end saves it.</summary>
    /// <param name="before">Null: the payment is new.</param>
    /// <param name="asked">What the observers asked along with the payment.</param>
    private async Task Tell(
        AuraDb db, PaymentIntent intent, IntentStatus? before, CancellationToken cancellation, Dictionary<IPaymentObserver, object?>? asked = null)
    {
        foreach (var contradiction in intent.Contradictions)
            log.LogError("The gateway contradicts the ledger of payment {Payment}: {Contradiction}", intent.Id, contradiction);
        db.ChangeTracker.DetectChanges();
        var news = db.Shares ? intent.Append(db) : [.. intent.Entries.Where(entry => db.Entry(entry).State == EntityState.Added)];
        foreach (var entry in news)
            if (EventOf(entry.Kind) is { } type)
                db.Publish(type, intent, new { Amount = entry.Minor, Currency = intent.Currency.Code, OrderId = intent.OrderName, intent.DeclineCode });
        if (news.Count > 0 || intent.Status != before)
            foreach (var observer in observers)
                await observer.Changed(db, intent, news, asked?[observer], cancellation);
    }

    private static string? EventOf(PaymentFact kind) => kind switch
    {
        PaymentFact.Captured => "payment.succeeded",
        PaymentFact.Failed => "payment.failed",
        PaymentFact.Refunded => "payment.refunded",
        _ => null,
    };

    private static void Remember(AuraDb db, long intent, string key) =>
        db.Enqueue<SettlePayment>(new SettlePayment.Payload(intent, 0), db.Now + Patience, key);

    /// <summary>The answer is here: the job that would repeat the call has nothing to do.</summary>
    private static void Forget(AuraDb db, string key) => db.Dequeue<SettlePayment>(key);

    /// <summary>Once for each time: the row lock of the intent keeps two from asking for the same.</summary>
    private static async Task LookAgain(AuraDb db, PaymentIntent intent, DateTime? at, CancellationToken cancellation, int attempt = 0)
    {
        if (at is not { } time)
            return;
        var key = $"{intent.Id}@{time:yyyyMMddHHmmssffffff}";
        if (!await db.Jobs.AnyAsync(job => job.Kind == SettlePayment.Kind && job.Key == key &&
            (job.State == JobState.Queued || job.State == JobState.Processing), cancellation))
            db.Enqueue<SettlePayment>(new SettlePayment.Payload(intent.Id, attempt), time, key);
    }
}
