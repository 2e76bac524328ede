using System.Security.Cryptography;
using System.Text;

namespace Aura.Connectors.Messages;

/// <summary>Twilio's status callbacks and incoming messages: forms, signed with HMAC-SHA1 over the URL and the sorted fields.</summary>
/// <remarks>Source: Twilio, "Security: validating requests", "Track outbound message status", "TwiML for Programmable Messaging".</remarks>
internal sealed class TwilioNotices(string authToken) : IDeliveryNotices
{
    public IReadOnlyList<DeliveryNotice> Read(NoticeRequest request, DateTime now)
    {
        var fields = Fields(Encoding.UTF8.GetString(request.Body));
        if (!Verifies(request.Url, fields, request.Header("X-Twilio-Signature")))
            throw new UnverifiedDelivery("The signature is missing or does not match the request.");
        string? Field(string name) => fields.FirstOrDefault(field => field.Name == name).Value;
        var notice = Field("MessageStatus") switch
        {
            "sent" => new DeliveryNotice(NoticeKind.Sent, Field("MessageSid"), Field("To")),
            "delivered" or "read" => new(NoticeKind.Delivered, Field("MessageSid"), Field("To")),
            "undelivered" or "failed" => new(
                Field("ErrorCode") is "30005" or "30006" or "21610" ? NoticeKind.HardBounce : NoticeKind.SoftBounce, Field("MessageSid"), Field("To"), $"Error {Field("ErrorCode") ?? "unknown"}."),
            null or "received" when Field("Body") is { } text => new(NoticeKind.Reply, null, Field("From"), Field("OptOutType") ?? text),
            _ => null,
        };
        return notice is null ? [] : [notice];
    }

    private bool Verifies(string url, List<(string Name, string Value)> fields, string? signature)
    {
        var signed = new StringBuilder(url);
        foreach (var (name, value) in fields.OrderBy(field => field.Name, StringComparer.Ordinal).ThenBy(field => field.Value, StringComparer.Ordinal))
            signed.Append(name).Append(value);
#pragma warning disable CA5350 // Twilio's choice
        var mac = HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(signed.ToString()));
#pragma warning restore CA5350
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToBase64String(mac)), Encoding.ASCII.GetBytes(signature ?? ""));
    }

    private static List<(string Name, string Value)> Fields(string form) =>
        [.. form.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => (Decoded(pair[0]), pair.Length > 1 ? Decoded(pair[1]) : ""))];

    private static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
