using System.Globalization;
using Aura.Promotions.Schedules;
using FsCheck.Fluent;

namespace Aura.Tests.Promotions.Schedules;

public sealed class RecurrenceTests
{
    private static readonly DateTime June = Utc("2024-06-01T00:00:00Z");
    private static readonly DateTime NewYear = Utc("2024-12-31T23:59:59Z");

    [Fact]
    public void The_weekly_sale_of_the_document_is_on_Fridays()
    {
        var sale = new Recurrence { Pattern = RecurrencePattern.Weekly, Days = [4], MaxOccurrences = 26 };

        var days = Days(sale, June, NewYear);

        Assert.Equal(["2024-06-07", "2024-06-14", "2024-06-21", "2024-06-28"], days.Take(4));
        Assert.Equal((26, "2024-11-29"), (days.Count, days[^1]));
    }

    [Fact]
    public void Every_second_day_counts_from_the_start() =>
        Assert.Equal(["2024-06-01", "2024-06-03", "2024-06-05"], Days(new() { Interval = 2 }, June, Utc("2024-06-06T00:00:00Z")));

    [Fact]
    public void Weeks_are_counted_from_the_week_of_the_start() => // the first of June is a Saturday: its week has no Monday left
        Assert.Equal(["2024-06-10", "2024-06-12", "2024-06-24"],
            Days(new() { Pattern = RecurrencePattern.Weekly, Interval = 2, Days = [0, 2] }, June, Utc("2024-06-25T00:00:00Z")));

    [Fact]
    public void A_month_without_the_day_is_left_out_and_the_last_day_is_in_each() =>
        Assert.Equal(["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"],
            Days(new() { Pattern = RecurrencePattern.Monthly, Days = [Recurrence.LastDay, 31] }, Utc("2024-01-01T00:00:00Z"), June));

    [Fact]
    public void The_thirty_first_skips_short_months() =>
        Assert.Equal(["2024-01-31", "2024-03-31", "2024-05-31"],
            Days(new() { Pattern = RecurrencePattern.Monthly, Days = [31] }, Utc("2024-01-01T00:00:00Z"), June));

    [Fact]
    public void Every_third_month_on_the_day_of_the_start() =>
        Assert.Equal(["2024-01-15", "2024-04-15"],
            Days(new() { Pattern = RecurrencePattern.Monthly, Interval = 3 }, Utc("2024-01-15T00:00:00Z"), June));

    [Fact]
    public void Nine_on_weekdays_by_cron() => // the document's 0 9 * * 1-5: Mondays to Fridays, as cron counts them
        Assert.Equal(["2024-06-03", "2024-06-04", "2024-06-05", "2024-06-06", "2024-06-07", "2024-06-10"],
            Days(new() { Pattern = RecurrencePattern.Custom, Cron = "0 9 * * 1-5" }, June, Utc("2024-06-11T00:00:00Z")));

    [Fact]
    public void An_occurrence_lasts_to_the_end_of_the_local_day_or_as_long_as_is_said()
    {
        var days = new Recurrence { TimeZone = "America/New_York", Time = new(9, 0) };

        var spring = days.Occurrences(Utc("2024-03-10T05:00:00Z"), NewYear, default).First();
        Assert.Equal(new(Utc("2024-03-10T13:00:00Z"), Utc("2024-03-11T04:00:00Z")), spring);
        Assert.Equal(Utc("2024-03-10T14:30:00Z"), (days with { DurationHours = 1.5m }).Occurrences(Utc("2024-03-10T05:00:00Z"), NewYear, default).First().EndsAt);
    }

    [Fact]
    public void A_time_that_the_clocks_jump_over_comes_at_the_next_one()
    {
        var night = new Recurrence { TimeZone = "America/New_York", Time = new(2, 30) };

        Assert.Equal([Utc("2024-03-09T07:30:00Z"), Utc("2024-03-10T07:00:00Z"), Utc("2024-03-11T06:30:00Z")],
            night.Occurrences(Utc("2024-03-09T05:00:00Z"), NewYear, default).Take(3).Select(o => o.StartsAt));
    }

    [Fact]
    public void The_last_occurrence_ends_with_the_window() =>
        Assert.Equal(Utc("2024-06-02T12:00:00Z"), new Recurrence().Occurrences(June, Utc("2024-06-02T12:00:00Z"), default).Last().EndsAt);

    [Theory]
    [InlineData("2024-06-07T00:00:00Z", true)]
    [InlineData("2024-06-07T23:59:59Z", true)]
    [InlineData("2024-06-08T00:00:00Z", false)]
    [InlineData("2024-06-06T23:59:59Z", false)]
    public void It_is_known_whether_one_is_on(string at, bool isOn) =>
        Assert.Equal(isOn, new Recurrence { Pattern = RecurrencePattern.Weekly, Days = [4] }.At(June, NewYear, Utc(at)) is not null);

