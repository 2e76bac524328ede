using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aura.Connectors.Payments;

/// <summary>
/// The webhook signature <c>t=1700000000,v1=hex</c>: HMAC-SHA256 over the Unix time, a dot and the raw body. There may be
/// several <c>v1</c> while a secret is being changed; other schemes are ignored. Source: Stripe, "Verify webhook signatures".
/// </summary>
internal static class TimestampedSignature
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    public static string Sign(ReadOnlySpan<byte> body, string secret, DateTime at)
    {
        var seconds = UnixSeconds(at);
        return $"t={seconds},v1={Convert.ToHexStringLower(Mac(seconds, body, secret))}";
    }

    /// <exception cref="UnverifiedNotice">Missing, malformed, more than five minutes off, or wrong.</exception>
    public static void Verify(string? signature, ReadOnlySpan<byte> body, string secret, DateTime now)
    {
        if (secret.Length == 0)
            throw new UnverifiedNotice("There is no webhook secret to verify with.");

        long? seconds = null;
        var candidates = new List<string>();
        foreach (var part in (signature ?? "").Split(','))
        {
            var at = part.IndexOf('=');
            var (name, value) = at < 0 ? ("", "") : (part[..at].Trim(), part[(at + 1)..].Trim());
            if (name == "t" && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                seconds = number;
            else if (name == "v1")
                candidates.Add(value);
        }

        if (seconds is not { } time || candidates.Count == 0)
            throw new UnverifiedNotice("The signature header is missing or malformed.");
        if (Math.Abs(UnixSeconds(now) - (decimal)time) > (decimal)Tolerance.TotalSeconds)
            throw new UnverifiedNotice("The signature is more than five minutes away from now.");

        var expected = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Mac(time, body, secret)));
        if (!candidates.Any(candidate => CryptographicOperations.FixedTimeEquals(expected, Encoding.ASCII.GetBytes(candidate))))
            throw new UnverifiedNotice("The signature does not match the body.");
    }

    /// <summary>HTTP header names have no case; the dictionary's may.</summary>
    public static string? Header(IReadOnlyDictionary<string, string> headers, string name) =>
        headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static long UnixSeconds(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;

    private static byte[] Mac(long seconds, ReadOnlySpan<byte> body, string secret)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        mac.AppendData(Encoding.ASCII.GetBytes($"{seconds}."));
        mac.AppendData(body);
        return mac.GetHashAndReset();
    }
}
