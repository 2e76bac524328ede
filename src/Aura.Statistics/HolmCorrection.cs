namespace Aura.Statistics;

/// <summary>Holm's step-down correction for several comparisons: the chance of even one false discovery stays below alpha, whatever the
/// comparisons have to do with one another.</summary>
/// <remarks>S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979).</remarks>
public static class HolmCorrection
{
    /// <summary>The i-th smallest of m p values (i from 0) becomes the largest so far of min(1, (m − i) p).</summary>
    /// <param name="pValues">Between 0 and 1.</param>
    /// <returns>The adjusted p values, in the order given: compare each with alpha.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A p value is below 0, above 1 or no number.</exception>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        var adjusted = new double[pValues.Count];
        var largest = 0.0;
        foreach (var (rank, index) in Enumerable.Range(0, pValues.Count).OrderBy(index => pValues[index]).Index())
        {
            if (pValues[index] is not (>= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(pValues), pValues[index], "A p value is between 0 and 1.");
            largest = Math.Max(largest, Math.Min(1, (pValues.Count - rank) * pValues[index]));
            adjusted[index] = largest;
        }

        return adjusted;
    }
}
