using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Winback.Porting;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

public enum PortFormat
{
    Json,
    Csv,
    Xlsx,
}

/// <summary>Campaigns, segments and workflows out of a shop, and into one. What goes out comes back in: twice is once.</summary>
internal static class DataPorting
{
    private const string Everything = "all";
    private const int MostErrors = 1_000;

    public static void MapDataPorting(this RouteGroupBuilder api)
    {
        var porting = api.MapGroup("/developer").WithTags("Export and import").Scope("workflows");
        porting.MapGet("/export", Export).NeverCached();
        porting.MapPost("/import", Import).WithMetadata(new Staged());
    }

    /// <param name="type">campaigns, segments, workflows or all.</param>
    /// <param name="format">json, csv or xlsx.</param>
    private static IResult Export(AuraDb db, string type = Everything, string format = "json") =>
        new PortedFile(db, KindsOf(type), type, Words<PortFormat>.TryParse(format, out var form) ? form : throw Refused.Invalid(nameof(format), $"Must be one of {string.Join(", ", Words<PortFormat>.All)}."));

    /// <summary>Each row is taken or refused by itself.</summary>
    private static async Task<Imported> Import(ImportData request, AuraDb db, CancellationToken cancellation)
    {
        var (kinds, only) = (KindsOf(request.Type), request.Type == Everything ? null : request.Type);
        var rows = Rows(request, only).Select((row, index) => (row.Kind, row.Row, Number: index + 1)).GroupBy(row => row.Kind).ToDictionary(group => group.Key);
        var (changed, unchanged, errors) = (new Dictionary<string, int>(), 0, new List<ImportError>());
        foreach (var kind in kinds)
        {
            changed[kind.Name] = 0;
            foreach (var (at, (_, row, line)) in (rows.GetValueOrDefault(kind.Name) ?? Enumerable.Empty<(string, JsonNode?, int)>()).Index())
                if (await Take(kind, row, db, cancellation) is not { } outcome)
                    unchanged++;
                else if (outcome == "")
                    changed[kind.Name]++;
                else if (errors.Count < MostErrors)
                    errors.Add(new(kind.Name, request.Format == PortFormat.Csv ? line : at + 1, outcome));
        }

        return new(errors.Count == 0, changed, unchanged, errors);
    }

    /// <returns>Null: it was so already. Empty: done. Otherwise why not.</returns>
    private static async Task<string?> Take(IPortable kind, JsonNode? row, AuraDb db, CancellationToken cancellation)
    {
        try
        {
            return row is not JsonObject cells ? "Must be an object." : await db.InTransaction(() => kind.Take(new(cells), db, cancellation), cancellation) ? "" : null;
        }
        catch (Exception refusal) when (refusal is Refused or DbUpdateException && Failure.Of(refusal, "") is { Status: < 500 })
        {
            return Told(Failure.Of(refusal, ""));
        }
        catch (ArgumentException twice) when (twice.Source == typeof(JsonObject).Assembly.GetName().Name)
        {
            return "Has a field twice.";
        }
        finally
        {
            db.ChangeTracker.Clear();
        }
    }

    /// <summary>With the name of the field, for a row has many.</summary>
    private static string Told(Failure failure) =>
        failure.Fields is [{ Field: not "" } one] && one.Message == failure.Message ? $"{WinbackApi.Dialect.Spelled(one.Field)}: {one.Message}" : failure.Message;

    private static IEnumerable<(string Kind, JsonNode? Row)> Rows(ImportData request, string? only) => request.Format switch
    {
        _ when request.File is { } file => OfFile(file, request.Format, only),
        _ when request.Data is not { ValueKind: not JsonValueKind.Null } => throw Refused.Invalid(nameof(request.Data), "Is required, or file."),
        PortFormat.Json => Sheets.OfJson(request.Data.Value, only),
        _ when request.Data.Value.ValueKind != JsonValueKind.String => throw Refused.Invalid(nameof(request.Data), "Must be text: the CSV itself, or the workbook in base64."),
        PortFormat.Csv => Sheets.OfCsv(request.Data.Value.GetString()!, only), // it is text
        _ => Sheets.OfWorkbook(request.Data.Value.TryGetBytesFromBase64(out var book) ? book : throw Refused.Invalid(nameof(request.Data), "Must be an XLSX workbook, in base64."), only),
    };

