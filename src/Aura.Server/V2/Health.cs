using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>How the server is, for anybody, and how fast it answers, for those with a key.</summary>
internal static class Health
{
    /// <summary>The version of the API document that this server implements.</summary>
    public const string Version = "2.3.0";

    public static void MapHealth(this RouteGroupBuilder api)
    {
        var health = api.MapGroup("").WithTags("Health");
        health.MapGet("/health", Show).Open();
        health.MapGet("/metrics", Metrics).Scope("metrics");
    }

    private static async Task<HealthResponse> Show(
        AuraDb db, ServerMetrics metrics, AccessDirectory access, DatabaseWatch watch, CancellationToken cancellation, [FromServices] Replica? replica = null)
    {
        var database = !watch.IsAway && await db.Database.CanConnectAsync(cancellation);
        var late = database ? await LateJobs(db, cancellation) : 0;
        var services = new HealthServices(
            Word(database), Word(access.IsListening), Word(database && late < 1_000), Word(metrics.StorageWritable()), replica is null ? null : Word(replica.IsNear));
        return new(database && services.Storage == "operational" ? "healthy" : "degraded", Version, metrics.Uptime(), services);
    }

    private static MetricsResponse Metrics(ServerMetrics metrics, SharingCounts sharing, [FromServices] Replica? replica = null)
    {
        var now = metrics.Snapshot();
        return new(now.P50, now.P95, now.P99, now.ErrorRate, now.PerSecond, SharedWriteMetrics.Of(sharing), replica is null ? null : ReplicaMetrics.Of(replica));
    }

    private static Task<int> LateJobs(AuraDb db, CancellationToken cancellation) => db.Database
        .SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM jobs WHERE state = 'queued' AND due_at < now() - interval '5 minutes'")
        .SingleAsync(cancellation);

    private static string Word(bool works) => works ? "operational" : "down";
}

/// <param name="Uptime">Percent of the time since this process started in which the database answered its last checks.</param>
public sealed record HealthResponse(string Status, string Version, double Uptime, HealthServices Services);

/// <param name="Replica">Absent where none is set up. Without it lists are read from the primary, so the server is no less healthy.</param>
public sealed record HealthServices(
    string Database, string Cache, string Queue, string Storage, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Replica = null);

/// <param name="ResponseTimeP50">Milliseconds, over the last minutes of this process.</param>
/// <param name="ErrorRate">Share of answers with a status of 500 or more, 0 to 1.</param>
public sealed record MetricsResponse(
    double ResponseTimeP50, double ResponseTimeP95, double ResponseTimeP99, double ErrorRate, double RequestsPerSecond, SharedWriteMetrics SharedWrites,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ReplicaMetrics? Replica = null);

/// <summary>Requests of this process that wrote together with others, and those that could not, and why: then they do their work twice.</summary>
/// <param name="OwnTransaction">What they do needs a transaction of its own.</param>
/// <param name="Refused">They had to be refused.</param>
/// <param name="Changed">Something had changed since it was read, or there was no room left for what they count.</param>
/// <param name="Faults">Anything else. It was done alone; the log has the reason, which is worth a report.</param>
public sealed record SharedWriteMetrics(long Together, long OwnTransaction, long Refused, long Changed, long Faults)
{
    public static SharedWriteMetrics Of(SharingCounts counts) => new(counts.Together, counts.Own, counts.Rejected, counts.Changed, counts.Faults);
}

/// <summary>How this process uses the replica.</summary>
/// <param name="LagMs">How far it was behind at the last look; while it is not in use, how long that has lasted.</param>
/// <param name="ReadsOnPrimary">Lists and reports that went to the primary, because the replica was behind or away.</param>
public sealed record ReplicaMetrics(bool InUse, double LagMs, long Reads, long ReadsOnPrimary)
{
    public static ReplicaMetrics Of(Replica replica)
    {
        var (taken, passed, broken) = replica.Reads;
        return new(replica.IsNear, Math.Round(replica.Lag.TotalMilliseconds, 1), taken - broken, passed + broken);
    }
}
