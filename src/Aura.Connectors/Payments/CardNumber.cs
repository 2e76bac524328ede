using System.Text.RegularExpressions;

namespace Aura.Connectors.Payments;

/// <summary>Reading card numbers (ISO/IEC 7812): brand by leading digits and length, check digit by Luhn's method.</summary>
public static partial class CardNumber
{
    /// <summary>The digits without spaces and hyphens.</summary>
    /// <returns>Null when there is anything else in it, or not 12 to 19 digits.</returns>
    public static string? Digits(string? text)
    {
        var digits = text?.Replace(" ", "").Replace("-", "");
        return digits is { Length: >= 12 and <= 19 } && digits.All(char.IsAsciiDigit) ? digits : null;
    }

    /// <param name="digits">Digits only.</param>
    public static bool PassesLuhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            if (i % 2 == 1)
                digit = digit > 4 ? digit * 2 - 9 : digit * 2;
            sum += digit;
        }

        return digits.Length > 0 && sum % 10 == 0;
    }

    /// <returns><c>visa</c>, <c>mastercard</c>, <c>amex</c>, <c>discover</c>, or null for a brand that is not taken.</returns>
    /// <param name="digits">Digits only.</param>
    public static string? Brand(string digits)
    {
        if (digits.Length is < 12 or > 19)
            return null;

        var six = int.Parse(digits.AsSpan(0, 6));
        return (six, digits.Length) switch
        {
            ( >= 400000 and <= 499999, 13 or 16 or 19) => "visa",
            ( >= 510000 and <= 559999, 16) => "mastercard",
            ( >= 222100 and <= 272099, 16) => "mastercard",
            ( >= 340000 and <= 349999, 15) => "amex",
            ( >= 370000 and <= 379999, 15) => "amex",
            ( >= 601100 and <= 601199, >= 16) => "discover",
            ( >= 622126 and <= 622925, >= 16) => "discover",
            ( >= 644000 and <= 659999, >= 16) => "discover",
            _ => null,
        };
    }

    /// <summary>Whether a card number stands anywhere in a text: 13 to 19 digits, with single spaces or hyphens between them or none, that pass the check.</summary>
    /// <remarks>Of other long numbers every tenth passes too. Those that begin with 0 or 1, as times in milliseconds do, are on no payment card.</remarks>
    public static bool Appears(string text) => LongNumber.EnumerateMatches(text) is var matches && Any(matches, text);

    private static bool Any(Regex.ValueMatchEnumerator matches, string text)
    {
        foreach (var match in matches)
            if (Digits(text.Substring(match.Index, match.Length)) is { Length: >= 13 } digits && digits[0] > '1' && PassesLuhn(digits))
                return true;
        return false;
    }

    [GeneratedRegex(@"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")]
    private static partial Regex LongNumber { get; }

    /// <summary>Whether a text that should be an opaque token is a card number after all.</summary>
    public static bool LooksLikeOne(string text) => Digits(text) is { } digits && PassesLuhn(digits);
}
