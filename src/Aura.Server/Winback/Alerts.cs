using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Monitoring;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Rules on metrics with what became of them. They are looked at every few seconds; alert.firing and alert.resolved are events.</summary>
internal static class Alerts
{
    private static readonly Dictionary<string, AlertOperator> Operators = new()
    {
        [">"] = AlertOperator.Gt, [">="] = AlertOperator.Gte, ["<"] = AlertOperator.Lt, ["<="] = AlertOperator.Lte, ["=="] = AlertOperator.Eq, ["="] = AlertOperator.Eq,
    };

    private static readonly Listing<AlertRule, AlertResponse> Shape = new Listing<AlertRule, AlertResponse>(AlertResponse.From)
        .Field("status", a => a.Status)
        .Field("metric", a => a.Metric)
        .Parameter("status", words: Words<AlertStatus>.All)
        .Parameter("metric");

    public static void MapAlerts(this RouteGroupBuilder api)
    {
        var alerts = api.MapGroup("/apm/alerts").WithTags("Monitoring").Scope("monitoring");
        alerts.MapGet("/", List).Lists(Shape);
        alerts.MapGet("/{id}", Show);
        alerts.MapPost("/", Create);
        alerts.MapPut("/{id}", Update);
        alerts.MapDelete("/{id}", Delete);
    }

    private static Task<AlertList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.AlertRules, list, rows => new AlertList(rows), cancellation);

    private static async Task<OneAlert> Show(Id<AlertRule> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.AlertRules, id, cancellation));

    private static async Task<MadeAlert> Create(CreateAlert request, AuraDb db, CancellationToken cancellation)
    {
        var rule = AlertRule.Create(request.Name, request.Metric, OperatorOf(request.Operator), request.Threshold, request.WindowMinutes);
        rule.Tell(request.Channels ?? [], await SupportAddress(db, cancellation));
        rule.Switch(request.Enabled);
        return await db.Make(rule, MadeAlert.Of, cancellation);
    }

    private static async Task<MadeAlert> Update(Id<AlertRule> id, UpdateAlert request, AuraDb db, CancellationToken cancellation)
    {
        var usual = await SupportAddress(db, cancellation);
        return await db.Change(id, rule => Apply(request, rule, usual), MadeAlert.Of, cancellation);
    }

    private static void Apply(UpdateAlert request, AlertRule rule, string? usual)
    {
        request.Name.Apply(rule.Rename);
        rule.Watch(
            request.Metric.Or(rule.Metric), request.Operator.IsGiven ? OperatorOf(request.Operator.Or("")) : rule.Operator, request.Threshold.Or(rule.Threshold),
            request.WindowMinutes.Or(rule.WindowMinutes));
        request.Channels.Apply(channels => rule.Tell(channels, usual));
        request.Enabled.Apply(rule.Switch);
    }

    private static Task<string?> SupportAddress(AuraDb db, CancellationToken cancellation) => db.WhiteLabels.Select(label => label.SupportEmail).FirstOrDefaultAsync(cancellation);

    private static Task<DeletedAlert> Delete(Id<AlertRule> id, AuraDb db, CancellationToken cancellation) => db.Remove(id, gone => new DeletedAlert(true, gone), cancellation);

    /// <exception cref="Refused">422 for what is none.</exception>
    private static AlertOperator OperatorOf(string text) => Words<AlertOperator>.TryParse(text, out var word) || Operators.TryGetValue(text, out word)
        ? word
        : throw Refused.Invalid("Operator", $"Must be one of {string.Join(", ", Words<AlertOperator>.All)}, or {string.Join(", ", Operators.Keys)}.");
}

/// <param name="Metric">requests, errorRate, latency.p50, latency.p95, latency.p99, errors, or the name of a metric of the shop's own.</param>
/// <param name="Operator">gt, gte, lt, lte, eq, or their signs.</param>
/// <param name="Channels">email:ops@example.com: over the shop's channel for e-mail; email alone is the supportEmail of the white-label settings. slack: the connected channel. webhook: the store's webhooks for alert.*, which are told in any case.</param>
/// <param name="WindowMinutes">How far back the metric is looked at.</param>
public sealed record CreateAlert(
    [StringLength(200, MinimumLength = 1)] string Name, [StringLength(100, MinimumLength = 1)] string Metric, decimal Threshold, string Operator = "gt",
    [MaxLength(10)] IReadOnlyList<string>? Channels = null, [Range(1, 1440)] int WindowMinutes = 5, bool Enabled = true);

public sealed record UpdateAlert
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    [StringLength(100, MinimumLength = 1)] public Change<string> Metric { get; init; }
    public Change<string> Operator { get; init; }
    public Change<decimal> Threshold { get; init; }
    [MaxLength(10)] public Change<IReadOnlyList<string>> Channels { get; init; }
    [Range(1, 1440)] public Change<int> WindowMinutes { get; init; }
    public Change<bool> Enabled { get; init; }
}

public sealed record AlertList(IReadOnlyList<AlertResponse> Alerts) : Listed;

public sealed record OneAlert(AlertResponse Alert);

public sealed record MadeAlert(bool Success, Id<AlertRule> AlertId)
{
    public static MadeAlert Of(AlertRule rule) => new(true, rule.Id);
}

public sealed record DeletedAlert(bool Deleted, Id<AlertRule> AlertId);

/// <param name="Value">The metric when it was last looked at; null: there was nothing to say.</param>
/// <param name="ChangedAt">When it began to fire, or was over.</param>
public sealed record AlertResponse(
    Id<AlertRule> Id, string Name, string Metric, AlertOperator Operator, decimal Threshold, int WindowMinutes, IReadOnlyList<string> Channels, bool Enabled, AlertStatus Status,
    decimal? Value, DateTime? ChangedAt, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static readonly Expression<Func<AlertRule, AlertResponse>> From = a => new(
        a.Id, a.Name, a.Metric, a.Operator, a.Threshold, a.WindowMinutes, a.Channels, a.Enabled, a.Status, a.Value, a.ChangedAt, a.CreatedAt, a.UpdatedAt);
}
