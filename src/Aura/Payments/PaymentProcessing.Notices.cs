using Aura.Connectors.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Aura.Payments;

/// <summary>What gateways tell by themselves, and what they have to be asked.</summary>
public sealed partial class PaymentProcessing
{
    /// <summary>Keys of calls live for a day at the gateways; a call older than this is not repeated, for it would be a new one.</summary>
    private static readonly TimeSpan KeyLife = TimeSpan.FromHours(23);

    /// <summary>Verifies a webhook of a gateway and takes in what it says, however often and in whatever order it comes.</summary>
    /// <exception cref="Refused">400 for a message that the gateway did not sign, or about a payment that is not known (yet).</exception>
    public async Task Receive(string gateway, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        if (!gateways.Knows(gateway))
            throw Refused.BadRequest("There is no such gateway.");
        GatewayNotice? notice;
        try
        {
            notice = gateways.Named(gateway, Store).ParseNotice(headers, body, time.GetUtcNow().UtcDateTime);
        }
        catch (UnverifiedNotice unverified)
        {
            throw Refused.BadRequest(unverified.Message);
        }

        if (notice is { Reference: not "" })
            await Settle(gateway, notice, cancellation);
    }

    /// <summary>Takes in one verified notice.</summary>
    /// <inheritdoc cref="Receive"/>
    public async Task Settle(string gateway, GatewayNotice notice, CancellationToken cancellation)
    {
        var known = await Find(gateway, notice.Reference, cancellation) ?? throw Refused.BadRequest("There is no payment with this reference here.");
        var opened = gateways.Named(gateway, Store);
        try
        {
            await CatchUp(known, notice, opened, cancellation);
        }
        catch (GatewayException trouble)
        {
            throw new Refused(Refusal.Unavailable, "gateway_unavailable", $"The gateway could not be asked ({trouble.Code}). Send the notice again later.");
        }

        await Record(known, opened, notice.Reference, (db, intent) => IsOurs(intent, notice)
            ? throw Refused.Conflict("refund_in_progress", "The answer to this refund is not here yet. Send the notice again later.")
            : Take(db, intent, notice, cancellation), cancellation);
    }

    /// <summary>The payment that a gateway calls so; null: there is none in this store.</summary>
    public Task<PaymentIntent?> Find(string gateway, string reference, CancellationToken cancellation) => InStore(db => db.PaymentIntents.Include(i => i.Refunds)
        .FirstOrDefaultAsync(i => i.Gateway == gateway && i.GatewayReference == reference, cancellation), cancellation);

    /// <summary>The notice is most likely about a refund that waits for its answer. Taken for another one, it would count twice.</summary>
    private bool IsOurs(PaymentIntent intent, GatewayNotice notice) => notice.RefundReference is { } reference &&
        !intent.Refunds.Any(r => r.GatewayReference == reference) &&
        intent.Refunds.Any(r => r.IsUnanswered && r.Amount == notice.Minor && !IsStale(r.CreatedAt));

    /// <summary>A notice that overtook others says that they are true: refunds and disputes follow a capture, and the reference of a
    /// refund that we asked for is in an answer that has not arrived.</summary>
    private async Task CatchUp(PaymentIntent intent, GatewayNotice notice, IPaymentGateway gateway, CancellationToken cancellation)
    {
        var aboutMoneyTaken = notice.RefundReference is not null || notice.Dispute is not null;
        if (aboutMoneyTaken && intent.Captured == 0 && await gateway.Lookup(notice.Reference, cancellation) is { } now)
            await Record(intent, gateway, notice.Reference, (db, locked) => { locked.Learn(now, db.Now); return Task.CompletedTask; }, cancellation);
        if (notice.RefundReference is not { } refund || intent.Refunds.Any(r => r.GatewayReference == refund))
            return;
        foreach (var unanswered in intent.Refunds.Where(r => r.IsUnanswered && !IsStale(r.CreatedAt)))
            await Carry(intent, unanswered, cancellation);
        if (intent.Captured - intent.Refunding < notice.Minor) // unless one of those that we know of came back
            foreach (var known in intent.Refunds.Where(r => r is { Status: not RefundStatus.Failed, GatewayReference: not null }))
                await Ask(intent, known, gateway, cancellation);
    }

    private async Task Take(AuraDb db, PaymentIntent intent, GatewayNotice notice, CancellationToken cancellation)
    {
        if (notice.Dispute is { } dispute)
            await Follow(db, intent, dispute, notice.EventId, notice.At, cancellation);
        else if (notice.RefundReference is { } reference)
            intent.Learn(
                RefundOf(intent, notice, reference),
                new(notice.Type == GatewayNoticeType.Refunded ? GatewayStatus.Succeeded : GatewayStatus.Failed, reference, notice.Minor)
                {
                    DeclineCode = notice.DeclineCode,
                },
                notice.EventId, notice.At);
        else
            intent.Learn(notice);
    }

    /// <exception cref="Refused">409 for more than the payment has left by all that is known here: the gateway keeps the notice and sends it again.</exception>
    private Refund RefundOf(PaymentIntent intent, GatewayNotice notice, string reference)
    {
        var known = intent.Refunds.FirstOrDefault(r => r.GatewayReference == reference)
            ?? intent.Refunds.FirstOrDefault(r => r.IsUnanswered && r.Amount == notice.Minor); // whose answer will never come
        if (known is not null)
            return known;
        if (notice.Type == GatewayNoticeType.Refunded && !intent.MakeRoom(notice.Minor))
        {
            log.LogError("The gateway says that it gave back {Minor} of payment {Payment}, of which less is left", notice.Minor, intent.Id);
            throw Refused.Conflict("refund_exceeds_captured", "More was given back than is left of this payment here. Send the notice again later.",
                new { notice.Minor, intent.Captured, intent.Refunding });
        }

        return intent.Adopt(notice);
    }

