using System.Globalization;
using System.Net;
using Aura.Connectors.Payments;

namespace Aura.Server;

/// <summary>Which part of the work a process does.</summary>
public enum ServerRole
{
    All,
    Api,
    Worker,
}

/// <summary>How a server is set up; the README lists the variables.</summary>
public sealed record ServerOptions
{
    /// <summary>Where it listens.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Where the world reaches it: what links in messages begin with; null: where it listens.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>The data directory: private cluster, files, key ring, keys.json.</summary>
    public string Data { get; init; } = "./data";

    /// <summary>A connection string; null: a private cluster under the data directory.</summary>
    public string? Database { get; init; }

    /// <summary>The same database on connections that stay one session, where <see cref="Database"/> goes through a pooler that shares them out by transaction.</summary>
    public string? DirectDatabase { get; init; }

    /// <summary>A streaming replica of the database, to read lists from.</summary>
    public string? ReplicaDatabase { get; init; }

    /// <summary>How long, after it was told to stop, the server goes on serving while /health/ready says 503, for balancers to notice.</summary>
    public TimeSpan Drain { get; init; }

    public string? LiveKey { get; init; }
    public string? TestKey { get; init; }
    public ServerRole Role { get; init; }

    /// <summary>A certificate (PEM) for an https URL, which brings HTTP/2 along; null: TLS ends in front of the server.</summary>
    public string? Certificate { get; init; }

    /// <summary>The key of the certificate (PEM), where it is not in the same file.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Refuse requests that came over plain HTTP, by X-Forwarded-Proto.</summary>
    public bool RequireHttps { get; init; }

    /// <summary>Balancers whose X-Forwarded-For is believed; from others it is not read.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>The keys that seal secrets, or where they are (see KeyRing); null: keyring in the data directory.</summary>
    public string? KeyRing { get; init; }

    /// <summary>Webhooks may go to private addresses: for development and for networks that are trusted.</summary>
    public bool AllowPrivateWebhooks { get; init; }

    /// <summary>The account at Stripe through which live stores take cards; null: they do not.</summary>
    public StripeAccount? Stripe { get; init; }

    /// <summary>Megabytes that rendered products may take.</summary>
    public int ProductCache { get; init; } = 64;

    /// <summary>A collector that spans are sent to over OTLP; null: they stay here.</summary>
    public Uri? Otlp { get; init; }

    public LogLevel Log { get; init; } = LogLevel.Information;

    public static ServerOptions FromEnvironment() => new()
    {
        Url = Read("AURA_URL") ?? "http://127.0.0.1:8080",
        PublicUrl = Read("AURA_PUBLIC_URL"),
        Data = Path.GetFullPath(Read("AURA_DATA") ?? "./data"),
        Database = Read("AURA_DATABASE"),
        DirectDatabase = Read("AURA_DATABASE_DIRECT"),
        ReplicaDatabase = Read("AURA_DATABASE_REPLICA"),
        Drain = TimeSpan.FromSeconds(double.Parse(Read("AURA_DRAIN") ?? "0", CultureInfo.InvariantCulture)),
        Otlp = Read("AURA_OTLP") is { } otlp ? new(otlp) : null,
        LiveKey = Read("AURA_LIVE_KEY"),
        TestKey = Read("AURA_TEST_KEY"),
        Role = Read("AURA_ROLE") is { } role ? Enum.Parse<ServerRole>(role, ignoreCase: true) : ServerRole.All,
        Certificate = Read("AURA_CERTIFICATE"),
        CertificateKey = Read("AURA_CERTIFICATE_KEY"),
        RequireHttps = Read("AURA_REQUIRE_HTTPS") == "true",
        Proxies = [.. (Read("AURA_PROXIES") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Network)],
        KeyRing = Read("AURA_KEYRING"),
        AllowPrivateWebhooks = Read("AURA_WEBHOOKS_ALLOW_PRIVATE") == "true",
        Stripe = ReadStripe(),
        ProductCache = Read("AURA_PRODUCT_CACHE") is { } megabytes ? int.Parse(megabytes, NumberStyles.None, CultureInfo.InvariantCulture) : 64,
        Log = Read("AURA_LOG") is { } level ? Enum.Parse<LogLevel>(level, ignoreCase: true) : LogLevel.Information,
    };

    /// <summary>A network, or one address.</summary>
    private static IPNetwork Network(string text) => text.Contains('/') ? IPNetwork.Parse(text)
        : IPAddress.Parse(text) is var address ? new(address, address.GetAddressBytes().Length * 8) : default;

    /// <exception cref="InvalidOperationException">Only one of the two secrets is set: notices could not be verified, or nothing be charged.</exception>
    private static StripeAccount? ReadStripe() => (Read("AURA_STRIPE_SECRET_KEY"), Read("AURA_STRIPE_WEBHOOK_SECRET")) switch
    {
        (null, null) => null,
        ({ } key, { } webhook) when Read("AURA_STRIPE_URL") is { } url => new(key, webhook) { Address = new(url) },
        ({ } key, { } webhook) => new(key, webhook),
        _ => throw new InvalidOperationException("AURA_STRIPE_SECRET_KEY and AURA_STRIPE_WEBHOOK_SECRET are set together or not at all."),
    };

    private static string? Read(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
