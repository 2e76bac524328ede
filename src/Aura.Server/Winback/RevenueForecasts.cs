using System.ComponentModel.DataAnnotations;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Statistics;
using Aura.Winback.Forecasts;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.Winback;

/// <summary>How the store's revenue will go on, from what its orders brought.</summary>
internal static class RevenueForecastRoutes
{
    public static void MapRevenueForecasts(this RouteGroupBuilder api)
    {
        var forecast = api.MapGroup("/analytics/revenue-forecast").WithTags("Revenue forecasting").Scope("analytics").NeverCached();
        forecast.MapGet("/", Show);
        forecast.MapPost("/calculate", Calculate);
        forecast.MapGet("/historical", Historical);
        forecast.MapGet("/scenarios", Scenarios);
        forecast.MapPost("/adjust", Adjust);
        forecast.MapPost("/export", Export).Produces<string>(contentType: "text/csv");
    }

    private static async Task<ForecastAnswer> Show(AuraDb db, CancellationToken cancellation) => new(ForecastResponse.Of(await db.RevenueAhead(cancellation)));

    private static async Task<CalculatedForecast> Calculate(AuraDb db, CancellationToken cancellation, CalculateForecast? request = null)
    {
        var made = await db.Foretell(await db.ParametersOfForecast(cancellation), request?.HistoryDays, cancellation);
        return new(true, ForecastResponse.Of(made), made.CalculatedAt);
    }

    private static async Task<ForecastHistory> Historical(AuraDb db, CancellationToken cancellation) =>
        new([.. (await db.PastMonths(cancellation)).Select(past => PastMonthResponse.Of(past, db.Caller.Currency))]);

    private static async Task<ForecastScenarios> Scenarios(AuraDb db, CancellationToken cancellation, decimal growth = 0, decimal recoveryRate = 0)
    {
        if (growth is < -90 or > 500)
            throw Refused.Invalid("growth", "Must be between -90 and 500 percent.");
        if (recoveryRate is < 0 or > 100)
            throw Refused.Invalid("recoveryRate", "Must be between 0 and 100 percent.");
        var (outlook, left) = ((await db.RevenueAhead(cancellation)).Outlook, await db.LeftInCarts(cancellation));
        return ForecastScenarios.Of(outlook, growth, recoveryRate, left);
    }

    private static async Task<AdjustedForecast> Adjust(AdjustForecast request, AuraDb db, CancellationToken cancellation)
    {
        var parameters = await db.ParametersOfForecast(cancellation);
        request.Apply(parameters);
        if (parameters.Id == 0)
            db.Add(parameters);
        await db.SaveChangesAsync(cancellation);
        return new(true, ParametersResponse.Of(parameters), ForecastResponse.Of(await db.Foretell(parameters, null, cancellation)));
    }

    private static async Task<Results<Ok<Exported<ForecastRow>>, FileContentHttpResult>> Export(AuraDb db, CancellationToken cancellation, ExportRequest? request = null)
    {
        var outlook = (await db.RevenueAhead(cancellation)).Outlook;
        var past = await db.PastMonths(cancellation);
        return ForecastRow.Of(outlook, past).As((request ?? new()).Format, "revenue-forecast");
    }
}

public sealed record CalculateForecast([Range(ForecastParameters.LeastDays, ForecastParameters.MostDays)] int? HistoryDays = null);

/// <summary>What is not given stays as it is.</summary>
public sealed record AdjustForecast
{
    /// <summary>Percent, -90 to 500: what the merchant expects beyond the past.</summary>
    public Change<decimal> GrowthRate { get; init; }

    /// <summary>none looks for no season.</summary>
    public Change<Seasonality> Seasonality { get; init; }

    /// <summary>90 to 3650; null looks at all there is.</summary>
    public Change<int?> HistoryDays { get; init; }

    public void Apply(ForecastParameters parameters) =>
        parameters.Adjust(GrowthRate.Or(parameters.GrowthRate), Seasonality.Or(parameters.Seasonality), HistoryDays.Or(parameters.HistoryDays));
}

