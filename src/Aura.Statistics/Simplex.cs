namespace Aura.Statistics;

/// <summary>The least value of a function without derivatives: the simplex of J. A. Nelder and R. Mead, "A simplex method for function minimization",
/// The Computer Journal 7 (1965), with their coefficients 1, 2, ½ and ½, begun anew around what it found until that brings nothing more.</summary>
internal static class Simplex
{
    /// <param name="function">Infinite, or no number, where the point is not allowed.</param>
    /// <param name="step">Of the first simplex, along each axis.</param>
    /// <param name="tolerance">It ends where the values of the corners differ by less, beside their size.</param>
    public static (double[] Point, double Value) Minimize(Func<double[], double> function, double[] start, double step = 0.5, double tolerance = 1e-10, int evaluations = 4000)
    {
        var (point, value) = Descend(function, start, step, tolerance, ref evaluations);
        while (evaluations > 0)
        {
            var again = Descend(function, point, step / 4, tolerance, ref evaluations);
            var gain = value - again.Value;
            (point, value) = again.Value < value ? again : (point, value);
            if (!(gain > tolerance * (1 + Math.Abs(value))))
                break;
        }

        return (point, value);
    }

    private static (double[] Point, double Value) Descend(Func<double[], double> function, double[] start, double step, double tolerance, ref int evaluations)
    {
        var (n, left) = (start.Length, evaluations);
        double At(double[] point)
        {
            left--;
            return function(point) is var value && double.IsNaN(value) ? double.PositiveInfinity : value;
        }

        (double[] Point, double Value)[] corners = [.. Enumerable.Range(-1, n + 1).Select(axis =>
        {
            double[] point = [.. start.Select((value, index) => index == axis ? value + step : value)];
            return (point, At(point));
        })];

        while (left > 0)
        {
            Array.Sort(corners, (one, other) => one.Value.CompareTo(other.Value));
            var (best, worst) = (corners[0], corners[n]);
            if (worst.Value - best.Value <= tolerance * (1 + Math.Abs(best.Value)))
                break;

            double[] centre = [.. Enumerable.Range(0, n).Select(axis => corners.Take(n).Average(corner => corner.Point[axis]))];
            (double[], double) Along(double by)
            {
                double[] point = [.. centre.Select((value, axis) => value + by * (worst.Point[axis] - value))];
                return (point, At(point));
            }

            (double[] Point, double Value) reflected = Along(-1);
            if (reflected.Value < best.Value)
            {
                (double[] Point, double Value) expanded = Along(-2);
                corners[n] = expanded.Value < reflected.Value ? expanded : reflected;
            }
            else if (reflected.Value < corners[n - 1].Value)
                corners[n] = reflected;
            else
            {
                (double[] Point, double Value) contracted = Along(reflected.Value < worst.Value ? -0.5 : 0.5);
                if (contracted.Value < Math.Min(reflected.Value, worst.Value))
                    corners[n] = contracted;
                else
                    for (var corner = 1; corner <= n; corner++)
                    {
                        double[] point = [.. corners[corner].Point.Select((value, axis) => (value + best.Point[axis]) / 2)];
                        corners[corner] = (point, At(point));
                    }
            }
        }

        evaluations = left;
        return corners.MinBy(corner => corner.Value);
    }
}
