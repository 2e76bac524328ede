using System.Text;

namespace Aura;

/// <summary>Text in which what reads alike is alike.</summary>
public static class NormalText
{
    /// <summary>The text in a normal form of Unicode. What is no character (U+FFFE, half of a pair) becomes U+FFFD: the runtime would refuse the whole text for it.</summary>
    public static string Normal(this string text, NormalizationForm form) => Ascii.IsValid(text)
        ? text
        : string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0xFFFE ? Rune.ReplacementChar : rune)).Normalize(form);
}
