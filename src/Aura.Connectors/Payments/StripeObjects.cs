using System.Text.Json;

namespace Aura.Connectors.Payments;

// The parts of Stripe's objects that are read here; names are Stripe's in snake_case.

internal sealed record StripePaymentIntent(string Id, string Status, long Amount, string Currency)
{
    public long AmountCapturable { get; init; }
    public long AmountReceived { get; init; }
    public string? ClientSecret { get; init; }
    public StripeError? LastPaymentError { get; init; }
    public StripeNextAction? NextAction { get; init; }

    /// <summary>An id, or the charge itself where it was asked for with <c>expand</c>.</summary>
    public JsonElement LatestCharge { get; init; }
}

internal sealed record StripeNextAction(string Type, StripeRedirect? RedirectToUrl);

internal sealed record StripeRedirect(string? Url);

internal sealed record StripeRefund(string Id, string? Status, long Amount, string Currency, string? PaymentIntent, string? FailureReason);

internal sealed record StripePaymentMethod(string Id, string Type, string? Customer, StripeCard? Card, StripeBankAccount? UsBankAccount);

internal sealed record StripeCard(string Brand, string Last4, int ExpMonth, int ExpYear, string? Fingerprint);

internal sealed record StripeBankAccount(string? Last4, string? Fingerprint);

internal sealed record StripeCustomer(string Id);

internal sealed record StripeDispute(
    string Id, string Status, string Reason, long Amount, string Currency, string? PaymentIntent, StripeEvidenceDetails? EvidenceDetails)
{
    /// <summary>What was withdrawn (below zero) and reinstated so far.</summary>
    public IReadOnlyList<StripeBalanceTransaction>? BalanceTransactions { get; init; }
}

internal sealed record StripeBalanceTransaction(long Amount);

internal sealed record StripeEvidenceDetails(long? DueBy);

internal sealed record StripeEvent(string Id, string Type, long Created, StripeEventData Data);

internal sealed record StripeEventData(JsonElement Object);

internal sealed record StripeError(string? Type, string? Code, string? DeclineCode, string? Message, StripePaymentIntent? PaymentIntent);

internal sealed record StripeErrorBody(StripeError? Error);
