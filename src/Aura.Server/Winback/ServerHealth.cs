using System.Diagnostics;
using Aura.Accounts;
using Aura.Monitoring;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

internal static class ServerHealth
{
    private const int MostLate = 1_000;

    public static void MapServerHealth(this RouteGroupBuilder api)
    {
        var health = api.MapGroup("/apm/health").WithTags("Monitoring").Scope("monitoring").NeverCached();
        health.MapGet("/", Show);
        health.MapGet("/detailed", Detailed);
    }

    private static async Task<ShownHealth> Show(AuraDb db, ServerMetrics metrics, ServerOptions options, CancellationToken cancellation)
    {
        var services = await Look(db, metrics, options, cancellation);
        return new(new(Worst(services), await ServerBeats.Uptime(db, cancellation), Now(db), new(services["database"].Status, services["api"].Status, services["workers"].Status)));
    }

    private static async Task<ShownHealthInDetail> Detailed(AuraDb db, ServerMetrics metrics, ServerOptions options, AccessDirectory access, CancellationToken cancellation)
    {
        var services = await Look(db, metrics, options, cancellation);
        services["cache"] = new(Word(access.IsListening), null, access.IsListening ? null : "This server hears of no changes and so keeps nothing.");
        var writable = metrics.StorageWritable();
        services["storage"] = new(Word(writable), null, writable ? null : "The data directory cannot be written to.");
        return new(new(Worst(services), await ServerBeats.Uptime(db, cancellation), Now(db), services));
    }

    /// <summary>By asking each of them. While the database is away no request comes here: it is refused with 503.</summary>
    private static async Task<Dictionary<string, ServiceHealth>> Look(AuraDb db, ServerMetrics metrics, ServerOptions options, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await db.Database.ExecuteSqlAsync($"SELECT 1", cancellation);
        var took = Math.Round((decimal)Stopwatch.GetElapsedTime(started).TotalMilliseconds, 2);
        var (late, works, now) = (await ServerBeats.LateJobs(db, cancellation), options.Role != ServerRole.Api || await ServerBeats.AnyWorks(db, cancellation), metrics.Snapshot());
        return new()
        {
            ["database"] = new("healthy", took, null),
            ["api"] = new(Word(now.ErrorRate < 0.05), (decimal)now.P50, $"{now.ErrorRate:0.##%} of the answers of the last five minutes failed."),
            ["workers"] = new(!works ? "down" : Word(late < MostLate), null, works ? $"{late} jobs are late by five minutes." : "No server that does jobs was there in the last two minutes."),
        };
    }

    private static DateTime Now(AuraDb db) => db.Now - db.Caller.ClockOffset;

    private static string Word(bool works) => works ? "healthy" : "degraded";

    private static string Worst(Dictionary<string, ServiceHealth> services) => services.Values.All(one => one.Status == "healthy") ? "healthy" : services.Values.Any(one => one.Status == "down") ? "unhealthy" : "degraded";
}

public sealed record ShownHealth(HealthSummary Health);

/// <param name="Uptime">Of the minutes of the last thirty days, those in which a server was there and could write.</param>
public sealed record HealthSummary(string Status, string Uptime, DateTime LastCheck, HealthOfServices Services);

public sealed record HealthOfServices(string Database, string Api, string Workers);

public sealed record ShownHealthInDetail(HealthInDetail Health);

public sealed record HealthInDetail(string Status, string Uptime, DateTime LastCheck, Dictionary<string, ServiceHealth> Services);

/// <param name="LatencyMs">Of the database: one question just now. Of the API: half of the answers of the last minutes. Null: nothing was measured.</param>
public sealed record ServiceHealth(string Status, decimal? LatencyMs, string? Detail);
