using Aura.Connectors.Payments;

namespace Aura.Payments;

/// <summary>What is to be paid and, if it is known yet, how.</summary>
/// <param name="Amount">Above zero.</param>
public sealed record StartPayment(Money Amount)
{
    public long? OrderId { get; init; }
    public long? CustomerId { get; init; }
    public PayWith? Method { get; init; }
    public CaptureMethod CaptureMethod { get; init; }

    /// <summary>Authorize at once where the method can be charged. Null: unless a sandbox has to make up the card.</summary>
    public bool? Confirm { get; init; }

    /// <summary>Where the payer's browser comes back to after a challenge.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>The payer is not there: a renewal.</summary>
    public bool OffSession { get; init; }

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Makes a repetition the same payment. Derive it from what is paid, such as <c>order:17</c>.</summary>
    public string? OnceKey { get; init; }

    /// <summary>Refuse an amount that is not what is still to be paid for the order.</summary>
    public bool MustMatchOrder { get; init; }
}

/// <summary>How somebody wants to pay: a kind alone, a saved method, or the details themselves.</summary>
public sealed record PayWith
{
    private PayWith()
    {
    }

    public PaymentKind? Kind { get; private init; }
    public long? Saved { get; private init; }
    public PaymentDetails? Details { get; private init; }

    public static PayWith Any(PaymentKind kind) => new() { Kind = kind };
    public static PayWith With(PaymentDetails details) => new() { Kind = details.Kind, Details = details };
    public static PayWith SavedMethod(long id) => new() { Saved = id };

    /// <summary>Reads what the APIs call <c>payment_method</c>: a kind (<c>card</c>), a saved method (<c>pm_12</c>), or the
    /// payment method that Stripe's browser script made (<c>pm_1Nx...</c>).</summary>
    /// <exception cref="Refused">422 for anything else. The text is not repeated, for it may be a card number.</exception>
    public static PayWith Parse(string text, string field = "PaymentMethod")
    {
        if (PaymentKinds.TryParse(text, out var kind))
            return Any(kind);
        if (Id<PaymentMethod>.ToNumber(text) is { } saved)
            return SavedMethod(saved);
        return text.StartsWith("pm_", StringComparison.Ordinal)
            ? With(new(PaymentKind.Card) { Token = text })
            : throw Refused.Invalid(field, $"Must be the id of a payment method (pm_123) or one of {string.Join(", ", Words<PaymentKind>.All)}.");
    }
}
