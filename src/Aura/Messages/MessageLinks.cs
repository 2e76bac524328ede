using Aura.Accounts;

namespace Aura.Messages;

/// <summary>The addresses in messages that lead to this server: clicks, openings, the way out. Nobody can make one but the server.</summary>
public sealed class MessageLinks(KeyRing ring, PublicAddress address)
{
    public const string Path = "/m";

    private const string Purpose = "message-link";

    public string Click(long tenant, long message, int link) => $"{address.Base}{Path}/c/{Token(tenant, message, link)}";

    /// <summary>A click in few letters, for text messages.</summary>
    public string Short(long tenant, long message, int link) => $"{address.Base}{Path}/c/{ring.ShortToken(Purpose, tenant, message, link)}";

    public string Pixel(long tenant, long message) => $"{address.Base}{Path}/o/{Token(tenant, message, 0)}";

    public string Unsubscribe(long tenant, long message) => $"{address.Base}{Path}/u/{Token(tenant, message, 0)}";

    /// <returns>Null: the token is none of this server's.</returns>
    public (long Tenant, long Message, int Link)? Read(string token) => (ring.ShortNumbers(token, Purpose) ?? ring.Numbers(token, Purpose)) is [var tenant, var message, var link] ? (tenant, message, (int)link) : null;

    private string Token(long tenant, long message, int link) => ring.Token(Purpose, tenant, message, link);
}
