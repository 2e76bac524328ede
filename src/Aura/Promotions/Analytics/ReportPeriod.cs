namespace Aura.Promotions.Analytics;

/// <summary>The time that a report is about, UTC. Its days are the calendar days of UTC that it touches.</summary>
public readonly record struct ReportPeriod
{
    /// <summary>The longest, in days.</summary>
    public const int MaxDays = 1100;

    /// <summary>How long it is where nothing is said, today included, in days.</summary>
    public const int UsualDays = 30;

    private ReportPeriod(DateTime from, DateTime until) => (From, Until) = (from, until);

    public DateTime From { get; }

    /// <summary>The first instant behind it.</summary>
    public DateTime Until { get; }

    /// <summary>In days, begun ones counted whole.</summary>
    public int Days => (int)Math.Ceiling((Until - From).TotalDays);

    public DateOnly FirstDay => DateOnly.FromDateTime(From);

    public DateOnly LastDay => DateOnly.FromDateTime(Until.AddTicks(-1));

    /// <summary>The period of the same length that ends where this one starts.</summary>
    public ReportPeriod Before => new(From - (Until - From), From);

    /// <param name="from">Null: 30 days before the end.</param>
    /// <param name="until">The first instant behind it; null: the end of today.</param>
    /// <exception cref="Refused">422 for an end that is not behind the start, a period of over 1,100 days, or one outside of 2000 to 2200.</exception>
    public static ReportPeriod Of(DateTime? from, DateTime? until, DateTime now)
    {
        var end = until ?? now.Date.AddDays(1);
        if (end.Year is < 2000 or > 2200)
            throw Refused.Invalid("EndDate", "Must be between 2000 and 2200.");
        var start = from ?? end.AddDays(-UsualDays);
        if (start.Year is < 2000 or > 2200)
            throw Refused.Invalid("StartDate", "Must be between 2000 and 2200.");
        if (end <= start)
            throw Refused.Invalid("EndDate", "The end is behind the start.");
        if ((end - start).TotalDays > MaxDays)
            throw Refused.Invalid("StartDate", $"A report is about {MaxDays} days at most.");
        return new(start, end);
    }
}