    private static IEnumerable<(string Kind, JsonNode? Row)> OfFile(byte[] file, PortFormat format, string? only) => format switch
    {
        PortFormat.Json => Sheets.OfJson(Json(file), only),
        PortFormat.Csv => Sheets.OfCsv(Encoding.UTF8.GetString(file), only),
        _ => Sheets.OfWorkbook(file, only),
    };

    private static JsonElement Json(byte[] file)
    {
        try
        {
            return JsonElement.Parse(file);
        }
        catch (JsonException)
        {
            throw Refused.Invalid(nameof(ImportData.File), "Must be JSON, in base64.");
        }
    }

    /// <exception cref="Refused">422 for a type that there is not.</exception>
    private static IReadOnlyList<IPortable> KindsOf(string type) => Portables.All.Where(kind => type == Everything || kind.Name == type).ToList() is { Count: > 0 } kinds
        ? kinds
        : throw Refused.Invalid("Type", $"Must be one of {string.Join(", ", Portables.All.Select(kind => kind.Name))}, {Everything}.");
}

/// <param name="Data">As /developer/export writes it: JSON, the text of a CSV file, or a workbook in base64.</param>
/// <param name="File">Or the file itself, of any format, in base64.</param>
public sealed record ImportData(JsonElement? Data = null, string Type = "all", PortFormat Format = PortFormat.Json, byte[]? File = null);

/// <param name="Counts">Rows by type that made or changed something.</param>
/// <param name="Unchanged">Rows that said what was so already.</param>
public sealed record Imported(bool Success, [property: JsonPropertyName("imported")] Dictionary<string, int> Counts, int Unchanged, IReadOnlyList<ImportError> Errors);

/// <param name="Row">From 1, of its list or sheet; of a CSV file without the header.</param>
public sealed record ImportError(string Type, int Row, string Message);

/// <summary>An export, written as it is read.</summary>
internal sealed class PortedFile(AuraDb db, IReadOnlyList<IPortable> kinds, string type, PortFormat format) : IResult
{
    public Task ExecuteAsync(HttpContext http)
    {
        var name = $"{type}-{db.Now:yyyyMMdd}";
        if (format != PortFormat.Json)
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}.{Words<PortFormat>.Of(format)}\"";
        return format switch
        {
            PortFormat.Json => Json(http),
            PortFormat.Csv => Csv(http),
            _ => Xlsx(http),
        };
    }

    private async Task Json(HttpContext http)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        await using var writer = new Utf8JsonWriter(http.Response.Body);
        writer.WriteStartObject();
        writer.WriteString("exportedAt", db.Now);
        writer.WriteString("type", type);
        foreach (var kind in kinds)
        {
            writer.WriteStartArray(kind.Name);
            await foreach (var row in kind.Rows(db, http.RequestAborted))
            {
                row.WriteTo(writer);
                if (writer.BytesPending > 64 * 1024)
                    await writer.FlushAsync(http.RequestAborted);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>One table: the columns of all kinds, and first the kind.</summary>
    private async Task Csv(HttpContext http)
    {
        http.Response.ContentType = "text/csv; charset=utf-8";
        string[] columns = [.. kinds.SelectMany(kind => kind.Columns).Distinct()];
        await http.Response.WriteAsync(CsvText.Line(columns.Prepend("type")), http.RequestAborted);
        foreach (var kind in kinds)
            await foreach (var row in kind.Rows(db, http.RequestAborted))
                await http.Response.WriteAsync(CsvText.Line(columns.Select(column => Cell(row[column])).Prepend(kind.Name)), http.RequestAborted);
    }

    /// <summary>Through a file, for a ZIP archive is not written from front to back.</summary>
    private async Task Xlsx(HttpContext http)
    {
        http.Response.ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        await using var file = new FileStream(Path.Combine(Path.GetTempPath(), $"aura-{Guid.CreateVersion7():n}.xlsx"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        using (var book = new Workbook(file))
            foreach (var kind in kinds)
                await book.Sheet(kind.Name, kind.Columns, kind.Rows(db, http.RequestAborted));
        file.Position = 0;
        await file.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    private static string Cell(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number ? value.ToString() : CsvText.Guarded(Sheets.TextOf(value));
}
