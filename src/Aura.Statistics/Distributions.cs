using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Aura.Statistics;

/// <summary>Tails and quantiles of the distributions behind the tests. A tail is worked out as a tail, never as 1 − CDF, so that small
/// probabilities keep their digits. Relative error below 1e-8.</summary>
internal static class Distributions
{
    /// <summary>P(Z &gt; z) of the standard normal.</summary>
    public static double NormalTail(double z) => SpecialFunctions.Erfc(z / Math.Sqrt(2)) / 2;

    /// <summary>The z that a standard normal exceeds with probability <paramref name="tail"/> in (0, 1).</summary>
    public static double NormalCritical(double tail) => -Normal.InvCDF(0, 1, tail);

    /// <summary>P(|T| &gt; |t|) of Student's distribution: the regularized incomplete beta function of (df/2, 1/2) at df/(df + t²).</summary>
    public static double StudentTails(double t, double degreesOfFreedom) =>
        SpecialFunctions.BetaRegularized(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + t * t));

    /// <summary>The t that Student's distribution exceeds with probability <paramref name="tail"/> in (0, 1).</summary>
    public static double StudentCritical(double tail, double degreesOfFreedom) => -StudentT.InvCDF(0, 1, degreesOfFreedom, tail);

    /// <summary>P(X &gt; x) of the chi-square distribution.</summary>
    public static double ChiSquareTail(double x, int degreesOfFreedom) => SpecialFunctions.GammaUpperRegularized(degreesOfFreedom / 2.0, x / 2);
}
