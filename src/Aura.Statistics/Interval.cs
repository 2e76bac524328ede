namespace Aura.Statistics;

/// <summary>A closed interval, in the unit of what it was built for.</summary>
public readonly record struct Interval(double Lower, double Upper)
{
    /// <param name="halfWidth">Zero or more.</param>
    public static Interval Around(double centre, double halfWidth) => new(centre - halfWidth, centre + halfWidth);

    public bool Contains(double value) => Lower <= value && value <= Upper;

    /// <param name="factor">Zero or more: a fraction becomes percent with 100.</param>
    public static Interval operator *(double factor, Interval interval) => new(factor * interval.Lower, factor * interval.Upper);
}
