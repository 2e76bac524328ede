using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;

namespace Aura.Statistics;

/// <summary>What is known of a conversion rate after so many trials: the beta distribution, conjugate to the binomial.</summary>
/// <remarks>The chances are integrals over the posteriors by Gauss–Legendre quadrature, and so the same at every call and good to about
/// eight digits; closed forms (E. Miller, "Formulas for Bayesian A/B Testing", 2015) take a step per conversion. These chances are for
/// reading, not for stopping: whoever stops when one of them passes a mark will be wrong more often than it says.</remarks>
public sealed record BetaPosterior
{
    /// <summary>Where panels begin, in standard deviations from the mean: dense where the mass is, wide over tails like those of 1 in 1000.</summary>
    private static readonly int[] Marks = [-40, -20, -10, .. Enumerable.Range(-8, 17), 10, 15, 20, 30, 40];

    private BetaPosterior(double alpha, double beta) => (Alpha, Beta) = (alpha, beta);

    public double Alpha { get; }

    public double Beta { get; }

    public double Mean => Alpha / (Alpha + Beta);

    private double StandardDeviation => Math.Sqrt(Alpha * Beta / (Alpha + Beta + 1)) / (Alpha + Beta);

    /// <param name="priorAlpha">Conversions known beforehand, and <paramref name="priorBeta"/> failures, each one or more; 1 and 1 is the
    /// uniform prior, which takes every rate for equally likely.</param>
    /// <exception cref="ArgumentOutOfRangeException">Successes are not between 0 and <paramref name="trials"/>, or a prior is below 1.</exception>
    public static BetaPosterior After(long successes, long trials, double priorAlpha = 1, double priorBeta = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (!(priorAlpha >= 1 && priorBeta >= 1))
            throw new ArgumentOutOfRangeException(nameof(priorAlpha), "The parameters of a prior are 1 or more.");
        return new(priorAlpha + successes, priorBeta + (trials - successes));
    }

    /// <summary>P(this rate &gt; the other) = ∫ f F₂.</summary>
    public double ChanceToBeat(BetaPosterior other) => ChancesToBeBest([this, other])[0];

    /// <summary>What is lost on average, in conversions per trial, by choosing this one: E max(other − this, 0) = ∫ F (1 − F₂).</summary>
    public double ExpectedLoss(BetaPosterior other) => Integrate([this, other], rate => Below(rate) * other.Above(rate));

    /// <summary>For each rate the chance that it is the highest of all: ∫ fᵢ ∏ Fⱼ. They add up to 1.</summary>
    /// <exception cref="ArgumentException">There is no rate.</exception>
    public static double[] ChancesToBeBest(IReadOnlyList<BetaPosterior> rates)
    {
        if (rates.Count == 0)
            throw new ArgumentException("One rate at least is expected.");

        return [.. rates.Select((rate, index) => Math.Min(1, Integrate(rates, at =>
        {
            var density = MathNet.Numerics.Distributions.Beta.PDF(rate.Alpha, rate.Beta, at);
            return density < 1e-16 ? 0 : rates.Where((_, other) => other != index).Aggregate(density, (product, other) => product * other.Below(at));
        })))];
    }

    /// <summary>For each rate the chance that it times its worth is the highest of all. They add up to 1, unless nothing is worth anything.</summary>
    /// <param name="worths">Of a success, for each rate; what is worth nothing or less is never the best.</param>
    /// <exception cref="ArgumentException">There is no rate, or not a worth for each.</exception>
    public static double[] ChancesToBeBest(IReadOnlyList<BetaPosterior> rates, IReadOnlyList<double> worths)
    {
        if (rates.Count == 0 || rates.Count != worths.Count)
            throw new ArgumentException("One rate at least is expected, and a worth for each.", nameof(worths));
        return [.. rates.Select((rate, index) => worths[index] <= 0 ? 0 : Math.Min(1, Integrate(rates.Select((other, j) => (other, worths[j] / worths[index])), at =>
        {
            var density = MathNet.Numerics.Distributions.Beta.PDF(rate.Alpha, rate.Beta, at);
            return density < 1e-16 ? 0 : Enumerable.Range(0, rates.Count).Where(other => other != index && worths[other] > 0)
                .Aggregate(density, (product, other) => product * rates[other].Below(Math.Min(1, at * worths[index] / worths[other])));
        })))];
    }

    private double Below(double rate) => SpecialFunctions.BetaRegularized(Alpha, Beta, rate);

    private double Above(double rate) => SpecialFunctions.BetaRegularized(Beta, Alpha, 1 - rate);

    private static double Integrate(IReadOnlyList<BetaPosterior> rates, Func<double, double> f) => Integrate(rates.Select(rate => (rate, 1.0)), f);

    /// <param name="rates">Each with what its scale is stretched by.</param>
    private static double Integrate(IEnumerable<(BetaPosterior Rate, double Stretch)> rates, Func<double, double> f)
    {
        double[] marks = [.. rates.SelectMany(one => Marks.Select(mark => Math.Clamp((one.Rate.Mean + mark * one.Rate.StandardDeviation) * one.Stretch, 0, 1))).Append(0).Append(1).Order().Distinct()];
        return marks.Zip(marks.Skip(1), (from, to) => GaussLegendreRule.Integrate(f, from, to, 16)).Sum();
    }
}
