using System.Globalization;
using CsvHelper;

namespace Aura.Connectors.Shops;

/// <summary>Writes rows by column name, and counts the values for which there is no column.</summary>
internal sealed class CsvSheet : IAsyncDisposable
{
    private readonly CsvWriter writer;
    private readonly Func<string, string>? guard;
    private readonly Dictionary<string, int> index = new(StringComparer.OrdinalIgnoreCase);
    private readonly string[] cells;

    /// <param name="columns">A name that comes twice is one column.</param>
    /// <param name="guard">Applied to every cell.</param>
    public CsvSheet(Stream stream, IEnumerable<string> columns, Func<string, string>? guard = null)
    {
        this.guard = guard;
        writer = CsvWriter.Create(stream, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        foreach (var column in columns)
            index.TryAdd(column, index.Count);
        cells = new string[index.Count];
        writer.WriteHeader([.. index.OrderBy(column => column.Value).Select(column => column.Key)]);
        Clear();
    }

    public Dictionary<string, long> LeftOut { get; } = [];
    public long Rows { get; private set; }

    public void Put(string column, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return;
        if (index.TryGetValue(column, out var i))
            cells[i] = guard is null ? text : guard(text);
        else
            LeaveOut(column);
    }

    public void Put(string column, decimal? amount) => Put(column, amount?.ToString(CultureInfo.InvariantCulture));

    public void Put(IReadOnlyDictionary<string, string> metadata)
    {
        foreach (var (column, text) in metadata)
            Put(column, text);
    }

    public void PutIfEmpty(string column, string text)
    {
        if (index.TryGetValue(column, out var i) && cells[i].Length == 0)
            Put(column, text);
    }

    public void Erase(string column) => cells[index[column]] = "";

    public void LeaveOut(string what) => LeftOut[what] = LeftOut.GetValueOrDefault(what) + 1;

    public async ValueTask EndRow(CancellationToken cancellation)
    {
        await writer.WriteRecordAsync(cells, cancellation);
        Rows++;
        Clear();
    }

    public ValueTask DisposeAsync() => writer.DisposeAsync();

    private void Clear() => Array.Fill(cells, "");
}
