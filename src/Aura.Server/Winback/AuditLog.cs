using System.Linq.Expressions;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>The store's audit log, in this dialect's words.</summary>
internal static class AuditLog
{
    private static readonly Listing<AuditEntry, LogResponse> Shape = new Listing<AuditEntry, LogResponse>(LogResponse.From)
        .Field("timestamp", e => e.Timestamp)
        .Field("resourceId", e => e.ResourceId)
        .Parameter("resourceId")
        .Search("event", AuditWords.Is, "such as campaign_modified, role_assigned, api_key_created")
        .Search("user", AuditWords.By, "a user, a key such as key_12, or system")
        .Parameter("from", "timestamp", "gte")
        .Parameter("to", "timestamp", "lte");

    public static void MapAuditLog(this RouteGroupBuilder api)
    {
        var log = api.MapGroup("/security/audit-log").WithTags("Audit Logging").Scope("audit_logs");
        log.MapGet("/", List).Lists(Shape);
        log.MapGet("/export", Export).Produces<ExportedLog>().Produces<string>(contentType: "text/csv").NeverCached().FromReplica();
    }

    private static Task<LogList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.AuditLogs, list, rows => new LogList(rows), cancellation);

    /// <summary>Takes the filters of the list; the newest first, without what happens meanwhile.</summary>
    private static IResult Export(string? format, ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.Matching(db.AuditLogs, list.Options).InPages(newestFirst: true, cancellation).Select(LogResponse.From.Compile()).As(Exporting.Read(format), "audit-log", rows => new ExportedLog(rows, db.Now));
}

public sealed record LogList(IReadOnlyList<LogResponse> Logs) : Listed;

public sealed record ExportedLog(IAsyncEnumerable<LogResponse> Logs, DateTime ExportedAt);

/// <param name="User">The user who did it; where nobody said, the key or the server.</param>
/// <param name="Key">The key that was used.</param>
public sealed record LogResponse(string Event, string User, string Key, string ResourceId, DateTime Timestamp, string? IpAddress, string? RequestId)
{
    public static readonly Expression<Func<AuditEntry, LogResponse>> From = e => new(
        AuditWords.Of(e.Action), e.Member ?? e.Actor, e.Actor, e.ResourceId, e.Timestamp, e.IpAddress, e.RequestId);
}
