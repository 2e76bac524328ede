using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Forecasts;

/// <summary>An outlook that was given: the last one of each day is kept, so that months that are over can be held against what had been said of them.</summary>
public sealed class RevenueForecast : StoreRow, IIdentified
{
    public static string Prefix => "forecast";
    public static string Noun => "forecast";

    public DateOnly AsOf { get; private init; }
    public DateTime CalculatedAt { get; private init; }
    public RevenueOutlook Outlook { get; private init; } = null!; // set by Of and by EF

    internal static RevenueForecast Of(RevenueOutlook outlook, DateTime now) => new() { AsOf = outlook.AsOf, CalculatedAt = now, Outlook = outlook };
}

public static class RevenueForecasts
{
    /// <summary>Within it an outlook is not worked out again, unless its parameters changed.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>Months that are told of.</summary>
    private const int Months = 12;

    public static async Task<ForecastParameters> ParametersOfForecast(this AuraDb db, CancellationToken cancellation) =>
        await db.ForecastParameters.FirstOrDefaultAsync(cancellation) ?? new();

    /// <summary>The newest outlook, worked out anew where it has grown old.</summary>
    public static async Task<RevenueForecast> RevenueAhead(this AuraDb db, CancellationToken cancellation)
    {
        var (newest, parameters) = (await db.RevenueForecasts.AsNoTracking().OrderByDescending(f => f.Id).FirstOrDefaultAsync(cancellation), await db.ParametersOfForecast(cancellation));
        return newest is not null && newest.AsOf == Today(db) && newest.CalculatedAt > db.Now - Fresh && newest.CalculatedAt >= parameters.UpdatedAt
            ? newest
            : await db.Foretell(parameters, null, cancellation);
    }

    /// <summary>Looks ahead from what is known now, and keeps what was seen.</summary>
    /// <param name="historyDays">How far back is looked this time; null: as the parameters say.</param>
    public static async Task<RevenueForecast> Foretell(this AuraDb db, ForecastParameters parameters, int? historyDays, CancellationToken cancellation)
    {
        var today = Today(db);
        var days = await db.RevenueByDay((historyDays ?? parameters.HistoryDays) is { } back ? today.AddDays(-back) : null, cancellation);
        var made = RevenueForecast.Of(RevenueOutlook.Of(days, today, db.Caller.Currency, parameters), db.Now);
        await db.RevenueForecasts.Where(f => f.AsOf == today).ExecuteDeleteAsync(cancellation);
        db.Add(made);
        await db.SaveChangesAsync(cancellation);
        return made;
    }

    /// <summary>The last months that are over, newest first: what had been said of each while it was the next one, or what the method of today would have said.</summary>
    public static async Task<List<PastMonth>> PastMonths(this AuraDb db, CancellationToken cancellation)
    {
        var now = await db.RevenueAhead(cancellation);
        var month = RevenueOutlook.FirstOfMonth(now.AsOf);
        var from = month.AddMonths(-Months - 1);
        var said = (await db.RevenueForecasts.AsNoTracking().Where(f => f.AsOf >= from && f.AsOf < month).OrderBy(f => f.AsOf).ThenBy(f => f.Id).ToListAsync(cancellation))
            .Where(f => f.Outlook.NextMonth is not null && f.Outlook.Currency == db.Caller.Currency)
            .GroupBy(f => RevenueOutlook.FirstOfMonth(f.AsOf).AddMonths(1)).ToDictionary(group => group.Key, group => group.Last().Outlook.NextMonth!.Mean); // not null above
        var actual = (await db.RevenueByDay(from, cancellation)).ToLookup(day => RevenueOutlook.FirstOfMonth(day.Day), day => day.Net);
        return
        [
            .. now.Outlook.PastMonths.Where(past => !said.ContainsKey(past.Month))
                .Concat(said.Where(one => one.Key < month).Select(one => new PastMonth(one.Key, one.Value, actual[one.Key].Sum(), Recorded: true)))
                .OrderByDescending(past => past.Month).Take(Months),
        ];
    }

    private static DateOnly Today(AuraDb db) => DateOnly.FromDateTime(db.Now);
}

internal sealed class RevenueForecastMapping : IEntityTypeConfiguration<RevenueForecast>
{
    public void Configure(EntityTypeBuilder<RevenueForecast> forecast)
    {
        forecast.HasIndex(f => new { f.TenantId, f.AsOf });
        forecast.Property(f => f.Outlook).Json();
    }
}
