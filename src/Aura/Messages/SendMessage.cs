using Aura.Connectors.Messages;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Messages;

/// <summary>Sends one message when it is due: decided and noted in one transaction, handed over outside of any, what came of it noted in another.</summary>
/// <remarks>
/// At most once. A message that this finds in the middle of being sent was left there by a server that ended: it is sent again only to a
/// provider that knows it again, and otherwise stays as unknown.
/// </remarks>
internal sealed class SendMessage(AuraDb db, Dispatch dispatch) : IJobHandler
{
    public static string Kind => "message.send";

    private static readonly TimeSpan[] Waits =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6)];

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var id = job.Read<Payload>().Message;
        var handover = await db.InTransaction(() => Take(id, cancellation), cancellation);
        if (handover is null)
            return null;
        var answer = await handover.Provider.Send(dispatch.Outgoing(handover), CancellationToken.None); // has a limit of its own; who stops halfway does not know
        await db.InTransaction(() => Note(id, handover.Message.Attempts, answer, handover.Provider.KnowsKeys), CancellationToken.None);
        return new { Outcome = $"{answer.Outcome}", answer.Reason };
    }

    private async Task<Handover?> Take(long id, CancellationToken cancellation)
    {
        var message = await Locked(id, cancellation);
        if (message is null || message.State is not (MessageState.Queued or MessageState.Sending) || message.DueAt > db.Now)
            return null;
        if (message.WasInterrupted && !await IsKnownAgain(message, cancellation))
        {
            message.Lose("The server ended while it was sent.");
            dispatch.Tell("message.unknown", message);
            await db.SaveChangesAsync(cancellation);
            return null;
        }

        var handover = await dispatch.Release(message, mayHandOver: true, cancellation);
        await db.SaveChangesAsync(cancellation);
        return handover;
    }

    private async Task<bool> IsKnownAgain(Message message, CancellationToken cancellation)
    {
        var (name, open) = await dispatch.Usable(await db.Channel(message.Channel, cancellation), cancellation);
        return name == message.Provider && open?.KnowsKeys == true;
    }

    /// <summary>Notes the answer, if nobody has given the message up meanwhile for another attempt.</summary>
    private async Task Note(long id, int attempt, SendAnswer answer, bool knowsKeys)
    {
        var cancellation = CancellationToken.None; // what is known is written down, even while the server stops
        db.ChangeTracker.Clear();
        var message = await Locked(id, cancellation);
        if (message is null || message.Attempts != attempt || message.State is not (MessageState.Sending or MessageState.Unknown))
            return;
        var again = answer.Outcome == SendOutcome.TryAgain || answer.Outcome == SendOutcome.Unknown && knowsKeys;
        if (answer.Outcome == SendOutcome.Accepted)
            message.Taken(answer.ProviderId, db.Now);
        else if (again && attempt < Message.MaxAttempts)
            Retry(message, answer);
        else if (answer.Outcome == SendOutcome.Unknown)
            message.Lose(answer.Reason!); // only what was accepted has none
        else
            message.Fail(answer.Reason!);
        if (answer.IsAddressDead)
            await db.Suppress(message.Channel, message.Address!, SuppressionReason.HardBounce, cancellation); // it was sent somewhere
        if (message.State is not (MessageState.Queued or MessageState.Sending))
            dispatch.Tell($"message.{Words<MessageState>.Of(message.State)}", message);
        await db.SaveChangesAsync(cancellation);
    }

    private void Retry(Message message, SendAnswer answer)
    {
        var wait = Waits[message.Attempts - 1];
        message.Retry(db.Now + (answer.RetryAfter is { } asked && asked > wait ? asked : wait), answer.Outcome == SendOutcome.TryAgain);
        db.Enqueue(message);
    }

    private Task<Message?> Locked(long id, CancellationToken cancellation) =>
        db.Messages.FromSql($"SELECT * FROM messages WHERE tenant_id = {db.Tenant} AND id = {id} FOR UPDATE").FirstOrDefaultAsync(cancellation);

    public sealed record Payload(long Message);
}
