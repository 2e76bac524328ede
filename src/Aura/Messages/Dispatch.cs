using Aura.Accounts;
using Aura.Connectors.Messages;
using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Messages;

/// <summary>Takes messages through the gate, and lets go of those that may go.</summary>
public sealed class Dispatch(AuraDb db, KeyRing ring, MessageLinks links, MessageProviders providers, IEnumerable<IExitCondition> exits)
{
    /// <summary>Asks the gate, in the transaction that is open, and acts: the message is skipped, held, kept in the mailbox, or being sent afterwards.</summary>
    /// <param name="mayHandOver">The caller sends what begins. If not, a message that is to go to a provider stays queued.</param>
    /// <returns>What to hand over; null: nothing.</returns>
    internal async Task<Handover?> Release(Message message, bool mayHandOver, CancellationToken cancellation)
    {
        var shopper = await Locked(message.ShopperId, cancellation);
        var setup = await db.Channel(message.Channel, cancellation);
        var recipient = shopper is null
            ? new Recipient(message.Address, null, null, RecipientZones.Of(null, null, db.Caller.Settings.TimeZone))
            : await db.Reach(shopper, message.Channel, cancellation);
        var (provider, open) = await Usable(setup, cancellation);
        var verdict = SendGate.Ask(await Facts(message, setup, recipient, provider, cancellation));
        message.Note(verdict);
        if (verdict.Skip is { } reason)
        {
            if (message.WasInterrupted)
                message.Lose($"It may have gone out, and was not sent again: {reason}.");
            else
                message.Skip(reason);
            Tell($"message.{Words<MessageState>.Of(message.State)}", message);
            return null;
        }

        if (verdict.HoldUntil is { } until)
        {
            message.Hold(until);
            db.Enqueue(message);
            return null;
        }

        if (provider != ChannelSetup.Mailbox && !mayHandOver)
            return null;
        await Begin(message, recipient, provider!, cancellation); // the gate has seen that there is one
        if (open is not null)
            return new(message, open, recipient);
        message.Arrived(db.Now);
        Tell("message.sent", message);
        return null;
    }

    /// <summary>Queues a message for each channel and takes it through the gate at once, in the transaction that is open: what the mailbox keeps has arrived
    /// then, what is not to be sent has its reason, and what goes to a provider is left to a job.</summary>
    /// <param name="wish">The wish for a channel; its key is given here.</param>
    /// <exception cref="Refused">As from <see cref="Messaging.Queue"/>.</exception>
    public async Task<IReadOnlyList<Message>> SendTogether(IReadOnlyList<Channel> channels, Func<Channel, MessageWish> wish, CancellationToken cancellation)
    {
        var (group, messages) = (db.NextId(), new List<Message>());
        foreach (var channel in channels)
        {
            var message = await db.Queue(wish(channel) with { OnceKey = $"send:{group}:{Words<Channel>.Of(channel)}" }, cancellation, group);
            await Release(message, mayHandOver: false, cancellation);
            await db.SaveChangesAsync(cancellation);
            messages.Add(message);
        }

        return messages;
    }

    internal void Tell(string type, Message message) => db.Publish(type, message, new
    {
        Channel = Words<Channel>.Of(message.Channel), message.Template, Reason = message.Reason,
        CampaignId = message.CampaignId is { } campaign ? $"{new Id<Campaign>(campaign)}" : null,
    });

    /// <summary>Opens a provider, as the settings of the channel and of the store's account there say now.</summary>
    /// <returns>No name where they are not enough any more: an account may have been taken away. Nothing to open for the mailbox.</returns>
    internal async Task<(string? Name, IMessageProvider? Open)> Usable(ChannelSetup setup, CancellationToken cancellation)
    {
        var name = setup.Effective(db.Caller.IsTest, ring);
        if (name is null or ChannelSetup.Mailbox)
            return (name, null);
        try
        {
            return (name, providers.Open(name, await db.SettingsOf(setup, ring, cancellation)));
        }
        catch (WrongSettings)
        {
            return (null, null);
        }
    }

    /// <summary>One message to a person at a time goes through the gate, so that the cap holds.</summary>
    private async Task<Shopper?> Locked(long? id, CancellationToken cancellation) => id is null ? null : await db.Shoppers
        .FromSql($"SELECT * FROM shoppers WHERE tenant_id = {db.Tenant} AND id = {id} FOR NO KEY UPDATE").SingleAsync(cancellation);

