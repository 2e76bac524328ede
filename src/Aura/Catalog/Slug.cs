using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Aura.Catalog;

/// <summary>A name as it stands in an address: lower-case letters and digits with single hyphens between the words.</summary>
public static partial class Slug
{
    public const int MaxLength = 100;

    /// <summary>"Café &amp; Tea" is <c>cafe-tea</c>. A slug is its own slug; text without letters and digits has none ("").</summary>
    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var character in text.Normal(NormalizationForm.FormD))
            if (CharUnicodeInfo.GetUnicodeCategory(character) != UnicodeCategory.NonSpacingMark)
                plain.Append(char.ToLowerInvariant(character));
        return Between.Replace(plain.ToString().Normal(NormalizationForm.FormC), "-").Trim('-');
    }

    /// <exception cref="Refused">422 for text that has no slug or one over 100 characters.</exception>
    public static string Checked(string text, string field) => Of(text) is { Length: > 0 and <= MaxLength } slug
        ? slug
        : throw Refused.Invalid(field, $"Needs letters or digits, and at most {MaxLength} characters.");

    [GeneratedRegex(@"[^\p{L}\p{N}]+")]
    private static partial Regex Between { get; }
}
