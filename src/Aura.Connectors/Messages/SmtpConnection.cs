using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Aura.Connectors.Messages;

/// <summary>A conversation with an SMTP server: greeted, encrypted and signed in as the account says.</summary>
/// <remarks>Source: RFC 5321; STARTTLS RFC 3207; AUTH PLAIN RFC 4616 and 4954; AUTH LOGIN as servers do it.</remarks>
internal sealed class SmtpConnection : IAsyncDisposable
{
    private const int MaxLine = 4096;
    private const string Myself = "aura.invalid"; // a client need not have a name in the DNS

    private readonly byte[] buffer = new byte[4096];
    private Stream stream;
    private int at, end;

    private SmtpConnection(Stream stream) => this.stream = stream;

    public static async Task<SmtpConnection> Open(SmtpAccount account, OutboundAddresses addresses, CancellationToken cancellation)
    {
        var connection = new SmtpConnection(await addresses.Connect(account.Host, account.Port, cancellation));
        try
        {
            if (account.Security == SmtpSecurity.Tls)
                await connection.Encrypt(account, cancellation);
            (await connection.Read(cancellation)).Demand(220);
            var offers = await connection.Hello(cancellation);
            if (account.Security == SmtpSecurity.StartTls)
            {
                await connection.Demand(220, "STARTTLS", cancellation);
                if (connection.at < connection.end)
                    throw new IOException("The mail server spoke before the encryption began.");
                await connection.Encrypt(account, cancellation);
                offers = await connection.Hello(cancellation);
            }

            if (account.Username is { } user)
                await connection.SignIn(offers, user, account.Password ?? "", cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<SmtpReply> Say(string command, CancellationToken cancellation)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{command}\r\n"), cancellation);
        return await Read(cancellation);
    }

    /// <exception cref="SmtpRefused">It answers something else.</exception>
    public async Task Demand(int code, string command, CancellationToken cancellation) => (await Say(command, cancellation)).Demand(code);

    /// <summary>Sends the content without its end; a dot that begins a line gets another before it.</summary>
    public async Task WriteContent(string mail, CancellationToken cancellation)
    {
        var stuffed = mail.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(stuffed), cancellation);
    }

    /// <summary>The end of the content: from here on the server may have the message.</summary>
    public async Task End(CancellationToken cancellation) => await stream.WriteAsync("\r\n.\r\n"u8.ToArray(), cancellation);

    /// <summary>Says goodbye; whether the server hears it does not matter.</summary>
    public async Task Quit(CancellationToken cancellation)
    {
        try
        {
            await Say("QUIT", cancellation);
        }
        catch (Exception trouble) when (trouble is IOException or OperationCanceledException)
        {
        }
    }

    public async Task<SmtpReply> Read(CancellationToken cancellation)
    {
        var lines = new List<string>();
        while (true)
        {
            var line = await Line(cancellation);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code) || lines.Count > 100)
                throw new IOException("The mail server speaks no SMTP.");
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length < 4 || line[3] != '-')
                return new(code, lines);
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task<IReadOnlyList<string>> Hello(CancellationToken cancellation)
    {
        var reply = await Say($"EHLO {Myself}", cancellation);
        reply.Demand(250);
        return reply.Lines;
    }

    private async Task Encrypt(SmtpAccount account, CancellationToken cancellation)
    {
        var secure = new SslStream(stream);
        stream = secure;
        var options = new SslClientAuthenticationOptions { TargetHost = account.Host, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (account.Root is { } root)
            options.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck };
        await secure.AuthenticateAsClientAsync(options, cancellation);
    }

    private async Task SignIn(IReadOnlyList<string> offers, string user, string password, CancellationToken cancellation)
    {
        var ways = offers.FirstOrDefault(offer => offer.StartsWith("AUTH ", StringComparison.OrdinalIgnoreCase))?.ToUpperInvariant().Split(' ') ?? [];
        if (ways.Contains("PLAIN") || !ways.Contains("LOGIN"))
        {
            await Demand(235, $"AUTH PLAIN {Base64($"\0{user}\0{password}")}", cancellation);
            return;
        }

        await Demand(334, "AUTH LOGIN", cancellation);
        await Demand(334, Base64(user), cancellation);
        await Demand(235, Base64(password), cancellation);
    }

    private async Task<string> Line(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (line.Length < MaxLine)
        {
            if (at == end)
            {
                (at, end) = (0, await stream.ReadAsync(buffer, cancellation));
                if (end == 0)
                    throw new IOException("The mail server hung up.");
            }

            var c = (char)buffer[at++];
            if (c == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append(c);
        }

        throw new IOException("The mail server's line has no end.");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

/// <summary>What the server said, in one or more lines.</summary>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool Is(int code) => Code == code;

    /// <summary>The mailbox does not exist or is switched off, not: the server does not like us. Source: RFC 3463, status 5.1.x and 5.2.1.</summary>
    public bool IsAboutMailbox => Code is 550 or 551 or 553 && Lines[0] is var said &&
        (said.StartsWith("5.1.", StringComparison.Ordinal) || said.StartsWith("5.2.1", StringComparison.Ordinal) || !said.StartsWith("5.", StringComparison.Ordinal));

    /// <exception cref="SmtpRefused">It is another code.</exception>
    public void Demand(int code)
    {
        if (Code != code)
            throw new SmtpRefused(this);
    }

    public SendAnswer ToAnswer(bool dead)
    {
        var said = $"The mail server answered {Code}.";
        return Code is >= 400 and < 500 ? SendAnswer.TryAgain(said) : SendAnswer.Refused(said, dead);
    }
}

/// <summary>The server said no to something that is needed.</summary>
internal sealed class SmtpRefused(SmtpReply reply) : Exception($"The mail server answered {reply.Code}.")
{
    public SmtpReply Reply { get; } = reply;
}
