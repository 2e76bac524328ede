using Aura.Statistics.Learning;
using Aura.Tests.Connectors.Shops;
using Aura.Winback.Intent;
using Xunit.Abstractions;

namespace Aura.Tests.Statistics.Learning;

public sealed class LearningTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true, 0.90)]
    [InlineData(false, 0.70)]
    public void Online_shoppers_are_told_apart_on_rows_not_learnt_from(bool withPageValues, double least)
    {
        if (ShopTexts.Data("online_shoppers_intention.csv") is not { } file)
            return;

        using var reader = File.OpenText(file);
        int[] taken = [.. Enumerable.Range(0, PublicSessions.Columns.Count).Where(column => withPageValues || PublicSessions.Columns[column].Name != PublicSessions.PageValues)];
        var (train, calibrate, test) = PublicSessions.Parted(PublicSessions.Read(reader).Select(session => (Row: taken.Select(column => session.Row[column]).ToArray(), Answer: session.Bought)));

        var trees = BoostedTrees.Fit([.. taken.Select(column => PublicSessions.Columns[column])], [.. train.Select(row => row.Row)], [.. train.Select(row => row.Answer)]);
        var curve = IsotonicCalibration.Fit([.. calibrate.Select(row => trees.Score(row.Row))], [.. calibrate.Select(row => row.Answer)]);
        var quality = ClassifierQuality.Of([.. test.Select(row => curve.Of(trees.Score(row.Row)))], [.. test.Select(row => row.Answer)]);
        output.WriteLine($"{(withPageValues ? "all features" : "without PageValues")}: {quality}\n{string.Join('\n', quality.Bins)}");

        Assert.True(quality.Auc >= least, $"AUC {quality.Auc}");
        Assert.True(quality.Accuracy > quality.BaseAccuracy - 0.005);
        Assert.All(quality.Bins.Where(bin => bin.Rows >= 100), bin => Assert.Equal(bin.Said, bin.Came, 0.1));
    }

    [Fact]
    public void A_feature_with_a_direction_never_moves_the_score_the_other_way()
    {
        var (random, rows, answers) = (new Random(5), new List<double[]>(), new List<bool>());
        for (var row = 0; row < 3000; row++)
        {
            double[] values = [random.NextDouble(), random.NextDouble(), random.NextDouble()];
            rows.Add(values);
            answers.Add(random.NextDouble() < 0.2 + 0.5 * values[0] * values[1] + 0.2 * Math.Sin(20 * values[0]) - 0.1 * Math.Cos(15 * values[1]) * values[2]);
        }

        Feature[] free = [new("a"), new("b"), new("c")], bound = [new("a", Direction.Rising), new("b", Direction.Falling), new("c")];
        Assert.True(Against(BoostedTrees.Fit(free, rows, answers)) > 0); // or the test could not fail
        Assert.Equal(0, Against(BoostedTrees.Fit(bound, rows, answers)));

        int Against(BoostedTrees trees) => Enumerable.Range(0, 200).Sum(_ =>
        {
            var (a, b, c) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
            double[] up = [.. Enumerable.Range(0, 50).Select(step => trees.Score([step / 50.0, b, c]))], down = [.. Enumerable.Range(0, 50).Select(step => trees.Score([a, step / 50.0, c]))];
            return up.Zip(up.Skip(1)).Count(pair => pair.Second < pair.First) + down.Zip(down.Skip(1)).Count(pair => pair.Second > pair.First);
        });
    }

    [Fact]
    public void Values_that_are_not_known_go_where_their_like_went()
    {
        var random = new Random(8);
        double[][] rows = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextDouble() < 0.3 ? new[] { double.NaN } : [random.NextDouble()])];
        bool[] answers = [.. rows.Select(row => random.NextDouble() < (double.IsNaN(row[0]) ? 0.8 : row[0] > 0.5 ? 0.5 : 0.1))];
        var trees = BoostedTrees.Fit([new("a")], rows, answers);
        Assert.Equal(0.8, trees.Chance([double.NaN]), 0.06);
        Assert.Equal(0.1, trees.Chance([0.2]), 0.06);
        Assert.Equal(0.5, trees.Chance([0.8]), 0.06);
    }

    [Fact]
    public void Contributions_add_up_to_what_sets_the_score_apart()
    {
        var random = new Random(9);
        double[][] rows = [.. Enumerable.Range(0, 1000).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() })];
        bool[] answers = [.. rows.Select(row => random.NextDouble() < row[0])];
        var trees = BoostedTrees.Fit([new("a"), new("b"), new("idle")], rows, answers);
        var (high, low) = (new[] { 0.95, 0.5, 0.5 }, new[] { 0.05, 0.5, 0.5 });
        Near.Exact(trees.Score(high) - trees.Score(low), trees.Contributions(high).Sum() - trees.Contributions(low).Sum(), 1e-9);
        Assert.True(trees.Contributions(high)[0] > 5 * Math.Abs(trees.Contributions(high)[2]));
        Assert.True(trees.Contributions(low)[0] < 0);
    }

    [Fact]
    public void Pooling_adjacent_violators_agrees_with_a_count_by_hand()
    {
        // 1 | 0 1 0 pooled to 1/3 with the one before: (1, 0, 1, 0) = 1/2 | 1
        var curve = IsotonicCalibration.Fit([1, 2, 3, 4, 5, 6], [true, false, true, false, true, true]);
        Assert.Equal([2.5, 5.5], curve.Points.Select(point => point.Score));
        Assert.Equal([0.5, 0.875], curve.Points.Select(point => point.Chance)); // 1 − 1/8
        Assert.Equal(0.6875, curve.Of(4), 1e-12);
        Assert.Equal(0.5, curve.Of(-100));
        Assert.Equal(0.875, curve.Of(100));
    }

    [Fact]
    public void Qualities_agree_with_counts_by_hand()
    {
        var quality = ClassifierQuality.Of([0.1, 0.4, 0.4, 0.8], [false, false, true, true]);
        Assert.Equal(0.875, quality.Auc); // of four pairs three are right and one is tied
        Assert.Equal((0.01 + 0.16 + 0.36 + 0.04) / 4, quality.Brier, 1e-12);
        Assert.Equal(-(Math.Log(0.9) + Math.Log(0.6) + Math.Log(0.4) + Math.Log(0.8)) / 4, quality.LogLoss, 1e-12);
        Assert.Equal((0.75, 0.5, 1.0, 0.5), (quality.Accuracy, quality.BaseAccuracy, quality.Precision, quality.Recall));
        Assert.Equal(2 / 3.0, quality.F1, 1e-12);
        Assert.Equal([new(0.1, 0.2, 1, 0.1, 0), new(0.4, 0.5, 2, 0.4, 0.5), new(0.8, 0.9, 1, 0.8, 1)], quality.Bins);
        Assert.Null(ClassifierQuality.Of([0.5], [true]).Auc);
        Assert.Throws<ArgumentException>(() => ClassifierQuality.Of([1.1], [true]));
        Assert.Throws<ArgumentException>(() => BoostedTrees.Fit([new("a")], [[1], [2]], [true, true]));
    }
}
