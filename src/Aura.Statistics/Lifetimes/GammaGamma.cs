using MathNet.Numerics;

namespace Aura.Statistics.Lifetimes;

/// <summary>What customers spend on an order: the Gamma-Gamma model. Orders of a customer are gamma distributed (p, ν), and ν is gamma distributed over
/// customers (q, γ), so that who has bought little is taken to be near the mean of all.</summary>
/// <remarks>P. S. Fader, B. G. S. Hardie, "The Gamma-Gamma Model of Monetary Value" (2013). It takes for granted that how much has nothing to do with how often:
/// look at <see cref="Correlation"/> first.</remarks>
/// <param name="P">Shape of a customer's orders.</param>
/// <param name="Q">Shape over customers, above one: else the mean over all customers does not exist.</param>
/// <param name="Gamma">Scale over customers, in the currency.</param>
public sealed record GammaGamma(double P, double Q, double Gamma)
{
    /// <summary>Fewer customers than this are not fitted.</summary>
    public const int LeastCustomers = 20;

    /// <summary>What all customers spend on an order on average: pγ/(q − 1).</summary>
    public double MeanSpend => P * Gamma / (Q - 1);

    /// <summary>The parameters under which this spending is likeliest.</summary>
    /// <param name="customers">With repeat purchases only: the model says nothing of others.</param>
    /// <returns>Null where the customers do not say: they are fewer than <see cref="LeastCustomers"/>, or no parameters within reason are likeliest, as where
    /// all spend the same.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A customer's numbers are none.</exception>
    public static GammaGamma? Fit(IEnumerable<Spending> customers)
    {
        Spending[] all = [.. customers.Select(customer => customer.Check())];
        if (all.Length < LeastCustomers)
            return null;

        var unit = all.Average(customer => customer.MeanValue);
        Spending[] scaled = [.. all.Select(customer => customer with { MeanValue = customer.MeanValue / unit })];
        double Loss(double[] logs) => logs.Any(log => Math.Abs(log) > BgNbd.Furthest) ? double.PositiveInfinity : BgNbd.Pull * logs.Sum(log => log * log) - At(logs).LogLikelihood(scaled);

        double[][] starts = [[0, 0.5, 0], [1.5, 1.2, -0.8], [3, 2, 0]];
        var (best, loss) = starts.Select(start => Simplex.Minimize(Loss, start, tolerance: 1e-13)).MinBy(found => found.Value);
        var found = At(best);
        return double.IsFinite(loss) && best.All(log => Math.Abs(log) < BgNbd.Furthest - 1) && found.Q > 1 ? found with { Gamma = found.Gamma * unit } : null;
    }

    /// <summary>The logarithm of the likelihood of this spending (equation 1a).</summary>
    public double LogLikelihood(IEnumerable<Spending> customers)
    {
        var constant = -SpecialFunctions.GammaLn(Q) + Q * Math.Log(Gamma);
        return customers.Sum(customer =>
        {
            var shape = P * customer.Check().Repeats;
            return constant + SpecialFunctions.GammaLn(shape + Q) - SpecialFunctions.GammaLn(shape) + (shape - 1) * Math.Log(customer.MeanValue)
                + shape * Math.Log(customer.Repeats) - (shape + Q) * Math.Log(Gamma + customer.Repeats * customer.MeanValue);
        });
    }

    /// <summary>What this customer spends on an order on average (equation 5): between their own mean and that of all.</summary>
    /// <param name="customer">Null for somebody without a repeat purchase: the mean of all.</param>
    public double ExpectedSpend(Spending? customer = null) => customer is not { } known
        ? MeanSpend
        : P * (Gamma + known.Check().Repeats * known.MeanValue) / (P * known.Repeats + Q - 1);

    /// <summary>Pearson's correlation of how often with how much, -1 to 1; zero where one of the two does not vary. Far from zero (0.3) the model does not fit.</summary>
    public static double Correlation(IReadOnlyCollection<Spending> customers)
    {
        if (customers.Count < 2)
            return 0;
        var (x, z) = (customers.Average(customer => (double)customer.Repeats), customers.Average(customer => customer.MeanValue));
        var together = customers.Sum(customer => (customer.Repeats - x) * (customer.MeanValue - z));
        var apart = Math.Sqrt(customers.Sum(customer => Math.Pow(customer.Repeats - x, 2)) * customers.Sum(customer => Math.Pow(customer.MeanValue - z, 2)));
        return apart > 0 ? together / apart : 0;
    }

    private static GammaGamma At(double[] logs) => new(Math.Exp(logs[0]), Math.Exp(logs[1]), Math.Exp(logs[2]));
}
