using Aura.Connectors.Messages;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Messages;

/// <summary>What becomes of messages after they are out: notices of providers, and what recipients do.</summary>
public static class MessageNotices
{
    private static readonly string[] StopWords = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "STOPP", "ARRET"];

    /// <summary>Takes what a provider tells. The same may come twice.</summary>
    public static async Task Take(this AuraDb db, Channel channel, string provider, IReadOnlyList<DeliveryNotice> notices, CancellationToken cancellation)
    {
        foreach (var notice in notices)
            await db.InTransaction(() => db.Take(channel, provider, notice, cancellation), cancellation);
    }

    /// <summary>Whether a reply means that its writer wants no more. Source: CTIA, Messaging Principles and Best Practices (2023), opt-out.</summary>
    public static bool IsStop(string reply) =>
        StopWords.Contains(reply.Trim().TrimEnd('.', '!').Replace("-", "", StringComparison.Ordinal).Split(' ')[0].ToUpperInvariant()) && reply.Trim().Length <= 30;

    /// <summary>Notes an opening or a click.</summary>
    /// <param name="link">The number of the link; null: it was opened.</param>
    /// <returns>Where the link leads; null where there is no such message or link.</returns>
    public static Task<string?> Follow(this AuraDb db, long id, int? link, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        if (await db.Locked(id, cancellation) is not { } message || link >= message.Links.Length)
            return null;
        if (message.IsOut)
        {
            var isNew = link is null ? message.OpenedAt is null : message.ClickedAt is null;
            if (link is null)
                message.Opened(db.Now);
            else
                message.Clicked(db.Now, isRepeated: false);
            if (isNew && link is not null)
                db.Publish("message.clicked", message, new { Channel = Words<Channel>.Of(message.Channel) });
            await db.SaveChangesAsync(cancellation);
        }

        return link is { } number ? message.Links[number] : "";
    }, cancellation);

    /// <summary>Whoever got the message wants no more advertising over its channel.</summary>
    /// <returns>Whether there is such a message.</returns>
    public static Task<bool> Unsubscribe(this AuraDb db, long id, string source, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        if (await db.Messages.AsNoTracking().FirstOrDefaultAsync(m => m.Id == id, cancellation) is not { } message)
            return false;
        await db.Withdraw(message.Channel, message.ShopperId, source, cancellation);
        await db.SaveChangesAsync(cancellation);
        return true;
    }, cancellation);

    private static async Task Take(this AuraDb db, Channel channel, string provider, DeliveryNotice notice, CancellationToken cancellation)
    {
        var message = await db.MessageOf(provider, notice, cancellation);
        switch (notice.Kind)
        {
            case NoticeKind.Delivered when message is { State: MessageState.Sending or MessageState.Sent or MessageState.Unknown }:
                message.Arrived(db.Now);
                break;
            case NoticeKind.HardBounce or NoticeKind.SoftBounce when message is not null && message.State != MessageState.Bounced:
                message.Bounce(notice.Text ?? "");
                db.Publish("message.bounced", message, new { Channel = Words<Channel>.Of(message.Channel), Hard = notice.Kind == NoticeKind.HardBounce });
                break;
            case NoticeKind.Opened when message is { IsOut: true }:
                message.Opened(db.Now);
                break;
            case NoticeKind.Clicked when message is { IsOut: true }:
                message.Clicked(db.Now, isRepeated: true);
                break;
            case NoticeKind.Unsubscribed when message is not null:
                await db.Withdraw(channel, message.ShopperId, "provider", cancellation);
                break;
        }

        await db.StopAt(channel, message, notice, cancellation);
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Some notices say that nothing more may go to an address.</summary>
    private static async Task StopAt(this AuraDb db, Channel channel, Message? message, DeliveryNotice notice, CancellationToken cancellation)
    {
        SuppressionReason? reason = notice.Kind switch
        {
            NoticeKind.HardBounce => SuppressionReason.HardBounce,
            NoticeKind.Complaint => SuppressionReason.Complaint,
            NoticeKind.Reply when IsStop(notice.Text ?? "") => SuppressionReason.StopWord,
            _ => null,
        };
        if (reason is null || (notice.Address ?? message?.Address) is not { } address)
            return;
        await db.Suppress(channel, address, reason.Value, cancellation);
        if (reason != SuppressionReason.HardBounce)
            await db.Withdraw(channel, message?.ShopperId ?? await db.LastAt(channel, address, cancellation), Words<SuppressionReason>.Of(reason.Value), cancellation);
    }

    private static async Task Withdraw(this AuraDb db, Channel channel, long? shopper, string source, CancellationToken cancellation)
    {
        if (await db.Shoppers.FirstOrDefaultAsync(s => s.Id == shopper, cancellation) is not { } known)
            return;
        var latest = Consent.Of(await db.Consents.AsNoTracking().Where(c => c.ShopperId == known.Id).ToListAsync(cancellation), channel);
        if (latest != false)
            db.Consents.Add(Consent.Record(known, Consent.TypeFor(channel), false, source, db.Now, channel));
    }

    private static async Task<long?> LastAt(this AuraDb db, Channel channel, string address, CancellationToken cancellation)
    {
        var normal = Recipient.Normal(channel, address);
        return await db.Messages.Where(m => m.Channel == channel && m.Address == normal).OrderByDescending(m => m.Id).Select(m => m.ShopperId).FirstOrDefaultAsync(cancellation);
    }

    private static async Task<Message?> MessageOf(this AuraDb db, string provider, DeliveryNotice notice, CancellationToken cancellation)
    {
        var id = Id<Message>.ToNumber(notice.Key?.Split('.')[0]) ?? (notice.ProviderId is null ? null
            : await db.Messages.Where(m => m.Provider == provider && m.ProviderId == notice.ProviderId).Select(m => (long?)m.Id).FirstOrDefaultAsync(cancellation));
        return id is { } number ? await db.Locked(number, cancellation) : null;
    }

    private static Task<Message?> Locked(this AuraDb db, long id, CancellationToken cancellation) =>
        db.Messages.FromSql($"SELECT * FROM messages WHERE tenant_id = {db.Tenant} AND id = {id} FOR UPDATE").FirstOrDefaultAsync(cancellation);
}
