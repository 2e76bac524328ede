using Aura.Accounts;
using Aura.Connectors.Payments;
using Aura.Jobs;
using Aura.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Payments;

/// <summary>A sandbox whose line to the gateway can be cut, and whose clock a test moves.</summary>
internal sealed class Till
{
    private readonly Aura.Accounts.Store sandbox;

    private Till(Store store, Aura.Accounts.Store sandbox) => (Store, this.sandbox) = (store, sandbox);

    public Store Store { get; }
    public FaultyLine Line { get; } = new();
    public TimeSpan Ahead { get; set; }
    public List<IPaymentObserver> Observers { get; } = [];
    public List<IOrderBalances> Balances { get; } = [];

    public static async Task<Till> Open()
    {
        var store = await Store.Open();
        var sandbox = await store.Server.Services.GetRequiredService<AccessDirectory>().Store(store.Account.Sandbox.Id, default);
        return new(store, sandbox!); // just opened
    }

    /// <summary>One process's share of the work: a scope that is gone afterwards.</summary>
    public async Task<T> Do<T>(Func<PaymentProcessing, Task<T>> work)
    {
        await using var scope = Store.Server.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        services.GetRequiredService<CurrentCaller>().Value = Caller;
        return await work(ActivatorUtilities.CreateInstance<PaymentProcessing>(services, new PaymentGateways([new FaultySource(services, Line)]), Observers, Balances));
    }

    public Task Do(Func<PaymentProcessing, Task> work) => Do(async payments => { await work(payments); return true; });

    public Task<PaymentIntent> Start(Money amount, PayWith method) => Do(payments => payments.Start(new(amount) { Method = method }, default));

    public Task Settle(PaymentIntent intent) => Do(payments => payments.Settle(intent.Id, 0, default));

    /// <summary>As it is in the database now.</summary>
    public Task<PaymentIntent> Read(PaymentIntent intent) => Store.Database(async (db, _) => await db.Lock(intent.Id, default));

    /// <summary>The other side of the line, without faults.</summary>
    public SandboxGateway Gateway => (SandboxGateway)Store.Server.Services.GetServices<IGatewaySource>().Single(source => source.Name == "sandbox").Open(Caller);

    private Caller Caller => Caller.System(sandbox) with { ClockOffset = Ahead };

    private sealed class FaultySource(IServiceProvider services, FaultyLine line) : IGatewaySource
    {
        private readonly IGatewaySource real = services.GetServices<IGatewaySource>().Single(source => source.Name == "sandbox");

        public string Name => real.Name;
        public bool Serves(Caller store, PaymentKind kind) => real.Serves(store, kind);
        public IPaymentGateway Open(Caller store) => new FaultyGateway((SandboxGateway)real.Open(store), line);
    }
}

internal enum Fault
{
    None,
    /// <summary>The gateway never hears of it, and we know that.</summary>
    NotSent,
    /// <summary>The gateway does it, and we do not know.</summary>
    AnswerLost,
    /// <summary>This process dies before the call.</summary>
    DiesBefore,
    /// <summary>This process dies after the call.</summary>
    DiesAfter,
}

/// <summary>What happens to the next call that moves money; then the line is well again.</summary>
internal sealed class FaultyLine
{
    public Fault Next { get; set; }

    public async Task<T> Call<T>(Func<Task<T>> call)
    {
        var fault = Next;
        Next = Fault.None;
        if (fault == Fault.DiesBefore)
            throw new ProcessDied();
        if (fault == Fault.NotSent)
            throw new GatewayException("connection", "Cut.") { Retryable = true };
        var answer = await call();
        return fault switch
        {
            Fault.DiesAfter => throw new ProcessDied(),
            Fault.AnswerLost => throw new GatewayException("timeout", "Cut.") { Retryable = true, OutcomeUnknown = true },
            _ => answer,
        };
    }
}

internal sealed class ProcessDied : Exception;

internal sealed class FaultyGateway(SandboxGateway real, FaultyLine line) : IPaymentGateway, IPolledGateway, IDisputableGateway
{
    public string Name => real.Name;
    public Task<Tokenized> Tokenize(PaymentDetails details, CancellationToken cancellation) => real.Tokenize(details, cancellation);
    public Task<GatewayResult> Authorize(AuthorizeRequest request, CancellationToken cancellation) => line.Call(() => real.Authorize(request, cancellation));

    public Task<GatewayResult> ContinueAuthorization(string reference, Challenge challenge, string key, CancellationToken cancellation) =>
        line.Call(() => real.ContinueAuthorization(reference, challenge, key, cancellation));

    public Task<GatewayResult> Capture(string reference, long minor, string currency, string key, CancellationToken cancellation) =>
        line.Call(() => real.Capture(reference, minor, currency, key, cancellation));

    public Task<GatewayResult> Void(string reference, string key, CancellationToken cancellation) => line.Call(() => real.Void(reference, key, cancellation));

    public Task<GatewayResult> Refund(string reference, long minor, string currency, string? reason, string key, CancellationToken cancellation) =>
        line.Call(() => real.Refund(reference, minor, currency, reason, key, cancellation));

    public Task<GatewayResult?> Lookup(string reference, CancellationToken cancellation) => real.Lookup(reference, cancellation);

    public Task<GatewayDispute> SubmitEvidence(string dispute, DisputeEvidence evidence, string key, CancellationToken cancellation) =>
        line.Call(() => real.SubmitEvidence(dispute, evidence, key, cancellation));

    public Task<GatewayDispute> AcceptDispute(string dispute, string key, CancellationToken cancellation) =>
        line.Call(() => real.AcceptDispute(dispute, key, cancellation));

    public GatewayNotice? ParseNotice(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> rawBody, DateTime now) =>
        real.ParseNotice(headers, rawBody, now);

    public Task<SandboxNotices> Notices(string reference, CancellationToken cancellation) => real.Notices(reference, cancellation);

    public Task<GatewayDispute> Dispute(string reference, long minor, string reason, bool isInquiry, string key, CancellationToken cancellation) =>
        real.Dispute(reference, minor, reason, isInquiry, key, cancellation);
}
