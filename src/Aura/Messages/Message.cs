using System.Text.Json;
using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Messages;

public enum MessageState
{
    /// <summary>Waits for its time, or for the morning.</summary>
    Queued,
    /// <summary>A worker is handing it over.</summary>
    Sending,
    /// <summary>The provider has it.</summary>
    Sent,
    Delivered,
    Bounced,
    /// <summary>The provider would not take it, however often it was asked.</summary>
    Failed,
    /// <summary>It was not to be sent: <see cref="Message.Reason"/>.</summary>
    Skipped,
    /// <summary>The server or the connection ended while it was handed over: it may have gone out, and is not sent again.</summary>
    Unknown,
}

/// <summary>One message to one person over one channel.</summary>
public sealed class Message : StoreEntity, IIdentified
{
    public static string Prefix => "msg";
    public static string[] OtherPrefixes => ["email", "sms", "push"];
    public static string Noun => "message";

    /// <summary>Times that a provider which takes nothing for now is asked.</summary>
    public const int MaxAttempts = 6;

    /// <summary>Null: to an address that nobody has, as a test.</summary>
    public long? ShopperId { get; private init; }

    public Channel Channel { get; private init; }
    public MessagePurpose Purpose { get; private init; }

    /// <summary><c>template_recovery_001</c> or <c>template_12</c>.</summary>
    public string Template { get; private init; } = "";

    public long? CampaignId { get; private init; }

    /// <summary>Messages that were wished for together over several channels: the number of the first.</summary>
    public long? GroupId { get; private init; }

    /// <summary>Unique in the store: the same wish makes one message.</summary>
    public string OnceKey { get; private init; } = "";

    /// <summary>The name of the <see cref="IExitCondition"/> that is asked before sending.</summary>
    public string? ExitCheck { get; private init; }

    /// <summary>What it is asked about.</summary>
    public string? ExitSubject { get; private init; }

    /// <summary>What the caller puts into the template, as JSON.</summary>
    public JsonDocument Values { get; private set; } = null!; // set by Of and by EF

    /// <summary>Of a test: where it goes.</summary>
    public string? Address { get; private set; }

    public MessageState State { get; private set; }

    /// <summary>Why it was skipped, failed or bounced.</summary>
    public string? Reason { get; private set; }

    /// <summary>What the gate found when it was last asked.</summary>
    public IReadOnlyList<GateFinding> Findings { get; private set; } = [];

    public string? Provider { get; private set; }

    /// <summary>What the provider calls it.</summary>
    public string? ProviderId { get; private set; }

    /// <summary>Times that it was handed over.</summary>
    public int Attempts { get; private set; }

    public string? Locale { get; private set; }
    public string? Subject { get; private set; }
    public string? Text { get; private set; }
    public string? Html { get; private set; }

    /// <summary>Where its links lead, in their order.</summary>
    public string[] Links { get; private set; } = [];

    /// <summary>Not before then, by the store's clock.</summary>
    public DateTime DueAt { get; private set; }

    public DateTime? SendingAt { get; private set; }
    public DateTime? SentAt { get; private set; }
    public DateTime? DeliveredAt { get; private set; }
    public DateTime? OpenedAt { get; private set; }

    /// <summary>When a link in it was first followed.</summary>
    public DateTime? ClickedAt { get; private set; }

    /// <summary>When a link in it was last followed, as far as that is known.</summary>
    public DateTime? LastClickedAt { get; private set; }

    /// <summary>Whether somebody got it, as far as is known.</summary>
    public bool IsOut => State is MessageState.Sent or MessageState.Delivered;

    internal static Message Of(MessageWish wish, long? group, DateTime now) => new()
    {
        ShopperId = wish.Shopper,
        Channel = wish.Channel,
        Purpose = wish.Purpose,
        Template = wish.Template,
        CampaignId = wish.Campaign,
        GroupId = group,
        OnceKey = wish.OnceKey,
        ExitCheck = wish.Exit?.Name,
        ExitSubject = wish.Exit?.Subject,
        Values = JsonSerializer.SerializeToDocument(wish.Values),
        Address = wish.Address,
        DueAt = wish.At ?? now,
    };

    /// <summary>Whether somebody began to send it and nobody knows how that ended: it may be out.</summary>
    public bool WasInterrupted => State == MessageState.Sending;

    internal void Note(GateVerdict verdict) => Findings = verdict.Findings;

    internal void Skip(string reason) => (State, Reason) = (MessageState.Skipped, reason);

    /// <summary>What may be out stays so while it waits.</summary>
    internal void Hold(DateTime until) => (State, DueAt) = (WasInterrupted ? MessageState.Sending : MessageState.Queued, until);

    /// <summary>The provider is asked again.</summary>
    /// <param name="isRefused">It said that it has not taken it.</param>
    internal void Retry(DateTime at, bool isRefused) => (State, DueAt) = (isRefused ? MessageState.Queued : MessageState.Sending, at);

    /// <summary>From here on it may be out, and is not sent again unless the provider knows it again.</summary>
    internal void Begin(string provider, string address, RenderedMessage content, DateTime now)
    {
        (State, Provider, Address, Attempts, SendingAt, Reason) = (MessageState.Sending, provider, address, Attempts + 1, now, null);
        (Locale, Subject, Text, Html, Links) = (content.Locale, content.Subject, content.Text, content.Html, [.. content.Links]);
    }

    internal void Taken(string? id, DateTime now)
    {
        (State, ProviderId, SentAt) = (MessageState.Sent, id, now);
    }

    internal void Arrived(DateTime now)
    {
        if (State is MessageState.Bounced)
            return;
        (State, SentAt, DeliveredAt) = (MessageState.Delivered, SentAt ?? now, DeliveredAt ?? now);
    }

    internal void Fail(string reason) => (State, Reason) = (MessageState.Failed, reason);

    internal void Bounce(string reason) => (State, Reason) = (MessageState.Bounced, reason);

    internal void Lose(string reason) => (State, Reason) = (MessageState.Unknown, reason);

    internal void Opened(DateTime now)
    {
        Arrived(now);
        OpenedAt ??= now;
    }

    /// <summary>Whoever clicks has opened it, and it has arrived.</summary>
    /// <param name="isRepeated">It may be an old click that is told once more.</param>
    internal void Clicked(DateTime now, bool isRepeated)
    {
        Opened(now);
        ClickedAt ??= now;
        LastClickedAt = isRepeated ? LastClickedAt ?? now : now;
    }

    /// <summary>Nothing is left that says who got what.</summary>
    internal void Forget()
    {
        (Address, Subject, Text, Html, Links, Values) = (null, null, null, null, [], JsonDocument.Parse("{}"));
        if (State == MessageState.Queued)
            Skip("recipient_erased");
    }
}

internal sealed class MessageMapping : IEntityTypeConfiguration<Message>
{
    public void Configure(EntityTypeBuilder<Message> message)
    {
        message.HasOne<Shopper>().WithMany().HasForeignKey(m => new { m.TenantId, m.ShopperId });
        message.HasOne<Campaign>().WithMany().HasForeignKey(m => new { m.TenantId, m.CampaignId });
        message.HasIndex(m => new { m.TenantId, m.OnceKey }).IsUnique();
        message.Property(m => m.Findings).Json();
    }
}
