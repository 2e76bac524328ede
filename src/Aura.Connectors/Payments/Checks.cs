namespace Aura.Connectors.Payments;

/// <summary>What every gateway asks of every call; a breach is a mistake of the caller.</summary>
internal static class Checks
{
    /// <exception cref="GatewayRefused">Not 1 to 255 characters.</exception>
    public static void Key(string key)
    {
        if (key.Length is 0 or > 255)
            throw new GatewayRefused("invalid_idempotency_key", null, "An idempotency key has 1 to 255 characters.");
    }

    /// <exception cref="GatewayRefused">Not above zero, or not three upper-case letters.</exception>
    public static void Amount(long minor, string currency)
    {
        if (minor < 1)
            throw new GatewayRefused("invalid_amount", "amount", "An amount to pay is above zero.");
        if (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper))
            throw new GatewayRefused("invalid_currency", "currency", "A currency is three upper-case letters.");
    }
}
