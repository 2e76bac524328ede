using System.Runtime.CompilerServices;
using CsvHelper;

namespace Aura.Connectors.Shops;

/// <summary>A CSV file with a header, read row by row. Takes <c>, ; tab |</c> as separators, and UTF-8 or what a byte order mark says.</summary>
internal sealed class CsvTable : IDisposable
{
    // A quote that is never closed makes one record of the rest of the file; no real row is this long.
    private const int LongestRecord = 4 * 1024 * 1024;

    internal const string Unclosed = "A quote that opens in this row is never closed, so neither it nor anything after it can be read.";

    private readonly CsvReader reader;
    private readonly Func<string, string>? clean;
    private readonly Dictionary<string, int> index = new(StringComparer.OrdinalIgnoreCase);
    private CsvMalformedRecord? malformed;
    private bool endless;

    private CsvTable(Stream stream, Func<string, string>? clean)
    {
        this.clean = clean;
        reader = CsvReader.Create(stream, new CsvReaderOptions
        {
            HasHeader = false, MaxRecordSize = LongestRecord, OnMalformedRecord = record => malformed = record,
        }, leaveOpen: true);
    }

    public string[] Columns { get; private set; } = [];

    /// <param name="rename">Brings a header to the name under which the columns are asked for.</param>
    /// <param name="clean">Applied to every field.</param>
    /// <exception cref="UnreadableShopFile">The file is empty, or not text with a header.</exception>
    public static async Task<CsvTable> Open(
        Stream stream, Func<string, string>? rename, Func<string, string>? clean, CancellationToken cancellation)
    {
        var table = new CsvTable(stream, clean);
        if (!await table.Next(cancellation) || table.endless)
        {
            table.Dispose();
            throw new UnreadableShopFile(table.endless ? "The first line is too long for a header." : "The file is empty.");
        }

        table.Columns = table.Fields();
        for (var i = 0; i < table.Columns.Length; i++)
            table.Name(i, rename);
        return table;
    }

    /// <summary>The place of a column in any case of letters; -1 when the file has none.</summary>
    public int IndexOf(string column) => index.GetValueOrDefault(column, -1);

    /// <exception cref="UnreadableShopFile">The header lacks the column.</exception>
    public void Require(string column)
    {
        if (IndexOf(column) < 0)
            throw new UnreadableShopFile($"The header has no column {column}.");
    }

    /// <summary>Every record after the header. One that cannot be read comes with <see cref="CsvRow.Fault"/>.</summary>
    public async IAsyncEnumerable<CsvRow> Rows([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long number = 1; await Next(cancellation); number++)
            yield return Row(number);
    }

    public void Dispose() => reader.Dispose();

    private async ValueTask<bool> Next(CancellationToken cancellation)
    {
        if (endless)
            return false;
        malformed = null;
        try
        {
            return await reader.ReadAsync(cancellation);
        }
        catch (CsvFormatException)
        {
            return endless = true;
        }
    }

    private CsvRow Row(long number)
    {
        var fields = Fields();
        if (clean is not null)
            for (var i = 0; i < fields.Length; i++)
                fields[i] = clean(fields[i]);

        var row = new CsvRow(this, number, fields, Fault(fields));
        if (row.Fault is null && malformed is not null)
            row.Warn(null, "A quote stands where none may; the text was taken as it is.");
        if (row.Fault is null && fields.Any(field => field.Contains('\uFFFD')))
            row.Warn(null, "Some letters cannot be read; save the file as UTF-8.");
        return row;
    }

    private string? Fault(string[] fields)
    {
        if (endless || malformed?.Reason == CsvMalformedReason.UnterminatedQuote)
            return Unclosed;
        // Spreadsheets add empty cells at the end of a row; only text without a column is a doubt.
        var tooMany = fields.Length > Columns.Length && fields.AsSpan(Columns.Length).ContainsAnyExcept("");
        return tooMany || fields.Length < Columns.Length ? $"The row has {fields.Length} fields and the header {Columns.Length}." : null;
    }

    private string[] Fields()
    {
        var fields = new string[endless ? 0 : reader.FieldCount];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = reader.GetString(i);
        return fields;
    }

    private void Name(int column, Func<string, string>? rename)
    {
        var wanted = Columns[column].Trim();
        wanted = rename is null ? wanted : rename(wanted);
        var name = wanted;
        for (var again = 2; !index.TryAdd(name, column); again++)
            name = $"{wanted} ({again})"; // a second column of a name must not hide behind the first
        Columns[column] = name;
    }
}
