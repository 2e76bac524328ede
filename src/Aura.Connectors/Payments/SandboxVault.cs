using System.Globalization;

namespace Aura.Connectors.Payments;

/// <summary>
/// The payment methods that the sandbox knows. Test cards, with any future expiry and any security code:
/// <list type="table">
/// <item><term>4242424242424242</term><description>succeeds (Visa)</description></item>
/// <item><term>5555555555554444</term><description>succeeds (Mastercard)</description></item>
/// <item><term>378282246310005</term><description>succeeds (American Express, four-digit code)</description></item>
/// <item><term>6011111111111117</term><description>succeeds (Discover)</description></item>
/// <item><term>4000000000000002</term><description>declined: card_declined</description></item>
/// <item><term>4000000000009995</term><description>declined: insufficient_funds</description></item>
/// <item><term>4000002760003184</term><description>asks for 3-D Secure</description></item>
/// <item><term>4000000000000259</term><description>succeeds and is disputed as fraudulent a day after the capture</description></item>
/// <item><term>4000000000005126</term><description>succeeds; its refunds are pending for an hour and then fail</description></item>
/// </list>
/// Wallets, banks, lenders and coins succeed, with any token or none; a token that ends in <c>_declined</c>,
/// <c>_insufficient_funds</c>, <c>_challenge</c>, <c>_disputed</c>, <c>_refund_fails</c> or <c>_fails</c> does that instead.
/// </summary>
internal static class SandboxVault
{
    private static readonly Dictionary<string, Scenario> Cards = new()
    {
        ["4242424242424242"] = Scenario.Succeeds,
        ["5555555555554444"] = Scenario.Succeeds,
        ["378282246310005"] = Scenario.Succeeds,
        ["6011111111111117"] = Scenario.Succeeds,
        ["4000000000000002"] = Scenario.Declined,
        ["4000000000009995"] = Scenario.InsufficientFunds,
        ["4000002760003184"] = Scenario.Challenge,
        ["4000000000000259"] = Scenario.Disputed,
        ["4000000000005126"] = Scenario.RefundFails,
    };

    /// <summary>The longer ending stands before the one that it contains.</summary>
    private static readonly (string Ending, Scenario Scenario)[] Endings =
    [
        ("_declined", Scenario.Declined),
        ("_insufficient_funds", Scenario.InsufficientFunds),
        ("_challenge", Scenario.Challenge),
        ("_disputed", Scenario.Disputed),
        ("_refund_fails", Scenario.RefundFails),
        ("_fails", Scenario.Fails),
    ];

    /// <exception cref="GatewayRefused">With the field that is wrong: number, exp_month, exp_year, cvc or token.</exception>
    public static SandboxToken Token(PaymentDetails details, DateTime now) =>
        details.Kind == PaymentKind.Card ? Card(details, now) : Other(details);

    private static SandboxToken Card(PaymentDetails details, DateTime now)
    {
        var digits = CardNumber.Digits(details.Number);
        if (digits is null || !CardNumber.PassesLuhn(digits))
            throw new GatewayRefused("incorrect_number", "number", "The card number is not valid.");
        if (!Cards.TryGetValue(digits, out var scenario))
            throw new GatewayRefused("test_cards_only", "number",
                "The sandbox takes only test cards; real card numbers are never sent here.");

        var brand = CardNumber.Brand(digits)!; // every test card above has one
        var (month, year) = Expiry(details, now);
        if (details.Cvc is not { } cvc || !cvc.All(char.IsAsciiDigit) || cvc.Length != (brand == "amex" ? 4 : 3))
            throw new GatewayRefused("invalid_cvc", "cvc", "The security code has three digits, on American Express four.");
        return new(PaymentKind.Card, scenario, brand, digits[^4..], month, year);
    }

    private static (int Month, int Year) Expiry(PaymentDetails details, DateTime now)
    {
        if (details.ExpMonth is not (>= 1 and <= 12 and var month))
            throw new GatewayRefused("invalid_expiry_month", "exp_month", "The expiry month is 1 to 12.");
        var year = details.ExpYear is >= 0 and < 100 ? details.ExpYear + 2000 : details.ExpYear;
        if (year is not { } fourDigits || fourDigits > now.Year + 50)
            throw new GatewayRefused("invalid_expiry_year", "exp_year", "The expiry year has four digits.");
        if ((fourDigits, month).CompareTo((now.Year, now.Month)) < 0)
            throw new GatewayRefused("expired_card", "exp_year", "The card has expired.");
        return (month, fourDigits);
    }

    private static SandboxToken Other(PaymentDetails details)
    {
        var token = details.Token ?? "";
        if (details.Number is not null || CardNumber.LooksLikeOne(token))
            throw new GatewayRefused("unexpected_number", details.Number is null ? "token" : "number",
                string.Create(CultureInfo.InvariantCulture, $"{details.Kind.Name()} takes a token, never a card number."));

        var scenario = Endings.FirstOrDefault(each => token.EndsWith(each.Ending, StringComparison.Ordinal)).Scenario;
        return new(details.Kind, scenario, details.Kind.Name(), null, null, null);
    }
}
