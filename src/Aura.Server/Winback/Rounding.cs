namespace Aura.Server.Winback;

/// <summary>How this dialect rounds.</summary>
internal static class Rounding
{
    /// <summary>From a share of 1 to percent with one decimal.</summary>
    public static decimal Percent(double share) => Math.Round(100 * (decimal)share, 1, MidpointRounding.AwayFromZero);

    /// <inheritdoc cref="Percent(double)"/>
    public static decimal? Percent(double? share) => share is { } known ? Percent(known) : null;

    /// <summary>A part of a whole in percent with two decimals; 0 of nothing.</summary>
    public static decimal Percent(long part, long whole) => whole == 0 ? 0 : Math.Round(100m * part / whole, 2, MidpointRounding.AwayFromZero);

    /// <summary>A measure of a model: four decimals say all that it knows.</summary>
    public static decimal Measure(double value) => Math.Round((decimal)value, 4, MidpointRounding.AwayFromZero);

    public static decimal Amount(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);
}
