using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Messages;

/// <summary>How other modules have messages sent.</summary>
public static class Messaging
{
    /// <summary>
    /// Queues a message in the caller's transaction; a job sends it when it is due. Whether it goes out is decided then, by the gate:
    /// the store, the channel, suppression, consent, the exit condition, duplicates, the cap of the day and quiet hours. What becomes of it
    /// is in <see cref="Message.State"/>, and the log says <c>message.sent</c>, <c>message.skipped</c>, <c>message.failed</c> or <c>message.unknown</c>.
    /// </summary>
    /// <remarks>Saves the context: a second wish of the same key finds the first.</remarks>
    /// <returns>The message, new or from before.</returns>
    /// <exception cref="Refused">404 for a template that there is not, 422 for one that says nothing over the channel.</exception>
    public static async Task<Message> Queue(this AuraDb db, MessageWish wish, CancellationToken cancellation, long? group = null)
    {
        if (await db.Messages.FirstOrDefaultAsync(m => m.OnceKey == wish.OnceKey, cancellation) is { } former)
            return former;
        (await db.Template(wish.Template, cancellation)).Demand(wish.Channel);
        var message = Message.Of(wish, group, db.Now);
        db.Messages.Add(message);
        db.Enqueue(message);
        await db.SaveChangesAsync(cancellation);
        return message;
    }

    /// <summary>Leaves a job that sends the message when it is due.</summary>
    internal static void Enqueue(this AuraDb db, Message message)
    {
        if (message.Id == 0)
            message.Identify(db.Tenant, db.NextId());
        db.Enqueue<SendMessage>(
            new SendMessage.Payload(message.Id), message.DueAt, key: $"{message.Id}.{message.Attempts}.{message.DueAt.Ticks}", lane: $"messages:{db.Tenant}:{Words<Channel>.Of(message.Channel)}");
    }

    public static void AddMessages(this IServiceCollection services)
    {
        services.AddSingleton<Connectors.Messages.MessageProviders>();
        services.AddSingleton<MessageLinks>();
        services.AddScoped<Dispatch>();
        services.AddSingleton(provider => new Connectors.Language.ChatModel(provider.GetRequiredService<Connectors.OutboundAddresses>()));
        services.AddScoped<Writing.MessageWriter>();
        services.AddSingleton<Customers.IPersonalData, CorrespondenceData>();
        services.AddJob<SendMessage>();
        services.AddJob<SendCampaign>();
    }
}
