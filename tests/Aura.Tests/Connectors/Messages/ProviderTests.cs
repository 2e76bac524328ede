using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Aura.Connectors;
using Aura.Connectors.Messages;
using Aura.Tests.Events;

namespace Aura.Tests.Connectors.Messages;

/// <summary>The adapters against servers that answer as the providers' documentation says.</summary>
public sealed class ProviderTests : IAsyncLifetime
{
    private readonly MessageProviders providers = new(new OutboundAddresses(allowPrivate: true), TimeProvider.System, TimeSpan.FromSeconds(10));
    private WebhookReceiver api = null!; // set before each test

    private static readonly OutgoingMessage Message = new("msg_1.1", "jane@example.com", "Dear Jane") { Subject = "Your cart", Html = "<p>Dear Jane</p>", UnsubscribeUrl = "https://shop.example/u/1" };

    public async Task InitializeAsync() => api = await WebhookReceiver.Start();

    public async Task DisposeAsync()
    {
        providers.Dispose();
        await api.DisposeAsync();
    }

    private IMessageProvider Open(string provider, params (string Name, string Value)[] settings) =>
        providers.Open(provider, new(settings.Append(("url", api.Url[..^5])).ToDictionary(s => s.Item1, s => s.Item2)));

    private IMessageProvider SendGrid => Open("sendgrid", ("apiKey", "SG.1"), ("from", "shop@example.com"));
    private IMessageProvider Twilio => Open("twilio", ("accountSid", "AC1"), ("authToken", "secret"), ("from", "+15550001111"));
    private IMessageProvider Klaviyo => Open("klaviyo", ("apiKey", "pk_1"));

    private void Answers(int status, string body, params (string Name, string Value)[] headers) => api.Answer = async http =>
    {
        http.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            http.Response.Headers[name] = value;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
    };

    [Fact]
    public async Task SendGrid_gets_both_forms_and_the_way_out_and_says_what_it_calls_the_message()
    {
        Answers(202, "", ("X-Message-Id", "abc"));
        var answer = await SendGrid.Send(Message, default);

        Assert.Equal((SendOutcome.Accepted, "abc"), (answer.Outcome, answer.ProviderId));
        var sent = Assert.Single(api.Messages);
        Assert.Equal(("/v3/mail/send", "Bearer SG.1"), (sent.Path, sent.Headers["authorization"]));
        Assert.Equal("jane@example.com", (string?)sent.Json["personalizations"]![0]!["to"]![0]!["email"]);
        Assert.Equal(["text/plain", "text/html"], sent.Json["content"]!.AsArray().Select(part => (string?)part!["type"]));
        Assert.Equal("<https://shop.example/u/1>", (string?)sent.Json["headers"]!["List-Unsubscribe"]);
    }

    [Fact]
    public async Task Twilio_gets_a_form_and_tells_of_numbers_that_are_dead()
    {
        Answers(201, """{"sid": "SM1", "status": "queued"}""");
        var answer = await Twilio.Send(Message with { To = "+15552223333" }, default);
        Assert.Equal((SendOutcome.Accepted, "SM1"), (answer.Outcome, answer.ProviderId));
        var sent = Assert.Single(api.Messages);
        Assert.Equal("/2010-04-01/Accounts/AC1/Messages.json", sent.Path);
        Assert.Equal("To=%2B15552223333&Body=Dear+Jane&From=%2B15550001111", Encoding.UTF8.GetString(sent.Body));
        Assert.Equal($"Basic {Convert.ToBase64String("AC1:secret"u8)}", sent.Headers["authorization"]);

        Answers(400, """{"code": 21610, "message": "Attempt to send to unsubscribed recipient", "status": 400}""");
        answer = await Twilio.Send(Message, default);
        Assert.Equal((SendOutcome.Refused, true), (answer.Outcome, answer.IsAddressDead));
    }

    [Fact]
    public async Task Klaviyo_gets_an_event_that_it_knows_again()
    {
        Answers(202, "");
        var answer = await Klaviyo.Send(Message, default);

        Assert.Equal(SendOutcome.Accepted, answer.Outcome);
        var sent = Assert.Single(api.Messages);
        Assert.Equal(("/api/events/", "Klaviyo-API-Key pk_1"), (sent.Path, sent.Headers["authorization"]));
        var attributes = sent.Json["data"]!["attributes"]!;
        Assert.Equal("msg_1.1", (string?)attributes["unique_id"]);
        Assert.Equal("jane@example.com", (string?)attributes["profile"]!["data"]!["attributes"]!["email"]);
        Assert.True(Klaviyo.KnowsKeys);
    }

