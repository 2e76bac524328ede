using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Aura.Connectors.Messages;

/// <summary>
/// Hands the message to Klaviyo as an event of a profile, from which a flow of the merchant sends it. Klaviyo keeps one event of a
/// <c>unique_id</c>, so that the same key may be sent again. Source: Klaviyo, "Create Event", revision 2024-10-15.
/// </summary>
internal sealed class KlaviyoProvider(HttpClient http, ProviderSettings settings) : IMessageProvider
{
    private readonly Uri address = new(settings.Address("url", "https://a.klaviyo.com"), "api/events/");
    private readonly string key = settings["apiKey"];
    private readonly string metric = settings.Maybe("metric") ?? "Aura message";

    public bool KnowsKeys => true;

    public Task<SendAnswer> Send(OutgoingMessage message, CancellationToken cancellation)
    {
        var profile = new Dictionary<string, object?> { [message.To.Contains('@', StringComparison.Ordinal) ? "email" : "phone_number"] = message.To };
        var content = new
        {
            data = new
            {
                type = "event",
                attributes = new
                {
                    properties = new { subject = message.Subject, text = message.Text, html = message.Html, link = message.Link, unsubscribe_url = message.UnsubscribeUrl },
                    metric = new { data = new { type = "metric", attributes = new { name = metric } } },
                    profile = new { data = new { type = "profile", attributes = profile } },
                    unique_id = message.Key,
                },
            },
        };
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = JsonContent.Create(content, new MediaTypeHeaderValue("application/vnd.api+json")) };
        request.Headers.TryAddWithoutValidation("Authorization", $"Klaviyo-API-Key {key}");
        request.Headers.Add("revision", "2024-10-15");
        return http.Exchange(request, "Klaviyo", (response, body) => Read(response, body, message.Key), cancellation);
    }

    private static SendAnswer Read(HttpResponseMessage response, string body, string id) => response.IsSuccessStatusCode
        ? SendAnswer.Accepted(id)
        : SendAnswer.Refused($"Klaviyo answered {(int)response.StatusCode}: {HttpExchange.Text(body, "errors", "detail") ?? "no reason"}");
}
