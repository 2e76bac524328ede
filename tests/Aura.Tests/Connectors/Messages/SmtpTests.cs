using System.Text;
using Aura.Connectors;
using Aura.Connectors.Messages;

namespace Aura.Tests.Connectors.Messages;

public sealed class SmtpTests : IAsyncDisposable
{
    private readonly MailServer server = MailServer.Start();
    private readonly MessageProviders providers = new(new OutboundAddresses(allowPrivate: true), TimeProvider.System, TimeSpan.FromSeconds(10));

    private static readonly OutgoingMessage Message = new("msg_1.1", "jane@example.com", "Dear Jane,\n.you forgot something: £5.\n")
    {
        ToName = "Jane Dœ",
        Subject = "Your cart – still here\r\nBcc: everybody@example.com",
        Html = "<p>Dear Jane</p>",
        UnsubscribeUrl = "https://shop.example/u/1",
    };

    private IMessageProvider Provider(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string> { ["host"] = "localhost", ["port"] = $"{server.Port}", ["from"] = "shop@example.com", ["fromName"] = "The Shop", ["security"] = "none" };
        foreach (var (name, value) in more)
            settings[name] = value;
        return providers.Open("smtp", new(settings));
    }

    [Fact]
    public async Task A_message_arrives_with_both_forms_and_a_way_out()
    {
        var answer = await Provider().Send(Message, default);

        Assert.Equal(SendOutcome.Accepted, answer.Outcome);
        var mail = Assert.Single(server.Mails);
        Assert.Equal(("jane@example.com", "MAIL FROM:<shop@example.com>"), (mail.To, mail.From));
        Assert.Equal("Dear Jane,\r\n.you forgot something: £5.\r\n", mail.Part("text/plain"));
        Assert.Equal("<p>Dear Jane</p>", mail.Part("text/html"));
        Assert.Equal("<https://shop.example/u/1>", mail.Header("List-Unsubscribe"));
        Assert.Equal("List-Unsubscribe=One-Click", mail.Header("List-Unsubscribe-Post"));
        Assert.Equal("<msg_1.1@example.com>", mail.Header("Message-ID"));
    }

    [Fact]
    public async Task Nothing_in_a_subject_becomes_a_header()
    {
        await Provider().Send(Message, default);

        var mail = Assert.Single(server.Mails);
        Assert.Null(mail.Header("Bcc"));
        var subject = string.Concat(mail.Header("Subject")!.Split(' ').Select(word => Encoding.UTF8.GetString(Convert.FromBase64String(word["=?utf-8?B?".Length..^2]))));
        Assert.Equal("Your cart – still here  Bcc: everybody@example.com", subject);
    }

    [Fact]
    public async Task A_password_goes_over_an_encrypted_line_only()
    {
        (server.OffersTls, server.Password) = (true, "secret");
        var answer = await Provider(("security", "starttls"), ("username", "shop"), ("password", "secret"), ("certificate", server.CertificatePem)).Send(Message, default);

        Assert.Equal(SendOutcome.Accepted, answer.Outcome);
        Assert.True(Assert.Single(server.Mails).WasSecret);
        Assert.Throws<WrongSettings>(() => Provider(("username", "shop"), ("password", "secret")));
    }

    [Fact]
    public async Task A_server_that_nobody_vouches_for_gets_nothing()
    {
        server.OffersTls = true;
        var answer = await Provider(("security", "starttls")).Send(Message, default);

        Assert.Equal(SendOutcome.TryAgain, answer.Outcome);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_for_good()
    {
        (server.OffersTls, server.Password) = (true, "another");
        var answer = await Provider(("security", "starttls"), ("username", "shop"), ("password", "secret"), ("certificate", server.CertificatePem)).Send(Message, default);

        Assert.Equal((SendOutcome.Refused, false), (answer.Outcome, answer.IsAddressDead));
    }

    [Theory]
    [InlineData("RCPT", "450 4.2.1 busy", SendOutcome.TryAgain, false)]
    [InlineData("RCPT", "550 5.1.1 unknown", SendOutcome.Refused, true)]
    [InlineData("RCPT", "550 5.7.1 we do not like you", SendOutcome.Refused, false)]
    [InlineData("MAIL", "421 4.3.0 later", SendOutcome.TryAgain, false)]
    [InlineData("MAIL", "", SendOutcome.TryAgain, false)]
    [InlineData(".", "451 4.3.0 later", SendOutcome.TryAgain, false)]
    [InlineData(".", "554 5.6.0 spam", SendOutcome.Refused, false)]
    [InlineData(".", "", SendOutcome.Unknown, false)]
    public async Task What_the_server_says_decides_what_follows(string command, string says, SendOutcome outcome, bool dead)
    {
        server.Says[command] = says;
        var answer = await Provider().Send(Message, default);

        Assert.Equal((outcome, dead), (answer.Outcome, answer.IsAddressDead));
    }

    [Fact]
    public async Task Names_of_hosts_may_be_in_any_script_and_names_of_mailboxes_may_not()
    {
        Assert.Equal(SendOutcome.Accepted, (await Provider().Send(Message with { To = "jane@bücher.example" }, default)).Outcome);
        Assert.Equal("jane@xn--bcher-kva.example", Assert.Single(server.Mails).To);
        Assert.Equal(SendOutcome.Refused, (await Provider().Send(Message with { To = "jäne@example.com" }, default)).Outcome);
        Assert.Equal(SendOutcome.Refused, (await Provider().Send(Message with { To = "a>\r\nRCPT TO:<b@example.com" }, default)).Outcome);
    }

    [Fact]
    public async Task Private_mail_servers_are_called_only_where_that_is_allowed()
    {
        using var strict = new MessageProviders(new OutboundAddresses(allowPrivate: false), TimeProvider.System);
        var provider = strict.Open("smtp", new(new Dictionary<string, string> { ["host"] = "localhost", ["port"] = $"{server.Port}", ["from"] = "a@b.co", ["security"] = "none" }));

        Assert.Equal(SendOutcome.Refused, (await provider.Send(Message, default)).Outcome);
    }

    public async ValueTask DisposeAsync()
    {
        providers.Dispose();
        await server.DisposeAsync();
    }
}
