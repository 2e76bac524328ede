using System.IO.Compression;

namespace Aura.Connectors.Shops;

public enum ShopFormat { Unknown, Shopify, WooCommerce, OnlineRetail }

/// <summary>Which shop a file came from, and the reader for it.</summary>
public static class ShopFile
{
    /// <param name="columns">The header, in any case of letters.</param>
    public static ShopFormat Detect(IEnumerable<string> columns)
    {
        List<string> header = [.. columns.Select(column => column.Trim())];
        var names = header.Select(ShopifyColumns.Older).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (OnlineRetailReader.Knows(header))
            return ShopFormat.OnlineRetail;
        if (names.Contains("Title") && names.Overlaps(["Handle", "Body (HTML)", "Variant Price"]))
            return ShopFormat.Shopify;
        var woo = names.IsSupersetOf(["Type", "Name"]) && names.Overlaps(["Regular price", "Parent", "Published", "Categories"]);
        return woo ? ShopFormat.WooCommerce : ShopFormat.Unknown;
    }

    /// <summary>Reads the header and goes back to where the stream stood.</summary>
    /// <param name="stream">Plain or gzip; must be able to seek.</param>
    /// <returns><see cref="ShopFormat.Unknown"/> for an empty file too.</returns>
    public static async Task<ShopFormat> Detect(Stream stream, CancellationToken cancellation = default)
    {
        var start = stream.Position;
        try
        {
            await using var plain = await Plain(stream, cancellation);
            using var table = await CsvTable.Open(plain, null, null, cancellation);
            return Detect(table.Columns);
        }
        catch (UnreadableShopFile)
        {
            return ShopFormat.Unknown;
        }
        finally
        {
            stream.Position = start;
        }
    }

    /// <summary>The steps of a product file.</summary>
    /// <param name="afterRow">The last row that was finished; 0 begins at the beginning.</param>
    /// <exception cref="UnreadableShopFile">The format has no products, or the file is not of the format.</exception>
    public static IAsyncEnumerable<ShopItem> Read(
        ShopFormat format, Stream stream, long afterRow = 0, CancellationToken cancellation = default) => format switch
        {
            ShopFormat.Shopify => ShopifyCsvReader.Read(stream, afterRow, cancellation),
            ShopFormat.WooCommerce => WooCommerceCsvReader.Read(stream, afterRow, cancellation),
            _ => throw new UnreadableShopFile("The file is neither a Shopify nor a WooCommerce product file."),
        };

    /// <summary>Unpacks gzip, which it knows by its first two bytes (RFC 1952); any other stream comes out as it is.</summary>
    internal static async Task<Stream> Plain(Stream stream, CancellationToken cancellation)
    {
        var magic = new byte[2];
        var read = await stream.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellation);
        var whole = new PrefixedStream(magic.AsMemory(0, read), stream);
        return magic is [0x1f, 0x8b] ? new GZipStream(whole, CompressionMode.Decompress) : whole;
    }
}
