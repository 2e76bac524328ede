using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Aura.Accounts;

namespace Aura.Messages;

/// <summary>The addresses in messages that lead to this server: clicks, openings, the way out. Nobody can make one but the server.</summary>
public sealed class MessageLinks(KeyRing ring, PublicAddress address)
{
    public const string Path = "/m";

    private const string Purpose = "message-link";

    public string Click(long tenant, long message, int link) => $"{address.Base}{Path}/c/{Token(tenant, message, link)}";

    public string Pixel(long tenant, long message) => $"{address.Base}{Path}/o/{Token(tenant, message, 0)}";

    public string Unsubscribe(long tenant, long message) => $"{address.Base}{Path}/u/{Token(tenant, message, 0)}";

    /// <returns>Null: the token is none of this server's.</returns>
    public (long Tenant, long Message, int Link)? Read(string token)
    {
        try
        {
            var parts = ring.Open(Base64Url.DecodeFromChars(token), Purpose).Split(':');
            return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture));
        }
        catch (Exception none) when (none is FormatException or CryptographicException or InvalidOperationException)
        {
            return null;
        }
    }

    private string Token(long tenant, long message, int link) =>
        Base64Url.EncodeToString(ring.Seal(string.Create(CultureInfo.InvariantCulture, $"{tenant}:{message}:{link}"), Purpose));
}
