namespace Aura.Statistics;

/// <summary>What is known of one offer.</summary>
/// <param name="Cost">What it costs when it is taken, in the unit of the margin; 0: nothing is given.</param>
/// <param name="Given">Customers who got it.</param>
/// <param name="Taken">Of them, those who bought.</param>
public sealed record OfferArm(double Cost, long Given, long Taken);

/// <summary>Which of several offers earns most: the chance that it is taken times what is left of the margin.</summary>
/// <remarks>
/// Chances are the means of uniform-prior posteriors, made to rise with the offer (a larger one is taken no less often) by pooling adjacent violators:
/// M. Ayer et al., Annals of Mathematical Statistics 26 (1955). The lots by which offers are tried are those of W. R. Thompson, Biometrika 25 (1933), over the
/// margin instead of the rate, by quadrature, so that the same evidence always gives the same lots.
/// </remarks>
public static class OfferChoice
{
    /// <summary>How likely each offer is taken.</summary>
    /// <param name="arms">With rising costs.</param>
    /// <exception cref="ArgumentException">There is none, costs do not rise, or more were taken than given.</exception>
    public static double[] Rates(IReadOnlyList<OfferArm> arms)
    {
        Check(arms);
        var blocks = new List<(double Mean, double Weight, int Count)>();
        foreach (var arm in arms)
        {
            var block = (Mean: (arm.Taken + 1.0) / (arm.Given + 2.0), Weight: arm.Given + 2.0, Count: 1);
            while (blocks.Count > 0 && blocks[^1].Mean >= block.Mean)
            {
                var before = blocks[^1];
                block = ((before.Mean * before.Weight + block.Mean * block.Weight) / (before.Weight + block.Weight), before.Weight + block.Weight, before.Count + block.Count);
                blocks.RemoveAt(blocks.Count - 1);
            }

            blocks.Add(block);
        }

        return [.. blocks.SelectMany(block => Enumerable.Repeat(block.Mean, block.Count))];
    }

    /// <summary>The offer that is expected to earn most; of equals the cheapest.</summary>
    /// <param name="margin">What a sale earns without any offer.</param>
    /// <returns>Its index.</returns>
    /// <inheritdoc cref="Rates"/>
    public static int Best(IReadOnlyList<OfferArm> arms, double margin)
    {
        var (rates, best) = (Rates(arms), 0);
        for (var index = 1; index < arms.Count; index++)
            if (rates[index] * (margin - arms[index].Cost) > rates[best] * (margin - arms[best].Cost) + 1e-12 * Math.Abs(margin))
                best = index;
        return best;
    }

    /// <summary>For each offer the chance that it earns most. Where none earns anything, that is the first.</summary>
    /// <inheritdoc cref="Best"/>
    public static double[] ChancesToEarnMost(IReadOnlyList<OfferArm> arms, double margin)
    {
        Check(arms);
        var chances = BetaPosterior.ChancesToBeBest([.. arms.Select(arm => BetaPosterior.After(arm.Taken, arm.Given))], [.. arms.Select(arm => margin - arm.Cost)]);
        var sum = chances.Sum(); // as good as 1
        return sum > 0 ? [.. chances.Select(chance => chance / sum)] : [1, .. arms.Skip(1).Select(_ => 0.0)];
    }

    private static void Check(IReadOnlyList<OfferArm> arms)
    {
        if (arms.Count == 0 || arms.Any(arm => arm.Given < 0 || arm.Taken < 0 || arm.Taken > arm.Given) || arms.Zip(arms.Skip(1)).Any(pair => pair.First.Cost >= pair.Second.Cost))
            throw new ArgumentException("One offer at least, with rising costs, none taken more often than given.", nameof(arms));
    }
}
