namespace Aura;

/// <summary>Splitting an integer amount so that nothing is lost (largest remainder, Hamilton's method).</summary>
public static class Allocation
{
    /// <param name="amount">Minor units, of either sign.</param>
    /// <param name="weights">Non-negative; if all are zero the amount is split evenly.</param>
    /// <returns>One part per weight; they sum to <paramref name="amount"/>. Ties go to the lower index.</returns>
    public static long[] Split(long amount, ReadOnlySpan<long> weights)
    {
        var parts = new long[weights.Length];
        Split(amount, weights, parts);
        return parts;
    }

    /// <inheritdoc cref="Split(long, ReadOnlySpan{long})"/>
    /// <param name="parts">Receives one part per weight.</param>
    public static void Split(long amount, ReadOnlySpan<long> weights, Span<long> parts)
    {
        if (weights.Length == 0 && amount != 0)
            throw new ArgumentException("There is nothing to split among.", nameof(weights));

        Int128 total = 0;
        foreach (var weight in weights)
            total += weight >= 0 ? weight : throw new ArgumentOutOfRangeException(nameof(weights), "A weight is negative.");

        var (sign, whole) = amount < 0 ? (-1, -(Int128)amount) : (1, (Int128)amount);
        var remainders = new Int128[weights.Length];
        var left = whole;
        for (var i = 0; i < weights.Length; i++)
        {
            var (numerator, denominator) = total == 0 ? (whole, (Int128)weights.Length) : (whole * weights[i], total);
            parts[i] = (long)(numerator / denominator);
            remainders[i] = numerator % denominator;
            left -= parts[i];
        }

        Raise(parts, remainders, (int)left); // fewer than there are parts

        if (sign < 0)
            for (var i = 0; i < parts.Length; i++)
                parts[i] = -parts[i];
    }

    /// <summary>Gives one more to the parts with the largest remainders.</summary>
    private static void Raise(Span<long> parts, Int128[] remainders, int count)
    {
        if (count == 0)
            return;
        var order = new int[remainders.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(order, (a, b) => remainders[b] != remainders[a] ? remainders[b].CompareTo(remainders[a]) : a - b);
        for (var i = 0; i < count; i++)
            parts[order[i]]++;
    }
}
