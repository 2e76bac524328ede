using System.Security.Cryptography;
using System.Text;
using Aura.Catalog;
using Aura.Connectors.Shops;

namespace Aura.ProductFiles;

/// <summary>The names that a product of a file goes by, and those that are made where the file has none. The same file gives the same names.</summary>
internal static class ShopNames
{
    public const int LongestHandle = 200;

    /// <summary>The handles that a product may have, the best first. Shopify's has the one that the file says.</summary>
    public static string[] Handles(ShopProduct product)
    {
        if (product.Handle is { } given)
            return [given.ToLowerInvariant()];
        var (slug, other) = (Cut(Slug.Of(product.Title)), Slug.Of(product.Sku ?? product.ExternalId ?? ""));
        string[] wished = [slug, Cut($"{slug}-{other}").Trim('-'), $"{slug}-{Mark(product.Title, product.Sku, product.ExternalId)}".TrimStart('-')];
        return [.. wished.Where(handle => handle != "").Distinct()];
    }

    /// <summary>What tells a product from the others in its file.</summary>
    public static string Key(ShopProduct product) =>
        product.Handle is { } handle ? $"handle:{handle.ToLowerInvariant()}"
        : product.Sku is { } sku ? $"sku:{sku}"
        : product.ExternalId is { } id ? $"id:{id}"
        : $"name:{product.Title.ToLowerInvariant()}";

    /// <summary>What tells a variation from the others in its file.</summary>
    public static string Key(ShopVariation variation) =>
        $"variation:{variation.Parent}|{string.Join('|', variation.Variant.Options.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"{o.Key}={o.Value}"))}";

    /// <summary>The same by its SKU, of which a file has one.</summary>
    public static string? SkuKey(ShopVariant variation) => variation.Sku is { } sku ? $"sku:{sku}" : null;

    /// <summary>The id in a reference such as <c>id:44</c>; null for one by SKU.</summary>
    public static string? ParentId(string parent) => parent.StartsWith("id:", StringComparison.Ordinal) ? parent[3..].Trim() : null;

    /// <summary>A SKU for what came without: its handle and options, with a mark that nothing else has.</summary>
    public static string Sku(string handle, IReadOnlyDictionary<string, string> options)
    {
        string[] words = [handle, .. options.Values];
        var slug = Slug.Of(string.Join(' ', words));
        return $"{(slug.Length > 80 ? slug[..80] : slug)}-{Mark([handle, .. options.Select(o => $"{o.Key}={o.Value}")])}".TrimStart('-');
    }

    private static string Cut(string slug) => slug.Length > LongestHandle ? slug[..LongestHandle] : slug;

    private static string Mark(params string?[] facts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', facts))).AsSpan(0, 4));
}
