using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Events;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Winback.Dashboards;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Aura.Server.Winback;

/// <summary>The last 24 hours in a few figures, and as a stream: a WebSocket, or server-sent events for who accepts them.</summary>
internal static class LiveDashboards
{
    public static void MapLiveDashboard(this RouteGroupBuilder api)
    {
        var dashboard = api.MapGroup("/analytics/live-dashboard").WithTags("Live dashboard").Scope("analytics:read").NeverCached();
        dashboard.MapGet("/", Show);
        dashboard.MapPost("/ticket", Ticket);
        dashboard.MapGet("/stream", Follow).WithMetadata(new TakesTicket());
        dashboard.MapPost("/configure", Configure).Scope("analytics:write");
        dashboard.MapGet("/export", Export);
    }

    private static async Task<DashboardResponse> Show(AuraDb db, CancellationToken cancellation) => DashboardResponse.Of(await db.Dashboard(cancellation), db);

    /// <summary>Lets a browser open the stream, once and within a minute: it cannot send a key in a header.</summary>
    private static async Task<TicketResponse> Ticket(AuraDb db, StreamTickets tickets, CancellationToken cancellation)
    {
        var key = Id<ApiKey>.ToNumber(db.Caller.Actor);
        var hash = await db.ApiKeys.Where(k => k.Id == key).Select(k => k.Hash).SingleAsync(cancellation); // it called
        return new(await tickets.Make(hash, cancellation), (int)StreamTickets.Lifetime.TotalSeconds);
    }

    /// <summary>First a snapshot, then what changes, each with its number; a ping every 15 seconds.</summary>
    /// <param name="lastSeq">The number that was seen last: while it is the newest there is no snapshot.</param>
    /// <param name="ticket">In the place of a key.</param>
    private static async Task<IResult> Follow(
        HttpContext http, AuraDb db, EventTail tail, IHostApplicationLifetime server, TimeProvider time, IOptions<JsonOptions> json, CancellationToken cancellation, long? lastSeq = null, string? ticket = null)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, server.ApplicationStopping);
        var feed = new DashboardFeed(db, tail, time, json.Value.SerializerOptions);
        if (http.WebSockets.IsWebSocketRequest)
        {
            using var socket = await http.WebSockets.AcceptWebSocketAsync();
            await new DashboardSocket(socket).Run(feed, lastSeq, end);
            return Results.Empty;
        }

        if (http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
            return new DashboardEvents(feed, lastSeq ?? (long.TryParse(http.Request.Headers["Last-Event-ID"], out var last) ? last : null), server.ApplicationStopping);
        http.Response.Headers.Upgrade = "websocket";
        return Results.StatusCode(StatusCodes.Status426UpgradeRequired);
    }

    private static async Task<ConfiguredDashboard> Configure(ConfigureDashboard request, AuraDb db, CancellationToken cancellation)
    {
        await db.Dashboard(cancellation); // makes it, where nobody looked at it yet
        var dashboard = await db.LiveDashboards.FirstAsync(cancellation);
        dashboard.Configure(request.Metrics ?? dashboard.Metrics, request.RefreshInterval ?? dashboard.RefreshSeconds);
        await db.SaveChangesAsync(cancellation);
        return new(true, new(dashboard.Metrics.Length > 0 ? dashboard.Metrics : DashboardFigures.Names, dashboard.RefreshSeconds));
    }

    /// <param name="format">json, or csv.</param>
    private static async Task<IResult> Export(AuraDb db, IOptions<JsonOptions> json, CancellationToken cancellation, string? format = null)
    {
        var (wanted, shown) = (Exporting.Read(format), DashboardResponse.Of(await db.Dashboard(cancellation), db).Metrics);
        return wanted == ExportFormat.Json ? Results.Ok(new DashboardSnapshot(new(shown), db.Now)) : shown.Rows(json.Value.SerializerOptions).As(wanted, "live-dashboard");
    }
}

/// <param name="Metrics">Names; none: all.</param>
/// <param name="RefreshInterval">Seconds: how often streams look without being told.</param>
public sealed record ConfigureDashboard([MaxLength(20)] IReadOnlyList<string>? Metrics = null, int? RefreshInterval = null);

public sealed record ConfiguredDashboard(bool Success, DashboardConfiguration Configuration);

public sealed record DashboardConfiguration(IReadOnlyList<string> Metrics, int RefreshInterval);

/// <param name="ExpiresIn">Seconds.</param>
public sealed record TicketResponse(string Ticket, int ExpiresIn);

/// <param name="Seq">Moves whenever a figure moves; streams carry it too.</param>
public sealed record DashboardResponse(DashboardMetrics Metrics, long Seq)
{
    public static DashboardResponse Of(LiveDashboard dashboard, AuraDb db) => new(DashboardMetrics.Of(dashboard, db.Caller.Currency), dashboard.Seq);
}

public sealed record DashboardSnapshot(SnapshotMetrics Snapshot, DateTime ExportedAt);

public sealed record SnapshotMetrics(DashboardMetrics Metrics);

/// <summary>Those that were chosen; the others are left out.</summary>
public sealed record DashboardMetrics
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? CartsAbandoned { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? RecoveriesInProgress { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public decimal? Revenue { get; init; }

    /// <summary>Percent; null where no cart was left.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public double? ConversionRate { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? CartsRecovered { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public decimal? AbandonedValue { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? MessagesSent { get; init; }
    public required Currency Currency { get; init; }
    public required DateTime LastUpdated { get; init; }

    public static DashboardMetrics Of(LiveDashboard dashboard, Currency currency)
    {
        var figures = dashboard.Figures!; // a dashboard that is shown has some
        bool Shows(string name) => dashboard.Metrics.Length == 0 || dashboard.Metrics.Contains(name);
        return new()
        {
            CartsAbandoned = Shows("cartsAbandoned") ? figures.CartsAbandoned : null,
            RecoveriesInProgress = Shows("recoveriesInProgress") ? figures.RecoveriesInProgress : null,
            Revenue = Shows("revenue") ? new Money(figures.Revenue, currency).Amount : null,
            ConversionRate = Shows("conversionRate") ? figures.ConversionRate ?? 0 : null,
            CartsRecovered = Shows("cartsRecovered") ? figures.CartsRecovered : null,
            AbandonedValue = Shows("abandonedValue") ? new Money(figures.AbandonedValue, currency).Amount : null,
            MessagesSent = Shows("messagesSent") ? figures.MessagesSent : null,
            Currency = currency,
            LastUpdated = dashboard.FiguresAt!.Value, // written with the figures
        };
    }

    /// <summary>A row for each that is shown, without the time.</summary>
    public IReadOnlyList<DashboardRow> Rows(JsonSerializerOptions json) =>
        [.. JsonSerializer.SerializeToNode(this, json)!.AsObject().Where(pair => pair.Key != "lastUpdated").Select(pair => new DashboardRow(pair.Key, $"{pair.Value}"))]; // a record is an object
}

public sealed record DashboardRow(string Metric, string Value);
