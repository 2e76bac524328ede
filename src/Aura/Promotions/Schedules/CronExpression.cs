using System.Globalization;
using System.Numerics;
using NodaTime;
using NodaTime.TimeZones;

namespace Aura.Promotions.Schedules;

/// <summary>A cron expression of five fields: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday).</summary>
/// <remarks>
/// Read as the Cronos library reads it: a day must fit both day fields. Where clocks are put forward, a time that does not exist is run
/// at the next that does; where they are put back, a fixed time is run once and an interval (a star, range or step in minute or hour) twice.
/// </remarks>
public sealed class CronExpression
{
    private static readonly string[] MonthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly ulong minutes;
    private readonly ulong hours;
    private readonly ulong days;
    private readonly ulong months;
    private readonly ulong weekdays;

    /// <summary>So many days before the last of the month, in place of <see cref="days"/>.</summary>
    private readonly int? beforeLast;

    /// <summary>Only the nth of that weekday in its month; <see cref="int.MaxValue"/>: the last.</summary>
    private readonly int? nth;

    private readonly bool isInterval;

    private CronExpression(Field[] fields)
    {
        (minutes, hours, months) = (fields[0].List(), fields[1].List(), fields[3].List());
        isInterval = fields[0].IsInterval || fields[1].IsInterval;
        (days, beforeLast) = fields[2].DaysOfMonth();
        (weekdays, nth) = fields[4].DaysOfWeek();
    }

    /// <exception cref="Refused">422 that names the field and the place of what cannot be read.</exception>
    /// <param name="field">Where the expression stands in the body.</param>
    public static CronExpression Parse(string text, string field)
    {
        Field Part((string Text, int At) part, int index) => index switch
        {
            0 => new("minute", 0, 59, 60, [], part.Text, part.At, field),
            1 => new("hour", 0, 23, 24, [], part.Text, part.At, field),
            2 => new("day of month", 1, 31, 31, [], part.Text, part.At, field),
            3 => new("month", 1, 12, 12, MonthNames, part.Text, part.At, field),
            _ => new("day of week", 0, 7, 7, DayNames, part.Text, part.At, field),
        };
        var parts = Parts(text).ToList();
        return parts.Count == 5 ? new([.. parts.Select(Part)])
            : throw Refused.Invalid(field, $"A cron expression has 5 fields (minute, hour, day of month, month, day of week), this one has {parts.Count}.");
    }

    /// <summary>When it is due, ascending.</summary>
    /// <param name="from">UTC, inclusive.</param>
    /// <param name="before">UTC, exclusive.</param>
    public IEnumerable<DateTime> Occurrences(DateTime from, DateTime before, DateTimeZone zone)
    {
        while (Next(from, before, zone) is { } next)
        {
            yield return next;
            from = next.AddTicks(1);
        }
    }

    private DateTime? Next(DateTime from, DateTime before, DateTimeZone zone)
    {
        var local = zone.Local(from);
        if (zone.MapLocal(LocalDateTime.FromDateTime(local)) is { Count: 2 } twice && InOverlap(ref local, from, twice) is { } there)
            return there < before ? there : null;
        var end = zone.Local(before).AddDays(1); // clocks may be put back meanwhile
        return NextLocal(local, end) is { } found && zone.Instant(found) is var next && next < before ? next : null;
    }

    /// <summary>The next one while the clocks show a time for the first or second time.</summary>
    /// <param name="local">Moves behind the overlap where there is none.</param>
    private DateTime? InOverlap(ref DateTime local, DateTime instant, ZoneLocalMapping twice)
    {
        var (first, second) = (twice.EarlyInterval, twice.LateInterval);
        var end = first.IsoLocalEnd.ToDateTimeUnspecified();
        if (first.Contains(Instant.FromDateTimeUtc(instant)))
        {
            if (NextLocal(local, end) is { } found)
                return DateTime.SpecifyKind(found - first.WallOffset.ToTimeSpan(), DateTimeKind.Utc);
            local = second.IsoLocalStart.ToDateTimeUnspecified();
        }

        var again = isInterval ? NextLocal(local, end) : null;
        local = end;
        return again is { } late ? DateTime.SpecifyKind(late - second.WallOffset.ToTimeSpan(), DateTimeKind.Utc) : null;
    }

