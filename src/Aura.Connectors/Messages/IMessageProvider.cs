namespace Aura.Connectors.Messages;

/// <summary>Takes messages to people: an SMTP server, an API for e-mail or SMS, a push service.</summary>
public interface IMessageProvider
{
    /// <summary>The same key may be sent again: the provider keeps the second from going out.</summary>
    bool KnowsKeys { get; }

    /// <summary>Hands one message over. Trouble is an answer, not an exception.</summary>
    Task<SendAnswer> Send(OutgoingMessage message, CancellationToken cancellation);
}

/// <summary>A rendered message for one recipient.</summary>
/// <param name="Key">Names the message for ever: ASCII letters, digits, <c>_</c>, <c>-</c> and <c>.</c>.</param>
/// <param name="To">An e-mail address; a number in E.164; a push subscription as JSON (W3C Push API, <c>PushSubscription.toJSON()</c>).</param>
/// <param name="Text">The plain form, which every message has.</param>
public sealed record OutgoingMessage(string Key, string To, string Text)
{
    public string? ToName { get; init; }

    /// <summary>Of e-mail and push.</summary>
    public string? Subject { get; init; }

    public string? Html { get; init; }

    /// <summary>Where one click, and one POST without any, ends the subscription (RFC 8058).</summary>
    public string? UnsubscribeUrl { get; init; }

    /// <summary>Where a push leads.</summary>
    public string? Link { get; init; }
}

public enum SendOutcome
{
    /// <summary>The provider has it and answers for the rest.</summary>
    Accepted,
    /// <summary>It will never be taken as it is.</summary>
    Refused,
    /// <summary>It was not taken, and may be later.</summary>
    TryAgain,
    /// <summary>The connection ended after the message had been sent and before the answer: it may have been taken.</summary>
    Unknown,
}

/// <summary>What a provider said.</summary>
/// <param name="ProviderId">What the provider calls the message in its notices.</param>
/// <param name="Reason">For people; null where it was accepted. Without addresses and secrets.</param>
public sealed record SendAnswer(SendOutcome Outcome, string? ProviderId = null, string? Reason = null)
{
    /// <summary>How long to wait before trying again; null: the provider did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>It is the address that is wrong, or its owner who wants nothing: nothing more should go there.</summary>
    public bool IsAddressDead { get; init; }

    public static SendAnswer Accepted(string? id) => new(SendOutcome.Accepted, id);
    public static SendAnswer Refused(string reason, bool dead = false) => new(SendOutcome.Refused, null, reason) { IsAddressDead = dead };
    public static SendAnswer TryAgain(string reason, TimeSpan? after = null) => new(SendOutcome.TryAgain, null, reason) { RetryAfter = after };
    public static SendAnswer Unknown(string reason) => new(SendOutcome.Unknown, null, reason);
}
