using MathNet.Numerics;

namespace Aura.Statistics.Lifetimes;

/// <summary>How often customers buy who have no contract and leave without a word: the BG/NBD model. While alive a customer buys as a Poisson process
/// whose rate is gamma distributed over customers (r, α), and after each purchase leaves for good with a chance that is beta distributed (a, b).</summary>
/// <remarks>P. S. Fader, B. G. S. Hardie, K. L. Lee, "“Counting Your Customers” the Easy Way: An Alternative to the Pareto/NBD Model", Marketing Science 24
/// (2005), by whose numbered equations the methods go. A customer without a repeat purchase has had no chance to leave: the model calls them alive
/// with certainty, which says nothing about them.</remarks>
/// <param name="R">Shape of the rates.</param>
/// <param name="Alpha">Scale of the rates, in the unit of time of the purchases: the mean rate is r/α.</param>
/// <param name="A">With <paramref name="B"/>: of the chance to leave after a purchase, a/(a + b) on average.</param>
public sealed record BgNbd(double R, double Alpha, double A, double B)
{
    /// <summary>Fewer repeat customers than this are not fitted.</summary>
    public const int LeastRepeaters = 20;

    /// <summary>Of the logarithm of a parameter. The likelihood of customers who are all alike rises for ever, ever slower, as their parameters grow: what is taken off it
    /// for each square of a logarithm ends that, and moves no digit that is published.</summary>
    internal const double Furthest = 12, Pull = 0.00005;

    /// <summary>The parameters under which these customers are likeliest. With the logarithms of the parameters and a scaled unit of time, from several
    /// starts.</summary>
    /// <param name="customers">All that ever bought, those without a repeat purchase included: without them every rate would be too high.</param>
    /// <returns>Null where the customers do not say: fewer than <see cref="LeastRepeaters"/> of them repeated, or no parameters within reason are likeliest.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A customer's numbers are none.</exception>
    public static BgNbd? Fit(IEnumerable<Purchases> customers)
    {
        (Purchases Of, int Count)[] groups = [.. customers.GroupBy(customer => customer.Check()).Select(group => (group.Key, group.Count()))];
        if (groups.Where(group => group.Of.Repeats > 0).Sum(group => group.Count) < LeastRepeaters)
            return null;

        var unit = groups.Max(group => group.Of.Age) / 10;
        (Purchases Of, int Count)[] scaled = [.. groups.Select(group => (group.Of with { Recency = group.Of.Recency / unit, Age = group.Of.Age / unit }, group.Count))];
        double Loss(double[] logs) => logs.Any(log => Math.Abs(log) > Furthest) ? double.PositiveInfinity : Pull * logs.Sum(log => log * log) - At(logs).LogLikelihood(scaled);

        double[][] starts = [[0, 0, 0, 0], [-1.5, 0, -0.5, 1], [0.5, 1.5, -2, 1]];
        var (best, loss) = starts.Select(start => Simplex.Minimize(Loss, start, tolerance: 1e-13)).MinBy(found => found.Value);
        if (!double.IsFinite(loss) || best.Any(log => Math.Abs(log) > Furthest - 1))
            return null;
        var found = At(best);
        return found with { Alpha = found.Alpha * unit };
    }

    /// <summary>The logarithm of the likelihood of these customers (equation 6).</summary>
    public double LogLikelihood(IEnumerable<Purchases> customers) => LogLikelihood(customers.Select(customer => (customer.Check(), 1)));

    /// <summary>P(alive) at the age of the customer, between 0 and 1. With no repeat purchase it is 1, whatever the age: see the remarks of the model.</summary>
    /// <remarks>P. S. Fader, B. G. S. Hardie, "Computing P(alive) Using the BG/NBD Model" (2008).</remarks>
    public double ProbabilityAlive(Purchases customer) => 1 / (1 + OddsGone(customer.Check()));

    /// <summary>Purchases that somebody new makes on average within <paramref name="time"/> of their first (equation 9).</summary>
    public double ExpectedPurchases(double time) => Growth(R, B, A + B - 1, Alpha, time);

    /// <summary>Purchases that this customer makes on average within <paramref name="time"/> from now (equation 10).</summary>
    public double ExpectedPurchases(Purchases customer, double time) =>
        Growth(R + customer.Check().Repeats, B + customer.Repeats, A + B + customer.Repeats - 1, Alpha + customer.Age, time) / (1 + OddsGone(customer));

    private static BgNbd At(double[] logs) => new(Math.Exp(logs[0]), Math.Exp(logs[1]), Math.Exp(logs[2]), Math.Exp(logs[3]));

    private double LogLikelihood(IEnumerable<(Purchases Of, int Count)> groups)
    {
        var constant = R * Math.Log(Alpha) - SpecialFunctions.GammaLn(R) + SpecialFunctions.GammaLn(A + B) - SpecialFunctions.GammaLn(B);
        return groups.Sum(group =>
        {
            var (x, recency, age) = group.Of;
            return group.Count * (constant + SpecialFunctions.GammaLn(R + x) + SpecialFunctions.GammaLn(B + x) - SpecialFunctions.GammaLn(A + B + x)
                - (R + x) * Math.Log(Alpha + age) + Math.Log(1 + OddsGone(new(x, recency, age))));
        });
    }

    /// <summary>Gone against alive: a/(b + x − 1) ((α + T)/(α + tₓ))^(r + x), and zero with no repeat purchase.</summary>
    private double OddsGone(Purchases customer) => customer.Repeats == 0
        ? 0
        : A / (B + customer.Repeats - 1) * Math.Exp((R + customer.Repeats) * Math.Log((Alpha + customer.Age) / (Alpha + customer.Recency)));

    /// <summary>c/(a − 1) (1 − (s/(s + t))^r ₂F₁(r, b; c; t/(s + t))), where a − 1 is c − b.</summary>
    private static double Growth(double r, double b, double c, double scale, double time)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        var less = c - b;
        if (Math.Abs(less) < 1e-7)
            (less, c) = (1e-7, b + 1e-7); // the limit at a = 1, to seven digits
        return c / less * (1 - Weighted(r, b, c, time / (scale + time)));
    }

    /// <summary>(1 − z)^r ₂F₁(r, b; c; z), term by term with its logarithm: of customers who are much alike, or who buy a hundred times, the one factor is too small for
    /// a number and the other too large.</summary>
    private static double Weighted(double r, double b, double c, double z)
    {
        if (z == 0)
            return 1;
        var (sum, log, sign) = (0.0, r * Math.Log(1 - z), 1);
        for (var n = 0; n < 1_000_000; n++)
        {
            sum += sign * Math.Exp(log);
            var ratio = (r + n) * (b + n) / ((c + n) * (n + 1)) * z;
            if (ratio is > 0 and < 1 && Math.Exp(log) < 1e-16 * (1 - ratio) * Math.Abs(sum))
                break;
            (log, sign) = (log + Math.Log(Math.Abs(ratio)), ratio < 0 ? -sign : sign);
        }

        return sum;
    }
}