    /// <remarks>Rounded up by the clock on the wall: the next minute there may be one that is jumped over.</remarks>
    private DateTime? NextLocal(DateTime from, DateTime before)
    {
        from = from.AddTicks((TimeSpan.TicksPerMinute - from.Ticks % TimeSpan.TicksPerMinute) % TimeSpan.TicksPerMinute);
        for (var day = from.Date; day < before;)
        {
            if (!Has(months, day.Month))
                day = day.AddDays(1 - day.Day).AddMonths(1);
            else if (Fits(day) && NextTime(day == from.Date ? from.TimeOfDay : TimeSpan.Zero) is { } time)
                return day + time is var found && found < before ? found : null;
            else
                day = day.AddDays(1);
        }

        return null;
    }

    private TimeSpan? NextTime(TimeSpan from)
    {
        for (var hour = from.Hours; hour < 24; hour++)
            if (Has(hours, hour) && minutes >> (hour == from.Hours ? from.Minutes : 0) is > 0 and var rest)
                return new TimeSpan(hour, (hour == from.Hours ? from.Minutes : 0) + BitOperations.TrailingZeroCount(rest), 0);
        return null;
    }

    private bool Fits(DateTime day)
    {
        var last = DateTime.DaysInMonth(day.Year, day.Month);
        return Has(weekdays, (int)day.DayOfWeek) &&
            (beforeLast is { } back ? day.Day == last - back : Has(days, day.Day)) &&
            nth switch
            {
                null => true,
                int.MaxValue => day.Day + 7 > last,
                _ => (day.Day + 6) / 7 == nth,
            };
    }

    private static bool Has(ulong bits, int value) => (bits >> value & 1) != 0;

    private static IEnumerable<(string Text, int At)> Parts(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
                end++;
            if (end > at)
                yield return (text[at..end], at);
            at = end + 1;
        }
    }

    /// <summary>One field, being read.</summary>
    /// <param name="Size">How many values there are until they begin again.</param>
    /// <param name="Names">From the first value on.</param>
    /// <param name="At">Where it stands in the expression, from 0.</param>
    private sealed record Field(string Name, int First, int Last, int Size, string[] Names, string Text, int At, string Path)
    {
        public bool IsInterval { get; } = Text.AsSpan().ContainsAny("*-/");

        public ulong List()
        {
            var (bits, at) = (0ul, 0);
            var parts = Text.Split(',');
            foreach (var part in parts)
            {
                bits |= Range(part, at, parts.Length == 1);
                at += part.Length + 1;
            }

            return bits;
        }

        /// <summary>A list, or <c>L</c>, <c>L-3</c>.</summary>
        public (ulong Days, int? BeforeLast) DaysOfMonth() => Text.ToUpperInvariant() switch
        {
            "L" => (0, 0),
            ['L', '-', .. var back] => (0, Number(back, 2, 0, 30)),
            _ => (List(), null),
        };

        /// <summary>A list, or <c>5L</c> (the last Friday), <c>5#2</c> (the second).</summary>
        public (ulong Days, int? Nth) DaysOfWeek()
        {
            if (Text.Length > 1 && Text[^1] is 'L' or 'l')
                return (1ul << Value(Text[..^1], 0) % Size, int.MaxValue);
            return Text.Split('#') is [var day, var nth] ? (1ul << Value(day, 0) % Size, Number(nth, day.Length + 1, 1, 5)) : (List(), null);
        }

        private ulong Range(string part, int at, bool isAlone)
        {
            var stepped = part.Split('/', 2);
            var step = stepped.Length == 1 ? 1 : Number(stepped[1], at + stepped[0].Length + 1, 1, Last);
            if (isAlone && (stepped[0] == "*" || stepped[0] == "?" && Name.StartsWith("day", StringComparison.Ordinal)))
                return Every(step, First, Last);
            var ends = stepped[0].Split('-', 2);
            var low = Value(ends[0], at);
            var high = ends.Length == 2 ? Value(ends[1], at + ends[0].Length + 1) : stepped.Length == 2 ? Last : low;
            return Every(step, low, high);
        }

        /// <summary>Every step from low to high, through the end of the field where high is the smaller.</summary>
        private ulong Every(int step, int low, int high)
        {
            var bits = 0ul;
            for (var way = 0; way <= (high < low ? high + Size - low : high - low); way += step)
                bits |= 1ul << First + (low - First + way) % Size;
            return bits;
        }

        private int Value(string text, int at) =>
            Array.FindIndex(Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is >= 0 and var named ? First + named : Number(text, at, First, Last);

        private int Number(string text, int at, int least, int most) =>
            text.Length <= 2 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw Refused.Invalid(Path, $"The {Name}, at character {At + at + 1}: '{text}' is not a number from {least} to {most}.");
    }
}
