using Aura.Statistics;
using BenchmarkDotNet.Attributes;

namespace Aura.Benchmarks;

/// <summary>What the results page of an A/B test works out, and what each visitor costs.</summary>
[MemoryDiagnoser]
public class StatisticsBenchmarks
{
    private readonly BetaPosterior[] arms = [.. Enumerable.Range(0, 5).Select(arm => BetaPosterior.After(480 + 9 * arm, 10_000))];
    private readonly Sample control = Sample.OfSums(10_000, 412_000m, 21_000_000m);
    private readonly Sample variant = Sample.OfSums(10_000, 419_000m, 21_600_000m);
    private readonly double[] pValues = [0.001, 0.04, 0.2, 0.03];

    [Benchmark]
    public int BucketOfVisitor() => Bucket.Of("a test", "a visitor");

    [Benchmark]
    public TwoProportionTest TwoProportions() => TwoProportionTest.Of(480, 10_000, 531, 10_000);

    [Benchmark]
    public WelchTest Welch() => WelchTest.Of(control, variant);

    [Benchmark]
    public double[] ChanceOfFiveToBeBest() => BetaPosterior.ChancesToBeBest(arms);

    [Benchmark]
    public double[] Holm() => HolmCorrection.Adjust(pValues);

    [Benchmark]
    public ConfidenceSequence AlwaysValid() => ConfidenceSequence.NarrowestAt();
}
