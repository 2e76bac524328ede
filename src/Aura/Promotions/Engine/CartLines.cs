using System.Numerics;
using Aura.Pricing;

namespace Aura.Promotions.Engine;

/// <summary>The lines of a cart by what rules name: which lines have a key, and which keys the cart has.</summary>
internal sealed class CartLines
{
    /// <summary>A key in the high half, the place of a line that has it in the low half; ascending, none twice.</summary>
    private readonly long[] pairs;

    private readonly int pairCount;

    public CartLines(PromotionCart cart, KeyTable keys)
    {
        All = DiscountedLine.Of(cart.Priced);
        // What is decided must not depend on the order in which the lines were put into the cart.
        Array.Sort(All, (a, b) => a.Line.Id.CompareTo(b.Line.Id));
        var found = new List<long>(All.Length * 4);
        for (var i = 0; i < All.Length; i++)
        {
            var line = All[i].Line;
            Add(KeyKind.Product, line.ProductId, i);
            if (!cart.Lines.TryGetValue(line.Id, out var facts))
                continue;
            if (facts.Brand is { } brand)
                Add(KeyKind.Brand, brand, i);
            for (var c = 0; c < (facts.Categories?.Count ?? 0); c++)
                Add(KeyKind.Category, facts.Categories![c], i); // counted just before
        }

        pairs = [.. found];
        Array.Sort(pairs);
        foreach (var pair in pairs)
            if (pairCount == 0 || pairs[pairCount - 1] != pair)
                pairs[pairCount++] = pair;

        void Add(KeyKind kind, long value, int line)
        {
            if (keys.TryFind(kind, value, out var key))
                found.Add((long)key << 32 | (uint)line);
        }
    }

    /// <summary>By their ids.</summary>
    public DiscountedLine[] All { get; }

    public int Words => (All.Length + 63) / 64;

    /// <summary>Each key that a line has, once.</summary>
    public IEnumerable<int> Keys()
    {
        for (var i = 0; i < pairCount; i++)
            if (i == 0 || pairs[i] >> 32 != pairs[i - 1] >> 32)
                yield return (int)(pairs[i] >> 32);
    }

    /// <summary>Sets the bit of each line that matches.</summary>
    /// <param name="mask"><see cref="Words"/> long, of any content.</param>
    /// <returns>Whether there is one.</returns>
    public bool Match(CompiledScope scope, Span<ulong> mask)
    {
        mask.Fill(ulong.MaxValue);
        if (All.Length % 64 != 0)
            mask[^1] = (1UL << All.Length % 64) - 1;
        if (scope.Kinds.Length == 0)
            return All.Length > 0;

        Span<ulong> kind = mask.Length <= 64 ? stackalloc ulong[mask.Length] : new ulong[mask.Length];
        foreach (var keys in scope.Kinds)
        {
            kind.Clear();
            foreach (var key in keys)
                Mark(key, kind);
            for (var word = 0; word < mask.Length; word++)
                mask[word] &= kind[word];
        }

        return mask.ContainsAnyExcept(0UL);
    }

    /// <summary>The place of the first line in a mask from a place on, or -1.</summary>
    public static int Next(ReadOnlySpan<ulong> mask, int from)
    {
        for (var word = from / 64; word < mask.Length; word++)
        {
            var bits = mask[word] & (word == from / 64 ? ulong.MaxValue << from % 64 : ulong.MaxValue);
            if (bits != 0)
                return word * 64 + BitOperations.TrailingZeroCount(bits);
        }

        return -1;
    }

    private void Mark(int key, Span<ulong> mask)
    {
        var first = Array.BinarySearch(pairs, 0, pairCount, (long)key << 32);
        for (var i = first < 0 ? ~first : first; i < pairCount && pairs[i] >> 32 == key; i++)
            mask[(int)pairs[i] / 64] |= 1UL << (int)pairs[i] % 64;
    }
}
