using System.Globalization;

namespace Aura.Server.Http;

/// <summary>An id in a dialect without prefixes: the bare number of the row that other dialects call <c>hook_123</c>.</summary>
/// <remarks>A path with something else in its place reads as 0, which no row has: it is not found.</remarks>
public readonly record struct Number<T>(long Value) where T : IIdentified
{
    public static bool TryParse(string? text, IFormatProvider? provider, out Number<T> result)
    {
        result = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return true;
    }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    public static implicit operator Number<T>(long value) => new(value);
    public static implicit operator Id<T>(Number<T> number) => new(number.Value);
}
