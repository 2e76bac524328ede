namespace Aura.Statistics.Learning;

/// <summary>How good chances were, by the answers that came.</summary>
/// <param name="Rows">All, of which <paramref name="Yes"/> were yes.</param>
/// <param name="Auc">How often a yes has a higher chance than a no, ties by half: 0.5 knows nothing. Null where all answers are the same.</param>
/// <param name="Brier">Mean squared difference of chance and answer, 0 to 1 (G. W. Brier, Monthly Weather Review 78, 1950).</param>
/// <param name="LogLoss">Mean of −ln of the chance that was given to what came.</param>
/// <param name="Threshold">From which chance on yes was said, for the four that follow, all fractions; of what there was none the fraction is zero.</param>
/// <param name="Accuracy">Of all answers those said right; beside it <paramref name="BaseAccuracy"/>, what always saying the commoner answer gets right.</param>
/// <param name="Bins">Chances by tenths: were they as many as they said?</param>
public sealed record ClassifierQuality(
    int Rows, int Yes, double? Auc, double Brier, double LogLoss, double Threshold, double Accuracy, double BaseAccuracy, double Precision, double Recall, double F1,
    IReadOnlyList<CalibrationBin> Bins)
{
    /// <summary>AUC by ranks: J. A. Hanley, B. J. McNeil, Radiology 143 (1982).</summary>
    /// <exception cref="ArgumentException">There are no rows, not as many answers, or a chance is not between 0 and 1.</exception>
    public static ClassifierQuality Of(IReadOnlyList<double> chances, IReadOnlyList<bool> answers, double threshold = 0.5)
    {
        if (chances.Count == 0 || chances.Count != answers.Count || chances.Any(chance => !(chance is >= 0 and <= 1)))
            throw new ArgumentException("Each answer has a chance between 0 and 1, and there is one at least.", nameof(chances));

        (double Chance, bool Answer)[] rows = [.. chances.Zip(answers)];
        var (n, yes) = (rows.Length, answers.Count(answer => answer));
        var (said, right) = (rows.Count(row => row.Chance >= threshold), rows.Count(row => row.Chance >= threshold && row.Answer));
        var accuracy = (double)(right + rows.Count(row => row.Chance < threshold && !row.Answer)) / n;
        var (precision, recall) = (said == 0 ? 0 : (double)right / said, yes == 0 ? 0 : (double)right / yes);
        return new(
            n, yes, AreaUnderCurve(rows, yes), rows.Average(row => Math.Pow(row.Chance - (row.Answer ? 1 : 0), 2)),
            -rows.Average(row => Math.Log(Math.Max(row.Answer ? row.Chance : 1 - row.Chance, 1e-15))), threshold, accuracy, (double)Math.Max(yes, n - yes) / n,
            precision, recall, precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall),
            [.. rows.GroupBy(row => Math.Min(9, (int)(row.Chance * 10))).OrderBy(bin => bin.Key).Select(bin => new CalibrationBin(
                bin.Key / 10.0, (bin.Key + 1) / 10.0, bin.Count(), bin.Average(row => row.Chance), bin.Average(row => row.Answer ? 1.0 : 0)))]);
    }

    private static double? AreaUnderCurve((double Chance, bool Answer)[] rows, int yes)
    {
        if (yes == 0 || yes == rows.Length)
            return null;
        var (ranks, seen) = (0.0, 0);
        foreach (var tie in rows.GroupBy(row => row.Chance).OrderBy(group => group.Key))
        {
            ranks += tie.Count(row => row.Answer) * (seen + (tie.Count() + 1) / 2.0);
            seen += tie.Count();
        }

        return (ranks - yes * (yes + 1.0) / 2) / ((double)yes * (rows.Length - yes));
    }
}

/// <summary>The rows whose chances were from <paramref name="From"/> to <paramref name="To"/>: what was said of them on average, and what came.</summary>
public readonly record struct CalibrationBin(double From, double To, int Rows, double Said, double Came);
