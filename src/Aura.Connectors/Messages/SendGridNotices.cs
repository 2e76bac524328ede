using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aura.Connectors.Messages;

/// <summary>SendGrid's signed Event Webhook: ECDSA (P-256, SHA-256) over the time and the raw body.</summary>
/// <remarks>Source: Twilio SendGrid, "Getting Started with the Event Webhook Security Features" and "Event Webhook Reference".</remarks>
/// <param name="publicKey">As SendGrid shows it: base64 of a SubjectPublicKeyInfo.</param>
internal sealed class SendGridNotices(string publicKey) : IDeliveryNotices
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(10);

    public IReadOnlyList<DeliveryNotice> Read(NoticeRequest request, DateTime now)
    {
        Verify(request, now);
        using var events = JsonDocument.Parse(request.Body);
        return [.. events.RootElement.EnumerateArray().Select(Read).OfType<DeliveryNotice>()];
    }

    private void Verify(NoticeRequest request, DateTime now)
    {
        var (signature, at) = (request.Header("X-Twilio-Email-Event-Webhook-Signature"), request.Header("X-Twilio-Email-Event-Webhook-Timestamp"));
        if (signature is null || !long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            throw new UnverifiedDelivery("The signature headers are missing.");
        if (Math.Abs((decimal)seconds - (now - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond) > (decimal)Tolerance.TotalSeconds)
            throw new UnverifiedDelivery("The signature is more than ten minutes away from now.");
        byte[] signed = [.. Encoding.ASCII.GetBytes(at!), .. request.Body]; // it was parsed
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
            if (key.VerifyData(signed, Convert.FromBase64String(signature), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
                return;
        }
        catch (Exception malformed) when (malformed is FormatException or CryptographicException)
        {
            throw new UnverifiedDelivery("The signature or the key is malformed.");
        }

        throw new UnverifiedDelivery("The signature does not match the body.");
    }

    private static DeliveryNotice? Read(JsonElement told)
    {
        var kind = Text(told, "event") switch
        {
            "processed" => NoticeKind.Sent,
            "delivered" => NoticeKind.Delivered,
            "bounce" when Text(told, "type") == "blocked" => NoticeKind.SoftBounce,
            "bounce" => NoticeKind.HardBounce,
            "dropped" => NoticeKind.SoftBounce,
            "spamreport" => NoticeKind.Complaint,
            "unsubscribe" or "group_unsubscribe" => NoticeKind.Unsubscribed,
            "open" => NoticeKind.Opened,
            "click" => NoticeKind.Clicked,
            _ => (NoticeKind?)null,
        };
        var id = Text(told, "sg_message_id"); // what it answered, a dot, and where it was processed
        return kind is { } known ? new(known, id?.Split('.')[0], Text(told, "email"), Text(told, "reason")) { Key = Text(told, "message_key") } : null;
    }

    private static string? Text(JsonElement told, string name) => told.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
