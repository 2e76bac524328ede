namespace Aura.Promotions.Automations;

/// <summary>The days of the year that fire rules.</summary>
internal static class Seasons
{
    /// <summary>The next day of a season, today included.</summary>
    public static DateOnly Next(Occasion occasion, DateOnly today) => In(occasion, today.Year) is var day && day >= today ? day : In(occasion, today.Year + 1);

    /// <summary>The next time that somebody has birthday, today included.</summary>
    public static DateOnly NextBirthday(DateOnly born, DateOnly today) => Birthday(born, today.Year) is var day && day >= today ? day : Birthday(born, today.Year + 1);

    /// <remarks>Who was born on 29 February has it on the 28th of other years: an offer that is a day early is of use.</remarks>
    private static DateOnly Birthday(DateOnly born, int year) => new(year, born.Month, Math.Min(born.Day, DateTime.DaysInMonth(year, born.Month)));

    private static DateOnly In(Occasion occasion, int year) => occasion switch
    {
        Occasion.BlackFriday => BlackFriday(year),
        Occasion.Christmas => new(year, 12, 25),
        _ => new(year, 1, 1),
    };

    /// <summary>The day after Thanksgiving, which is the fourth Thursday of November.</summary>
    private static DateOnly BlackFriday(int year)
    {
        var first = new DateOnly(year, 11, 1);
        return first.AddDays((DayOfWeek.Thursday - first.DayOfWeek + 7) % 7 + 22);
    }
}
