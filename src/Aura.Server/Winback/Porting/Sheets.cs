using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using ExcelDataReader;

namespace Aura.Server.Winback.Porting;

/// <summary>Reads what came in, whatever form it has, into rows of a kind.</summary>
internal static class Sheets
{
    /// <summary>Bytes that a workbook may be unpacked to, and rows of all sheets.</summary>
    private const long MostUnpacked = 64 * 1024 * 1024;

    private const int MostRows = 100_000;

    /// <summary>A value as a sheet shows it: lists and objects as JSON.</summary>
    public static string TextOf(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonValue => node.ToString(),
        _ => node.ToJsonString(),
    };

    /// <summary>An object with a list for each kind, or the list of the one kind that is meant.</summary>
    /// <exception cref="Refused">422 for anything else.</exception>
    public static IEnumerable<(string Kind, JsonNode? Row)> OfJson(JsonElement data, string? only)
    {
        if (data.ValueKind == JsonValueKind.String)
            data = Parsed(data.GetString()!); // a string is one
        if (data.ValueKind == JsonValueKind.Array && only is not null)
            return data.EnumerateArray().Select(row => (only, (JsonNode?)JsonObject.Create(row))).ToList();
        if (data.ValueKind != JsonValueKind.Object)
            throw Refused.Invalid("Data", "Must be an object with lists of campaigns, segments or workflows; or the list itself, where type names one.");
        return [.. data.EnumerateObject().Where(part => part.Value.ValueKind == JsonValueKind.Array).SelectMany(part => part.Value.EnumerateArray()
            .Select(row => (part.Name, row.ValueKind == JsonValueKind.Object ? (JsonNode?)JsonObject.Create(row) : null)))];
    }

    /// <summary>The column <c>type</c> says what a row is; without it all are of the one kind that is meant.</summary>
    public static IEnumerable<(string Kind, JsonNode? Row)> OfCsv(string text, string? only)
    {
        List<string>? header = null;
        foreach (var record in CsvText.Read(text.TrimStart('\uFEFF')))
            if (header is null)
                header = record;
            else
            {
                var row = new JsonObject();
                foreach (var (column, cell) in header.Zip(record))
                    row[column] = CsvText.Unguarded(cell);
                yield return (TextOf(row["type"]) is { Length: > 0 } kind ? kind : only ?? throw Refused.Invalid("Data", "Without a column 'type' say which type it is."), row);
            }
    }

    /// <summary>A sheet's name says what its rows are; in a workbook with one sheet the kind that is meant does.</summary>
    /// <exception cref="Refused">422 for what is no workbook, or one that is too large.</exception>
    public static List<(string Kind, JsonNode? Row)> OfWorkbook(byte[] file, string? only)
    {
        try
        {
            using (var zip = new ZipArchive(new MemoryStream(file)))
                if (zip.Entries.Sum(entry => entry.Length) > MostUnpacked)
                    throw Refused.Invalid("Data", "The workbook is too large.");
            System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance); // the reader asks for one of its encodings
            using var reader = ExcelReaderFactory.CreateOpenXmlReader(new MemoryStream(file));
            var rows = new List<(string, JsonNode?)>();
            do
                Read(reader, reader.ResultsCount == 1 && only is not null ? only : reader.Name.ToLowerInvariant(), rows);
            while (reader.NextResult());
            return rows;
        }
        catch (Exception broken) when (broken is InvalidDataException or System.Xml.XmlException or ExcelDataReader.Exceptions.ExcelReaderException or NullReferenceException or FormatException)
        {
            throw Refused.Invalid("Data", "Must be an XLSX workbook, in base64."); // a reader of others' files: whatever it trips over, the file is to blame
        }
    }

    private static void Read(IExcelDataReader reader, string kind, List<(string, JsonNode?)> rows)
    {
        string[]? header = null;
        while (reader.Read() && rows.Count < MostRows)
        {
            var cells = Enumerable.Range(0, reader.FieldCount).Select(i => Cell(reader.GetValue(i))).ToArray();
            if (header is null)
                header = cells;
            else if (cells.Any(cell => cell.Length > 0))
                rows.Add((kind, new JsonObject(header.Zip(cells).Where(pair => pair.First.Length > 0).DistinctBy(pair => pair.First).Select(pair => KeyValuePair.Create(pair.First, (JsonNode?)pair.Second)))));
        }
    }

    private static string Cell(object? value) => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";

    private static JsonElement Parsed(string text)
    {
        try
        {
            return JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            throw Refused.Invalid("Data", "Is no JSON.");
        }
    }
}
