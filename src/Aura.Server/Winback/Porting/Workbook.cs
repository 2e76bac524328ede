using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace Aura.Server.Winback.Porting;

/// <summary>Writes an XLSX workbook row by row (ECMA-376, SpreadsheetML): a sheet per table, text as inline strings, so that nothing is kept in memory and nothing is a formula.</summary>
internal sealed class Workbook(Stream stream) : IDisposable
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006/relationships", Types = "http://schemas.openxmlformats.org/package/2006/content-types";
    private const int LongestCell = 32_767;

    private readonly ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true);
    private readonly List<string> sheets = [];

    public async Task Sheet(string name, IReadOnlyList<string> columns, IAsyncEnumerable<JsonObject> rows)
    {
        sheets.Add(name);
        await using var part = zip.CreateEntry($"xl/worksheets/sheet{sheets.Count}.xml").Open();
        await using var xml = XmlWriter.Create(part, new() { Async = true, Encoding = new UTF8Encoding(false), CheckCharacters = false });
        await xml.WriteStartDocumentAsync(standalone: true);
        await xml.WriteStartElementAsync(null, "worksheet", Main);
        await xml.WriteStartElementAsync(null, "sheetData", Main);
        await Row(xml, columns.Select(column => (JsonNode?)column));
        await foreach (var row in rows)
            await Row(xml, columns.Select(column => row[column]));
        await xml.WriteEndDocumentAsync();
    }

    private static async Task Row(XmlWriter xml, IEnumerable<JsonNode?> cells)
    {
        await xml.WriteStartElementAsync(null, "row", Main);
        foreach (var cell in cells)
        {
            await xml.WriteStartElementAsync(null, "c", Main);
            if (cell?.GetValueKind() == JsonValueKind.Number)
                await xml.WriteElementStringAsync(null, "v", Main, cell.ToString());
            else if (cell is not null)
            {
                await xml.WriteAttributeStringAsync(null, "t", null, "inlineStr");
                await xml.WriteStartElementAsync(null, "is", Main);
                await xml.WriteStartElementAsync(null, "t", Main);
                await xml.WriteAttributeStringAsync("xml", "space", null, "preserve");
                await xml.WriteStringAsync(Writable(Sheets.TextOf(cell)));
                await xml.WriteEndElementAsync();
                await xml.WriteEndElementAsync();
            }

            await xml.WriteEndElementAsync();
        }

        await xml.WriteEndElementAsync();
    }

    /// <summary>XML has no place for most control characters, and a cell has an end.</summary>
    private static string Writable(string text) => string.Concat(text.Beginning(LongestCell).Select(c => XmlConvert.IsXmlChar(c) || char.IsSurrogate(c) ? c : '\uFFFD'));

    /// <summary>What says which sheets there are, last.</summary>
    public void Dispose()
    {
        var numbers = Enumerable.Range(1, sheets.Count).ToList();
        Part("xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets>{Each(n => $"<sheet name=\"{sheets[n - 1]}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>")}</sheets></workbook>");
        Part("xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Package}\">{Each(n => $"<Relationship Id=\"rId{n}\" Type=\"{Relations}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")}</Relationships>");
        Part("_rels/.rels", $"<Relationships xmlns=\"{Package}\"><Relationship Id=\"rId1\" Type=\"{Relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
        const string Spread = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        Part("[Content_Types].xml", $"<Types xmlns=\"{Types}\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>" +
            $"<Override PartName=\"/xl/workbook.xml\" ContentType=\"{Spread}.sheet.main+xml\"/>{Each(n => $"<Override PartName=\"/xl/worksheets/sheet{n}.xml\" ContentType=\"{Spread}.worksheet+xml\"/>")}</Types>");
        zip.Dispose();

        string Each(Func<int, string> part) => string.Concat(numbers.Select(part));
        void Part(string name, string text)
        {
            using var writer = new StreamWriter(zip.CreateEntry(name).Open());
            writer.Write("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>");
            writer.Write(text);
        }
    }
}