    private static async Task<PaymentDispute> Follow(
        AuraDb db, PaymentIntent intent, GatewayDispute told, string? eventId, DateTime at, CancellationToken cancellation)
    {
        var dispute = await db.PaymentDisputes.FirstOrDefaultAsync(d => d.IntentId == intent.Id && d.GatewayReference == told.Reference, cancellation);
        if (dispute is null)
        {
            dispute = PaymentDispute.Open(intent.Id, told);
            db.PaymentDisputes.Add(dispute);
            db.Publish("dispute.opened", dispute, new { dispute.Amount, dispute.Reason, OrderId = intent.OrderName });
        }

        if (dispute.Follow(told, at))
            db.Publish(dispute.IsClosed ? "dispute.closed" : "dispute.updated", dispute, new { dispute.Amount, Status = Words<DisputeStatus>.Of(dispute.Status), OrderId = intent.OrderName });
        intent.Learn(dispute, told.Status == dispute.Status ? told.IsWithdrawn : dispute.Status.IsWithdrawn(), eventId, at);
        return dispute;
    }

    /// <summary>Finds out how everything about a payment stands that is still open: repeats lost calls with their keys, and asks.</summary>
    /// <param name="attempt">How often it was in vain; decides when it is tried again.</param>
    public async Task Settle(Id<PaymentIntent> id, int attempt, CancellationToken cancellation)
    {
        var intent = await InStore(db => db.Lock(id, cancellation), cancellation);
        await UnlessRefused(id, () => intent.Step is not null && IsStale(intent.UpdatedAt) ? Conclude(intent, cancellation) : Carry(intent, cancellation));
        foreach (var refund in intent.Refunds.Where(r => r.IsUnanswered && !IsStale(r.CreatedAt)))
            await Carry(intent, refund, cancellation);
        foreach (var dispute in await InStore(db => db.PaymentDisputes.Where(d => d.IntentId == id.Value && d.AnswerKey != null).ToListAsync(cancellation), cancellation))
            await UnlessRefused(id, () => Carry(dispute, cancellation));
        intent = await InStore(db => db.Lock(id, cancellation), cancellation);
        if (intent is { Gateway: { } name, GatewayReference: { } reference })
            await Ask(intent, gateways.Named(name, Store), reference, cancellation);
        await InStore(async db =>
        {
            var locked = await db.Lock(id, cancellation);
            if (locked.Step is not null && !IsStale(locked.UpdatedAt) || locked.Refunds.Any(r => r.IsUnanswered && !IsStale(r.CreatedAt)))
                await LookAgain(db, locked, db.Now + Patience * Math.Pow(2, Math.Min(attempt, 6)), cancellation, attempt + 1);
            return await db.SaveChangesAsync(cancellation);
        }, cancellation);
    }

    /// <summary>One call that is given up must not keep the others from being settled.</summary>
    private async Task UnlessRefused(Id<PaymentIntent> id, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Refused refused)
        {
            log.LogWarning("A call for payment {Payment} is given up: {Reason}", id.Value, refused.Message);
        }
    }

    /// <summary>A call that is too old to be repeated: the gateway's word on the payment decides whether it was made.</summary>
    private async Task Conclude(PaymentIntent intent, CancellationToken cancellation)
    {
        var gateway = gateways.Named(intent.Gateway!, Store); // a step has a gateway
        if (intent is { GatewayReference: { } reference, Step: { } step } && await gateway.Lookup(reference, cancellation) is { } now)
            await Record(intent, gateway, reference, (db, locked) => { locked.Conclude(step, now, db.Now); return Task.CompletedTask; }, cancellation);
        else
            log.LogError("Payment {Payment} waits for an answer since {Since}; look for it at the gateway by hand", intent.Id, intent.UpdatedAt);
    }

    private async Task Ask(PaymentIntent intent, IPaymentGateway gateway, string reference, CancellationToken cancellation)
    {
        if (gateway is IPolledGateway polled)
        {
            foreach (var notice in (await polled.Notices(reference, cancellation)).Sent)
                await Record(intent, gateway, reference, (db, locked) =>
                    IsOurs(locked, notice) ? Task.CompletedTask : Take(db, locked, notice, cancellation), cancellation);
            return;
        }

        if (intent is { Status: IntentStatus.Processing, Step: null } && await gateway.Lookup(reference, cancellation) is { } now)
            await Record(intent, gateway, reference, (db, locked) => { locked.Learn(now, db.Now); return Task.CompletedTask; }, cancellation);
        foreach (var refund in intent.Refunds.Where(r => r is { Status: RefundStatus.Pending, GatewayReference: not null }))
            await Ask(intent, refund, gateway, cancellation);
    }

    /// <summary>Asks what became of a refund that the gateway has named.</summary>
    private async Task Ask(PaymentIntent intent, Refund refund, IPaymentGateway gateway, CancellationToken cancellation)
    {
        if (await gateway.Lookup(refund.GatewayReference!, cancellation) is { } told) // it is named
            await Record(intent, gateway, intent.GatewayReference!, (db, locked) => // so is the payment
            {
                locked.Learn(locked.Refunds.Single(r => r.Id == refund.Id), told, null, db.Now);
                return Task.CompletedTask;
            }, cancellation);
    }

    private bool IsStale(DateTime since) => time.GetUtcNow().UtcDateTime + Store.ClockOffset - since > KeyLife;
}
