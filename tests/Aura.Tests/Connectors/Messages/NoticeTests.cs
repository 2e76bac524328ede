using System.Security.Cryptography;
using System.Text;
using Aura.Connectors.Messages;

namespace Aura.Tests.Connectors.Messages;

public sealed class NoticeTests
{
    private static readonly DateTime Now = new(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc);
    private static readonly byte[] Events = """
        [{"email": "a@b.co", "event": "bounce", "type": "bounce", "reason": "550 5.1.1", "sg_message_id": "abc.filter01"},
         {"email": "a@b.co", "event": "bounce", "type": "blocked", "sg_message_id": "def.filter01"},
         {"email": "a@b.co", "event": "deferred", "sg_message_id": "abc.filter01"}]
        """u8.ToArray();

    private static NoticeRequest Signed(ECDsa key, byte[] body, DateTime at)
    {
        var seconds = $"{(long)(at - DateTime.UnixEpoch).TotalSeconds}";
        var signature = key.SignData([.. Encoding.ASCII.GetBytes(seconds), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return new("https://shop.example/n", new Dictionary<string, string>
        {
            ["x-twilio-email-event-webhook-signature"] = Convert.ToBase64String(signature), ["x-twilio-email-event-webhook-timestamp"] = seconds,
        }, body);
    }

    private static IDeliveryNotices SendGrid(ECDsa key) =>
        MessageProviders.Notices("sendgrid", new(new Dictionary<string, string> { ["webhookKey"] = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()) }))!;

    [Fact]
    public void SendGrid_tells_hard_bounces_from_soft_ones()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var notices = SendGrid(key).Read(Signed(key, Events, Now), Now);

        Assert.Equal([new(NoticeKind.HardBounce, "abc", "a@b.co", "550 5.1.1"), new DeliveryNotice(NoticeKind.SoftBounce, "def", "a@b.co")], notices);
    }

    [Fact]
    public void SendGrids_notices_are_believed_with_a_fresh_signature_of_this_very_body_only()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var good = Signed(key, Events, Now);

        Assert.Throws<UnverifiedDelivery>(() => SendGrid(key).Read(Signed(other, Events, Now), Now));
        Assert.Throws<UnverifiedDelivery>(() => SendGrid(key).Read(good with { Body = [.. good.Body, 32] }, Now));
        Assert.Throws<UnverifiedDelivery>(() => SendGrid(key).Read(good, Now.AddMinutes(11)));
        Assert.Throws<UnverifiedDelivery>(() => SendGrid(key).Read(good with { Headers = new Dictionary<string, string>() }, Now));
    }

    /// <summary>The request and signature of Twilio's own page about validating requests.</summary>
    [Fact]
    public void Twilios_signature_is_checked_as_its_documentation_shows()
    {
        var twilio = MessageProviders.Notices("twilio", new(new Dictionary<string, string> { ["authToken"] = "12345" }))!;
        var body = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"u8.ToArray();
        var request = new NoticeRequest("https://mycompany.com/myapp.php?foo=1&bar=2", new Dictionary<string, string> { ["X-Twilio-Signature"] = "RSOYDt4T1cUTdK1PDd93/VVr8B8=" }, body);

        Assert.Empty(twilio.Read(request, Now)); // a call, which is nothing to us
        Assert.Throws<UnverifiedDelivery>(() => twilio.Read(request with { Url = "https://mycompany.com/myapp.php?foo=1" }, Now));
    }

    [Theory]
    [InlineData("MessageSid=SM1&MessageStatus=delivered&To=%2B1555", NoticeKind.Delivered, "SM1", "+1555")]
    [InlineData("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30005&To=%2B1555", NoticeKind.HardBounce, "SM1", "+1555")]
    [InlineData("MessageSid=SM1&MessageStatus=failed&ErrorCode=30003&To=%2B1555", NoticeKind.SoftBounce, "SM1", "+1555")]
    [InlineData("MessageSid=SM2&SmsStatus=received&From=%2B1555&To=%2B1666&Body=stop+please", NoticeKind.Reply, null, "+1555")]
    public void Twilio_tells_what_became_of_messages_and_what_people_answer(string form, NoticeKind kind, string? id, string address)
    {
        var url = "https://shop.example/n";
        var fields = form.Split('&').Select(pair => pair.Split('=')).OrderBy(pair => pair[0], StringComparer.Ordinal).Select(pair => pair[0] + Uri.UnescapeDataString(pair[1].Replace('+', ' ')));
#pragma warning disable CA5350
        var mac = HMACSHA1.HashData("secret"u8, Encoding.UTF8.GetBytes(url + string.Concat(fields)));
#pragma warning restore CA5350
        var twilio = MessageProviders.Notices("twilio", new(new Dictionary<string, string> { ["authToken"] = "secret" }))!;
        var notice = Assert.Single(twilio.Read(new(url, new Dictionary<string, string> { ["x-twilio-signature"] = Convert.ToBase64String(mac) }, Encoding.UTF8.GetBytes(form)), Now));

        Assert.Equal((kind, id, address), (notice.Kind, notice.ProviderId, notice.Address));
    }
}
