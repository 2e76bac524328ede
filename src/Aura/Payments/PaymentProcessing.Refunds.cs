using Aura.Connectors.Payments;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Aura.Payments;

/// <summary>Giving money back, and answering those who take it.</summary>
public sealed partial class PaymentProcessing
{
    /// <summary>Gives back all or part of what was captured, any number of times up to it.</summary>
    /// <param name="minor">Null: all that is left.</param>
    /// <param name="onceKey">Makes a repetition the same refund; null: each call is a refund of its own.</param>
    /// <returns>The payment, and the refund in whatever state: pending where the gateway has not decided, or its answer is lost.</returns>
    /// <exception cref="Refused">409 before the capture; 422 <c>refund_exceeds_paid</c> above what is left.</exception>
    public async Task<(PaymentIntent Intent, Refund Refund)> Refund(
        Id<PaymentIntent> id, long? minor, string? reason, bool refundApplicationFee, string? onceKey, CancellationToken cancellation)
    {
        var (intent, refund) = await InStore(async db =>
        {
            var locked = await db.Lock(id, cancellation);
            var earlier = onceKey is null ? null : locked.Refunds.FirstOrDefault(r => r.OnceKey == onceKey);
            var decided = earlier ?? locked.Reserve(minor, reason, refundApplicationFee, onceKey, db.Now);
            if (earlier is null)
                Remember(db, locked.Id, decided.GatewayKey);
            await Tell(db, locked, locked.Status, cancellation);
            return (locked, decided);
        }, cancellation);
        return await Carry(intent, refund, cancellation);
    }

    /// <summary>Asks the gateway for a refund that was decided. Trouble leaves it pending: it is asked again later.</summary>
    private async Task<(PaymentIntent, Refund)> Carry(PaymentIntent intent, Refund refund, CancellationToken cancellation)
    {
        if (!refund.IsUnanswered)
            return (intent, refund);
        var gateway = gateways.Named(intent.Gateway!, Store); // a captured payment has both
        GatewayResult answer;
        try
        {
            answer = await gateway.Refund(
                intent.GatewayReference!, refund.Amount, refund.Currency.Code, refund.Reason, refund.GatewayKey, cancellation);
        }
        catch (GatewayException trouble)
        {
            log.LogWarning("Refund {Refund} waits for the gateway: {Reason}", refund.Id, trouble.Code);
            return (intent, refund);
        }
        catch (GatewayRefused refused)
        {
            answer = new(GatewayStatus.Failed, "", 0) { DeclineCode = refused.Code };
        }

        var recorded = await Record(intent, gateway, intent.GatewayReference!, (db, locked) =>
        {
            locked.Learn(locked.Refunds.Single(r => r.Id == refund.Id), answer, null, db.Now);
            Forget(db, refund.GatewayKey);
            return Task.CompletedTask;
        }, cancellation);
        return (recorded, recorded.Refunds.Single(r => r.Id == refund.Id));
    }

    /// <summary>Answers a chargeback, once.</summary>
    /// <param name="evidence">Null: give up.</param>
    /// <exception cref="Refused">409 <c>dispute_closed</c> or <c>evidence_deadline_passed</c>; 503 when the gateway cannot be reached.</exception>
    public async Task<PaymentDispute> RespondToDispute(Id<PaymentDispute> id, DisputeEvidence? evidence, CancellationToken cancellation)
    {
        var dispute = await InStore(async db =>
        {
            var owner = await db.PaymentDisputes.Where(d => d.Id == id.Value).Select(d => (long?)d.IntentId).FirstOrDefaultAsync(cancellation)
                ?? throw Refused.NotFound(PaymentDispute.Noun);
            await db.Lock(owner, cancellation);
            var open = await db.Load(id, cancellation);
            open.BeginAnswer(evidence, db.Now);
            Remember(db, owner, open.AnswerKey!); // just made
            await db.SaveChangesAsync(cancellation);
            return open;
        }, cancellation);
        return await Carry(dispute, cancellation);
    }

    private async Task<PaymentDispute> Carry(PaymentDispute dispute, CancellationToken cancellation)
    {
        if (dispute.AnswerKey is not { } key)
            return dispute;
        var intent = await InStore(db => db.PaymentIntents.SingleAsync(i => i.Id == dispute.IntentId, cancellation), cancellation);
        var gateway = gateways.Named(intent.Gateway!, Store); // a captured payment has one
        GatewayDispute answer;
        try
        {
            answer = dispute.Evidence is { } evidence
                ? await gateway.SubmitEvidence(dispute.GatewayReference, evidence, key, cancellation)
                : await gateway.AcceptDispute(dispute.GatewayReference, key, cancellation);
        }
        catch (GatewayException trouble) when (trouble.OutcomeUnknown)
        {
            log.LogWarning("Whether the answer to dispute {Dispute} arrived is unknown: {Reason}", dispute.Id, trouble.Code);
            return dispute;
        }
        catch (Exception failed) when (failed is GatewayException or GatewayRefused)
        {
            await Abandon(dispute, key, cancellation);
            throw failed is GatewayRefused refused ? Refusals.Of(refused) : Refusals.Of((GatewayException)failed);
        }

        await Record(intent, gateway, intent.GatewayReference!, async (db, locked) =>
        {
            var open = await Follow(db, locked, answer, null, db.Now, cancellation);
            open.ConfirmAnswer(db.Now);
            Forget(db, key);
        }, cancellation);
        return await Show(dispute.Id, cancellation);
    }

    private Task Abandon(PaymentDispute dispute, string key, CancellationToken cancellation) => InStore(async db =>
    {
        await db.Lock(dispute.IntentId, cancellation);
        var open = await db.PaymentDisputes.SingleAsync(d => d.Id == dispute.Id, cancellation);
        if (open.AnswerKey == key)
            open.AbandonAnswer();
        Forget(db, key);
        return await db.SaveChangesAsync(cancellation);
    }, cancellation);

    /// <summary>Plays the payer's bank, in a sandbox.</summary>
    /// <param name="minor">Null: all that was captured and not given back.</param>
    /// <exception cref="Refused">403 for a live store; 409 for a payment that is not captured or disputed already.</exception>
    public async Task<PaymentDispute> RegisterDispute(Id<PaymentIntent> id, long? minor, string? reason, bool isInquiry, CancellationToken cancellation)
    {
        if (!Store.IsTest)
            throw Refused.Forbidden("Disputes come from the card network; only a test key may play its part.");
        var intent = await InStore(db => db.Lock(id, cancellation), cancellation);
        if (intent.Captured == 0 || gateways.Named(intent.Gateway!, Store) is not IDisputableGateway bank) // captured through it
            throw Refused.Conflict("unexpected_state", "Only a payment that a gateway captured can be disputed.", new { Status = Words<IntentStatus>.Of(intent.Status) });
        GatewayDispute opened;
        try
        {
            opened = await bank.Dispute(
                intent.GatewayReference!, minor ?? intent.Captured - intent.Refunded, reason ?? "fraudulent", isInquiry, GatewayStep.NewKey(), cancellation);
        }
        catch (GatewayRefused refused)
        {
            throw Refusals.Of(refused);
        }

        await Settle(id, 0, cancellation);
        return await InStore(db => db.PaymentDisputes.SingleAsync(d => d.IntentId == intent.Id && d.GatewayReference == opened.Reference, cancellation), cancellation);
    }

    private Task<PaymentDispute> Show(long id, CancellationToken cancellation) =>
        InStore(db => db.PaymentDisputes.SingleAsync(d => d.Id == id, cancellation), cancellation);
}
