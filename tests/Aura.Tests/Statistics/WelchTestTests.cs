using Aura.Statistics;
using FsCheck;
using FsCheck.Fluent;

namespace Aura.Tests.Statistics;

public sealed class WelchTestTests
{
    private static readonly Gen<Sample> Samples =
        from n in Gen.Choose(2, 100_000)
        from mean in Gen.Choose(-1000, 1000)
        from variance in Gen.Choose(1, 1_000_000)
        select new Sample(n, mean / 10.0, variance / 10.0);

    [Fact]
    public void It_agrees_with_Student_s_sleep_data()
    {
        // R, ?t.test and data(sleep): t = -1.8608, df = 17.776, p = 0.07939, interval -3.3654832 to 0.2054832 (group 1 - group 2)
        var test = WelchTest.Of(Of(1.9m, 0.8m, 1.1m, 0.1m, -0.1m, 4.4m, 5.5m, 1.6m, 4.6m, 3.4m), Of(0.7m, -1.6m, -0.2m, -1.2m, -0.1m, 3.4m, 3.7m, 0.8m, 0m, 2m));
        Near.Exact(-1.860813467, test.T);
        Near.Exact(17.77647352, test.DegreesOfFreedom);
        Near.Exact(0.0793941401874, test.PTwoSided);
        Near.Exact(1 - 0.0793941401874 / 2, test.PGreater);
        Near.Exact(-3.365483230712, test.DifferenceInterval(0.05).Lower);
        Near.Exact(0.205483230712, test.DifferenceInterval(0.05).Upper);
    }

    [Fact]
    public void It_agrees_with_the_examples_of_R()
    {
        // R, ?t.test: t.test(1:10, y = c(7:20)) # P = .00001855 and t.test(1:10, y = c(7:20, 200)) # P = .1245
        decimal[] low = [.. Enumerable.Range(1, 10)], high = [.. Enumerable.Range(7, 14)];
        Near.Published(0.00001855, WelchTest.Of(Of(low), Of(high)).PTwoSided, 8);
        Near.Published(0.1245, WelchTest.Of(Of(low), Of([.. high, 200])).PTwoSided, 4);
    }

    [Fact]
    public void The_standard_error_of_the_lift_agrees_with_GrowthBook()
    {
        // GrowthBook, packages/stats/tests/frequentist/test_tests.py: means 0.41 and 0.70, deviations 3.9 and 6.2: 0.70732, 0.37879, p 0.06191
        var (control, variant) = (new Sample(3407, 0.41, 3.9 * 3.9), new Sample(3461, 0.70, 6.2 * 6.2));
        var lift = Lift.Of(control, variant)!.Value;
        Near.Published(0.70732, lift.Estimate, 5);
        Near.Published(0.37879, lift.StandardError, 5);

        var interval = WelchTest.Of(control, variant).LiftInterval(0.05)!.Value;
        Near.Published(-0.03526, interval.Lower, 5);
        Near.Published(1.44989, interval.Upper, 5);
    }

    [Fact]
    public void Equal_amounts_have_exactly_no_variance()
    {
        Assert.Equal(0, Of([.. Enumerable.Repeat(0.1m, 3)]).Variance);
        Assert.Equal(0, Of([.. Enumerable.Repeat(19.99m, 100_003)]).Variance);
        Assert.Equal(0, Of([.. Enumerable.Repeat(1234567.89m, 7)]).Variance);
    }

    [Fact]
    public void A_small_variance_beside_a_large_mean_is_not_lost() =>
        Assert.Equal(1, Of(1_000_000_000m, 1_000_000_001m, 1_000_000_002m).Variance, 1e-9); // in binary: 0 or 192

    [Fact]
    public void One_constant_sample_is_compared_and_two_are_not()
    {
        var (constant, other) = (new Sample(10, 5, 0), new Sample(10, 6, 4));
        Near.Exact(9, WelchTest.Of(constant, other).DegreesOfFreedom);
        Assert.Throws<ArgumentException>(() => WelchTest.Of(constant, new(10, 6, 0)));
        Assert.Throws<ArgumentException>(() => WelchTest.Of(new(1, 5, 0), other));
    }

    [Fact]
    public void Sums_that_no_amounts_have_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Sample.OfSums(2, 10, 49)); // the least is 5² + 5² = 50
        Assert.Throws<ArgumentOutOfRangeException>(() => Sample.OfSums(0, 1, 1));
        Assert.Equal(default, Sample.OfSums(0, 0, 0));
    }

    [Fact]
    public void Changing_places_changes_only_the_sign() => Property.Holds(from a in Samples from b in Samples select (a, b), given =>
    {
        var (test, swapped) = (WelchTest.Of(given.a, given.b), WelchTest.Of(given.b, given.a));
        Assert.Equal(test.T, -swapped.T, 1e-9);
        Assert.Equal(test.PTwoSided, swapped.PTwoSided, 1e-9);
        Assert.Equal(1, test.PGreater + swapped.PGreater, 1e-9);
        Assert.InRange(test.DegreesOfFreedom, Math.Min(given.a.N, given.b.N) - 1 - 1e-6, given.a.N + given.b.N - 2 + 1e-6);
    });

    [Fact]
    public void The_unit_of_the_amounts_does_not_matter() => Property.Holds(from a in Samples from b in Samples select (a, b), given =>
    {
        Sample Cents(Sample sample) => new(sample.N, sample.Mean * 100, sample.Variance * 10_000);
        Assert.Equal(WelchTest.Of(given.a, given.b).PTwoSided, WelchTest.Of(Cents(given.a), Cents(given.b)).PTwoSided, 1e-7);
    });

    private static Sample Of(params decimal[] values) => Sample.OfSums(values.Length, values.Sum(), values.Sum(value => value * value));
}
