using NodaTime;

namespace Aura.Promotions.Schedules;

public enum RecurrencePattern
{
    Daily,
    Weekly,
    Monthly,
    /// <summary>By a cron expression.</summary>
    Custom,
}

/// <summary>From its start until before its end, UTC.</summary>
public readonly record struct Occurrence(DateTime StartsAt, DateTime EndsAt);

/// <summary>How often something comes round, by the clock on a wall. Kept whole as JSON.</summary>
public sealed record Recurrence
{
    /// <summary>Stands for the last day of a month among <see cref="Days"/>.</summary>
    public const int LastDay = -1;

    public const int MostOccurrences = 10_000;
    public const int MostHours = 744;

    /// <summary>A series is not followed for longer, nor beyond the last year.</summary>
    private const int MostYears = 100;
    private const int LastYear = 9000;

    private const string Body = "ScheduleOptions.";

    public RecurrencePattern Pattern { get; init; }

    /// <summary>Every so many days, weeks (counted from the week of the start) or months.</summary>
    public int Interval { get; init; } = 1;

    /// <summary>Of the week, Monday = 0; or of the month, with <see cref="LastDay"/>. None: the day of the start.</summary>
    public IReadOnlyList<int> Days { get; init; } = [];

    /// <summary>Of a custom pattern.</summary>
    public string? Cron { get; init; }

    /// <summary>Counted from the first on, those included that have passed.</summary>
    public int? MaxOccurrences { get; init; }

    /// <summary>IANA.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>When it begins, on the days of a pattern that names days; null: at the time of the start.</summary>
    public TimeOnly? Time { get; init; }

    /// <summary>How long it lasts; null: to the end of the day that it begins on.</summary>
    public decimal? DurationHours { get; init; }

    internal DateTimeZone Zone() => LocalTimes.Zone(TimeZone) ?? DateTimeZone.Utc; // checked when it was written

    /// <summary>The occurrences that begin in a window of time, ascending.</summary>
    /// <param name="startsAt">The window of the series, UTC; here the counting begins.</param>
    /// <param name="endsAt">Exclusive; what has begun before ends here at the latest.</param>
    /// <param name="from">Those that begin at this time or later.</param>
    public IEnumerable<Occurrence> Occurrences(DateTime startsAt, DateTime endsAt, DateTime from)
    {
        var zone = Zone();
        var starts = MaxOccurrences is { } most
            ? Starts(startsAt, endsAt, startsAt, zone).Take(most).SkipWhile(start => start < from)
            : Starts(startsAt, endsAt, from > startsAt ? from : startsAt, zone);
        return starts.Select(start => new Occurrence(start, End(start, zone) is var end && end < endsAt ? end : endsAt));
    }

    /// <summary>The last occurrence that has begun and not ended.</summary>
    public Occurrence? At(DateTime startsAt, DateTime endsAt, DateTime now)
    {
        var zone = Zone();
        var since = DurationHours is { } hours ? now.AddHours(-(double)hours) : zone.Midnight(zone.Day(now));
        var begun = Occurrences(startsAt, endsAt, since).TakeWhile(occurrence => occurrence.StartsAt <= now).Cast<Occurrence?>().LastOrDefault();
        return begun?.EndsAt > now ? begun : null;
    }

    /// <exception cref="Refused">422 for what contradicts itself or is out of range.</exception>
    public void Check()
    {
        if (Interval is < 1 or > 1000)
            throw Refused.Invalid(Body + "RecurrenceInterval", "From 1 to 1000.");
        if (MaxOccurrences is < 1 or > MostOccurrences)
            throw Refused.Invalid(Body + nameof(MaxOccurrences), $"From 1 to {MostOccurrences}.");
        if (DurationHours is <= 0 or > MostHours)
            throw Refused.Invalid(Body + nameof(DurationHours), $"Above 0, at most {MostHours}.");
        if (LocalTimes.Zone(TimeZone) is null)
            throw Refused.Invalid(Body + "Timezone", "Must be a time zone such as Europe/London.");
        CheckDays();
        if (Pattern == RecurrencePattern.Custom != Cron is not null)
            throw Refused.Invalid(Body + "CronExpression", "A custom pattern has a cron expression, the others have none.");
        if (Cron is not null)
            CronExpression.Parse(Cron, Body + "CronExpression");
        if (Cron is not null && (Interval != 1 || Time is not null))
            throw Refused.Invalid(Body + "CronExpression", "The cron expression says it all: there is no interval or time of day beside it.");
    }

    private void CheckDays()
    {
        var fits = Pattern switch
        {
            RecurrencePattern.Weekly => Days.All(day => day is >= 0 and <= 6),
            RecurrencePattern.Monthly => Days.All(day => day is LastDay or (>= 1 and <= 31)),
            _ => Days.Count == 0,
        };
        if (!fits)
            throw Refused.Invalid(Body + "RecurrenceDays", Pattern switch
            {
                RecurrencePattern.Weekly => "Days of the week are 0 (Monday) to 6 (Sunday), or MON to SUN.",
                RecurrencePattern.Monthly => "Days of the month are 1 to 31, or L for the last.",
                _ => "Only weekly and monthly patterns name days.",
            });
    }

    private IEnumerable<DateTime> Starts(DateTime startsAt, DateTime endsAt, DateTime from, DateTimeZone zone)
    {
        var horizon = new DateTime(Math.Min(startsAt.Year + MostYears, LastYear), 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var end = endsAt < horizon ? endsAt : horizon;
        if (Cron is not null)
            return CronExpression.Parse(Cron, Body + "CronExpression").Occurrences(from, end, zone);
        var start = zone.Local(startsAt);
        var time = Time ?? TimeOnly.FromDateTime(start);
        return Dates(DateOnly.FromDateTime(start), zone.Day(from), zone.Day(end))
            .Select(day => zone.Instant(day.ToDateTime(time))).Where(instant => instant >= from && instant >= startsAt && instant < end);
    }

    private IEnumerable<DateOnly> Dates(DateOnly first, DateOnly from, DateOnly to)
    {
        for (var day = from > first ? from : first; day <= to; day = day.AddDays(1))
            if (Falls(day, first))
                yield return day;
    }

    private bool Falls(DateOnly day, DateOnly first) => Pattern switch
    {
        RecurrencePattern.Daily => (day.DayNumber - first.DayNumber) % Interval == 0,
        RecurrencePattern.Weekly => (Monday(day) - Monday(first)) / 7 % Interval == 0 && (Days.Count == 0 ? Weekday(day) == Weekday(first) : Days.Contains(Weekday(day))),
        _ => (12 * (day.Year - first.Year) + day.Month - first.Month) % Interval == 0 && (Days.Count == 0 ? day.Day == first.Day
            : Days.Contains(day.Day) || Days.Contains(LastDay) && day.Day == DateTime.DaysInMonth(day.Year, day.Month)),
    };

    private DateTime End(DateTime start, DateTimeZone zone) =>
        DurationHours is { } hours ? start.AddHours((double)hours) : zone.Midnight(zone.Day(start).AddDays(1));

    /// <summary>Monday = 0.</summary>
    private static int Weekday(DateOnly day) => ((int)day.DayOfWeek + 6) % 7;

    private static int Monday(DateOnly day) => day.DayNumber - Weekday(day);
}
