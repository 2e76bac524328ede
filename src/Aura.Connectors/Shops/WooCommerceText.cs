using System.Globalization;

namespace Aura.Connectors.Shops;

/// <summary>How WooCommerce's product CSV writes lists, line breaks and texts that look like formulas.</summary>
internal static class WooCommerceText
{
    /// <summary>Comma-separated, where <c>\,</c> is a comma that belongs to the value.</summary>
    public static List<string> List(string text)
    {
        List<string> values = [];
        foreach (var part in text.Replace("\\,", Comma).Split(','))
            if (part.Replace(Comma, ",").Trim() is { Length: > 0 } value)
                values.Add(value);
        return values;
    }

    public static string Join(IEnumerable<string> values) => string.Join(", ", values.Select(value => value.Replace(",", "\\,")));

    /// <summary>Descriptions carry a line break as backslash and n; a backslash and n of their own gets a second backslash.</summary>
    public static string Lines(string text) => text.Replace("\\\\n", Break).Replace("\\n", "\n").Replace(Break, "\\n");

    public static string OneLine(string text) => text.Replace("\\n", "\\\\n").Replace("\n", "\\n");

    /// <summary>
    /// A spreadsheet runs a cell that begins with <c>= + - @</c>. WooCommerce puts an apostrophe before such text when it
    /// exports and takes it away when it imports, so this writer does the same and the text still comes back unchanged.
    /// Numbers stay as they are.
    /// </summary>
    public static string Guard(string text) => LooksLikeFormula(text) && !IsNumber(text) ? "'" + text : text;

    public static string Unguard(string text) => text.StartsWith('\'') && LooksLikeFormula(text) ? text[1..] : text;

    private const string Comma = "\u0001", Break = "\u0002";

    private static bool LooksLikeFormula(string text) => text.AsSpan().TrimStart('\'') is [var first, ..] && "=+-@".Contains(first);

    private static bool IsNumber(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
}
