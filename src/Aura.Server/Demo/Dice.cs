namespace Aura.Server.Demo;

/// <summary>Chance that comes out the same every time: the demo shop is alike on every machine.</summary>
/// <remarks>SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators"). Not for secrets.</remarks>
internal sealed class Dice(ulong seed)
{
    private ulong state = seed;

    /// <summary>From 0 to below a limit above 0.</summary>
    public int Below(int limit) => (int)((UInt128)Next() * (uint)limit >> 64);

    /// <summary>From one number to another, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    public bool Chance(int percent) => Below(100) < percent;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    /// <summary>Picks one, those with more weight more often.</summary>
    /// <param name="weight">Zero or more; not zero for all.</param>
    public T Pick<T>(IReadOnlyList<T> from, Func<T, int> weight)
    {
        var left = Below(from.Sum(weight));
        foreach (var one in from)
            if ((left -= weight(one)) < 0)
                return one;
        throw new ArgumentException("A weight is negative.", nameof(weight));
    }

    /// <summary>Puts a digit in the place of each <c>#</c>.</summary>
    public string Digits(string pattern) => string.Concat(pattern.Select(letter => letter == '#' ? (char)('0' + Below(10)) : letter));

    private ulong Next()
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
