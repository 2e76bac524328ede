using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Aura.Connectors.Messages;

/// <summary>Notifications in browsers. Source: RFC 8030 (the request), RFC 8291 (encryption), RFC 8292 (VAPID).</summary>
internal sealed class WebPushProvider(HttpClient http, VapidKeys keys, TimeProvider time) : IMessageProvider
{
    public bool KnowsKeys => false;

    public Task<SendAnswer> Send(OutgoingMessage message, CancellationToken cancellation)
    {
        if (PushSubscription.Parse(message.To) is not { } subscription)
            return Task.FromResult(SendAnswer.Refused("This is no push subscription.", dead: true));
        var notification = JsonSerializer.SerializeToUtf8Bytes(new { title = message.Subject, body = message.Text, url = message.Link, tag = message.Key });
        if (notification.Length > PushEncryption.MaxContent)
            return Task.FromResult(SendAnswer.Refused($"A notification has at most {PushEncryption.MaxContent} bytes."));
        var request = new HttpRequestMessage(HttpMethod.Post, subscription.Endpoint) { Content = new ByteArrayContent(PushEncryption.Encrypt(notification, subscription)) };
        request.Content.Headers.ContentEncoding.Add("aes128gcm");
        request.Content.Headers.ContentType = new("application/octet-stream");
        request.Headers.Add("TTL", ((int)keys.TimeToLive.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        request.Headers.Authorization = new AuthenticationHeaderValue("vapid", keys.Credentials(subscription.Endpoint, time.GetUtcNow().UtcDateTime));
        return http.Exchange(request, "The push service", Read, cancellation);
    }

    private static SendAnswer Read(HttpResponseMessage response, string body) => response.StatusCode switch
    {
        HttpStatusCode.Created or HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.NoContent => SendAnswer.Accepted(response.Headers.Location?.ToString()),
        HttpStatusCode.NotFound or HttpStatusCode.Gone => SendAnswer.Refused("The subscription has ended.", dead: true),
        var other => SendAnswer.Refused($"The push service answered {(int)other}."),
    };
}

/// <summary>A browser's address for notifications.</summary>
/// <param name="PublicKey">The browser's P-256 point, uncompressed, 65 bytes.</param>
/// <param name="Secret">16 bytes that authenticate.</param>
internal sealed record PushSubscription(Uri Endpoint, byte[] PublicKey, byte[] Secret)
{
    /// <summary>Reads <c>{"endpoint": ..., "keys": {"p256dh": ..., "auth": ...}}</c>; null for anything else.</summary>
    public static PushSubscription? Parse(string json)
    {
        var (endpoint, key, secret) = (HttpExchange.Text(json, "endpoint"), HttpExchange.Text(json, "keys", "p256dh"), HttpExchange.Text(json, "keys", "auth"));
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http"))
            return null;
        return Base64Url.Bytes(key) is { Length: 65 } point && Base64Url.Bytes(secret) is { Length: 16 } auth ? new(address, point, auth) : null;
    }
}

/// <summary>Base64 for URLs, without padding (RFC 4648, section 5).</summary>
internal static class Base64Url
{
    public static string Of(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static byte[]? Bytes(string? text)
    {
        try
        {
            return text is null ? null : System.Buffers.Text.Base64Url.DecodeFromChars(text.TrimEnd('='));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
