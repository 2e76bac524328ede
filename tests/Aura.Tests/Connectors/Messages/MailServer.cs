using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Aura.Tests.Connectors.Messages;

/// <summary>A small SMTP server that keeps what it gets, with STARTTLS and AUTH PLAIN, and can be told to refuse or to hang up.</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<Mail> mails = new();
    private readonly X509Certificate2 certificate;
    private readonly Task running;

    private MailServer()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
        certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        listener.Start();
        running = Accept();
    }

    /// <summary>Answers to commands, by their first word, in place of the usual; <c>.</c> is the end of the content. Empty: it hangs up.</summary>
    public ConcurrentDictionary<string, string> Says { get; } = new();

    /// <summary>Called with each message that has come, before anything is said of it.</summary>
    public Action<int> Came { get; set; } = _ => { };

    public bool OffersTls { get; set; }
    public string? Password { get; set; }
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;
    public string CertificatePem => certificate.ExportCertificatePem();
    public IReadOnlyList<Mail> Mails => [.. mails];

    public static MailServer Start() => new();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await running;
        certificate.Dispose();
        stop.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Talk(await listener.AcceptTcpClientAsync(stop.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Talk(TcpClient client)
    {
        try
        {
            using (client)
                await Talk(client.GetStream());
        }
        catch (Exception end) when (end is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
        {
        }
    }

    private async Task Talk(Stream stream)
    {
        var (isSecret, isKnown) = (false, Password is null);
        string from = "", to = "";
        async Task Write(string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), stop.Token);
        await Write("220 test");
        while (await Line(stream) is { } line)
        {
            var word = line.Split(' ', ':')[0].ToUpperInvariant();
            if (Says.TryGetValue(word, out var own))
            {
                if (own == "")
                    return;
                await Write(own);
                continue;
            }

            switch (word)
            {
                case "EHLO":
                    await Write("250-test");
                    if (OffersTls && !isSecret)
                        await Write("250-STARTTLS");
                    await Write(Password is null ? "250 8BITMIME" : "250 AUTH PLAIN LOGIN");
                    break;
                case "STARTTLS":
                    await Write("220 go");
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(certificate);
                    (stream, isSecret) = (secure, true);
                    break;
                case "AUTH":
                    isKnown = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).EndsWith($"\0{Password}", StringComparison.Ordinal);
                    await Write(isKnown ? "235 2.7.0 welcome" : "535 5.7.8 no");
                    break;
                case "MAIL":
                    from = line;
                    await Write(isKnown ? "250 2.1.0 ok" : "530 5.7.0 who are you");
                    break;
                case "RCPT":
                    to = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
                    await Write("250 2.1.5 ok");
                    break;
                case "DATA":
                    await Write("354 go on");
                    var content = new StringBuilder();
                    while (await Line(stream) is { } text && text != ".")
                        content.Append(text.StartsWith('.') ? text[1..] : text).Append("\r\n");
                    mails.Enqueue(new(from, to, content.ToString(), isSecret));
                    Came(mails.Count);
                    if (Says.TryGetValue(".", out var end) && end == "")
                        return;
                    await Write(end ?? "250 2.0.0 kept");
                    break;
                default:
                    await Write("221 bye");
                    return;
            }
        }
    }

    private async Task<string?> Line(Stream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stop.Token) == 1)
            if (one[0] == '\n')
                return Encoding.ASCII.GetString([.. line]).TrimEnd('\r');
            else
                line.Add(one[0]);
        return null;
    }
}

/// <param name="Text">Headers and content as they came.</param>
public sealed record Mail(string From, string To, string Text, bool WasSecret)
{
    /// <summary>A header as it stands there, unfolded; null: there is none.</summary>
    public string? Header(string name) => Text.Split("\r\n\r\n")[0].Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n")
        .FirstOrDefault(line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];

    /// <summary>The part of a type, decoded.</summary>
    public string Part(string type)
    {
        var part = Text[Text.IndexOf($"Content-Type: {type}", StringComparison.Ordinal)..];
        var content = part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        var end = content.IndexOf("--=_", StringComparison.Ordinal);
        return Encoding.UTF8.GetString(Convert.FromBase64String(end < 0 ? content : content[..end]));
    }
}
