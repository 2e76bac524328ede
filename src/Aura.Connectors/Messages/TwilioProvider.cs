using System.Net.Http.Headers;
using System.Text;

namespace Aura.Connectors.Messages;

/// <summary>SMS through Twilio's Messages resource. Source: Twilio, "Messages resource" and "Error and Warning Dictionary".</summary>
internal sealed class TwilioProvider : IMessageProvider
{
    /// <summary>The number is none, cannot take messages, or its owner has stopped them.</summary>
    private static readonly HashSet<string> DeadNumbers = ["21211", "21214", "21217", "21610", "21614"];

    private readonly HttpClient http;
    private readonly ProviderSettings settings;
    private readonly Uri messages;
    private readonly (string Name, string Value) sender;

    public TwilioProvider(HttpClient http, ProviderSettings settings)
    {
        (this.http, this.settings) = (http, settings);
        var account = settings["accountSid"];
        if (!account.All(char.IsAsciiLetterOrDigit))
            throw new WrongSettings("accountSid", "Has letters and digits only.");
        messages = new(settings.Address("url", "https://api.twilio.com"), $"2010-04-01/Accounts/{account}/Messages.json");
        sender = settings.Maybe("messagingServiceSid") is { } service ? ("MessagingServiceSid", service) : ("From", settings["from"]);
        _ = settings["authToken"];
    }

    public bool KnowsKeys => false;

    public Task<SendAnswer> Send(OutgoingMessage message, CancellationToken cancellation)
    {
        var form = new Dictionary<string, string> { ["To"] = message.To, ["Body"] = message.Text, [sender.Name] = sender.Value };
        if (settings.Maybe("statusCallback") is { } callback)
            form["StatusCallback"] = callback;
        var request = new HttpRequestMessage(HttpMethod.Post, messages) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings["accountSid"]}:{settings["authToken"]}")));
        return http.Exchange(request, "Twilio", Read, cancellation);
    }

    private static SendAnswer Read(HttpResponseMessage response, string body)
    {
        if (response.IsSuccessStatusCode)
            return SendAnswer.Accepted(HttpExchange.Text(body, "sid"));
        var code = HttpExchange.Text(body, "code");
        return SendAnswer.Refused($"Twilio answered {(int)response.StatusCode}, error {code ?? "unknown"}.", code is not null && DeadNumbers.Contains(code));
    }
}
