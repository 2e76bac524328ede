namespace Aura.Server.Demo;

/// <summary>When people buy in the demo shop, and what.</summary>
internal static class DemoCalendar
{
    private static readonly int[] Months = [70, 75, 85, 92, 96, 90, 78, 80, 98, 110, 150, 190];

    /// <summary>From Sunday.</summary>
    private static readonly int[] Weekdays = [128, 108, 100, 98, 94, 88, 116];

    /// <summary>By the hour of the day, UTC.</summary>
    private static readonly int[] Hours = [2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 11, 12, 11, 10, 10, 11, 12, 14, 16, 17, 14, 9, 5];

    private static readonly int[] EveryHour = [.. Enumerable.Range(0, 24)];

    /// <summary>How many orders a day has, compared with others: the shop grows, and after Christmas is quiet.</summary>
    /// <param name="age">Days since the shop opened.</param>
    public static int Busyness(DateTime day, int age) =>
        Months[day.Month - 1] * Weekdays[(int)day.DayOfWeek] * (250 + age) * (day is { Month: 12, Day: > 21 } ? 1 : 3) / 10_000;

    public static DateTime Moment(DateTime day, Dice dice) => day.AddHours(dice.Pick(EveryHour, hour => Hours[hour])).AddSeconds(dice.Below(3600));

    /// <summary>How often a product is bought in a month, compared with the others.</summary>
    public static int Demand(DemoProduct product, int month) => product.Popularity * (product.Season switch
    {
        "winter" => month is >= 10 or <= 2 ? 18 : month is 3 or 9 ? 8 : 3,
        "summer" => month is >= 5 and <= 8 ? 18 : month is 4 or 9 ? 10 : 3,
        "spring" => month is 3 or 4 or 5 ? 25 : 3,
        "autumn" => month is 9 or 10 or 11 ? 20 : 6,
        "gift" => month == 12 ? 25 : month == 11 ? 18 : 8,
        "newyear" => month is 12 or 1 ? 30 : 4,
        _ => 10,
    });
}
