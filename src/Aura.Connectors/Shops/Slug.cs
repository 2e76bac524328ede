using System.Globalization;
using System.Text;

namespace Aura.Connectors.Shops;

/// <summary>Makes a handle of a title: lower-case letters and digits of any script, without accents, joined by hyphens.</summary>
internal static class Slug
{
    public static string Of(string title)
    {
        var slug = new StringBuilder(title.Length);
        foreach (var letter in title.Replace('\uFFFE', ' ').Normalize(NormalizationForm.FormD))
        {
            if (char.IsLetterOrDigit(letter))
                slug.Append(char.ToLowerInvariant(letter));
            else if (CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark && slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }

        return slug.ToString().TrimEnd('-').Normalize(NormalizationForm.FormC);
    }
}
