using System.Globalization;
using Aura.Promotions.Schedules;
using NodaTime;

namespace Aura.Tests.Promotions.Schedules;

/// <summary>The tables are facts of the tests that Cronos publishes (github.com/HangfireIO/Cronos, CronExpressionFacts), without their seconds.</summary>
public sealed class CronExpressionTests
{
    [Theory]
    [InlineData("* * * * *", "17:35:01", "17:36")]
    [InlineData("* * * * *", "17:36:00", "17:36")]
    [InlineData("12 * * * *", "15:05", "15:12")]
    [InlineData("12 * * * *", "15:59", "16:12")]
    [InlineData("31-39 * * * *", "15:59", "16:31")]
    [InlineData("*/20 * * * *", "15:10", "15:20")]
    [InlineData("10/5 * * * *", "15:14", "15:15")]
    [InlineData("44 * * * *", "19:44:01", "20:44")]
    [InlineData("5-8,19,20,35-41 * * * *", "15:21", "15:35")]
    [InlineData("51-4 * * * *", "18:00", "18:00")]
    [InlineData("51-4 * * * *", "18:05", "18:51")]
    [InlineData("56-4/4 * * * *", "17:57", "18:00")]
    [InlineData("56-4/4 * * * *", "18:05", "18:56")]
    [InlineData("45-44 * * * *", "19:44", "19:44")]
    [InlineData("* 3-22 * * *", "01:40", "03:00")]
    [InlineData("* 4/5 * * *", "05:00", "09:00")]
    [InlineData("* 3-5,10,11,13-17 * * *", "12:30", "13:00")]
    [InlineData("* 23-3/2 * * *", "00:30", "01:00")]
    [InlineData("* 23-3/2 * * *", "04:00", "23:00")]
    [InlineData("* * 09 * *", "2016-11-10", "2016-12-09")]
    [InlineData("* * */4 * *", "2016-12-02", "2016-12-05")]
    [InlineData("* * 10,20 * *", "2016-12-12", "2016-12-20")]
    [InlineData("* * 16-23 * *", "2016-12-24", "2017-01-16")]
    [InlineData("* * 5-8,19,20,29-30 * *", "2017-02-27", "2017-03-05")]
    [InlineData("* * 30-31 * *", "2016-02-27", "2016-03-30")]
    [InlineData("* * 31 * *", "2017-04-27", "2017-05-31")]
    [InlineData("* * 20-5/5 * *", "2017-06-01", "2017-06-04")]
    [InlineData("* * 20-5/5 * *", "2018-02-26", "2018-03-04")]
    [InlineData("* * * 3,9 *", "2016-10-09", "2017-03-01")]
    [InlineData("* * * DEC *", "2016-08-09", "2016-12-01")]
    [InlineData("* * * mar-dec *", "2016-02-09", "2016-03-01")]
    [InlineData("* * * */5 *", "2016-12-09", "2017-01-01")]
    [InlineData("* * * 2-4,JUN,7,SEP-nov *", "2016-12-01", "2017-02-01")]
    [InlineData("* * * 12-2 *", "2017-03-19", "2017-12-01")]
    [InlineData("* * * 9-8/3 *", "2017-01-19", "2017-03-01")]
    [InlineData("* * * * 5", "2016-12-07", "2016-12-09")]
    [InlineData("* * * * 05", "2016-12-10", "2016-12-16")]
    [InlineData("* * * * 3,5,7", "2016-12-10", "2016-12-11")]
    public void The_next_time_is_found(string cron, string from, string expected)
    {
        static DateTime Utc(string text) => DateTime.Parse(text.Contains('-') ? text : $"2016-12-09 {text}", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

        Assert.Equal(Utc(expected), Next(cron, Utc(from), DateTimeZone.Utc));
    }

    [Theory]
    // Clocks put forward in New York: 01:59 -05:00, then 03:00 -04:00.
    [InlineData("*/30 * * * *", "America/New_York", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00")]
    [InlineData("*/30 */2 * * *", "America/New_York", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00")]
    [InlineData("1-58 */2 * * *", "America/New_York", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00")]
    [InlineData("0,30 0-23/2 * * *", "America/New_York", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00")]
    [InlineData("*/30 2 13 03 *", "America/New_York", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00")]
    [InlineData("0,30 02 13 03 *", "America/New_York", "2016-03-13 01:45 -05:00", "2016-03-13 03:00 -04:00")]
    [InlineData("30 2 * * *", "America/New_York", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00")]
    [InlineData("0 */2 * * *", "America/New_York", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00")]
    [InlineData("0,59 * * * *", "America/New_York", "2016-03-13 01:59 -05:00", "2016-03-13 01:59 -05:00")]
    [InlineData("30 * * 3 SUN#2", "America/New_York", "2016-03-13 01:59 -05:00", "2016-03-13 03:00 -04:00")]
    // In Jordan at midnight, 23:59 +02:00, then 01:00 +03:00.
    [InlineData("30 0 L * *", "Asia/Amman", "2017-03-30 23:59:59.9999999 +02:00", "2017-03-31 01:00 +03:00")]
    [InlineData("30 0 L * *", "Asia/Amman", "2017-03-30 23:59:59.0000000 +02:00", "2017-03-31 01:00 +03:00")]
    // By half an hour on Lord Howe.
    [InlineData("*/30 * * * *", "Australia/Lord_Howe", "2017-10-01 01:45 +10:30", "2017-10-01 02:30 +11:00")]
    [InlineData("1-58 */2 * * *", "Australia/Lord_Howe", "2017-10-01 01:59 +10:30", "2017-10-01 02:30 +11:00")]
    [InlineData("0,30 2 * * *", "Australia/Lord_Howe", "2017-10-01 01:59 +10:30", "2017-10-01 02:30 +11:00")]
    [InlineData("30 * * 10 SUN#1", "Australia/Lord_Howe", "2017-10-01 01:59 +10:30", "2017-10-01 02:30 +11:00")]
    // Clocks put back in New York: 01:59 -04:00, then 01:00 -05:00.
    [InlineData("*/30 */2 * * *", "America/New_York", "2016-11-06 01:30 -04:00", "2016-11-06 02:00 -05:00")]
    [InlineData("0 2-3 * * *", "America/New_York", "2016-11-06 00:30 -04:00", "2016-11-06 02:00 -05:00")]
    [InlineData("*/30 * * * *", "America/New_York", "2016-11-06 01:30 -04:00", "2016-11-06 01:30 -04:00")]
    [InlineData("*/30 * * * *", "America/New_York", "2016-11-06 01:59 -04:00", "2016-11-06 01:00 -05:00")]
    [InlineData("*/30 * * * *", "America/New_York", "2016-11-06 01:15 -05:00", "2016-11-06 01:30 -05:00")]
    [InlineData("*/30 * * * *", "America/New_York", "2016-11-06 01:45 -05:00", "2016-11-06 02:00 -05:00")]
    [InlineData("30 * * * *", "America/New_York", "2016-11-06 01:59 -04:00", "2016-11-06 01:30 -05:00")]
    [InlineData("30 */1 * * *", "America/New_York", "2016-11-06 01:59 -04:00", "2016-11-06 01:30 -05:00")]
    [InlineData("30 0/1 * * *", "America/New_York", "2016-11-06 01:59 -04:00", "2016-11-06 01:30 -05:00")]
    [InlineData("30 1-9 * * *", "America/New_York", "2016-11-06 01:59 -04:00", "2016-11-06 01:30 -05:00")]
    [InlineData("*/30 1 * * *", "America/New_York", "2016-11-06 01:20 -05:00", "2016-11-06 01:30 -05:00")]
    [InlineData("0-30 1 * * *", "America/New_York", "2016-11-06 01:59 -04:00", "2016-11-06 01:00 -05:00")]
    // In Chile at midnight, 23:59 -03:00, then 23:00 -04:00.
    [InlineData("30 23 * * *", "America/Santiago", "2017-05-13 23:59:59.9999999 -03:00", "2017-05-14 23:30 -04:00")]
    [InlineData("30 23 * * *", "America/Santiago", "2017-05-14 00:00:00.0000001 -04:00", "2017-05-14 23:30 -04:00")]
    // From a time that is not round.
    [InlineData("0 7 * * *", "America/New_York", "2023-08-12 07:00:00.9999999 -04:00", "2023-08-13 07:00 -04:00")]
    public void Clocks_that_are_moved_skip_nothing_and_repeat_only_intervals(string cron, string zone, string from, string expected)
    {
        static DateTime Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime;

        Assert.Equal(Utc(expected), Next(cron, Utc(from), Zone(zone)));
    }

    [Fact]
    public void A_fixed_time_comes_once_where_the_clocks_are_put_back_and_an_interval_twice()
    {
        var zone = Zone("America/New_York");
        var (from, to) = (new DateTime(2016, 11, 6, 4, 0, 0, DateTimeKind.Utc), new DateTime(2016, 11, 7, 5, 0, 0, DateTimeKind.Utc));

        Assert.Equal(["05:30"], CronExpression.Parse("30 1 * * *", "cron").Occurrences(from, to, zone).Select(at => $"{at:HH:mm}"));
        Assert.Equal(["05:00", "05:30", "06:00", "06:30"], CronExpression.Parse("*/30 1 * * *", "cron").Occurrences(from, to, zone).Select(at => $"{at:HH:mm}"));
    }

    [Fact]
    public void What_is_jumped_over_is_not_lost_behind_the_minute_before_it()
    {
        var (from, to) = (new DateTime(2017, 3, 30, 21, 0, 0, DateTimeKind.Utc), new DateTime(2017, 3, 30, 22, 30, 0, DateTimeKind.Utc));

        Assert.Equal(["21:59", "22:00"], CronExpression.Parse("30,59 0,23 * * *", "cron").Occurrences(from, to, Zone("Asia/Amman"))
            .Where(at => at.Minute is 59 or 0).Select(at => $"{at:HH:mm}"));
    }

    [Theory]
    [InlineData("* * 30 2 *")]
    [InlineData("* * 31 4 *")]
    [InlineData("* * L-30 11 *")]
    [InlineData("* * L-29 2 *")]
    [InlineData("* * 1 * SUN#2")]
    [InlineData("* * 28 * SUN#5")]
    [InlineData("* * 21 * 7L")]
    [InlineData("* * L * SUN#1")]
    [InlineData("* * L-10 * SUN#4")]
    public void Both_day_fields_must_fit_and_what_never_does_is_never(string cron) =>
        Assert.Null(Next(cron, new(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc), Zone("America/New_York")));

    [Theory]
    [InlineData("60 * * * *", "minute, at character 1", "0 to 59")]
    [InlineData("*/60 * * * *", "minute, at character 3", "1 to 59")]
    [InlineData("0 24 * * *", "hour, at character 3", "0 to 23")]
    [InlineData("0 9,25 * * *", "hour, at character 5", "25")]
    [InlineData("* * 32 * *", "day of month", "32")]
    [InlineData("* * MON * *", "day of month", "MON")]
    [InlineData("* * 1LW * *", "day of month", "1LW")]
    [InlineData("* * L-31 * *", "day of month", "31")]
    [InlineData("* * *#3 * *", "day of month", "*#3")]
    [InlineData("* * * 13 *", "month", "13")]
    [InlineData("* * * -1 *", "month", "''")]
    [InlineData("* * * 2- *", "month", "''")]
    [InlineData("* * * ,1 *", "month", "''")]
    [InlineData("* * * */ *", "month", "''")]
    [InlineData("* * * 1/0 *", "month", "0")]
    [InlineData("* * * 1/13 *", "month", "13")]
    [InlineData("* * * 1k *", "month", "1k")]
    [InlineData("* * * L *", "month", "L")]
    [InlineData("* * * * 8", "day of week, at character 9", "8")]
    [InlineData("* * * * 1/8", "day of week", "8")]
    [InlineData("* * * * 5#6", "day of week", "6")]
    [InlineData("* * * * SUN#050", "day of week", "050")]
    [InlineData("* * * * SUT", "day of week", "SUT")]
    [InlineData("* * * * SUNDAY", "day of week", "SUNDAY")]
    [InlineData("* * * * L", "day of week", "L")]
    [InlineData("* * *", "5 fields", "has 3")]
    [InlineData("* * * * * * *", "5 fields", "has 7")]
    [InlineData("@invalid", "5 fields", "has 1")]
    public void What_cannot_be_read_is_named_with_its_place(string cron, string place, string what)
    {
        var refused = Assert.Throws<Refused>(() => CronExpression.Parse(cron, "Cron"));

        Assert.Equal("Cron", Assert.Single(refused.Fields).Field);
        Assert.Contains(place, refused.Message, StringComparison.Ordinal);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    private static DateTimeZone Zone(string name) => DateTimeZoneProviders.Tzdb[name];

    private static DateTime? Next(string cron, DateTime from, DateTimeZone zone) =>
        CronExpression.Parse(cron, "Cron").Occurrences(from, from.AddYears(100), zone).Cast<DateTime?>().FirstOrDefault();
}
