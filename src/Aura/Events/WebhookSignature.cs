using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aura.Events;

/// <summary>How a receiver knows that a message is ours: HMAC-SHA256, in two forms.</summary>
public static class WebhookSignature
{
    /// <summary>Secrets that begin so continue in base64 (Standard Webhooks).</summary>
    public const string SecretPrefix = "whsec_";

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));

    /// <summary>The plain form, for <c>X-Webhook-Signature</c>: over the body, keyed with the secret as it is written, lower-case hex.</summary>
    public static string Plain(ReadOnlySpan<byte> body, string secret) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    /// <summary>A JSON object with one more member behind its others: <c>"signature":"sha256=…"</c>, the <see cref="Plain"/> form over the object without it.</summary>
    /// <param name="body">A JSON object with at least one member, no blank behind it.</param>
    public static string Inside(string body, string secret) => $"{body.AsSpan(0, body.Length - 1)},\"signature\":\"sha256={Plain(Encoding.UTF8.GetBytes(body), secret)}\"}}";

    /// <summary>The form of Standard Webhooks, for <c>webhook-signature</c>: over <c>id.seconds.body</c>, base64 behind <c>v1,</c>.</summary>
    /// <param name="seconds">Unix time of the attempt.</param>
    public static string Standard(string id, long seconds, ReadOnlySpan<byte> body, string secret)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, KeyOf(secret));
        mac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.")));
        mac.AppendData(body);
        return $"v1,{Convert.ToBase64String(mac.GetHashAndReset())}";
    }

    /// <summary>The bytes behind <c>whsec_</c>; a secret that a merchant made up in another form counts as it is written.</summary>
    private static byte[] KeyOf(string secret)
    {
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal))
            return Encoding.UTF8.GetBytes(secret);
        var key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[SecretPrefix.Length..], key, out var length) ? key[..length] : Encoding.UTF8.GetBytes(secret);
    }
}
