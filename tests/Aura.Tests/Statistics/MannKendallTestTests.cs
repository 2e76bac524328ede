using Aura.Statistics;
using FsCheck.Fluent;

namespace Aura.Tests.Statistics;

public sealed class MannKendallTestTests
{
    [Fact]
    public void It_agrees_with_pyMannKendall()
    {
        // pymannkendall original_test: S 55, z 4.203894298472224, p 2.623614939456509e-05, slope 33.419006333333336
        var test = MannKendallTest.Of([202.175842, 222.266602, 250.772827, 300.741455, 350.643982, 369.749268, 400.998474, 479.279663, 486.617310, 487.517456, 491.321625]);
        Assert.Equal(55, test.S);
        Near.Exact(4.203894298472224, test.Z);
        Near.Exact(2.623614939456509e-05, test.PValue);
        Near.Exact(33.419006333333336, test.Slope);
        Assert.Equal(Trend.Increasing, test.Direction());
    }

    [Fact]
    public void It_agrees_with_R_on_the_tuna_of_Hollander_and_Wolfe()
    {
        // R, ?cor.test: Hollander and Wolfe (1973), p. 185, in the order of x; exact = FALSE, continuity = TRUE
        var test = MannKendallTest.Of([2.5, 4.0, 2.6, 3.6, 2.8, 3.1, 5.2, 5.0, 3.8]);
        Assert.Equal(16, test.S); // T = 26 pairs that rise of 36
        Near.Exact(1.563858105, test.Z);
        Near.Exact(0.117850895021, test.PValue);
        Assert.Equal(Trend.Stable, test.Direction());
    }

    [Fact]
    public void It_agrees_with_R_on_the_Nile_with_its_ties()
    {
        // R, data(Nile), 1871 to 1970; cor.test(method = "kendall", exact = FALSE, continuity = TRUE) and the median of the pairs' slopes
        var test = MannKendallTest.Of([1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
            1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969, 831, 726, 456, 824, 702, 1120,
            1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759, 781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812,
            742, 801, 1040, 860, 874, 848, 890, 744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740]);
        Near.Exact(-4.12806652284, test.Z);
        Near.Exact(3.65826292166e-05, test.PValue);
        Near.Exact(-2.6, test.Slope);
        Assert.Equal(Trend.Decreasing, test.Direction());
    }

    [Fact]
    public void What_does_not_move_is_stable()
    {
        Assert.Equal(Trend.Stable, MannKendallTest.Of([]).Direction());
        Assert.Equal(Trend.Stable, MannKendallTest.Of([7]).Direction());
        Assert.Equal(new(0, 0, 1, 0), MannKendallTest.Of([5, 5, 5, 5, 5, 5, 5, 5]));
        Assert.Throws<ArgumentException>(() => MannKendallTest.Of([1, double.NaN]));
    }

    [Fact]
    public void Upside_down_the_trend_is_the_other_one() => Property.Holds(Gen.Choose(-50, 50).Select(value => (double)value).ArrayOf(), values =>
    {
        var (test, turned) = (MannKendallTest.Of(values), MannKendallTest.Of([.. values.Select(value => -value)]));
        Assert.Equal((test.S, test.PValue, test.Slope), (-turned.S, turned.PValue, -turned.Slope));
        Assert.Equal(test.PValue, MannKendallTest.Of([.. values.Select(value => 3 * value + 7)]).PValue);
    });
}
