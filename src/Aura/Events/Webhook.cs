using Aura.Accounts;
using Aura.Connectors;
using Aura.Persistence;

namespace Aura.Events;

public enum WebhookStatus
{
    Active,
    /// <summary>Given up, because its endpoint took nothing for hours.</summary>
    Failed,
    /// <summary>Switched off by the merchant, or by its endpoint (410).</summary>
    Disabled,
}

/// <summary>How the messages of a webhook are written: as the dialect has them in which it was made.</summary>
public enum WebhookFormat
{
    Platform,
    /// <summary>Carries its signature inside.</summary>
    Promotions,
    /// <summary>With its signature in a header that names the algorithm.</summary>
    Winback,
}

/// <summary>An endpoint of somebody else that is told of the events it asked for. Only an active one is; it asks for what it missed at /events.</summary>
public sealed class Webhook : StoreEntity, IAudited
{
    public static string Prefix => "hook";
    public static string[] OtherPrefixes => ["webhook"];
    public static string Noun => "webhook";

    /// <summary>How long messages are signed with the former secret too.</summary>
    public static readonly TimeSpan RotationGrace = TimeSpan.FromHours(24);

    public string Url { get; private set; } = "";

    /// <summary>Types and patterns, see <see cref="EventTypes.Covers"/>.</summary>
    public string[] Events { get; private set; } = [];

    public WebhookFormat Format { get; private init; }
    public string? Description { get; private set; }

    /// <summary>Sealed by the key ring.</summary>
    [Secret] public byte[] Secret { get; private set; } = [];

    [Secret] public byte[]? PreviousSecret { get; private set; }
    public DateTime? PreviousSecretExpiresAt { get; private set; }
    public WebhookStatus Status { get; private set; }

    /// <summary>Why it is not active, as a sentence.</summary>
    public string? StatusReason { get; private set; }

    public DateTime? DisabledAt { get; private set; }

    /// <summary>Attempts since the last that was taken.</summary>
    public int ConsecutiveFailures { get; private set; }

    /// <summary>The first of them.</summary>
    public DateTime? FailingSince { get; private set; }

    /// <param name="secret">As the receiver has it.</param>
    /// <exception cref="Refused">422 for an address that may not be called or an unknown event.</exception>
    public static Webhook Create(string url, IReadOnlyList<string> events, string secret, OutboundAddresses addresses, KeyRing ring, WebhookFormat format = WebhookFormat.Platform)
    {
        var webhook = new Webhook { Secret = ring.Seal(secret, Noun), Format = format };
        webhook.Move(url, addresses);
        webhook.Subscribe(events);
        return webhook;
    }

    public void Describe(string? description) => Description = description;

    /// <summary>A new address is a new chance for an endpoint that was given up.</summary>
    /// <exception cref="Refused">422 for an address that may not be called.</exception>
    public void Move(string url, OutboundAddresses addresses)
    {
        if (addresses.Objection(url) is { } objection)
            throw Refused.Invalid(nameof(Url), objection);
        if (Status == WebhookStatus.Failed && url != Url)
            Enable();
        Url = url;
    }

    /// <exception cref="Refused">422 for none, or one that does not exist.</exception>
    public void Subscribe(IReadOnlyList<string> events)
    {
        if (events.Count == 0)
            throw Refused.Invalid(nameof(Events), "Name at least one event.");
        Events = [.. events.Select((pattern, index) => EventTypes.Known(pattern, $"{nameof(Events)}[{index}]")).Distinct()];
    }

    /// <summary>Why the store sends it nothing, as a sentence; null: it does.</summary>
    public string? Objection(StoreSettings settings) => settings.RequireHttpsWebhooks && !Url.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        ? "The store sends to https addresses alone."
        : null;

    public bool Wants(StoreEvent happened) =>
        Status == WebhookStatus.Active && happened.CreatedAt >= CreatedAt && Events.Any(pattern => EventTypes.Covers(pattern, happened.Type));

    public void Enable() =>
        (Status, StatusReason, DisabledAt, ConsecutiveFailures, FailingSince) = (WebhookStatus.Active, null, null, 0, null);

    public void Switch(bool on, DateTime now)
    {
        if (on)
            Enable();
        else
            Disable(now);
    }

    public void Disable(DateTime now) => (Status, StatusReason, DisabledAt) = (WebhookStatus.Disabled, "It was switched off.", now);

    /// <summary>Signs with a new secret; for another 24 hours with the former one as well.</summary>
    public void Rotate(string secret, KeyRing ring, DateTime now) =>
        (PreviousSecret, PreviousSecretExpiresAt, Secret) = (Secret, now + RotationGrace, ring.Seal(secret, Noun));

    /// <summary>The message as it is sent.</summary>
    /// <param name="body">A JSON object.</param>
    /// <param name="secrets">The current one first.</param>
    public string Message(string body, IReadOnlyList<string> secrets) => Format == WebhookFormat.Promotions ? WebhookSignature.Inside(body, secrets[0]) : body;

    /// <summary>What stands before the hex of <c>X-Webhook-Signature</c>.</summary>
    public string SignaturePrefix => Format == WebhookFormat.Winback ? "sha256=" : "";

    /// <summary>What messages are signed with now, the current secret first.</summary>
    public IReadOnlyList<string> Secrets(KeyRing ring, DateTime now) => PreviousSecret is { } previous && PreviousSecretExpiresAt > now
        ? [ring.Open(Secret, Noun), ring.Open(previous, Noun)]
        : [ring.Open(Secret, Noun)];
}
