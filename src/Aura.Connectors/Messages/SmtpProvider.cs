using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Aura.Connectors.Messages;

/// <summary>E-mail over SMTP, one connection for each message. Source: RFC 5321; answers 4xx pass, 5xx do not.</summary>
internal sealed class SmtpProvider(SmtpAccount account, OutboundAddresses addresses, TimeProvider time, TimeSpan timeout) : IMessageProvider
{
    /// <summary>A second message with the same Message-ID is another message to most servers.</summary>
    public bool KnowsKeys => false;

    public async Task<SendAnswer> Send(OutgoingMessage message, CancellationToken cancellation)
    {
        if (Envelope(message.To) is not { } to)
            return SendAnswer.Refused("The address cannot be written in ASCII, which SMTP needs.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        var handedOver = false;
        try
        {
            await using var connection = await SmtpConnection.Open(account, addresses, limit.Token);
            await connection.Demand(250, $"MAIL FROM:<{account.From}>", limit.Token);
            var recipient = await connection.Say($"RCPT TO:<{to}>", limit.Token);
            if (!recipient.Is(250) && !recipient.Is(251))
                return recipient.ToAnswer(dead: recipient.IsAboutMailbox);
            await connection.Demand(354, "DATA", limit.Token);
            var mail = MailText.Of(message with { To = to }, (account.From, account.FromName), account.ReplyTo, time.GetUtcNow().UtcDateTime);
            await connection.WriteContent(mail, limit.Token);
            handedOver = true;
            await connection.End(limit.Token);
            var taken = await connection.Read(limit.Token);
            if (!taken.Is(250))
                return taken.ToAnswer(dead: false);
            await connection.Quit(limit.Token);
            return SendAnswer.Accepted(message.Key);
        }
        catch (SmtpRefused refused)
        {
            return refused.Reply.ToAnswer(dead: false);
        }
        catch (PrivateAddressException refused)
        {
            return SendAnswer.Refused(refused.Message);
        }
        catch (Exception trouble) when (trouble is IOException or SocketException or AuthenticationException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return handedOver ? SendAnswer.Unknown("The mail server did not say whether it took the message.") : SendAnswer.TryAgain($"The mail server cannot be reached: {Said(trouble)}");
        }
    }

    /// <summary>The address in ASCII: names of hosts have a form for that, names of mailboxes have none.</summary>
    private static string? Envelope(string address)
    {
        var at = address.LastIndexOf('@');
        try
        {
            var ascii = at < 1 ? "" : $"{address[..at]}@{new IdnMapping().GetAscii(address[(at + 1)..])}";
            return ascii.Length > 0 && ascii.All(c => c is > ' ' and < '\u007f' and not ('<' or '>')) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string Said(Exception trouble) => trouble is OperationCanceledException ? "no answer in time." : trouble.Message;
}
