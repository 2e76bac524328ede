using Aura.Accounts;
using Aura.Connectors.Payments;

namespace Aura.Payments;

/// <summary>A gateway, and for which stores and means of payment it is there.</summary>
public interface IGatewaySource
{
    /// <summary>As <see cref="IPaymentGateway.Name"/>.</summary>
    string Name { get; }

    /// <summary>Whether a new payment of this store may go through it.</summary>
    bool Serves(Caller store, PaymentKind kind);

    /// <summary>The gateway with the store's own clock and records.</summary>
    IPaymentGateway Open(Caller store);
}

/// <summary>The gateways of this server. A sandbox pays through the sandbox gateway and never through another one; a live store
/// through what is configured, and by hand where no gateway is needed.</summary>
public sealed class PaymentGateways(IEnumerable<IGatewaySource> sources)
{
    /// <summary>For a new payment: the first that serves the store with this means of payment.</summary>
    /// <exception cref="Refused">422 <c>no_gateway</c> where none does.</exception>
    public IPaymentGateway For(PaymentKind kind, Caller store)
    {
        if (kind == PaymentKind.StoreCredit)
            throw Refused.Invalid("PaymentMethod", "Store credit is spent with use_credit at the checkout of a cart.", "no_gateway");
        return sources.FirstOrDefault(source => source.Serves(store, kind))?.Open(store) ?? throw new Refused(
            Refusal.Invalid, "no_gateway",
            $"No payment gateway of this store takes {kind.Name()}. Start the server with AURA_STRIPE_SECRET_KEY and AURA_STRIPE_WEBHOOK_SECRET " +
            "to take cards and wallets, use a test key to try it out, or let the customer pay by wire, cash_on_delivery or net_terms.")
        {
            Fields = [new("PaymentMethod", $"No gateway takes {kind.Name()}.")],
        };
    }

    /// <summary>For a payment that went through it before.</summary>
    /// <exception cref="Refused">503 where it is not configured (any more).</exception>
    public IPaymentGateway Named(string name, Caller store) =>
        sources.FirstOrDefault(source => source.Name == name)?.Open(store)
        ?? throw new Refused(Refusal.Unavailable, "no_gateway", $"The payment went through {name}, which is not configured on this server.");

    public bool Serves(PaymentKind kind, Caller store) => kind != PaymentKind.StoreCredit && sources.Any(source => source.Serves(store, kind));

    public bool Knows(string name) => sources.Any(source => source.Name == name);
}

/// <summary>Test payments, in sandboxes.</summary>
internal sealed class SandboxSource(SandboxLedgers ledgers, TimeProvider time) : IGatewaySource
{
    /// <summary>Nobody outside signs notices of the sandbox, so nobody needs to know it.</summary>
    private readonly string noticeSecret = System.Security.Cryptography.RandomNumberGenerator.GetHexString(64);

    public string Name => "sandbox";
    public bool Serves(Caller store, PaymentKind kind) => store.IsTest && !kind.IsOffline();

    public IPaymentGateway Open(Caller store) =>
        new SandboxGateway(ledgers.Of(store.TenantId), new StoreClock(time, store.ClockOffset), noticeSecret, ChallengePage(store));

    private static Uri? ChallengePage(Caller store) =>
        store.Address is { } server ? new($"{server}{PaymentProcessing.ChallengePath}/{new Id<Store>(store.TenantId)}") : null;
}

/// <summary>Real payments, in live stores, where the server was given an account at Stripe.</summary>
internal sealed class StripeSource(StripeAccount account) : IGatewaySource, IDisposable
{
    /// <summary>Stripe asks for a patience of no less than 30 s.</summary>
    private readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = TimeSpan.FromSeconds(40) };

    public string Name => "stripe";

    public bool Serves(Caller store, PaymentKind kind) =>
        !store.IsTest && (kind is PaymentKind.Card or PaymentKind.Ach || kind.IsWallet() || kind.IsPayLater());

    public IPaymentGateway Open(Caller store) => new StripeGateway(http, account);

    public void Dispose() => http.Dispose();
}

/// <summary>Money that reaches the store by itself: bank transfer, cash on delivery, net terms. Capturing says that it came.</summary>
internal sealed class ManualSource : IGatewaySource
{
    private readonly ManualGateway gateway = new();

    public string Name => gateway.Name;
    public bool Serves(Caller store, PaymentKind kind) => kind.IsOffline() || !store.IsTest && kind == PaymentKind.Wire;
    public IPaymentGateway Open(Caller store) => gateway;
}

/// <summary>The world's clock, moved on by as much as a sandbox's clock is.</summary>
internal sealed class StoreClock(TimeProvider world, TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => world.GetUtcNow() + ahead;
}
