using System.Security.Cryptography;

namespace Aura.Catalog;

/// <summary>The merchant's own code for a product or a variant.</summary>
public static class Sku
{
    public const int MaxLength = 100;

    /// <exception cref="Refused">422 for nothing, over 100 characters, control characters, or what a product's id looks like: it could not be asked for.</exception>
    public static string Checked(string sku, string field = "Sku")
    {
        sku = sku.Trim();
        if (sku.Length is 0 or > MaxLength || sku.Any(char.IsControl))
            throw Refused.Invalid(field, $"Has 1 to {MaxLength} characters.");
        return Id<Product>.ToNumber(sku) is null ? sku : throw Refused.Invalid(field, "Must not look like the id of a product.");
    }

    /// <summary>One for a product that came without: its name and eight random hexadecimal digits.</summary>
    public static string For(string name)
    {
        var words = Slug.Of(name).ToUpperInvariant();
        return $"{(words.Length > 80 ? words[..80] : words)}-{RandomNumberGenerator.GetHexString(8)}".TrimStart('-');
    }
}
