using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Aura.Connectors.Messages;

/// <summary>E-mail through SendGrid's v3 Mail Send API. Source: Twilio SendGrid, "Mail Send" and "Errors and Troubleshooting".</summary>
internal sealed class SendGridProvider(HttpClient http, ProviderSettings settings) : IMessageProvider
{
    private readonly Uri address = settings.Address("url", "https://api.sendgrid.com");
    private readonly string key = settings["apiKey"];
    private readonly EmailAddress from = new(settings["from"], settings.Maybe("fromName"));
    private readonly EmailAddress? replyTo = settings.Maybe("replyTo") is { } reply ? new(reply, null) : null;

    public bool KnowsKeys => false;

    public Task<SendAnswer> Send(OutgoingMessage message, CancellationToken cancellation)
    {
        var body = new Dictionary<string, object?>
        {
            ["personalizations"] = new[] { new { to = new[] { new EmailAddress(message.To, message.ToName) }, custom_args = new { message_key = message.Key } } },
            ["from"] = from,
            ["subject"] = message.Subject ?? "",
            ["content"] = Contents(message),
            ["tracking_settings"] = new { click_tracking = new { enable = false, enable_text = false }, open_tracking = new { enable = false } },
        };
        if (replyTo is not null)
            body["reply_to"] = replyTo;
        if (message.UnsubscribeUrl is { } unsubscribe)
            body["headers"] = new Dictionary<string, string> { ["List-Unsubscribe"] = $"<{unsubscribe}>", ["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click" };
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "v3/mail/send")) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http.Exchange(request, "SendGrid", Read, cancellation);
    }

    private static IEnumerable<object> Contents(OutgoingMessage message)
    {
        yield return new { type = "text/plain", value = message.Text };
        if (message.Html is { } html)
            yield return new { type = "text/html", value = html };
    }

    private static SendAnswer Read(HttpResponseMessage response, string body) => response.StatusCode == HttpStatusCode.Accepted
        ? SendAnswer.Accepted(response.Headers.TryGetValues("X-Message-Id", out var ids) ? ids.First() : null)
        : SendAnswer.Refused(
            $"SendGrid answered {(int)response.StatusCode}: {HttpExchange.Text(body, "errors", "message") ?? "no reason"}",
            HttpExchange.Text(body, "errors", "field")?.Contains(".to.", StringComparison.Ordinal) == true);

    private sealed record EmailAddress(
        [property: System.Text.Json.Serialization.JsonPropertyName("email")] string Email,
        [property: System.Text.Json.Serialization.JsonPropertyName("name"), System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
        string? Name);
}
