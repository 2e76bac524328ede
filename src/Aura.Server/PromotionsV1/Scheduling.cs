using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Promotions.Schedules;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

/// <summary>Promotions that come round, and the calendar of all.</summary>
internal static class Scheduling
{
    private static readonly Listing<PromotionSchedule, ScheduleResponse> Shape = new Listing<PromotionSchedule, ScheduleResponse>(ScheduleResponse.From)
        .Field("start_date", s => s.StartsAt)
        .Field("end_date", s => s.EndsAt)
        .Field("promotion_id", s => s.PromotionId)
        .Field("created_at", s => s.CreatedAt);

    public static void MapScheduling(this RouteGroupBuilder api)
    {
        var scheduling = api.MapGroup("/scheduling").WithTags("Scheduling").Scope("promotions");
        scheduling.MapPost("/schedule", Create);
        scheduling.MapGet("/schedules", List).Lists(Shape);
        scheduling.MapGet("/schedules/{schedule_id}", Show);
        scheduling.MapDelete("/schedules/{schedule_id}", Delete);
        scheduling.MapGet("/calendar", Calendar).FromReplica();
    }

    private static async Task<Created<ScheduledPromotion>> Create(SchedulePromotion request, AuraDb db, CancellationToken cancellation)
    {
        var promotion = Promotion.Create(request.ToTerms(db.Caller.Currency), PromotionSource.Schedule);
        db.Add(promotion); // it has its id from now on
        var options = request.ScheduleOptions;
        var recurrence = options.ToRecurrence(options.Timezone ?? db.TimeZone());
        var schedule = PromotionSchedule.Create(promotion, recurrence, options.AutoActivate, options.AutoDeactivate);
        db.Start(schedule);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/api/v1/scheduling/schedules/{schedule.Id}",
            new ScheduledPromotion(PromotionResponse.Of(promotion), ScheduleResponse.Of(schedule) with { Now = db.Now }));
    }

    private static async Task<Listed<ScheduleResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        var page = await Shape.List(Running(db), list, cancellation);
        return page with { Items = [.. page.Items.Select(schedule => schedule with { Now = db.Now })] };
    }

    private static async Task<ScheduleResponse> Show(Number<PromotionSchedule> schedule_id, AuraDb db, CancellationToken cancellation) =>
        await Shape.Show(Running(db), schedule_id, cancellation) with { Now = db.Now };

    private static async Task<NoContent> Delete(Number<PromotionSchedule> schedule_id, AuraDb db, CancellationToken cancellation)
    {
        db.Stop(await db.Load(Running(db).Include(s => s.Promotion).Where(s => s.Id == schedule_id.Value), cancellation));
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Scheduled promotions on each of their days, others on the day of their start; only days that have any.</summary>
    private static async Task<CalendarResponse> Calendar(AuraDb db, CancellationToken cancellation, int? year = null, int? month = null)
    {
        if (year is < 1970 or > 2999 || month is < 1 or > 12)
            throw Refused.BadRequest("The year is from 1970 to 2999, the month from 1 to 12.");
        var first = new DateOnly(year ?? db.Now.Year, month ?? 1, 1);
        var last = first.AddMonths(month is null ? 12 : 1).AddDays(-1);
        return CalendarResponse.Of(first, last, month, await db.Calendar(first, last, db.TimeZone(), cancellation));
    }

    /// <summary>Those that were not deleted.</summary>
    private static IQueryable<PromotionSchedule> Running(AuraDb db) => db.PromotionSchedules.Where(s => s.StoppedAt == null && s.Promotion.ArchivedAt == null);
}

/// <summary>A promotion, and when it is given.</summary>
public sealed record SchedulePromotion(
    string Name, PromotionType PromotionType, DiscountType DiscountType, decimal DiscountValue, DateTime StartDate, DateTime EndDate, ScheduleOptions ScheduleOptions)
    : CreatePromotion(Name, PromotionType, DiscountType, DiscountValue, StartDate, EndDate);

/// <param name="RecurrenceInterval">Every so many days, weeks (counted from the week of the start) or months.</param>
/// <param name="RecurrenceDays">weekly: 0 (Monday) to 6 (Sunday), or MON to SUN. monthly: 1 to 31, or L for the last; months without the day are left out. None: the day of the start.</param>
/// <param name="CronExpression">custom: minute, hour, day of month, month, day of week, where 0 and 7 are Sunday; a day must fit both day fields.</param>
/// <param name="MaxOccurrences">Counted from the first on, those included that have passed.</param>
/// <param name="AutoActivate">Gives the promotion when an occurrence begins.</param>
/// <param name="AutoDeactivate">Stops giving it when the occurrence ends.</param>
/// <param name="Timezone">IANA; the store's own where it is left out.</param>
/// <param name="TimeOfDay">When it begins on its days, such as 09:30; at the time of the start where it is left out. A custom pattern says it itself.</param>
/// <param name="DurationHours">How long an occurrence lasts; to the end of the day it begins on where it is left out.</param>
public sealed record ScheduleOptions(
    RecurrencePattern RecurrencePattern,
    [Range(1, 1000)] int RecurrenceInterval = 1,
    [MaxLength(50)] IReadOnlyList<JsonElement>? RecurrenceDays = null,
    [StringLength(200)] string? CronExpression = null,
    [Range(1, Recurrence.MostOccurrences)] int? MaxOccurrences = null,
    bool AutoActivate = true,
    bool AutoDeactivate = true,
    [StringLength(100)] string? Timezone = null,
    [RegularExpression(@"^([01]\d|2[0-3]):[0-5]\d$", ErrorMessage = "Must be a time such as 09:30.")] string? TimeOfDay = null,
    decimal? DurationHours = null)
{
    private static readonly string[] Weekdays = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

    internal Recurrence ToRecurrence(string timeZone) => new()
    {
        Pattern = RecurrencePattern,
        Interval = RecurrenceInterval,
        Days = [.. (RecurrenceDays ?? []).Select(Day).Distinct()],
        Cron = CronExpression,
        MaxOccurrences = MaxOccurrences,
        TimeZone = timeZone,
        Time = TimeOfDay is null ? null : TimeOnly.ParseExact(TimeOfDay, "HH:mm", CultureInfo.InvariantCulture),
        DurationHours = DurationHours,
    };

    private int Day(JsonElement day, int index)
    {
        if (day.ValueKind == JsonValueKind.Number && day.TryGetInt32(out var number) && number >= 0)
            return number;
        var name = day.ValueKind == JsonValueKind.String ? day.GetString()!.ToUpperInvariant() : ""; // it is a string
        if (RecurrencePattern == RecurrencePattern.Monthly && name == "L")
            return Recurrence.LastDay;
        return RecurrencePattern == RecurrencePattern.Weekly && Array.IndexOf(Weekdays, name) is >= 0 and var weekday
            ? weekday
            : throw Refused.Invalid($"{nameof(ScheduleOptions)}.{nameof(RecurrenceDays)}[{index}]", "A number, MON to SUN in a week, or L for the last day of a month.");
    }
}

