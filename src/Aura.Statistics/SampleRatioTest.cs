namespace Aura.Statistics;

/// <summary>Whether units reached the arms in the planned shares: Pearson's chi-square test of fit, χ² = Σ (observed − expected)²/expected.</summary>
/// <remarks>A mismatch means that assignment or counting is broken, and no figure of the test can be trusted. A. Fabijan et al.,
/// "Diagnosing Sample Ratio Mismatch in Online Controlled Experiments", KDD 2019.</remarks>
/// <param name="DegreesOfFreedom">Arms with a share, less one.</param>
/// <param name="PValue">1 while there is nothing to compare: no units, or one arm.</param>
public sealed record SampleRatioTest(double ChiSquare, int DegreesOfFreedom, double PValue)
{
    /// <summary>Below this p value the shares are taken as broken. Strict, because the check is made at every look.</summary>
    public const double Threshold = 0.001;

    public bool Mismatch => PValue < Threshold;

    /// <param name="counts">Units of each arm.</param>
    /// <param name="shares">Planned shares in the same order, in any unit: only their ratios count. An arm without a share must have no units.</param>
    /// <exception cref="ArgumentException">The lists differ in length, or a count or share is negative.</exception>
    public static SampleRatioTest Of(IReadOnlyList<long> counts, IReadOnlyList<decimal> shares)
    {
        if (counts.Count != shares.Count || counts.Any(count => count < 0) || shares.Any(share => share < 0))
            throw new ArgumentException("Each arm needs a count and a share, neither below zero.");
        if (counts.Zip(shares).Any(arm => arm is { First: > 0, Second: 0 }))
            return new(double.PositiveInfinity, 0, 0);

        var (units, whole, arms) = (counts.Sum(), shares.Sum(), shares.Count(share => share > 0));
        if (units == 0 || arms < 2)
            return new(0, 0, 1);

        var chiSquare = counts.Zip(shares, (count, share) => (count, Expected: (double)(units * share / whole)))
            .Where(arm => arm.Expected > 0).Sum(arm => Math.Pow(arm.count - arm.Expected, 2) / arm.Expected);
        return new(chiSquare, arms - 1, Distributions.ChiSquareTail(chiSquare, arms - 1));
    }
}
