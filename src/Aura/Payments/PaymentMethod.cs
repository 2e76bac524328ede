using Aura.Connectors.Payments;
using Aura.Persistence;

namespace Aura.Payments;

/// <summary>A means of payment in a gateway's vault, kept to be charged. The card number never was here.</summary>
public sealed class PaymentMethod : StoreEntity, IIdentified
{
    public static string Prefix => "pm";
    public static string Noun => "payment method";

    public long? CustomerId { get; private init; }
    public PaymentKind Kind { get; private init; }
    public string Gateway { get; private init; } = "";

    /// <summary>Opaque, and only for the gateway: never shown.</summary>
    public string Token { get; private init; } = "";

    public string Brand { get; private init; } = "";
    public string? Last4 { get; private init; }
    public int? ExpMonth { get; private init; }
    public int? ExpYear { get; private init; }

    /// <summary>Equal for two methods of one card or account.</summary>
    public string? Fingerprint { get; private init; }

    internal static PaymentMethod Of(Tokenized method, string gateway, long? customer) => new()
    {
        CustomerId = customer,
        Kind = method.Kind,
        Gateway = gateway,
        Token = method.Token,
        Brand = method.Brand,
        Last4 = method.Last4,
        ExpMonth = method.ExpMonth,
        ExpYear = method.ExpYear,
        Fingerprint = method.Fingerprint,
    };

    internal ChargedMethod ToCharge() => new(Kind, Gateway, Token) { Brand = Brand, Last4 = Last4, ExpMonth = ExpMonth, ExpYear = ExpYear };
}
