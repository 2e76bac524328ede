using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json;
using Aura.Monitoring;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

/// <summary>Errors that the shop's programs reported, and faults of this server in its requests; those that are alike are one with a count.</summary>
internal static class ErrorReports
{
    private static readonly Listing<ErrorReport, ErrorResponse> Shape = new Listing<ErrorReport, ErrorResponse>(ErrorResponse.From)
        .Field("source", e => e.Source)
        .Field("timestamp", e => e.LastAt)
        .Parameter("source", words: Words<ErrorSource>.All)
        .Parameter("from", "timestamp", "gte")
        .Parameter("to", "timestamp", "lte");

    public static void MapErrorReports(this RouteGroupBuilder api)
    {
        var errors = api.MapGroup("/apm/errors").WithTags("Monitoring").Scope("monitoring").NeverCached();
        errors.MapGet("/", List).Lists(Shape);
        errors.MapPost("/report", Report);
    }

    private static Task<ErrorList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.ErrorReports, list, rows => new ErrorList(rows), cancellation);

    private static async Task<ReportedError> Report(ReportError request, AuraDb db, CancellationToken cancellation) =>
        new(true, await ErrorReport.Note(db, ErrorSource.Reported, request.Message, request.Stack, Text(request.Context), cancellation));

    /// <summary>Whatever stands in the context, as text.</summary>
    private static Dictionary<string, string> Text(Dictionary<string, JsonElement>? context) =>
        Metadata.Checked((context ?? []).ToDictionary(pair => pair.Key, pair => pair.Value.ValueKind == JsonValueKind.String ? pair.Value.GetString()! : pair.Value.GetRawText()), "Context"); // a string is one
}

public sealed record ReportError(
    [StringLength(ErrorReport.MaxMessage, MinimumLength = 1)] string Message, [StringLength(ErrorReport.MaxStack)] string? Stack = null, Dictionary<string, JsonElement>? Context = null);

public sealed record ReportedError(bool Success, Id<ErrorReport> ErrorId);

public sealed record ErrorList(IReadOnlyList<ErrorResponse> Errors) : Listed;

/// <param name="Context">Of the last one.</param>
/// <param name="Timestamp">When the last came.</param>
public sealed record ErrorResponse(
    Id<ErrorReport> Id, ErrorSource Source, string Message, string? Stack, Dictionary<string, string> Context, long Count, DateTime FirstAt, DateTime Timestamp)
{
    public static readonly Expression<Func<ErrorReport, ErrorResponse>> From = e => new(e.Id, e.Source, e.Message, e.Stack, e.Context, e.Count, e.CreatedAt, e.LastAt);
}
