namespace Aura.Connectors.Messages;

/// <summary>A provider as it is offered.</summary>
/// <param name="Channels"><c>email</c>, <c>sms</c>, <c>push</c>.</param>
/// <param name="Needed">Settings without which it cannot work.</param>
/// <param name="Optional">Settings that it understands besides.</param>
/// <param name="Secret">Those that are never shown again.</param>
public sealed record ProviderForm(string Name, IReadOnlyList<string> Channels, IReadOnlyList<string> Needed, IReadOnlyList<string> Optional, IReadOnlyList<string> Secret);

/// <summary>Every provider of messages, on one page, and how to make one. Keeps the connections that all of them share.</summary>
public sealed class MessageProviders : IDisposable
{
    /// <summary>For the whole exchange about one message.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly OutboundAddresses addresses;
    private readonly TimeProvider time;
    private readonly HttpClient http;

    /// <param name="timeout">For one exchange; null: <see cref="Timeout"/>.</param>
    public MessageProviders(OutboundAddresses addresses, TimeProvider time, TimeSpan? timeout = null)
    {
        (this.addresses, this.time) = (addresses, time);
        http = new(addresses.Handler()) { Timeout = timeout ?? Timeout, MaxResponseContentBufferSize = 1024 * 1024 };
    }

    /// <summary>All there are, besides the mailbox, which is no connector.</summary>
    public static IReadOnlyList<ProviderForm> All { get; } =
    [
        new("smtp", ["email"], ["host", "from"], ["port", "username", "password", "fromName", "replyTo", "security", "certificate"], ["password"]),
        new("sendgrid", ["email"], ["apiKey", "from"], ["fromName", "replyTo", "webhookKey", "url"], ["apiKey"]),
        new("twilio", ["sms"], ["accountSid", "authToken"], ["from", "messagingServiceSid", "statusCallback", "url"], ["authToken"]),
        new("klaviyo", ["email", "sms", "push"], ["apiKey"], ["metric", "url"], ["apiKey"]),
        new("webpush", ["push"], ["subject", "publicKey", "privateKey"], ["ttl"], ["privateKey"]),
    ];

    public static ProviderForm? Find(string name) => All.FirstOrDefault(form => form.Name == name);

    /// <summary>Reads settings and connects nothing.</summary>
    /// <exception cref="WrongSettings">One is missing or wrong.</exception>
    public IMessageProvider Open(string provider, ProviderSettings settings) => provider switch
    {
        "smtp" => new SmtpProvider(SmtpAccount.Of(settings), addresses, time, http.Timeout),
        "sendgrid" => new SendGridProvider(http, settings),
        "twilio" => new TwilioProvider(http, settings),
        "klaviyo" => new KlaviyoProvider(http, settings),
        "webpush" => new WebPushProvider(http, VapidKeys.Of(settings), time),
        _ => throw new WrongSettings("provider", $"There are {string.Join(", ", All.Select(form => form.Name))}."),
    };

    /// <summary>Who reads the provider's webhook, or null where it has none that can be verified.</summary>
    /// <exception cref="WrongSettings">What it takes to verify one was not given.</exception>
    public static IDeliveryNotices? Notices(string provider, ProviderSettings settings) => provider switch
    {
        "sendgrid" => new SendGridNotices(settings["webhookKey"]),
        "twilio" => new TwilioNotices(settings["authToken"]),
        _ => null,
    };

    public void Dispose() => http.Dispose();
}
