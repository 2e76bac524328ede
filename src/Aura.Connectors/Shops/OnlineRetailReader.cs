using System.Runtime.CompilerServices;
using CsvHelper;

namespace Aura.Connectors.Shops;

/// <summary>
/// Reads the invoice lines of UCI's Online Retail II (doi 10.24432/C5CG6D) and of the older Online Retail (doi 10.24432/C5BW33),
/// plain or gzip, and gives each run of lines with one invoice number. One run is in memory, so an invoice whose lines do not all
/// follow each other comes in several reads, to be joined by number. In the published data 1,724 of 53,628 invoices do: 1,088
/// stand in both sheets, which overlap from 1 to 9 December 2010 (a sum over time must drop one side), and 656 alternate with a
/// neighbour line by line.
/// </summary>
public static class OnlineRetailReader
{
    private const int MostLines = 100_000;

    // In the order in which RetailRun asks for them; the second names are the older data set's.
    private static readonly string[][] Names =
    [
        ["Invoice", "InvoiceNo"], ["StockCode"], ["Description"], ["Quantity"], ["InvoiceDate"], ["Price", "UnitPrice"],
        ["Customer ID", "CustomerID"], ["Country"],
    ];

    /// <param name="stream">Read once, forwards, and left open.</param>
    /// <param name="afterRow">Runs that end at or before this row are read and not given: pass the last row that was finished.</param>
    /// <exception cref="UnreadableShopFile">The header lacks a column of the data set.</exception>
    public static async IAsyncEnumerable<RetailRead> Read(
        Stream stream, long afterRow = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var plain = await ShopFile.Plain(stream, cancellation);
        using var csv = CsvReader.Create(plain, new CsvReaderOptions { Separator = ',', MaxRecordSize = 1024 * 1024, PoolStrings = true });
        await ReadHeader(csv, cancellation);
        var run = new RetailRun(csv, [.. Names.Select(names => ColumnOf(csv, names))]);
        for (long row = 1; await Next(csv, run, row, cancellation); row++)
        {
            if ((run.IsLeft() || run.Rows == MostLines) && run.Finish() is var read && read.LastRow > afterRow)
                yield return read;
            run.Add(row);
        }

        if (run.Rows > 0 && run.Finish() is var last && last.LastRow > afterRow)
            yield return last;
    }

    /// <summary>Whether a header has every column of the data set.</summary>
    internal static bool Knows(IReadOnlyCollection<string> columns) =>
        Names.All(names => names.Any(name => columns.Contains(name, StringComparer.OrdinalIgnoreCase)));

    private static async Task ReadHeader(CsvReader csv, CancellationToken cancellation)
    {
        try
        {
            await csv.ReadHeaderAsync(cancellation);
        }
        catch (CsvFormatException)
        {
            throw new UnreadableShopFile("The first line is too long for a header.");
        }
    }

    private static async ValueTask<bool> Next(CsvReader csv, RetailRun run, long row, CancellationToken cancellation)
    {
        try
        {
            return await csv.ReadAsync(cancellation);
        }
        catch (CsvFormatException)
        {
            run.Reject(row, null, CsvTable.Unclosed);
            return false;
        }
    }

    private static int ColumnOf(CsvReader csv, string[] names)
    {
        for (var i = 0; i < csv.Headers.Count; i++)
            if (names.Contains(csv.Headers[i].Trim(), StringComparer.OrdinalIgnoreCase))
                return i;
        throw new UnreadableShopFile($"The header has no column {names[0]}.");
    }
}
