using Aura.Statistics;

namespace Aura.Tests.Statistics;

/// <summary>The expected values are those of SciPy 1.10.1: norm.sf, norm.isf, t.sf, t.isf, chi2.sf.</summary>
public sealed class DistributionsTests
{
    [Theory]
    [InlineData(1.8233062085063159, 0.03412851326050821)]
    [InlineData(10, 7.61985302416047e-24)]
    public void The_normal_keeps_its_digits_far_out(double z, double tail)
    {
        Near.Exact(tail, Distributions.NormalTail(z));
        Near.Exact(z, Distributions.NormalCritical(tail));
    }

    [Theory]
    [InlineData(2.5, 1e6, 0.012419489502163228)]
    [InlineData(40, 12.3, 2.1218964958776758e-14)]
    public void Student_keeps_its_digits_far_out(double t, double degreesOfFreedom, double tails) =>
        Near.Exact(tails, Distributions.StudentTails(t, degreesOfFreedom));

    [Theory]
    [InlineData(7.5, 2.333039626555376)]
    [InlineData(1e6, 1.9599663568141066)]
    public void Student_has_its_critical_values(double degreesOfFreedom, double critical) =>
        Near.Exact(critical, Distributions.StudentCritical(0.025, degreesOfFreedom));

    [Fact]
    public void Chi_square_keeps_its_digits_far_out() => Near.Exact(1.5239706048320995e-23, Distributions.ChiSquareTail(100, 1));
}
