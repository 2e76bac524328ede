namespace Aura;

/// <summary>Splitting an integer amount so that nothing is lost (largest remainder, Hamilton's method).</summary>
public static class Allocation
{
    /// <param name="amount">Minor units, of either sign.</param>
    /// <param name="weights">Non-negative; if all are zero the amount is split evenly.</param>
    /// <returns>One part per weight; they sum to <paramref name="amount"/>. Ties go to the lower index.</returns>
    public static long[] Split(long amount, ReadOnlySpan<long> weights)
    {
        if (weights.Length == 0)
            return amount == 0 ? [] : throw new ArgumentException("There is nothing to split among.", nameof(weights));

        Int128 total = 0;
        foreach (var weight in weights)
            total += weight >= 0 ? weight : throw new ArgumentOutOfRangeException(nameof(weights), "A weight is negative.");

        var (sign, whole) = amount < 0 ? (-1, -(Int128)amount) : (1, (Int128)amount);
        var parts = new long[weights.Length];
        var remainders = new Int128[weights.Length];
        var left = whole;
        for (var i = 0; i < weights.Length; i++)
        {
            var (numerator, denominator) = total == 0 ? (whole, (Int128)weights.Length) : (whole * weights[i], total);
            parts[i] = (long)(numerator / denominator);
            remainders[i] = numerator % denominator;
            left -= parts[i];
        }

        for (; left > 0; left--)
        {
            var best = 0;
            for (var i = 1; i < remainders.Length; i++)
                if (remainders[i] > remainders[best])
                    best = i;
            parts[best]++;
            remainders[best] = -1;
        }

        if (sign < 0)
            for (var i = 0; i < parts.Length; i++)
                parts[i] = -parts[i];
        return parts;
    }
}
