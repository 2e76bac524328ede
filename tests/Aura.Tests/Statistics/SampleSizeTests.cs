using Aura.Statistics;
using FsCheck.Fluent;

namespace Aura.Tests.Statistics;

public sealed class SampleSizeTests
{
    [Fact]
    public void Rates_agree_with_R()
    {
        // R, ?power.prop.test: power.prop.test(p1 = .50, p2 = .75, power = .90) # => n = 76.7
        Assert.Equal(77, SampleSize.OfRates(0.5, 0.5, power: 0.9));

        // R 4.2.2: power.prop.test gives 8157.73, and 37823.996 with sig.level = 0.025
        Assert.Equal(8158, SampleSize.OfRates(0.05, 0.2));
        Assert.Equal(37_824, SampleSize.OfRates(0.05, 0.1, comparisons: 2));
    }

    [Fact]
    public void Means_agree_with_statsmodels()
    {
        // statsmodels 0.13.5 zt_ind_solve_power: effect sizes 0.5 and 0.1 need 62.79 and 1569.77, 1 with a power of 0.9 needs 21.01
        Assert.Equal(63, SampleSize.OfMeans(1, 0.5));
        Assert.Equal(1570, SampleSize.OfMeans(10, 1));
        Assert.Equal(22, SampleSize.OfMeans(1, 1, power: 0.9));
    }

    [Fact]
    public void Finding_less_or_being_surer_takes_more() => Property.Holds(
        from baseline in Gen.Choose(1, 40)
        from lift in Gen.Choose(2, 100)
        select (Baseline: baseline / 100.0, Lift: lift / 100.0),
        given =>
        {
            var n = SampleSize.OfRates(given.Baseline, given.Lift);
            Assert.True(SampleSize.OfRates(given.Baseline, given.Lift * 0.9) >= n);
            Assert.True(SampleSize.OfRates(given.Baseline, given.Lift, power: 0.9) > n || n < 10);
            Assert.True(SampleSize.OfRates(given.Baseline, given.Lift, alpha: 0.01) > n || n < 10);
            Assert.True(SampleSize.OfRates(given.Baseline, given.Lift, comparisons: 3) > n || n < 10);
        });

    [Fact]
    public void A_difference_of_nothing_is_never_found()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSize.OfRates(0.05, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSize.OfMeans(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSize.OfRates(0.6, 0.7)); // 102 percent
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSize.OfRates(0, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleSize.OfRates(0.05, 0.1, comparisons: 0));
    }
}
