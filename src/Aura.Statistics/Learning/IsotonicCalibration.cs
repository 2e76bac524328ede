namespace Aura.Statistics.Learning;

/// <summary>From a classifier's score to a chance that means what it says: the rising curve nearest to the answers of rows that the classifier was not fitted to.</summary>
/// <remarks>B. Zadrozny, C. Elkan, "Transforming Classifier Scores into Accurate Multiclass Probability Estimates", KDD 2002, by pooling adjacent violators (M. Ayer et al.,
/// Annals of Mathematical Statistics 26, 1955). Straight between the middles of the blocks, so that a higher score is not thrown away within one; and never quite
/// 0 or 1: n rows say no more than 1/(n + 2).</remarks>
/// <param name="Points">With rising scores and chances that do not fall.</param>
public sealed record IsotonicCalibration(IReadOnlyList<CalibrationPoint> Points)
{
    /// <exception cref="ArgumentException">There are no rows, or not as many answers.</exception>
    public static IsotonicCalibration Fit(IReadOnlyList<double> scores, IReadOnlyList<bool> answers)
    {
        if (scores.Count == 0 || scores.Count != answers.Count)
            throw new ArgumentException("Each score has an answer, and there is one at least.", nameof(scores));

        List<(double Scores, double Yes, int Count)> blocks = [];
        foreach (var alike in scores.Zip(answers).GroupBy(row => row.First).OrderBy(group => group.Key))
        {
            var block = (Scores: alike.Sum(row => row.First), Yes: (double)alike.Count(row => row.Second), Count: alike.Count());
            while (blocks.Count > 0 && blocks[^1].Yes * block.Count >= block.Yes * blocks[^1].Count)
            {
                block = (blocks[^1].Scores + block.Scores, blocks[^1].Yes + block.Yes, blocks[^1].Count + block.Count);
                blocks.RemoveAt(blocks.Count - 1);
            }

            blocks.Add(block);
        }

        var least = 1.0 / (scores.Count + 2);
        return new([.. blocks.Select(block => new CalibrationPoint(block.Scores / block.Count, Math.Clamp(block.Yes / block.Count, least, 1 - least)))]);
    }

    /// <summary>Between 0 and 1, without either; never lower for a higher score.</summary>
    public double Of(double score)
    {
        var after = 0;
        while (after < Points.Count && Points[after].Score < score)
            after++;
        if (after == 0 || after == Points.Count)
            return Points[Math.Min(after, Points.Count - 1)].Chance;
        var (low, high) = (Points[after - 1], Points[after]);
        return low.Chance + (high.Chance - low.Chance) * (score - low.Score) / (high.Score - low.Score);
    }
}

/// <summary>A point of the curve from scores to chances.</summary>
public readonly record struct CalibrationPoint(double Score, double Chance);
