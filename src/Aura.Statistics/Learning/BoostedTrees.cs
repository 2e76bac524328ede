namespace Aura.Statistics.Learning;

/// <summary>The chance of yes from columns of numbers, by a sum of small trees, each fitted to what those before it got wrong.</summary>
/// <remarks>J. H. Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29 (2001), for the logistic loss, with leaves and
/// splits of second order (T. Chen, C. Guestrin, "XGBoost", KDD 2016). The result depends on the rows and settings alone: nothing is drawn.</remarks>
/// <param name="Features">In the order of the columns.</param>
/// <param name="Base">The logarithm of the odds of all rows.</param>
public sealed record BoostedTrees(IReadOnlyList<Feature> Features, double Base, IReadOnlyList<IReadOnlyList<TreeNode>> Trees)
{
    /// <param name="rows">A value for each feature, no number where it is not known.</param>
    /// <param name="answers">Of each row.</param>
    /// <exception cref="ArgumentException">Rows and answers are not alike, or all answers are the same.</exception>
    public static BoostedTrees Fit(IReadOnlyList<Feature> features, IReadOnlyList<double[]> rows, IReadOnlyList<bool> answers, TreeSettings? settings = null)
    {
        if (rows.Count != answers.Count || rows.Any(row => row.Length != features.Count))
            throw new ArgumentException("Each row has a value for each feature, and an answer.", nameof(rows));
        var yes = answers.Count(answer => answer);
        if (yes == 0 || yes == answers.Count)
            throw new ArgumentException("There is nothing to learn where all answers are the same.", nameof(answers));

        settings ??= new();
        var start = Math.Log((double)yes / (answers.Count - yes));
        TreeGrowing growing = new(features, rows, settings);
        var (scores, trees) = (new double[rows.Count], new List<IReadOnlyList<TreeNode>>());
        Array.Fill(scores, start);
        var (slopes, curves) = (new double[rows.Count], new double[rows.Count]);
        for (var round = 0; round < settings.Trees; round++)
        {
            for (var row = 0; row < scores.Length; row++)
            {
                var chance = Logistic(scores[row]);
                (slopes[row], curves[row]) = (chance - (answers[row] ? 1 : 0), chance * (1 - chance));
            }

            var tree = growing.Grow(slopes, curves);
            if (tree.Count == 1)
                break;
            trees.Add(tree);
            for (var row = 0; row < scores.Length; row++)
                scores[row] += Leaf(tree, rows[row]).Value;
        }

        return new([.. features], start, trees);
    }

    /// <summary>The logarithm of the odds of yes.</summary>
    public double Score(double[] row) => Base + Trees.Sum(tree => Leaf(tree, row).Value);

    /// <summary>Between 0 and 1, not yet calibrated: <see cref="IsotonicCalibration"/>.</summary>
    public double Chance(double[] row) => Logistic(Score(row));

    /// <summary>What each feature added to the score of this row, beyond what is added to that of every row.</summary>
    /// <remarks>A. Saabas, "Interpreting random forests" (2014): a split is owed what it changes the value of the node by. It says how the trees came to
    /// the score, not what would happen if the feature were another.</remarks>
    public double[] Contributions(double[] row)
    {
        var shares = new double[Features.Count];
        foreach (var tree in Trees)
            for (var node = tree[0]; !node.IsLeaf;)
            {
                var next = tree[node.Next(row)];
                shares[node.Feature] += next.Value - node.Value;
                node = next;
            }

        return shares;
    }

    private static double Logistic(double score) => 1 / (1 + Math.Exp(-score));

    private static TreeNode Leaf(IReadOnlyList<TreeNode> tree, double[] row)
    {
        var node = tree[0];
        while (!node.IsLeaf)
            node = tree[node.Next(row)];
        return node;
    }
}

/// <summary>A node of a tree: a question, or a leaf where <paramref name="Feature"/> is below zero.</summary>
/// <param name="Threshold">Values up to it go left.</param>
/// <param name="Left">Index of the node in its tree.</param>
/// <param name="Right">The same, for values above the threshold.</param>
/// <param name="UnknownLeft">Where values go that are no number.</param>
/// <param name="Value">What the rows that come here would add to the score if the node were a leaf.</param>
public readonly record struct TreeNode(int Feature, double Threshold, int Left, int Right, bool UnknownLeft, double Value)
{
    internal bool IsLeaf => Feature < 0;

    internal int Next(double[] row) => double.IsNaN(row[Feature]) ? UnknownLeft ? Left : Right : row[Feature] <= Threshold ? Left : Right;
}

/// <summary>How far trees go.</summary>
/// <param name="Trees">At most.</param>
/// <param name="Depth">Questions from the root to a leaf.</param>
/// <param name="Rate">How much of what a tree found is added, 0 to 1.</param>
/// <param name="LeastWeight">A leaf has at least this sum of p(1 − p).</param>
/// <param name="Penalty">On the square of the value of a leaf.</param>
/// <param name="Bins">Between which splits are sought; 254 at most.</param>
public sealed record TreeSettings(int Trees = 150, int Depth = 4, double Rate = 0.08, double LeastWeight = 5, double Penalty = 1, int Bins = 64);
