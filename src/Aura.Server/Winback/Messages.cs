using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Messages;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Every message, sent or not, and why; the mailbox shows those that were kept in place of being sent.</summary>
internal static class Messages
{
    private static readonly Listing<Message, MessageResponse> Shape = Listing(MessageResponse.From);
    private static readonly Listing<Message, KeptMessage> Kept = Listing(KeptMessage.From);

    public static void MapMessages(this RouteGroupBuilder api)
    {
        var messages = api.MapGroup(MultiChannel.Path).WithTags("Messages").Scope("messages").NeverCached();
        messages.MapGet("/mailbox", Mailbox).Lists(Kept);
        messages.MapGet("/messages", List).Lists(Shape);
        messages.MapGet("/messages/{id}", Show);
        messages.MapGet("/messages/{id}/why", Why);
    }

    private static Listing<Message, T> Listing<T>(Expression<Func<Message, T>> shape) => new Listing<Message, T>(shape)
        .Field("status", m => m.State)
        .Field("channel", m => m.Channel)
        .Field("templateId", m => m.Template)
        .Field("createdAt", m => m.CreatedAt)
        .Parameter("status", words: Words<MessageState>.All)
        .Parameter("channel", words: Words<Channel>.All)
        .Parameter("templateId");

    private static Task<MailboxList> Mailbox(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Kept.List(db.Messages.Where(m => m.Provider == ChannelSetup.Mailbox), list, rows => new MailboxList(rows), cancellation);

    private static Task<MessageList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Messages, list, rows => new MessageList(rows), cancellation);

    private static async Task<OneMessage> Show(Id<Message> id, AuraDb db, CancellationToken cancellation) => new(await Kept.Show(db.Messages, id, cancellation));

    private static async Task<WhyResponse> Why(Id<Message> id, AuraDb db, CancellationToken cancellation)
    {
        var message = await db.Messages.AsNoTracking().FirstOrDefaultAsync(m => m.Id == id.Value, cancellation) ?? throw Refused.NotFound(Message.Noun);
        return WhyResponse.Of(message);
    }
}

public sealed record MessageList(IReadOnlyList<MessageResponse> Messages) : Listed;

public sealed record MailboxList(IReadOnlyList<KeptMessage> Messages) : Listed;

public sealed record OneMessage(KeptMessage Message);

/// <param name="DueAt">Of a message that waits: when it is its turn.</param>
public sealed record MessageResponse(
    Id<Message> Id, Channel Channel, MessageState Status, string? Reason, string TemplateId, MessagePurpose Purpose, string? Subject, DateTime CreatedAt, DateTime DueAt, DateTime? SentAt,
    DateTime? DeliveredAt, DateTime? OpenedAt, DateTime? ClickedAt)
{
    public static readonly Expression<Func<Message, MessageResponse>> From = m => new(
        m.Id, m.Channel, m.State, m.Reason, m.Template, m.Purpose, m.Subject, m.CreatedAt, m.DueAt, m.SentAt, m.DeliveredAt, m.OpenedAt, m.ClickedAt);
}

/// <param name="To">Where it went.</param>
/// <param name="Text">The plain form.</param>
/// <param name="Links">Where the links of the HTML lead, in their order.</param>
public sealed record KeptMessage(
    Id<Message> Id, Channel Channel, MessageState Status, string? Reason, string TemplateId, MessagePurpose Purpose, string? Provider, string? To, string? Locale, string? Subject, string? Text,
    string? Html, IReadOnlyList<string> Links, int Attempts, DateTime CreatedAt, DateTime DueAt, DateTime? SentAt, DateTime? DeliveredAt, DateTime? OpenedAt, DateTime? ClickedAt)
{
    public static readonly Expression<Func<Message, KeptMessage>> From = m => new(
        m.Id, m.Channel, m.State, m.Reason, m.Template, m.Purpose, m.Provider, m.Address, m.Locale, m.Subject, m.Text, m.Html, m.Links, m.Attempts, m.CreatedAt, m.DueAt, m.SentAt, m.DeliveredAt,
        m.OpenedAt, m.ClickedAt);
}

/// <summary>What the gate found when it was last asked, step by step; the steps behind one that did not pass were not asked.</summary>
/// <param name="Explanation">In a sentence.</param>
public sealed record WhyResponse(Id<Message> MessageId, MessageState Status, string? Reason, string Explanation, IReadOnlyList<WhyStep> Steps, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTime? HeldUntil)
{
    internal static WhyResponse Of(Message message) => new(
        message.Id, message.State, message.Reason, Explain(message), [.. message.Findings.Select(finding => new WhyStep(finding.Step, finding.Passed, finding.Detail))],
        message.State == MessageState.Queued ? message.DueAt : null);

    private static string Explain(Message message) => message.State switch
    {
        MessageState.Queued when message.Findings is [.., { Passed: false }] => "It waits for the end of the quiet hours, and is asked everything again then.",
        MessageState.Queued when message.Attempts > 0 => "The provider did not take it; it is asked again.",
        MessageState.Queued => "It waits for its turn.",
        MessageState.Sending => "It is being handed to its provider.",
        MessageState.Skipped => $"It was not sent: {message.Reason}.",
        MessageState.Failed => $"The provider refused it: {message.Reason}",
        MessageState.Bounced => "It went out and came back.",
        MessageState.Unknown => $"It may have gone out, and is not sent again: {message.Reason}",
        _ => message.Provider == ChannelSetup.Mailbox ? "It is kept in the mailbox, in place of being sent." : "It went out.",
    };
}

/// <param name="Detail">A word where it did not pass, else a sentence.</param>
public sealed record WhyStep(GateStep Step, bool Passed, string Detail);
