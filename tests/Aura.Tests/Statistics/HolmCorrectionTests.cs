using Aura.Statistics;
using FsCheck;
using FsCheck.Fluent;

namespace Aura.Tests.Statistics;

public sealed class HolmCorrectionTests
{
    private static readonly Gen<double[]> PValues = Gen.Choose(0, 1000).Select(p => p / 1000.0).ArrayOf().Where(p => p.Length is > 0 and < 12);

    [Fact]
    public void It_agrees_with_the_textbook_example()
    {
        // Wikipedia, "Holm–Bonferroni method"; statsmodels 0.13.5 multipletests(method='holm') and R p.adjust give the same
        Same([0.03, 0.06, 0.06, 0.02], HolmCorrection.Adjust([0.01, 0.04, 0.03, 0.005]));
        Same([0.05, 0.08, 0.09, 0.09, 0.09], HolmCorrection.Adjust([0.01, 0.02, 0.03, 0.04, 0.05]));
    }

    [Fact]
    public void A_single_comparison_is_left_alone() => Assert.Equal([0.04], HolmCorrection.Adjust([0.04]));

    [Fact]
    public void What_is_no_p_value_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => HolmCorrection.Adjust([0.5, 1.1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => HolmCorrection.Adjust([double.NaN]));
    }

    [Fact]
    public void Adjusted_values_are_between_the_raw_ones_and_Bonferroni_s_and_keep_their_order() => Property.Holds(PValues, p =>
    {
        var adjusted = HolmCorrection.Adjust(p);
        for (var i = 0; i < p.Length; i++)
        {
            Assert.InRange(adjusted[i], p[i], Math.Min(1, p.Length * p[i]));
            for (var j = 0; j < p.Length; j++)
                Assert.True(p[i] > p[j] || adjusted[i] <= adjusted[j]);
        }
    });

    private static void Same(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (wanted, was) in expected.Zip(actual))
            Near.Exact(wanted, was);
    }
}