    /// <summary>Two people may have one address: of a campaign, one message to an address at a time is asked whether there was another.</summary>
    private Task LockAddress(Message message, string? address, CancellationToken cancellation) => message.CampaignId is null || address is null
        ? Task.CompletedTask
        : db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({$"message:{db.Tenant}:{message.CampaignId}:{address}"}, 0))", cancellation);

    private async Task<GateFacts> Facts(Message message, ChannelSetup setup, Recipient recipient, string? provider, CancellationToken cancellation)
    {
        var (channel, normal) = (message.Channel, recipient.Address is null ? null : Recipient.Normal(message.Channel, recipient.Address));
        await LockAddress(message, recipient.Address, cancellation);
        var today = RecipientZones.DayBegan(recipient.Zones, db.Now);
        return new()
        {
            IsStoreActive = await db.Stores.AnyAsync(s => s.Id == db.Tenant && s.Status == StoreStatus.Active, cancellation),
            Purpose = message.Purpose,
            Setup = setup,
            Address = recipient.Address,
            Suppressed = await db.Suppressions.Where(s => s.Channel == channel && s.Address == normal).Select(s => (SuppressionReason?)s.Reason).FirstOrDefaultAsync(cancellation),
            Consent = Consent.Of(await db.Consents.AsNoTracking().Where(c => c.ShopperId == message.ShopperId).ToListAsync(cancellation), channel),
            Exit = await ReasonNotToSend(message, cancellation),
            IsDuplicate = message.CampaignId != null && await db.Messages.AnyAsync(
                m => m.CampaignId == message.CampaignId && m.Channel == channel && m.Id != message.Id && m.Address == recipient.Address && m.SendingAt != null, cancellation),
            SentToday = await db.Messages.CountAsync(m => m.ShopperId == message.ShopperId && m.Channel == channel && m.Id != message.Id
                && m.Purpose == MessagePurpose.Marketing && m.SendingAt >= today, cancellation),
            Zones = recipient.Zones,
            Now = db.Now,
            Provider = provider,
        };
    }

    private async Task<string?> ReasonNotToSend(Message message, CancellationToken cancellation)
    {
        if (message.ExitCheck is not { } name)
            return null;
        var exit = exits.FirstOrDefault(condition => condition.Name == name) ?? throw new InvalidOperationException($"There is no exit condition called {name}.");
        return await exit.ReasonNotToSend(db, message, cancellation);
    }

    private async Task Begin(Message message, Recipient recipient, string provider, CancellationToken cancellation)
    {
        var template = await db.Template(message.Template, cancellation);
        var (tenant, id) = (message.TenantId, message.Id);
        var values = await db.SharedValues(recipient.Name, links.Unsubscribe(tenant, id), recipient.Locale, cancellation);
        foreach (var (name, value) in MessageRendering.Values(message.Values))
            values[name] = value;
        var content = MessageRendering.Render(
            template, message.Channel, recipient.Locale, values, message.Purpose == MessagePurpose.Marketing, link => message.Channel == Channel.Sms ? links.Short(tenant, id, link) : links.Click(tenant, id, link), links.Pixel(tenant, id));
        message.Begin(provider, recipient.Address!, content, db.Now); // the gate has seen that there is one
    }

    /// <summary>The message as the provider gets it.</summary>
    internal OutgoingMessage Outgoing(Handover handover)
    {
        var message = handover.Message;
        return new($"{new Id<Message>(message.Id)}.{message.TenantId}", message.Address!, message.Text ?? "") // it has begun
        {
            ToName = handover.Recipient.Name,
            Subject = message.Subject,
            Html = message.Html,
            UnsubscribeUrl = message.Purpose == MessagePurpose.Marketing && message.Channel == Channel.Email ? links.Unsubscribe(message.TenantId, message.Id) : null,
            Link = message.Channel == Channel.Push && message.Links.Length > 0 ? links.Click(message.TenantId, message.Id, 0) : MessageRendering.Values(message.Values).GetValueOrDefault("url") as string,
        };
    }
}

/// <summary>A message that is to be handed to its provider, outside of any transaction.</summary>
internal sealed record Handover(Message Message, IMessageProvider Provider, Recipient Recipient);
