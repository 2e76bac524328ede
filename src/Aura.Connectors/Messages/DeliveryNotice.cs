namespace Aura.Connectors.Messages;

public enum NoticeKind
{
    /// <summary>Handed on, not yet arrived.</summary>
    Sent,
    Delivered,
    /// <summary>The address does not exist, or will never take anything.</summary>
    HardBounce,
    /// <summary>It did not arrive this time.</summary>
    SoftBounce,
    /// <summary>The recipient called it spam.</summary>
    Complaint,
    /// <summary>The recipient wants no more of the kind.</summary>
    Unsubscribed,
    Opened,
    Clicked,
    /// <summary>The recipient wrote: <see cref="DeliveryNotice.Text"/>.</summary>
    Reply,
}

/// <summary>What a provider tells later, of a message or its recipient.</summary>
/// <param name="ProviderId">As in the answer to the message; null in replies.</param>
/// <param name="Address">Whom it is about, where the provider says so.</param>
/// <param name="Text">Of a reply, what it says; else the reason, for people.</param>
public sealed record DeliveryNotice(NoticeKind Kind, string? ProviderId, string? Address, string? Text = null)
{
    /// <summary>That of <see cref="OutgoingMessage"/>, where the provider gives it back.</summary>
    public string? Key { get; init; }
}

/// <summary>Reads and verifies what one provider's webhook sends.</summary>
public interface IDeliveryNotices
{
    /// <summary>What the request tells; things of no interest are left out.</summary>
    /// <exception cref="UnverifiedDelivery">The signature is missing or wrong.</exception>
    IReadOnlyList<DeliveryNotice> Read(NoticeRequest request, DateTime now);
}

/// <param name="Url">The address that the provider called, as it was written there: Twilio signs it.</param>
/// <param name="Headers">Names without regard to case.</param>
public sealed record NoticeRequest(string Url, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    internal string? Header(string name) => Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}

/// <summary>A notice that nobody can vouch for.</summary>
public sealed class UnverifiedDelivery(string message) : Exception(message);
