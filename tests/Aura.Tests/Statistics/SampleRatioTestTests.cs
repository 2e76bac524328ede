using Aura.Statistics;

namespace Aura.Tests.Statistics;

public sealed class SampleRatioTestTests
{
    [Fact]
    public void It_agrees_with_GrowthBook()
    {
        // GrowthBook, packages/stats/tests/test_gbstats.py: check_srm([1000, 1200], [0.5, 0.5]) = 0.000020079
        var test = SampleRatioTest.Of([1000, 1200], [0.5m, 0.5m]);
        Near.Published(0.000020079, test.PValue, 9);
        Assert.True(test.Mismatch);
    }

    [Fact]
    public void It_agrees_with_the_examples_of_SciPy()
    {
        // SciPy, documentation of chisquare: (2.0, 0.84914503608460956) and (3.5, 0.62338762774958223)
        var even = SampleRatioTest.Of([16, 18, 16, 14, 12, 12], [1, 1, 1, 1, 1, 1]);
        Near.Exact(2, even.ChiSquare);
        Near.Exact(0.84914503608460956, even.PValue);
        var uneven = SampleRatioTest.Of([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]);
        Near.Exact(3.5, uneven.ChiSquare);
        Near.Exact(0.62338762774958223, uneven.PValue);
    }

    [Fact]
    public void It_agrees_with_the_example_of_R()
    {
        // R, ?chisq.test: x <- c(89,37,30,28,2), p <- c(40,20,20,15,5), rescale.p = TRUE
        var test = SampleRatioTest.Of([89, 37, 30, 28, 2], [40, 20, 20, 15, 5]);
        Near.Exact(9.990143369, test.ChiSquare);
        Near.Exact(0.0405940433, test.PValue);
        Assert.Equal(4, test.DegreesOfFreedom);
        Assert.False(test.Mismatch);
    }

    [Fact]
    public void Only_the_ratios_of_shares_count() =>
        Assert.Equal(SampleRatioTest.Of([5000, 4800], [34, 33]), SampleRatioTest.Of([5000, 4800], [0.34m, 0.33m]));

    [Fact]
    public void Nothing_to_compare_is_no_mismatch()
    {
        Assert.Equal(1, SampleRatioTest.Of([0, 0], [50, 50]).PValue);
        Assert.Equal(1, SampleRatioTest.Of([10, 0], [100, 0]).PValue);
    }

    [Fact]
    public void Units_in_an_arm_without_a_share_are_a_mismatch() => Assert.True(SampleRatioTest.Of([500, 500, 1], [50, 50, 0]).Mismatch);

    [Fact]
    public void Lists_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SampleRatioTest.Of([1, 2], [50]));
        Assert.Throws<ArgumentException>(() => SampleRatioTest.Of([1, -2], [50, 50]));
    }
}
