using System.Globalization;
using Aura.Accounts;
using Aura.Connectors.Payments;
using Aura.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Wallets;

/// <summary>Payments by the customer's own credit: they are made with the order, and refunded here.</summary>
internal sealed class WalletSourceOfPayments(IDbContextFactory<AuraDb> contexts, TimeProvider time) : IGatewaySource
{
    public string Name => WalletGateway.GatewayName;

    /// <summary>Nobody starts such a payment: it comes about where an order is placed for which credit is held.</summary>
    public bool Serves(Caller store, PaymentKind kind) => false;

    public IPaymentGateway Open(Caller store) => new WalletGateway(contexts, store, time);
}

/// <summary>Gives credit back. Everything else is done in the transaction of the order, and never asked of it.</summary>
internal sealed class WalletGateway(IDbContextFactory<AuraDb> contexts, Caller store, TimeProvider time) : IPaymentGateway
{
    public const string GatewayName = "wallet";

    public string Name => GatewayName;

    /// <summary>A payment that has been made: the gateway's name of it says whose credit it was.</summary>
    public static PaymentIntent Paid(Money amount, long order, long customer, long wallet, DateTime now)
    {
        var payment = PaymentIntent.Create(amount, order, customer, CaptureMethod.Automatic, FormattableString.Invariant($"credit:{order}"));
        payment.Choose(PaymentKind.StoreCredit, new(PaymentKind.StoreCredit, GatewayName, ""), null);
        payment.Finish(payment.BeginAuthorization(), new(GatewayStatus.Succeeded, FormattableString.Invariant($"credit_{wallet}_{order}"), amount.Minor), now);
        return payment;
    }

    /// <remarks>In a transaction of its own, once per key.</remarks>
    public async Task<GatewayResult> Refund(string reference, long minor, string currency, string? reason, string key, CancellationToken cancellation)
    {
        var parts = reference.Split('_');
        var (wallet, order) = (Number(parts[1]), Number(parts[2])); // as Paid wrote it
        await using var db = (await contexts.CreateDbContextAsync(cancellation)).Enter(store, time);
        var isDone = await db.InTransaction(() => db.Return(wallet, order, minor, key, reason, cancellation), cancellation);
        return isDone ? new(GatewayStatus.Succeeded, $"credit_re_{key}", minor) : new(GatewayStatus.Failed, "", 0) { DeclineCode = "no_wallet" };
    }

    public Task<Tokenized> Tokenize(PaymentDetails details, CancellationToken cancellation) => throw Unasked();

    public Task<GatewayResult> Authorize(AuthorizeRequest request, CancellationToken cancellation) => throw Unasked();

    public Task<GatewayResult> ContinueAuthorization(string reference, Challenge challenge, string key, CancellationToken cancellation) => throw Unasked();

    public Task<GatewayResult> Capture(string reference, long minor, string currency, string key, CancellationToken cancellation) => throw Unasked();

    public Task<GatewayResult> Void(string reference, string key, CancellationToken cancellation) => throw Unasked();

    /// <returns>Null: only the store knows.</returns>
    public Task<GatewayResult?> Lookup(string reference, CancellationToken cancellation) => Task.FromResult<GatewayResult?>(null);

    public Task<GatewayDispute> SubmitEvidence(string dispute, DisputeEvidence evidence, string key, CancellationToken cancellation) => throw Unasked();

    public Task<GatewayDispute> AcceptDispute(string dispute, string key, CancellationToken cancellation) => throw Unasked();

    public GatewayNotice? ParseNotice(IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> rawBody, DateTime now) =>
        throw new UnverifiedNotice("Nobody sends notices about store credit.");

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static GatewayRefused Unasked() => new("unexpected_state", null, "Store credit pays with the order, and is only given back here.");
}