    [Theory]
    [InlineData(400, SendOutcome.Refused)]
    [InlineData(401, SendOutcome.Refused)]
    [InlineData(302, SendOutcome.Refused)]
    [InlineData(429, SendOutcome.TryAgain)]
    [InlineData(503, SendOutcome.TryAgain)]
    [InlineData(500, SendOutcome.Unknown)]
    [InlineData(504, SendOutcome.Unknown)]
    public async Task Every_status_has_its_meaning(int status, SendOutcome outcome)
    {
        Answers(status, "<html>not JSON</html>", ("Retry-After", "7"), ("Location", "http://127.0.0.1:9/"));
        foreach (var provider in (IMessageProvider[])[SendGrid, Twilio, Klaviyo])
        {
            var answer = await provider.Send(Message, default);
            Assert.Equal(outcome, answer.Outcome);
            Assert.Equal(outcome == SendOutcome.TryAgain ? 7 : null, answer.RetryAfter?.TotalSeconds);
        }
    }

    [Fact]
    public async Task Who_hangs_up_may_have_taken_it_and_who_is_not_there_has_not()
    {
        api.Answer = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        };
        Assert.Equal(SendOutcome.Unknown, (await SendGrid.Send(Message, default)).Outcome);
        var away = providers.Open("sendgrid", new(new Dictionary<string, string> { ["apiKey"] = "1", ["from"] = "a@b.co", ["url"] = $"http://127.0.0.1:{Ports.Free()}" }));
        Assert.Equal(SendOutcome.TryAgain, (await away.Send(Message, default)).Outcome);
    }

    [Fact]
    public async Task A_notification_is_encrypted_for_one_browser_and_signed_by_the_shop()
    {
        using var browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var point = PushEncryption.Uncompressed(browser.PublicKey.ExportParameters().Q);
        var to = new JsonObject { ["endpoint"] = api.Url, ["keys"] = new JsonObject { ["p256dh"] = Base64Url.Of(point), ["auth"] = Base64Url.Of(new byte[16]) } }.ToJsonString();
        var (publicKey, privateKey) = VapidKeys.New();
        var push = Open("webpush", ("subject", "mailto:shop@example.com"), ("publicKey", publicKey), ("privateKey", privateKey));

        Answers(201, "", ("Location", "https://push.example/m/1"));
        var answer = await push.Send(Message with { To = to }, default);

        Assert.Equal((SendOutcome.Accepted, "https://push.example/m/1"), (answer.Outcome, answer.ProviderId));
        var sent = Assert.Single(api.Messages);
        Assert.Equal(("aes128gcm", "86400"), (sent.Headers["content-encoding"], sent.Headers["ttl"]));
        var token = sent.Headers["authorization"]["vapid t=".Length..].Split(", k=");
        var parts = token[0].Split('.');
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = PushEncryption.Point(Base64Url.Bytes(token[1])!) });
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.Bytes(parts[2])!, HashAlgorithmName.SHA256));
        Assert.Equal(api.Url[..^5], (string?)JsonNode.Parse(Base64Url.Bytes(parts[1])!)!["aud"]);

        Answers(410, "");
        answer = await push.Send(Message with { To = to }, default);
        Assert.Equal((SendOutcome.Refused, true), (answer.Outcome, answer.IsAddressDead));
    }

    /// <summary>RFC 8291, section 5 and appendix A.</summary>
    [Fact]
    public void Notifications_are_encrypted_as_in_the_standards_example()
    {
        var subscription = new PushSubscription(
            new("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"),
            Base64Url.Bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")!, Base64Url.Bytes("BTBZMqHH6r4Tts7J_aSIgg")!);
        using var own = ECDiffieHellman.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            D = Base64Url.Bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
            Q = PushEncryption.Point(Base64Url.Bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")!),
        });

        var message = PushEncryption.Encrypt("When I grow up, I want to be a watermelon"u8, subscription, own, Base64Url.Bytes("DGv6ra1nlYgDCS1FRnbzlw")!);

        Assert.Equal(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT" +
            "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN", Base64Url.Of(message));
    }

    [Fact]
    public void Settings_that_are_missing_or_wrong_are_named()
    {
        Assert.Equal("apiKey", Assert.Throws<WrongSettings>(() => Open("sendgrid", ("from", "a@b.co"))).Setting);
        Assert.Equal("from", Assert.Throws<WrongSettings>(() => Open("twilio", ("accountSid", "AC1"), ("authToken", "1"))).Setting);
        var (one, _) = VapidKeys.New();
        Assert.Equal("privateKey", Assert.Throws<WrongSettings>(() => Open("webpush", ("subject", "mailto:a@b.co"), ("publicKey", one), ("privateKey", VapidKeys.New().Private))).Setting);
    }
}
