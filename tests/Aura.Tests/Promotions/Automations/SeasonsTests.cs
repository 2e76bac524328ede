using System.Globalization;
using Aura.Promotions.Automations;

namespace Aura.Tests.Promotions.Automations;

public sealed class SeasonsTests
{
    [Theory]
    [InlineData(2023, "2023-11-24")]
    [InlineData(2024, "2024-11-29")]
    [InlineData(2025, "2025-11-28")]
    [InlineData(2026, "2026-11-27")]
    [InlineData(2027, "2027-11-26")]
    [InlineData(2030, "2030-11-29")]
    public void Black_Friday_follows_the_fourth_Thursday_of_November(int year, string day) =>
        Assert.Equal(Day(day), Seasons.Next(Occasion.BlackFriday, new(year, 1, 1)));

    [Theory]
    [InlineData(Occasion.BlackFriday, "2026-11-27", "2026-11-27")]
    [InlineData(Occasion.BlackFriday, "2026-11-28", "2027-11-26")]
    [InlineData(Occasion.Christmas, "2026-12-26", "2027-12-25")]
    [InlineData(Occasion.NewYear, "2026-12-30", "2027-01-01")]
    public void The_next_one_is_today_or_later(Occasion occasion, string today, string day) => Assert.Equal(Day(day), Seasons.Next(occasion, Day(today)));

    [Theory]
    [InlineData("2000-02-29", "2027-01-01", "2027-02-28")]
    [InlineData("2000-02-29", "2028-01-01", "2028-02-29")]
    [InlineData("1990-01-02", "2026-12-30", "2027-01-02")]
    [InlineData("1990-05-17", "2026-05-17", "2026-05-17")]
    public void Birthdays_come_every_year_those_of_leap_days_too(string born, string today, string day) => Assert.Equal(Day(day), Seasons.NextBirthday(Day(born), Day(today)));

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
