using System.Globalization;
using System.Security.Cryptography;

namespace Aura.Connectors.Messages;

/// <summary>Who a push service is told the sender is: a P-256 key pair and a contact. Source: RFC 8292.</summary>
public sealed class VapidKeys
{
    /// <summary>A push service takes a token for a day at most.</summary>
    private static readonly TimeSpan Validity = TimeSpan.FromHours(12);

    private readonly ECParameters key;
    private readonly string subject;

    private VapidKeys(ECParameters key, string subject) => (this.key, this.subject) = (key, subject);

    /// <summary>The public key as browsers want it: base64url of the uncompressed point.</summary>
    public string PublicKey => Base64Url.Of(PushEncryption.Uncompressed(key.Q));

    /// <summary>How long a push service keeps a notification for a browser that is not there.</summary>
    public TimeSpan TimeToLive { get; private init; }

    /// <summary>A new pair: the settings <c>publicKey</c> and <c>privateKey</c>.</summary>
    public static (string Public, string Private) New()
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var made = pair.ExportParameters(includePrivateParameters: true);
        return (Base64Url.Of(PushEncryption.Uncompressed(made.Q)), Base64Url.Of(made.D));
    }

    /// <exception cref="WrongSettings">A key is malformed, they are no pair, or the contact is neither mailto nor https.</exception>
    internal static VapidKeys Of(ProviderSettings settings)
    {
        var subject = settings["subject"];
        if (!subject.StartsWith("mailto:", StringComparison.Ordinal) && !subject.StartsWith("https://", StringComparison.Ordinal))
            throw new WrongSettings("subject", "Must be a mailto: or https: address.");
        if (Base64Url.Bytes(settings["publicKey"]) is not { Length: 65 } point || Base64Url.Bytes(settings["privateKey"]) is not { Length: 32 } secret)
            throw new WrongSettings("privateKey", "The keys are base64url: 65 bytes and 32.");
        var key = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = PushEncryption.Point(point), D = secret };
        var (form, ttl) = (settings.Maybe("ttl"), 86_400);
        if (form is not null && (!int.TryParse(form, NumberStyles.None, CultureInfo.InvariantCulture, out ttl) || ttl > 2_419_200))
            throw new WrongSettings("ttl", "Seconds, up to four weeks.");
        try
        {
            using var pair = ECDsa.Create(key);
            return pair.VerifyData("pair"u8, pair.SignData("pair"u8, HashAlgorithmName.SHA256), HashAlgorithmName.SHA256)
                ? new(key, subject) { TimeToLive = TimeSpan.FromSeconds(ttl) }
                : throw new WrongSettings("privateKey", "The keys are no pair.");
        }
        catch (CryptographicException)
        {
            throw new WrongSettings("privateKey", "The keys are no pair.");
        }
    }

    /// <summary>For the header Authorization: a signed token for the push service, and the key to check it with.</summary>
    internal string Credentials(Uri endpoint, DateTime now)
    {
        var until = (now + Validity - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
        var claims = System.Text.Json.JsonSerializer.Serialize(new { aud = endpoint.GetLeftPart(UriPartial.Authority), exp = until, sub = subject });
        var signed = $"{Base64Url.Of("""{"typ":"JWT","alg":"ES256"}""")}.{Base64Url.Of(claims)}";
        using var signer = ECDsa.Create(key);
        var signature = signer.SignData(System.Text.Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"t={signed}.{Base64Url.Of(signature)}, k={PublicKey}";
    }
}
