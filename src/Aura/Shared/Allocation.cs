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

    /// <summary>No remainder is larger: it is below the sum of fewer than 2^31 weights.</summary>
    private static readonly Int128 Highest = Int128.One << 95;

    /// <summary>Gives one more to the parts with the largest remainders.</summary>
    private static void Raise(Span<long> parts, Int128[] remainders, int count)
    {
        if (count == 0)
            return;
        // The larger remainder first, then the lower index: as one number each, which sorts far faster than by comparing two.
        var order = new UInt128[remainders.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = ((UInt128)(Highest - remainders[i]) << 32) | (uint)i;
        Array.Sort(order);
        for (var i = 0; i < count; i++)
            parts[(int)(uint)order[i]]++;
    }
}
