using Aura.Messages;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Winback.Recovery;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.Winback;

/// <summary>What was won back. Every cut counts each cart once, so all cuts add up to the same; those that no message had a part in are under <c>none</c>.</summary>
internal static class RecoveryMetrics
{
    private const string None = "none";

    public static void MapRecoveryMetrics(this RouteGroupBuilder api)
    {
        var metrics = api.MapGroup("/analytics/recovery-metrics").WithTags("Recovery metrics").Scope("analytics");
        metrics.MapGet("/", Show);
        metrics.MapGet("/by-channel", ByChannel);
        metrics.MapGet("/by-segment", BySegment);
        metrics.MapPost("/export", Export);
    }

    private static async Task<RecoveryMetricsResponse> Show(AuraDb db, CancellationToken cancellation, DateTime? from = null, DateTime? to = null) =>
        new(await Figures(db, PeriodOf(from, to), cancellation));

    private static async Task<ChannelMetricsResponse> ByChannel(AuraDb db, CancellationToken cancellation, DateTime? from = null, DateTime? to = null) =>
        new(await Channels(db, PeriodOf(from, to), cancellation));

    private static async Task<SegmentMetricsResponse> BySegment(AuraDb db, CancellationToken cancellation, DateTime? from = null, DateTime? to = null) =>
        new(Segments(await db.Counted(PeriodOf(from, to), cancellation), db.Caller.Currency));

    /// <summary>Every cut, a row for each part of it.</summary>
    private static async Task<Results<Ok<Exported<ExportedMetric>>, FileContentHttpResult>> Export(AuraDb db, CancellationToken cancellation, ExportMetrics? request = null)
    {
        var period = PeriodOf(request?.From, request?.To);
        var total = await Figures(db, period, cancellation);
        var rows = new List<ExportedMetric> { new("total", "all", total.Abandoned, null, total.Recovered, total.RecoveryRate, total.RecoveredRevenue) };
        rows.AddRange((await Channels(db, period, cancellation)).Select(one => new ExportedMetric("channel", one.Channel, null, one.Sent, one.Recovered, one.RecoveryRate, one.Revenue)));
        rows.AddRange(Segments(await db.Counted(period, cancellation), db.Caller.Currency)
            .Select(one => new ExportedMetric("segment", one.Segment, one.Abandoned, null, one.Recovered, one.RecoveryRate, one.Revenue)));
        return rows.As(request?.Format ?? ExportFormat.Json, "recovery-metrics");
    }

    /// <exception cref="Refused">422 for an end that is not after the beginning.</exception>
    internal static RecoveryPeriod PeriodOf(DateTime? from, DateTime? to) => Utc(from) >= Utc(to)
        ? throw Refused.Invalid(nameof(to), "Must be after from.")
        : new(Utc(from), Utc(to));

    /// <summary>Without a zone it is UTC, wherever the server stands.</summary>
    private static DateTime? Utc(DateTime? time) => time is { Kind: DateTimeKind.Unspecified } bare ? DateTime.SpecifyKind(bare, DateTimeKind.Utc) : time?.ToUniversalTime();

    private static async Task<RecoveryFigures> Figures(AuraDb db, RecoveryPeriod period, CancellationToken cancellation)
    {
        var counted = await db.Counted(period, cancellation);
        var gained = await db.Gained(null, period, cancellation);
        var recovered = counted.Where(count => count.Recovered).ToList();
        return new(counted.Sum(count => count.Count), recovered.Sum(count => count.Count), Rate(counted), Revenue(recovered, db.Caller.Currency), db.Caller.Currency.Code,
            Part(Attribution.Direct), Part(Attribution.Assisted), Part(Attribution.Unaided), gained,
            gained is null ? "Nobody was held out, or too few: give a workflow a holdoutPercent to measure what it gains." : null);

        AttributedFigures Part(Attribution attribution)
        {
            var part = recovered.Where(count => count.Attribution == attribution).ToList();
            return new(part.Sum(count => count.Count), Revenue(part, db.Caller.Currency));
        }
    }

    private static async Task<List<ChannelMetrics>> Channels(AuraDb db, RecoveryPeriod period, CancellationToken cancellation)
    {
        var (sent, counted) = (await db.Sent(period, cancellation), (await db.Counted(period, cancellation)).Where(count => count.Recovered).ToLookup(count => count.Channel));
        return [.. Enum.GetValues<Channel>().Select(channel => (Channel?)channel).Append(null).Select(channel =>
        {
            var (messages, won) = (channel is { } used ? sent.GetValueOrDefault(used) : 0, counted[channel].Sum(count => count.Count));
            return new ChannelMetrics(
                channel is { } named ? Words<Channel>.Of(named) : None, messages, won, messages == 0 ? null : Rounding.Percent(won, messages), Revenue(counted[channel], db.Caller.Currency));
        })];
    }

    private static List<SegmentMetrics> Segments(List<CartCount> counted, Currency currency) =>
    [
        .. counted.GroupBy(count => count.Segment ?? None).OrderBy(same => same.Key, StringComparer.Ordinal).Select(same => new SegmentMetrics(
            same.Key, same.Sum(count => count.Count), same.Where(count => count.Recovered).Sum(count => count.Count), Rate(same), Revenue(same, currency))),
    ];

    private static decimal Rate(IEnumerable<CartCount> counted)
    {
        var all = counted.ToList();
        return Rounding.Percent(all.Where(count => count.Recovered).Sum(count => count.Count), all.Sum(count => count.Count));
    }

    /// <summary>Of those in a currency.</summary>
    internal static decimal Revenue(IEnumerable<IEarned> earned, Currency currency) => new Money(earned.Where(one => one.Currency == currency).Sum(one => one.Revenue), currency).Amount;
}

public sealed record ExportMetrics(ExportFormat Format = ExportFormat.Json, DateTime? From = null, DateTime? To = null);

public sealed record ExportedMetric(string Cut, string Name, int? Abandoned, int? Sent, int Recovered, decimal? RecoveryRate, decimal Revenue);

/// <param name="Recovered">Abandoned carts that were bought after all, whatever made their owners come back.</param>
/// <param name="RecoveryRate">Percent.</param>
/// <param name="RecoveredRevenue">Of orders in the store's currency that stand.</param>
/// <param name="Incremental">What messages gained beyond what would have come anyway; null: see the reason.</param>
public sealed record RecoveryFigures(
    int Abandoned, int Recovered, decimal RecoveryRate, decimal RecoveredRevenue, string Currency, AttributedFigures Direct, AttributedFigures Assisted, AttributedFigures Unaided,
    Incremental? Incremental, string? IncrementalReason);

public sealed record AttributedFigures(int Recovered, decimal Revenue);

public sealed record RecoveryMetricsResponse(RecoveryFigures Metrics);

/// <param name="Sent">Messages that went out.</param>
/// <param name="RecoveryRate">Carts won per hundred messages; null where none went out.</param>
public sealed record ChannelMetrics(string Channel, int Sent, int Recovered, decimal? RecoveryRate, decimal Revenue);

public sealed record ChannelMetricsResponse(IReadOnlyList<ChannelMetrics> Channels);

public sealed record SegmentMetrics(string Segment, int Abandoned, int Recovered, decimal RecoveryRate, decimal Revenue);

public sealed record SegmentMetricsResponse(IReadOnlyList<SegmentMetrics> Segments);
