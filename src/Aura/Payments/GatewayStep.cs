using Aura.Connectors.Payments;

namespace Aura.Payments;

public enum StepKind
{
    Authorize,
    Continue,
    Capture,
    Void,
}

/// <summary>A call to the gateway that was decided and is not answered yet. Kept with the payment before the call is made, so
/// that whoever finds it after a crash repeats it with the same key.</summary>
/// <param name="Key">The idempotency key at the gateway.</param>
/// <param name="Before">Where the payment goes back to when the call turns out never to have been made.</param>
public sealed record GatewayStep(StepKind Kind, string Key, long Minor, IntentStatus Before)
{
    public Challenge? Challenge { get; init; }
    public string? ReturnUrl { get; init; }
    public bool OffSession { get; init; }

    internal static string NewKey() => Guid.CreateVersion7().ToString("n");
}

/// <summary>The means of payment as it was charged: a vault token and what may be shown of it.</summary>
public sealed record ChargedMethod(PaymentKind Kind, string Gateway, string Token)
{
    public string? Brand { get; init; }
    public string? Last4 { get; init; }
    public int? ExpMonth { get; init; }
    public int? ExpYear { get; init; }

    internal static ChargedMethod Of(Tokenized method, string gateway) => new(method.Kind, gateway, method.Token)
    {
        Brand = method.Brand,
        Last4 = method.Last4,
        ExpMonth = method.ExpMonth,
        ExpYear = method.ExpYear,
    };

    /// <summary>Leaves out the token, so that a log line cannot carry it.</summary>
    public override string ToString() => $"{nameof(ChargedMethod)} {{ {Kind} at {Gateway} }}";
}
