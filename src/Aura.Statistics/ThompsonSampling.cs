namespace Aura.Statistics;

/// <summary>How often each of several offers is tried while it is being learnt which is best: as often as it is likely to be the best, and never less than a floor.</summary>
/// <remarks>W. R. Thompson, Biometrika 25 (1933). The floor is added, f + (1 − nf)w, so that every offer keeps being tried, at a rate that is known and by which
/// results can be weighed.</remarks>
public static class ThompsonSampling
{
    /// <summary>By rates of success.</summary>
    /// <inheritdoc cref="Weights(IReadOnlyList{double}, double)"/>
    public static double[] Weights(IReadOnlyList<BetaPosterior> rates, double floor) => Weights(BetaPosterior.ChancesToBeBest(rates), floor);

    /// <param name="chances">Of each offer to be the best; they add up to 1.</param>
    /// <param name="floor">f, zero or more; the number of offers times f is 1 at most.</param>
    /// <returns>Of each offer its share, with a sum of 1.</returns>
    /// <exception cref="ArgumentException">There is no offer, the chances do not add up, or the floor is out of its range.</exception>
    public static double[] Weights(IReadOnlyList<double> chances, double floor)
    {
        if (chances.Count == 0 || chances.Any(chance => !(chance >= 0)) || Math.Abs(chances.Sum() - 1) > 1e-6)
            throw new ArgumentException("Chances are zero or more and add up to one.", nameof(chances));
        if (!(floor >= 0 && floor * chances.Count <= 1))
            throw new ArgumentException("The floors of all offers together are between zero and one.", nameof(floor));
        var sum = chances.Sum();
        return [.. chances.Select(chance => floor + (1 - chances.Count * floor) * chance / sum)];
    }

    /// <summary>The offer that a number drawn evenly falls on.</summary>
    /// <param name="weights">With a sum of 1.</param>
    /// <param name="drawn">From 0 to below 1; of a hash of the customer, so that asking again is answered the same.</param>
    /// <returns>Its index.</returns>
    public static int Choose(IReadOnlyList<double> weights, double drawn)
    {
        if (!(drawn is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(drawn), drawn, "A number from 0 to below 1 is expected.");
        var (index, end) = (0, weights[0]);
        while (drawn >= end && index < weights.Count - 1)
            end += weights[++index];
        return index;
    }
}
