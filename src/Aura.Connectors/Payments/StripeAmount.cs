namespace Aura.Connectors.Payments;

/// <summary>
/// Between ISO 4217 minor units and the integers of Stripe's API. They are the same except where Stripe documents otherwise
/// (docs.stripe.com/currencies, "Special cases", "Zero-decimal" and "Three-decimal currencies").
/// </summary>
internal static class StripeAmount
{
    /// <exception cref="GatewayRefused">Stripe cannot express the amount in this currency.</exception>
    public static long FromMinor(long minor, string currency) => currency switch
    {
        "ISK" or "UGX" => checked(minor * 100), // no decimals any more, still written with two
        "MGA" => minor % 100 == 0 ? minor / 100 : throw Inexpressible("whole ariary"), // two decimals in ISO, none at Stripe
        "BHD" or "JOD" or "KWD" or "OMR" or "TND" =>
            minor % 10 == 0 ? minor : throw Inexpressible("steps of ten minor units"), // card networks carry two of the three
        _ => minor,
    };

    public static long ToMinor(long amount, string currency) => currency switch
    {
        "ISK" or "UGX" => amount / 100,
        "MGA" => amount * 100,
        _ => amount,
    };

    private static GatewayRefused Inexpressible(string unit) =>
        new("invalid_amount", "amount", $"Stripe takes this currency only in {unit}.");
}
