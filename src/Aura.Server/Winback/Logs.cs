using Aura.Monitoring;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Server.Monitoring;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>What the server logged about the shop in the last seven days, the latest first: a line for each traced request, and all of its warnings and errors.</summary>
internal static class Logs
{
    private const int Usual = 50, Most = 200;

    public static void MapLogs(this RouteGroupBuilder api) => api.MapGroup("/apm/logs").WithTags("Monitoring").Scope("monitoring").NeverCached().MapGet("/", List);

    /// <param name="q">Part of the message, in any case.</param>
    private static async Task<LogLineList> List(
        AuraDb db, Telemetry telemetry, CancellationToken cancellation, string? level = null, string? q = null, string? from = null, string? to = null, string? limit = null)
    {
        await telemetry.FlushFor(db.Caller.TenantId, cancellation);
        var lines = db.LogLines.AsNoTracking();
        if (LevelOf(level) is { } wanted)
            lines = lines.Where(l => l.Level == wanted);
        if (q is { Length: > 0 })
            lines = lines.Where(l => EF.Functions.ILike(l.Message, "%" + Expressions.Literal(q) + "%", Expressions.Escape));
        if (TimeOf(from, nameof(from)) is { } since)
            lines = lines.Where(l => l.CreatedAt >= since);
        if (TimeOf(to, nameof(to)) is { } until)
            lines = lines.Where(l => l.CreatedAt <= until);
        return new(await lines.OrderByDescending(l => l.CreatedAt).ThenByDescending(l => l.Id).Take(LimitOf(limit))
            .Select(l => new LogLineResponse(l.CreatedAt, l.Level, l.Message, l.Context)).ToListAsync(cancellation));
    }

    private static LogLevelWord? LevelOf(string? text) => string.IsNullOrEmpty(text) ? null : Words<LogLevelWord>.TryParse(text == "warning" ? "warn" : text, out var level)
        ? level
        : throw Refused.Invalid("level", $"Must be one of {string.Join(", ", Words<LogLevelWord>.All)}.");

    private static DateTime? TimeOf(string? text, string name) => string.IsNullOrEmpty(text) ? null
        : Filters.ReadTime(text) ?? throw Refused.Invalid(name, "Must be an ISO 8601 time such as 2026-01-15T10:30:00Z.");

    private static int LimitOf(string? text) => string.IsNullOrEmpty(text) ? Usual
        : int.TryParse(text, out var limit) && limit > 0 ? Math.Min(limit, Most) : throw Refused.BadParameter("limit", "Must be a whole number from 1.");
}

public sealed record LogLineList(IReadOnlyList<LogLineResponse> Logs);

public sealed record LogLineResponse(DateTime Timestamp, LogLevelWord Level, string Message, Dictionary<string, string> Context);
