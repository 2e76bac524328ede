using System.Runtime.CompilerServices;

namespace Aura.Connectors.Shops;

/// <summary>
/// Reads Shopify's product CSV, in the older and the current layout: a product is a run of rows with one handle, of which the
/// first has the product's columns. Holds one product in memory.
/// </summary>
public static class ShopifyCsvReader
{
    // The platform allows 2,048 variants; a longer run is a broken file and must not be gathered without end.
    private const int MostRows = 10_000;

    /// <param name="stream">Read once, forwards, and left open.</param>
    /// <param name="afterRow">Steps that end at or before this row are read and not given: pass the last row that was finished.</param>
    /// <exception cref="UnreadableShopFile">The file is empty or its header is not Shopify's.</exception>
    public static async IAsyncEnumerable<ShopItem> Read(
        Stream stream, long afterRow = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var table = await CsvTable.Open(stream, ShopifyColumns.Older, null, cancellation);
        table.Require("Title");
        List<CsvRow> run = [];
        string? handle = null;
        await foreach (var row in table.Rows(cancellation))
        {
            var own = HandleOf(row);
            var another = own is not null && handle is not null && !own.Equals(handle, StringComparison.OrdinalIgnoreCase);
            if (another || run.Count == MostRows)
            {
                if (run[^1].Number > afterRow)
                    yield return ShopifyProduct.From(run, handle);
                run = [];
                handle = null;
            }

            run.Add(row);
            handle ??= own;
        }

        if (run.Count > 0 && run[^1].Number > afterRow)
            yield return ShopifyProduct.From(run, handle);
    }

    /// <summary>Null for a row that names no product; it stays with the rows before it.</summary>
    private static string? HandleOf(CsvRow row)
    {
        if (row.Fault is not null)
            return null;
        var handle = row.Peek("Handle");
        return handle.Length > 0 ? handle : Slug.Of(row.Peek("Title")) is { Length: > 0 } slug ? slug : null;
    }
}
