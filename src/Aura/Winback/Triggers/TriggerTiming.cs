namespace Aura.Winback.Triggers;

/// <summary>When conditions come to hold by waiting, so that nobody has to ask again and again.</summary>
/// <remarks>Each comparison with time in it grows evenly (<see cref="TriggerTypes"/> sees to that), so it changes at most once: where its two sides meet.</remarks>
public static class TriggerTiming
{
    /// <summary>Nobody waits longer for a cart.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(60);

    private const long TicksPerMicrosecond = TimeSpan.TicksPerMillisecond / 1000;

    /// <summary>The first time from that of the facts on at which all conditions hold, if nothing happens until then; at most 60 days after the last activity.</summary>
    /// <returns>Null where waiting does not help.</returns>
    public static DateTime? DueAt(this IReadOnlyList<TriggerExpression> conditions, TriggerFacts facts)
    {
        foreach (var at in Moments(conditions, facts).Prepend(facts.At))
            if (conditions.All(condition => condition.Matches(facts with { At = at })))
                return at;
        return null;
    }

    private static IEnumerable<DateTime> Moments(IReadOnlyList<TriggerExpression> conditions, TriggerFacts facts)
    {
        if (facts.LastActivityAt is not { } since)
            return [];
        var moments = new SortedSet<DateTime>();
        foreach (var condition in conditions)
            foreach (var comparison in TriggerExpression.Comparisons(condition.Root).Where(comparison => comparison.Degree == 1))
                if (Meeting(condition.Text, comparison, facts, since) is { } meeting)
                    moments.UnionWith([meeting, meeting.AddTicks(TicksPerMicrosecond)]); // > holds from the next moment on
        return moments.Where(at => at > facts.At && at - since <= Longest);
    }

    /// <summary>Where the sides of a comparison are equal, up to the next microsecond; null where they never are.</summary>
    private static DateTime? Meeting(string text, Comparison comparison, TriggerFacts facts, DateTime since)
    {
        if (Difference(text, comparison, facts with { At = since }) is not { } start || Difference(text, comparison, facts with { At = since.AddHours(1) }) is not { } later)
            return null;
        var perHour = later - start;
        if (perHour == 0 || Math.Abs(start) > Math.Abs(perHour) * (decimal)Longest.TotalHours)
            return null;
        var ticks = -start / perHour * TimeSpan.TicksPerHour;
        return ticks < 0 ? null : since.AddTicks((long)Math.Ceiling(Math.Round(ticks / TicksPerMicrosecond, 3)) * TicksPerMicrosecond);
    }

    private static decimal? Difference(string text, Comparison comparison, TriggerFacts facts)
    {
        var evaluation = new TriggerEvaluation(text, facts);
        return evaluation.Value(comparison.Left) is decimal left && evaluation.Value(comparison.Right) is decimal right ? left - right : null;
    }
}