/// <param name="Status">Of the promotion: scheduled between its occurrences, active while one is on.</param>
public sealed record ScheduleResponse(
    Number<PromotionSchedule> Id, Number<Promotion> PromotionId, string Name, PromotionStatus Status, DateTime StartDate, DateTime EndDate,
    [property: JsonIgnore] Recurrence Recurrence, bool AutoActivate, bool AutoDeactivate, DateTime? LastOccurrence, DateTime CreatedAt,
    [property: JsonIgnore] DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    /// <summary>Dates that are shown at once.</summary>
    private const int Shown = 100;

    [JsonIgnore] public DateTime Now { get; init; }

    public RecurrencePattern RecurrencePattern => Recurrence.Pattern;
    public int RecurrenceInterval => Recurrence.Interval;

    /// <summary>Numbers as they are given, Monday = 0, and L for the last day of a month.</summary>
    public IReadOnlyList<JsonElement> RecurrenceDays => [.. Recurrence.Days.Select(day => day == Recurrence.LastDay ? JsonSerializer.SerializeToElement("L") : JsonSerializer.SerializeToElement(day))];

    public string? CronExpression => Recurrence.Cron;
    public int? MaxOccurrences => Recurrence.MaxOccurrences;
    public string Timezone => Recurrence.TimeZone;
    public string? TimeOfDay => Recurrence.Time?.ToString("HH:mm", CultureInfo.InvariantCulture);
    public decimal? DurationHours => Recurrence.DurationHours;

    /// <summary>Null when there is no more.</summary>
    public DateTime? NextOccurrence => Starts(Now.AddTicks(1)).Cast<DateTime?>().FirstOrDefault();

    /// <summary>When its occurrences begin: all of a series of at most 100, else the next 100.</summary>
    public IReadOnlyList<DateTime> Occurrences => Starts(default).Take(Shown + 1).ToList() is { Count: <= Shown } all ? all : [.. Starts(Now).Take(Shown)];

    private IEnumerable<DateTime> Starts(DateTime from) => Recurrence.Occurrences(StartDate, EndDate, from).Select(occurrence => occurrence.StartsAt);

    public static readonly Expression<Func<PromotionSchedule, ScheduleResponse>> From = s => new(
        s.Id, s.PromotionId, s.Promotion.Name, s.Promotion.Status, s.StartsAt, s.EndsAt, s.Recurrence, s.AutoActivate, s.AutoDeactivate, s.LastOccurrenceAt,
        s.CreatedAt, s.UpdatedAt, s.Version);

    public static readonly Func<PromotionSchedule, ScheduleResponse> Of = From.Compile();
}

/// <summary>A promotion with its schedule.</summary>
public sealed record ScheduledPromotion : PromotionResponse
{
    public ScheduledPromotion(PromotionResponse promotion, ScheduleResponse schedule) : base(promotion) => Schedule = schedule;

    public ScheduleResponse Schedule { get; }
}

/// <param name="TotalScheduled">Entries of all days.</param>
/// <param name="Calendar">By day, such as 2024-06-07.</param>
public sealed record CalendarResponse(int Year, int? Month, CalendarPeriod Period, int TotalScheduled, IReadOnlyDictionary<string, IReadOnlyList<CalendarItem>> Calendar)
{
    internal static CalendarResponse Of(DateOnly first, DateOnly last, int? month, IReadOnlyList<CalendarEntry> entries) => new(
        first.Year, month, new(first.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc), last.ToDateTime(new(23, 59, 59), DateTimeKind.Utc)), entries.Count,
        entries.GroupBy(entry => entry.Day).ToDictionary(
            day => day.Key.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            IReadOnlyList<CalendarItem> (day) => [.. day.Select(entry => new CalendarItem(entry.PromotionId, entry.Name, entry.IsRecurring))]));
}

public sealed record CalendarPeriod(DateTime StartDate, DateTime EndDate);

public sealed record CalendarItem(Number<Promotion> Id, string Name, bool IsRecurring);
