using System.Globalization;
using Aura.Promotions.Analytics;
using Aura.Server.Http.Lists;

namespace Aura.Server.PromotionsV1;

/// <summary>What reports are asked with.</summary>
internal static class ReportQuery
{
    private const int MaxIds = 1000;

    /// <exception cref="Refused">422 for no date, and as for <see cref="ReportPeriod.Of"/>.</exception>
    public static ReportPeriod Period(string? start, string? end, DateTime now) => ReportPeriod.Of(Filters.Time(start, "StartDate"), Until(end), now);

    public static Currency Currency(string? code, Currency own) => string.IsNullOrEmpty(code) ? own : Aura.Currency.Of(code);

    /// <returns>Null where none are named.</returns>
    /// <exception cref="Refused">422 for what is no id, or over 1,000.</exception>
    public static long[]? Ids(string[]? given)
    {
        var words = (given ?? []).SelectMany(part => part.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct().ToList();
        if (words.Count > MaxIds)
            throw Refused.Invalid("PromotionIds", $"At most {MaxIds}.");
        return words.Count == 0 ? null : [.. words.Select(word => long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw Refused.Invalid("PromotionIds", "Must be ids of promotions, integers."))];
    }

    /// <summary>A day is over when the next begins, and a time in its last second means the whole day.</summary>
    private static DateTime? Until(string? end)
    {
        if (string.IsNullOrEmpty(end))
            return null;
        var day = Filters.ReadDay(end);
        var time = day ?? Filters.Time(end, "EndDate")!.Value; // it is given
        var isWhole = day is not null || time.TimeOfDay >= new TimeSpan(23, 59, 59);
        return isWhole && time.Date < DateTime.MaxValue.Date ? time.Date.AddDays(1) : time;
    }
}
