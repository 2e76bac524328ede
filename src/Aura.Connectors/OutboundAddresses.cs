using System.Net;
using System.Net.Sockets;

namespace Aura.Connectors;

/// <summary>Where requests may go whose address somebody else has given: to public addresses only, unless private ones are allowed.</summary>
/// <remarks>
/// A name is resolved once, when the connection is made, and the connection goes to the very address that was checked: a name that
/// answers differently the second time gains nothing. Ranges: the IANA special-purpose address registries (RFC 6890 and successors).
/// </remarks>
public sealed class OutboundAddresses(bool allowPrivate)
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(range => IPNetwork.Parse(range)),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>The well-known prefix of NAT64 (RFC 6052): an IPv4 address follows.</summary>
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>What is wrong with a URL as it is written, as a sentence; null: nothing, although its name may yet lead to a private address.</summary>
    public string? Objection(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host == "")
            return "Must be an absolute http or https URL.";
        if (address.UserInfo != "")
            return "Must not contain a user name or password.";
        if (allowPrivate)
            return null;
        var host = address.IdnHost.TrimEnd('.').ToLowerInvariant();
        var isPrivate = IPAddress.TryParse(host.Trim('[', ']'), out var ip) ? !IsPublic(ip) : host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal);
        return isPrivate ? $"{host} is a private address; only public ones are called. The server's configuration can allow private ones." : null;
    }

    /// <summary>Whether an address is one of the public internet: not loopback, private, link-local (cloud metadata), shared, reserved or multicast.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return IsPublic(address.MapToIPv4());
        if (Translated.Contains(address))
            return IsPublic(new IPAddress(address.GetAddressBytes()[12..]));
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address))
            return false;
        return !NotPublic.Any(range => range.Contains(address));
    }

    /// <summary>For requests to addresses that somebody else has given: no redirect, which could lead elsewhere, no cookies, no proxy, nothing of our traces; a
    /// connection ends after two minutes, so that names are resolved again.</summary>
    public SocketsHttpHandler Handler() => new()
    {
        ConnectCallback = Connect,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    };

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="PrivateAddressException">The name leads to private addresses only.</exception>
    /// <exception cref="SocketException">It cannot be resolved or reached.</exception>
    public ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation) =>
        Connect(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellation);

    /// <summary>For protocols other than HTTP.</summary>
    /// <inheritdoc cref="Connect(SocketsHttpConnectionContext, CancellationToken)" path="/exception"/>
    public async ValueTask<Stream> Connect(string host, int port, CancellationToken cancellation)
    {
        var resolved = await Dns.GetHostAddressesAsync(host, cancellation);
        var allowed = allowPrivate ? resolved : [.. resolved.Where(IsPublic)];
        if (allowed.Length == 0)
            throw new PrivateAddressException($"{host} leads to a private address ({string.Join<IPAddress>(", ", resolved)}); only public ones are called.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        finally
        {
            if (!socket.Connected)
                socket.Dispose();
        }
    }
}

/// <summary>A name led to an address that must not be called.</summary>
public sealed class PrivateAddressException(string message) : Exception(message);