public sealed record ParametersResponse(decimal GrowthRate, Seasonality Seasonality, int? HistoryDays)
{
    public static ParametersResponse Of(ForecastParameters parameters) => new(parameters.GrowthRate, parameters.Seasonality, parameters.HistoryDays);
}

public enum ForecastStatus
{
    Ready,
    InsufficientHistory,
}

public sealed record ForecastAnswer(ForecastResponse Forecast);

public sealed record CalculatedForecast(bool Success, ForecastResponse Forecast, DateTime CalculatedAt);

public sealed record AdjustedForecast(bool Success, ParametersResponse Parameters, ForecastResponse Forecast);

/// <summary>Amounts in the store's currency; months by UTC.</summary>
/// <param name="CurrentMonth">What it brought so far, and what the rest of it is expected to bring. With too little history: what it brought so far.</param>
/// <param name="NextQuarter">The three months after the current one; null where the history does not reach so far.</param>
/// <param name="Confidence">100 less what the method missed in percent when it was tried on the past; 0 with too little history.</param>
/// <param name="Trend">increasing or decreasing where it is more than noise; otherwise flat.</param>
/// <param name="Method">That which would have done best in the past.</param>
/// <param name="Seasonal">Whether a yearly season was looked for; it takes 28 months.</param>
/// <param name="History">Steps (months or weeks) that it was learnt from.</param>
/// <param name="Coverage">How often the intervals held when they were tried on the past.</param>
public sealed record ForecastResponse(
    decimal CurrentMonth, decimal? NextMonth, decimal? NextQuarter, decimal Confidence, string Trend, ForecastStatus Status, string? Reason, Currency Currency, DateOnly AsOf,
    decimal MonthToDate, string? Method, bool Seasonal, string Step, int History, ForecastIntervals Intervals, CoverageResponse? Coverage)
{
    public static ForecastResponse Of(RevenueForecast made)
    {
        var outlook = made.Outlook;
        decimal Major(long minor) => new Money(minor, outlook.Currency).Amount;
        return new(
            Major(outlook.CurrentMonth?.Mean ?? outlook.MonthToDate), outlook.NextMonth is { } next ? Major(next.Mean) : null, outlook.NextQuarter is { } quarter ? Major(quarter.Mean) : null,
            outlook.Confidence, outlook.Trend == Aura.Statistics.Trend.Stable ? "flat" : Words<Trend>.Of(outlook.Trend), outlook.Method is null ? ForecastStatus.InsufficientHistory : ForecastStatus.Ready,
            Why(outlook), outlook.Currency, outlook.AsOf, Major(outlook.MonthToDate), outlook.Method, outlook.Seasonal, outlook.Step, outlook.History,
            new(IntervalResponse.Of(outlook.CurrentMonth, outlook.Currency), IntervalResponse.Of(outlook.NextMonth, outlook.Currency), IntervalResponse.Of(outlook.NextQuarter, outlook.Currency)),
            outlook.Coverage is { } held ? new(Rounding.Percent(held.Within80), Rounding.Percent(held.Within95), held.Values) : null);
    }

    private static string? Why(RevenueOutlook outlook) => outlook switch
    {
        { Method: null } => $"There are {outlook.History} whole weeks of orders; {RevenueOutlook.LeastWeeks} are needed.",
        { NextQuarter: null } => $"There are {outlook.History} whole weeks of orders; a quarter ahead needs {RevenueOutlook.WeeksForQuarter}.",
        { Seasonal: false } => "Less than two years and a season's test: no season is looked for.",
        _ => null,
    };
}

public sealed record ForecastIntervals(IntervalResponse? CurrentMonth, IntervalResponse? NextMonth, IntervalResponse? NextQuarter);

/// <param name="Low80">80 of 100 such times end between this and <paramref name="High80"/>.</param>
public sealed record IntervalResponse(decimal Low80, decimal High80, decimal Low95, decimal High95)
{
    public static IntervalResponse? Of(RevenueRange? range, Currency currency)
    {
        decimal Major(long minor) => new Money(minor, currency).Amount;
        return range is null ? null : new(Major(range.Low80), Major(range.High80), Major(range.Low95), Major(range.High95));
    }
}