    [Fact]
    public void Where_occurrences_overlap_the_last_that_began_is_on() =>
        Assert.Equal(Utc("2024-06-03T00:00:00Z"), new Recurrence { DurationHours = 100 }.At(June, NewYear, Utc("2024-06-03T10:00:00Z"))?.StartsAt);

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_makes_no_sense_is_refused(string field, Recurrence recurrence) =>
        Assert.Equal($"ScheduleOptions.{field}", Assert.Throws<Refused>(recurrence.Check).Fields[0].Field);

    public static TheoryData<string, Recurrence> Wrong => new()
    {
        { "RecurrenceInterval", new() { Interval = 0 } },
        { "RecurrenceDays", new() { Days = [1] } },
        { "RecurrenceDays", new() { Pattern = RecurrencePattern.Weekly, Days = [7] } },
        { "RecurrenceDays", new() { Pattern = RecurrencePattern.Monthly, Days = [32] } },
        { "RecurrenceDays", new() { Pattern = RecurrencePattern.Monthly, Days = [0] } },
        { "CronExpression", new() { Pattern = RecurrencePattern.Custom } },
        { "CronExpression", new() { Cron = "* * * * *" } },
        { "CronExpression", new() { Pattern = RecurrencePattern.Custom, Cron = "* * * *" } },
        { "CronExpression", new() { Pattern = RecurrencePattern.Custom, Cron = "* * * * *", Interval = 2 } },
        { "MaxOccurrences", new() { MaxOccurrences = 0 } },
        { "DurationHours", new() { DurationHours = 0 } },
        { "Timezone", new() { TimeZone = "Mars/Olympus" } },
    };

    /// <summary>Whatever the rule: ascending, in the window, no more than there may be, and the same from wherever one looks.</summary>
    [Fact]
    public void Occurrences_ascend_within_their_window_and_do_not_depend_on_where_one_looks_from() => Property.Holds(Any, series =>
    {
        var (recurrence, start, end) = series;
        recurrence.Check();
        var all = recurrence.Occurrences(start, end, default).Take(300).ToList();

        Assert.All(all.Zip(all.Skip(1)), pair => Assert.True(pair.First.StartsAt < pair.Second.StartsAt && pair.First.EndsAt <= pair.Second.EndsAt));
        Assert.All(all, one => Assert.True(one.StartsAt >= start && one.StartsAt < end && one.EndsAt > one.StartsAt && one.EndsAt <= end));
        Assert.True(!(all.Count > recurrence.MaxOccurrences));
        if (all.Count > 0)
        {
            var middle = all[all.Count / 2];
            Assert.Equal(all.Skip(all.Count / 2), recurrence.Occurrences(start, end, middle.StartsAt).Take(all.Count - all.Count / 2));
            Assert.Equal(middle, recurrence.At(start, end, middle.StartsAt));
        }
    });

    private static readonly FsCheck.Gen<(Recurrence, DateTime, DateTime)> Any =
        from pattern in Gen.Elements(Enum.GetValues<RecurrencePattern>())
        from interval in Gen.Choose(1, 5)
        from days in Gen.SubListOf(0, 2, 4, 6)
        from dates in Gen.SubListOf(1, 15, 29, 31, Recurrence.LastDay)
        from cron in Gen.Elements("0 9 * * 1-5", "*/45 */5 * * *", "30 2 * * *", "30 1 L * *", "15 1-3 29 2 *", "0 0 * 3,11 SUN#2", "59 23 * * 5L")
        from max in Gen.Elements<int?>(null, 1, 7, 200)
        from zone in Gen.Elements("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "Asia/Amman")
        from hour in Gen.Elements<int?>(null, 0, 1, 2, 23)
        from duration in Gen.Elements<decimal?>(null, 0.5m, 24, 100)
        from minute in Gen.Choose(0, 60 * 24 * 800)
        from length in Gen.Choose(1, 700)
        let custom = pattern == RecurrencePattern.Custom
        select (new Recurrence
        {
            Pattern = pattern, Interval = custom ? 1 : interval, MaxOccurrences = max, TimeZone = zone, DurationHours = duration,
            Days = pattern switch { RecurrencePattern.Weekly => [.. days], RecurrencePattern.Monthly => [.. dates], _ => [] },
            Cron = custom ? cron : null, Time = custom || hour is null ? null : new TimeOnly(hour.Value, 30),
        }, June.AddMinutes(minute), June.AddMinutes(minute).AddDays(length));

    private static List<string> Days(Recurrence recurrence, DateTime start, DateTime end)
    {
        recurrence.Check();
        return [.. recurrence.Occurrences(start, end, default).Select(one => one.StartsAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];
    }

    private static DateTime Utc(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
}
