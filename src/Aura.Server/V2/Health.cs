using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
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

    private static async Task<HealthResponse> Show(AuraDb db, ServerMetrics metrics, AccessDirectory access, CancellationToken cancellation)
    {
        var database = await db.Database.CanConnectAsync(cancellation);
        var late = database ? await LateJobs(db, cancellation) : 0;
        var services = new HealthServices(
            Word(database), Word(access.IsListening), Word(database && late < 1_000), Word(metrics.StorageWritable()));
        return new(database && services.Storage == "operational" ? "healthy" : "degraded", Version, metrics.Uptime(), services);
    }

    private static MetricsResponse Metrics(ServerMetrics metrics)
    {
        var now = metrics.Snapshot();
        return new(now.P50, now.P95, now.P99, now.ErrorRate, now.PerSecond);
    }

    private static Task<int> LateJobs(AuraDb db, CancellationToken cancellation) => db.Database
        .SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM jobs WHERE state = 'queued' AND due_at < now() - interval '5 minutes'")
        .SingleAsync(cancellation);

    private static string Word(bool works) => works ? "operational" : "down";
}

/// <param name="Uptime">Percent of the time since this process started in which the database answered its last checks.</param>
public sealed record HealthResponse(string Status, string Version, double Uptime, HealthServices Services);

public sealed record HealthServices(string Database, string Cache, string Queue, string Storage);

/// <param name="ResponseTimeP50">Milliseconds, over the last minutes of this process.</param>
/// <param name="ErrorRate">Share of answers with a status of 500 or more, 0 to 1.</param>
public sealed record MetricsResponse(double ResponseTimeP50, double ResponseTimeP95, double ResponseTimeP99, double ErrorRate, double RequestsPerSecond);