/// <param name="Within80">Percent, of <paramref name="Values"/> values of the past.</param>
public sealed record CoverageResponse(decimal Within80, decimal Within95, int Values);

public sealed record ForecastHistory(IReadOnlyList<PastMonthResponse> Historical);

/// <param name="Accuracy">Percent: 100 less what was missed, of what came; 0 at least. Null where nothing came.</param>
/// <param name="Source">recorded: it was said then. backtest: the method of today would have said it from what was known then.</param>
public sealed record PastMonthResponse(string Month, decimal Forecast, decimal Actual, decimal? Accuracy, string Source)
{
    public static PastMonthResponse Of(PastMonth past, Currency currency) => new(
        past.Month.ToString("yyyy-MM", null), new Money(past.Forecast, currency).Amount, new Money(past.Actual, currency).Amount,
        past.Actual > 0 ? Math.Round(Math.Max(0, 100 - 100m * Math.Abs(past.Actual - past.Forecast) / past.Actual), 1, MidpointRounding.AwayFromZero) : null, past.Recorded ? "recorded" : "backtest");
}

/// <param name="LeftInCarts">What lies in carts that were left in the last 30 days; of it the recovery rate is added to every month.</param>
public sealed record ForecastScenarios(IReadOnlyList<ForecastScenario> Scenarios, decimal Growth, decimal RecoveryRate, decimal LeftInCarts)
{
    /// <summary>The ends of the 80 % interval beside its middle.</summary>
    public static ForecastScenarios Of(RevenueOutlook outlook, decimal growth, decimal recoveryRate, long left)
    {
        var recovered = new Money(left, outlook.Currency).Percent(recoveryRate);
        decimal? At(long? minor, int months) => minor is { } known ? (new Money(known, outlook.Currency).Percent(100 + growth) + recovered * months).Amount : null;
        return new(
            [
                new("pessimistic", At(outlook.NextMonth?.Low80, 1), At(outlook.NextQuarter?.Low80, 3)),
                new("base", At(outlook.NextMonth?.Mean, 1), At(outlook.NextQuarter?.Mean, 3)),
                new("optimistic", At(outlook.NextMonth?.High80, 1), At(outlook.NextQuarter?.High80, 3)),
            ],
            growth, recoveryRate, new Money(left, outlook.Currency).Amount);
    }
}

/// <param name="NextMonth">Null with too little history.</param>
public sealed record ForecastScenario(string Name, decimal? NextMonth, decimal? NextQuarter);

/// <param name="Period">A month such as 2024-03, or nextQuarter.</param>
/// <param name="Actual">Null while it is not over.</param>
public sealed record ForecastRow(string Period, decimal Forecast, decimal? Low80, decimal? High80, decimal? Low95, decimal? High95, decimal? Actual, string Source)
{
    public static IReadOnlyList<ForecastRow> Of(RevenueOutlook outlook, IEnumerable<PastMonth> past)
    {
        ForecastRow[] Ahead(string period, RevenueRange? range) => range is null || IntervalResponse.Of(range, outlook.Currency) is not { } within ? []
            : [new(period, new Money(range.Mean, outlook.Currency).Amount, within.Low80, within.High80, within.Low95, within.High95, null, "forecast")];
        var over = past.Select(one => PastMonthResponse.Of(one, outlook.Currency)).Select(one => new ForecastRow(one.Month, one.Forecast, null, null, null, null, one.Actual, one.Source));
        return
        [
            .. over.Reverse(), .. Ahead($"{outlook.AsOf:yyyy-MM}", outlook.CurrentMonth), .. Ahead($"{outlook.AsOf.AddMonths(1):yyyy-MM}", outlook.NextMonth),
            .. Ahead("nextQuarter", outlook.NextQuarter),
        ];
    }
}
