namespace Aura.Statistics.Learning;

/// <summary>Grows one tree after another over rows that were sorted into bins once.</summary>
/// <remarks>Splits are sought between bins (G. Ke et al., "LightGBM", NIPS 2017). Where a feature has a direction, a split against it is not taken, and nodes below
/// keep to their side of the middle of its two values, as XGBoost does it. Where no row was without a value, those that will be go with the greater part of the rows, as in
/// scikit-learn's HistGradientBoosting.</remarks>
internal sealed class TreeGrowing
{
    private readonly IReadOnlyList<Feature> _features;
    private readonly TreeSettings _settings;
    private readonly double[][] _thresholds;
    private readonly byte[][] _bins; // by feature, then row; the last bin is that of unknown values
    private double[] _slopes = [], _curves = [];

    private readonly record struct Sums(double Slope, double Curve)
    {
        public static Sums operator +(Sums a, Sums b) => new(a.Slope + b.Slope, a.Curve + b.Curve);
        public static Sums operator -(Sums a, Sums b) => new(a.Slope - b.Slope, a.Curve - b.Curve);
    }

    private readonly record struct Split(int Feature, int Bin, bool UnknownLeft, double Gain, double Left, double Right);

    public TreeGrowing(IReadOnlyList<Feature> features, IReadOnlyList<double[]> rows, TreeSettings settings)
    {
        (_features, _settings) = (features, settings);
        _thresholds = [.. features.Select((_, feature) => Thresholds(rows, feature))];
        _bins = [.. features.Select((_, feature) => rows.Select(row => Bin(_thresholds[feature], row[feature])).ToArray())];
    }

    public List<TreeNode> Grow(double[] slopes, double[] curves)
    {
        (_slopes, _curves) = (slopes, curves);
        List<TreeNode> nodes = [];
        int[] all = [.. Enumerable.Range(0, slopes.Length)];
        Add(nodes, all, Total(all), 0, new(double.NegativeInfinity, double.PositiveInfinity));
        return nodes;
    }

    private int Add(List<TreeNode> nodes, int[] rows, Sums sums, int depth, Interval bounds)
    {
        var (index, weight) = (nodes.Count, Weight(sums, bounds));
        nodes.Add(new(-1, 0, 0, 0, false, _settings.Rate * weight));
        if (depth == _settings.Depth || Best(rows, sums, bounds, weight) is not { } split)
            return index;

        var bins = _bins[split.Feature];
        var unknown = _thresholds[split.Feature].Length + 1;
        bool GoesLeft(int row) => bins[row] == unknown ? split.UnknownLeft : bins[row] <= split.Bin;
        var (left, right) = (Array.FindAll(rows, GoesLeft), Array.FindAll(rows, row => !GoesLeft(row)));
        var middle = (split.Left + split.Right) / 2;
        var (below, above) = (bounds with { Upper = middle }, bounds with { Lower = middle });
        var (ofLeft, ofRight) = _features[split.Feature].Direction switch
        {
            Direction.Rising => (below, above),
            Direction.Falling => (above, below),
            _ => (bounds, bounds),
        };
        var first = Add(nodes, left, Total(left), depth + 1, ofLeft);
        var second = Add(nodes, right, Total(right), depth + 1, ofRight);
        nodes[index] = nodes[index] with { Feature = split.Feature, Threshold = _thresholds[split.Feature][split.Bin], Left = first, Right = second, UnknownLeft = split.UnknownLeft };
        return index;
    }

    private Split? Best(int[] rows, Sums total, Interval bounds, double weight)
    {
        Split? best = null;
        var before = Loss(total, weight);
        for (var feature = 0; feature < _features.Count; feature++)
        {
            var sums = new Sums[_thresholds[feature].Length + 2];
            var bins = _bins[feature];
            foreach (var row in rows)
                sums[bins[row]] += new Sums(_slopes[row], _curves[row]);
            foreach (var unknownLeft in sums[^1].Curve > 0 ? new[] { false, true } : [false])
            {
                var left = unknownLeft ? sums[^1] : default;
                for (var bin = 0; bin < _thresholds[feature].Length; bin++)
                {
                    left += sums[bin];
                    var right = total - left;
                    if (left.Curve < _settings.LeastWeight || right.Curve < _settings.LeastWeight)
                        continue;
                    var (low, high) = (Weight(left, bounds), Weight(right, bounds));
                    if (_features[feature].Direction switch { Direction.Rising => low > high, Direction.Falling => low < high, _ => false })
                        continue;
                    var gain = before - Loss(left, low) - Loss(right, high);
                    if (gain > (best?.Gain ?? 1e-9))
                        best = new(feature, bin, unknownLeft || sums[^1].Curve == 0 && left.Curve >= right.Curve, gain, low, high);
                }
            }
        }

        return best;
    }

    private double Weight(Sums sums, Interval bounds) => Math.Clamp(-sums.Slope / (sums.Curve + _settings.Penalty), bounds.Lower, bounds.Upper);

    private double Loss(Sums sums, double weight) => sums.Slope * weight + (sums.Curve + _settings.Penalty) * weight * weight / 2;

    private Sums Total(int[] rows)
    {
        Sums sums = default;
        foreach (var row in rows)
            sums += new Sums(_slopes[row], _curves[row]);
        return sums;
    }

    private double[] Thresholds(IReadOnlyList<double[]> rows, int feature)
    {
        double[] values = [.. rows.Select(row => row[feature]).Where(value => !double.IsNaN(value)).Order()];
        double[] different = [.. values.Distinct()];
        if (different.Length <= _settings.Bins)
            return [.. different.Zip(different.Skip(1), (low, high) => (low + high) / 2)];
        return [.. Enumerable.Range(1, _settings.Bins - 1).Select(bin => values[(int)((long)values.Length * bin / _settings.Bins)]).Where(value => value < different[^1]).Distinct()];
    }

    private static byte Bin(double[] thresholds, double value)
    {
        if (double.IsNaN(value))
            return (byte)(thresholds.Length + 1);
        var found = Array.BinarySearch(thresholds, value);
        return (byte)(found < 0 ? ~found : found);
    }
}
