namespace Aura.Promotions.Analytics;

/// <summary>How the figures of promotions are worked out of one another. What has no answer is null, never zero.</summary>
public static class Ratio
{
    /// <summary>Part of whole, in percent, rounded half away from zero to two places; null without a whole.</summary>
    public static decimal? Percent(decimal part, decimal whole) => whole == 0 ? null : Round(100 * part / whole, 2);

    /// <summary>(Revenue − cost) / cost, in percent, to one place: 300.0 for 45,000 brought by 11,250 given. Null where nothing was given.</summary>
    public static decimal? Roi(decimal revenue, decimal cost) => cost == 0 ? null : Round(100 * (revenue - cost) / cost, 1);

    /// <summary>By how many percent a figure is above what it was, to one place; null where it was zero, or is not known.</summary>
    public static decimal? Change(decimal? now, decimal? before) => before is null or 0 || now is null ? null : Round(100 * (now.Value - before.Value) / Math.Abs(before.Value), 1);

    /// <summary>An amount for each of so many, in minor units; null without any.</summary>
    public static long? Each(long minor, long count) => count == 0 ? null : (long)Round((decimal)minor / count, 0);

    private static decimal Round(decimal number, int places) => Math.Round(number, places, MidpointRounding.AwayFromZero);
}
