using System.Linq.Expressions;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.V2;

internal static class AuditLogs
{
    private static readonly Listing<AuditEntry, AuditLogResponse> Shape = new Listing<AuditEntry, AuditLogResponse>(AuditLogResponse.From)
        .Field("timestamp", e => e.Timestamp)
        .Field("actor", e => e.Actor)
        .Field("resource", e => e.Resource)
        .Field("resource_id", e => e.ResourceId)
        .Parameter("actor")
        .Parameter("resource")
        .Parameter("resource_id")
        .Search("action", Did, "created, updated, deleted or a whole action such as product.updated")
        .Parameter("date_from", "timestamp", "gte")
        .Parameter("date_to", "timestamp", "lte");

    public static void MapAuditLogs(this RouteGroupBuilder api) =>
        api.MapGet("/audit-logs", List).WithTags("Audit Logs").Scope("audit_logs").Lists(Shape);

    private static Expression<Func<AuditEntry, bool>> Did(string action)
    {
        var verb = action[(action.IndexOf('.') + 1)..];
        return action == verb ? e => AuraDb.Part(e.Action, ".", 2) == verb : e => AuraDb.Part(e.Action, ".", 2) == verb && e.Action == action;
    }

    private static async Task<AuditLogList> List(ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        var page = await Shape.List(db.AuditLogs, list, cancellation);
        return new(page.Data, page.Pagination);
    }
}

/// <summary>This list alone is called logs in the document.</summary>
public sealed record AuditLogList(IReadOnlyList<AuditLogResponse> Logs, Pagination Pagination);

public sealed record AuditLogResponse(
    Id<AuditEntry> Id, DateTime Timestamp, string Actor, string Action, string Resource, string ResourceId,
    Dictionary<string, FieldChangeResponse> Changes, string? IpAddress, string? UserAgent, string? RequestId)
{
    public static readonly Expression<Func<AuditEntry, AuditLogResponse>> From = e => new(
        e.Id, e.Timestamp, e.Actor, e.Action, e.Resource, e.ResourceId, FieldChangeResponse.Of(e.Changes), e.IpAddress, e.UserAgent, e.RequestId);
}

public sealed record FieldChangeResponse(object? Old, object? New)
{
    public static Dictionary<string, FieldChangeResponse> Of(Dictionary<string, FieldChange> changes) =>
        changes.ToDictionary(pair => pair.Key, pair => new FieldChangeResponse(pair.Value.Old, pair.Value.New));
}
