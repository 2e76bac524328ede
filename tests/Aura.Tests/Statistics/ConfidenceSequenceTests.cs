using Aura.Statistics;
using FsCheck;
using FsCheck.Fluent;

namespace Aura.Tests.Statistics;

public sealed class ConfidenceSequenceTests
{
    private static readonly Gen<(double Estimate, double Error, int N, double Alpha)> Given =
        from estimate in Gen.Choose(-1000, 1000)
        from error in Gen.Choose(1, 500)
        from n in Gen.Choose(1, 1_000_000)
        from alpha in Gen.Choose(1, 500)
        select (estimate / 100.0, error / 100.0, n, alpha / 1000.0);

    [Fact]
    public void It_agrees_with_GrowthBook_on_means()
    {
        // GrowthBook, packages/stats/tests/frequentist/test_tests.py, test_sequential_test_runs: lift 0.50336, deviation 0.33341,
        // interval -0.55844 to 1.56516, p 1, with tuning parameter 1000
        var (control, variant) = (Sample.OfSums(3000, 1396.87m, 52377.9767m), Sample.OfSums(3461, 2422.7m, 134698.29m));
        var lift = Lift.Of(control, variant)!.Value;
        var sequence = ConfidenceSequence.NarrowestAt(1000);
        var interval = sequence.Around(lift.Estimate, lift.StandardError, control.N + variant.N, 0.05);
        Near.Published(0.50336, lift.Estimate, 5);
        Near.Published(0.33341, lift.StandardError, 5);
        Near.Published(-0.55844, interval.Lower, 5);
        Near.Published(1.56516, interval.Upper, 5);
        Assert.Equal(1, sequence.PValue(lift.Estimate, lift.StandardError, control.N + variant.N));
    }

    [Fact]
    public void It_agrees_with_GrowthBook_on_proportions()
    {
        // The same file, test_sequential_test_runs_prop: lift 0.50386, deviation 0.03386, interval 0.40098 to 0.60675, p 0.0, parameter 5000
        var lift = Lift.Of(Sample.OfProportion(1396, 3000), Sample.OfProportion(2422, 3461))!.Value;
        var sequence = ConfidenceSequence.NarrowestAt();
        var interval = sequence.Around(lift.Estimate, lift.StandardError, 6461, 0.05);
        Near.Published(0.50386, lift.Estimate, 5);
        Near.Published(0.40098, interval.Lower, 5);
        Near.Published(0.60675, interval.Upper, 5);
        Near.Published(0, sequence.PValue(lift.Estimate, lift.StandardError, 6461), 5);
    }

    [Fact]
    public void It_is_narrowest_beside_the_interval_of_a_single_look_about_where_it_was_asked_to_be()
    {
        var sequence = ConfidenceSequence.NarrowestAt(5000);
        double Width(long n) => sequence.HalfWidth(1, n, 0.05);
        Assert.All([100, 1000, 2500, 10_000, 100_000], n => Assert.True(Width(n) > Width(5000)));
        Assert.Equal(1.5, Width(5000) / 1.959963984540054, 0.05);
    }

    [Fact]
    public void The_interval_leaves_out_zero_exactly_where_the_p_value_is_below_alpha() => Property.Holds(Given, given =>
    {
        var sequence = ConfidenceSequence.NarrowestAt(alpha: 0.05);
        var p = sequence.PValue(given.Estimate, given.Error, given.N);
        if (Math.Abs(p / given.Alpha - 1) > 1e-9)
            Assert.Equal(p < given.Alpha, !sequence.Around(given.Estimate, given.Error, given.N, given.Alpha).Contains(0));
    });

    [Fact]
    public void It_is_always_wider_than_the_interval_of_a_single_look() => Property.Holds(Given, given =>
        Assert.True(ConfidenceSequence.NarrowestAt(alpha: given.Alpha).HalfWidth(given.Error, given.N, given.Alpha) >
            given.Error * Distributions.NormalCritical(given.Alpha / 2)));

    [Fact]
    public void A_larger_estimate_is_more_evidence_either_way() => Property.Holds(Given, given =>
    {
        var sequence = ConfidenceSequence.NarrowestAt();
        Assert.True(sequence.PValue(given.Estimate * 1.1, given.Error, given.N) <= sequence.PValue(given.Estimate, given.Error, given.N));
        Assert.Equal(sequence.PValue(given.Estimate, given.Error, given.N), sequence.PValue(-given.Estimate, given.Error, given.N));
    });

    [Fact]
    public void What_has_no_error_has_no_p_value()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceSequence.NarrowestAt().PValue(1, 0, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceSequence.NarrowestAt().PValue(1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConfidenceSequence.NarrowestAt(0));
    }
}
