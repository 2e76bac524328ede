using Aura.Statistics;

namespace Aura.Tests.Statistics;

/// <summary>Numbers of successes, drawn by inverting the table of the distribution.</summary>
internal sealed class Binomial
{
    private readonly double[] _cumulative;

    public Binomial(int n, double p)
    {
        _cumulative = new double[n + 1];
        var (term, sum) = (Math.Pow(1 - p, n), 0.0);
        for (var k = 0; k <= n; k++)
        {
            _cumulative[k] = sum += term;
            term *= p / (1 - p) * (n - k) / (k + 1);
        }
    }

    public int Next(Random random)
    {
        var found = Array.BinarySearch(_cumulative, random.NextDouble());
        return Math.Min(found < 0 ? ~found : found, _cumulative.Length - 1);
    }
}

internal static class Simulation
{
    /// <summary>A day later: so many exposures and conversions more, and with <paramref name="spending"/> an order of log-normal value for each of these
    /// (median 40, one in forty above 280).</summary>
    public static Arm After(this Arm arm, int exposures, int conversions, Random? spending = null)
    {
        var (revenue, squares) = (0.0, 0.0);
        for (var order = 0; spending is not null && order < conversions; order++)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - spending.NextDouble())) * Math.Cos(2 * Math.PI * spending.NextDouble());
            var value = Math.Round(40 * Math.Exp(normal), 2);
            (revenue, squares) = (revenue + value, squares + value * value);
        }

        return arm with
        {
            Exposures = arm.Exposures + exposures,
            Conversions = arm.Conversions + conversions,
            Revenue = arm.Revenue + (decimal)revenue,
            RevenueSquares = arm.RevenueSquares + (decimal)squares,
        };
    }
}
