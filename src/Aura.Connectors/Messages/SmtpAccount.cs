using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Aura.Connectors.Messages;

/// <summary>How the connection is kept secret.</summary>
internal enum SmtpSecurity
{
    /// <summary>STARTTLS, which the server must offer (port 587).</summary>
    StartTls,
    /// <summary>TLS from the first byte (port 465).</summary>
    Tls,
    /// <summary>None: for a server on the same machine.</summary>
    None,
}

/// <summary>An SMTP server and who sends.</summary>
internal sealed record SmtpAccount(string Host, int Port, SmtpSecurity Security, string? Username, string? Password, string From)
{
    public string? FromName { get; init; }
    public string? ReplyTo { get; init; }

    /// <summary>The only root that is trusted, for servers with a certificate of their own; null: those that the machine trusts.</summary>
    public X509Certificate2? Root { get; init; }

    /// <exception cref="WrongSettings">One is missing or wrong.</exception>
    public static SmtpAccount Of(ProviderSettings settings)
    {
        var security = settings.Maybe("security") switch
        {
            null or "starttls" => SmtpSecurity.StartTls,
            "tls" => SmtpSecurity.Tls,
            "none" => SmtpSecurity.None,
            _ => throw new WrongSettings("security", "Must be starttls, tls or none."),
        };
        var user = settings.Maybe("username");
        if (user is not null && security == SmtpSecurity.None)
            throw new WrongSettings("security", "A password is never sent in the clear: starttls or tls.");
        return new(settings["host"], settings.Port("port", security == SmtpSecurity.Tls ? 465 : security == SmtpSecurity.None ? 25 : 587), security,
            user, user is null ? null : settings["password"], Address(settings["from"]))
        {
            FromName = settings.Maybe("fromName"),
            ReplyTo = settings.Maybe("replyTo") is { } reply ? Address(reply) : null,
            Root = settings.Maybe("certificate") is { } pem ? Certificate(pem) : null,
        };
    }

    private static X509Certificate2 Certificate(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException)
        {
            throw new WrongSettings("certificate", "Must be a certificate in PEM.");
        }
    }

    private static string Address(string text) =>
        text.Contains('@', StringComparison.Ordinal) && text.All(c => c is > ' ' and < '\u007f' and not ('<' or '>')) ? text : throw new WrongSettings("from", "Must be an e-mail address.");
}
