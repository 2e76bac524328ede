using System.Runtime.CompilerServices;

namespace Aura.Statistics;

internal static class Probability
{
    /// <exception cref="ArgumentOutOfRangeException">The value is not strictly between 0 and 1, or is no number.</exception>
    public static double Check(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        value is > 0 and < 1 ? value : throw new ArgumentOutOfRangeException(name, value, "A number between 0 and 1, without either, is expected.");
}
