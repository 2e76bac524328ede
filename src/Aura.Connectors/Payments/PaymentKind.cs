using System.Text.Json;

namespace Aura.Connectors.Payments;

/// <summary>Means of payment; spelled <c>apple_pay</c> outside.</summary>
public enum PaymentKind
{
    Card,
    ApplePay,
    GooglePay,
    Paypal,
    Ach,
    Wire,
    Affirm,
    Klarna,
    Bitcoin,
    Ethereum,
    /// <summary>The courier brings the money.</summary>
    CashOnDelivery,
    /// <summary>The buyer is a business and pays the invoice when it is due.</summary>
    NetTerms,
    /// <summary>What the customer has with the store.</summary>
    StoreCredit,
}

/// <summary>Names and families of the means of payment.</summary>
public static class PaymentKinds
{
    private static readonly Dictionary<string, PaymentKind> ByName = Enum.GetValues<PaymentKind>().ToDictionary(Name);

    public static string Name(this PaymentKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    /// <summary>Reads the outside spelling (<c>apple_pay</c>), exactly.</summary>
    public static bool TryParse(string? name, out PaymentKind kind) => ByName.TryGetValue(name ?? "", out kind);

    public static bool IsWallet(this PaymentKind kind) => kind is PaymentKind.ApplePay or PaymentKind.GooglePay or PaymentKind.Paypal;

    public static bool IsBankTransfer(this PaymentKind kind) => kind is PaymentKind.Ach or PaymentKind.Wire;

    public static bool IsPayLater(this PaymentKind kind) => kind is PaymentKind.Affirm or PaymentKind.Klarna;

    public static bool IsCrypto(this PaymentKind kind) => kind is PaymentKind.Bitcoin or PaymentKind.Ethereum;

    /// <summary>Whether the money comes to the store without a gateway.</summary>
    public static bool IsOffline(this PaymentKind kind) => kind is PaymentKind.CashOnDelivery or PaymentKind.NetTerms;
}
