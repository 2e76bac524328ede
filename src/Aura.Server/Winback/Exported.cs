using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.Winback;

public enum ExportFormat
{
    Json,
    Csv,
}

/// <param name="Format">json answers with the rows, csv with a file that has a header.</param>
public sealed record ExportRequest(ExportFormat Format = ExportFormat.Json);

public sealed record Exported<T>(bool Success, ExportFormat Format, int Count, IReadOnlyList<T> Data);

/// <summary>Rows for another program, in the format that it asks for.</summary>
internal static class Exporting
{
    /// <summary>The format that a query names.</summary>
    /// <exception cref="Refused">422 for one that there is not.</exception>
    public static ExportFormat Read(string? format) => format is null ? ExportFormat.Json : Words<ExportFormat>.TryParse(format, out var known)
        ? known
        : throw Refused.Invalid(nameof(format), $"Must be one of {string.Join(", ", Words<ExportFormat>.All)}.");

    /// <param name="name">Of the file, without its ending.</param>
    public static Results<Ok<Exported<T>>, FileContentHttpResult> As<T>(this IReadOnlyList<T> rows, ExportFormat format, string name) => format == ExportFormat.Csv
        ? TypedResults.File(Csv(rows), "text/csv; charset=utf-8", $"{name}.csv")
        : TypedResults.Ok(new Exported<T>(true, format, rows.Count, rows));

    /// <summary>Rows that are sent as they are read, however many there are.</summary>
    /// <param name="whole">What JSON answers with.</param>
    public static IResult As<T, TWhole>(this IAsyncEnumerable<T> rows, ExportFormat format, string name, Func<IAsyncEnumerable<T>, TWhole> whole) => format == ExportFormat.Csv
        ? TypedResults.Stream(body => Write(rows, body), "text/csv; charset=utf-8", $"{name}.csv")
        : TypedResults.Ok(whole(rows));

    private static async Task Write<T>(IAsyncEnumerable<T> rows, Stream body)
    {
        var columns = typeof(T).GetProperties();
        await using var file = new StreamWriter(body, new UTF8Encoding(false), leaveOpen: true);
        await file.WriteAsync(Header(columns));
        await foreach (var row in rows)
            await file.WriteAsync(CsvText.Line(columns.Select(column => Text(column.GetValue(row)))));
    }

    /// <summary>With a column for each property; text is text and no formula (<see cref="CsvText"/>).</summary>
    private static byte[] Csv<T>(IReadOnlyList<T> rows)
    {
        var columns = typeof(T).GetProperties();
        return Encoding.UTF8.GetBytes(string.Concat(rows.Select(row => CsvText.Line(columns.Select(column => Text(column.GetValue(row))))).Prepend(Header(columns))));
    }

    private static string Header(PropertyInfo[] columns) => CsvText.Line(columns.Select(column => JsonNamingPolicy.CamelCase.ConvertName(column.Name)));

    private static string Text(object? value) => value switch
    {
        null => "",
        DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        string text => CsvText.Guarded(text),
        IEnumerable<string> words => CsvText.Guarded(string.Join(' ', words)),
        Enum word => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{word}"),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };
}
