using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Aura;

/// <summary>A thing with an id that the outside sees as <c>prefix_number</c>.</summary>
public interface IIdentified
{
    /// <summary>What is written: <c>prod</c>.</summary>
    static abstract string Prefix { get; }

    /// <summary>What is read besides: another dialect's spelling.</summary>
    static virtual string[] OtherPrefixes => [];

    /// <summary>What a person calls it: <c>product</c>.</summary>
    static abstract string Noun { get; }
}

/// <summary>An id as the platform and winback dialects write it (<c>prod_123</c>); inside it is a number.</summary>
/// <remarks>Text that is no such id reads as 0, which no row has: an impossible id is simply not found.</remarks>
public readonly record struct Id<T>(long Value) : IParsable<Id<T>> where T : IIdentified
{
    public static Id<T> Parse(string text, IFormatProvider? provider) => new(ToNumber(text) ?? 0);

    public static bool TryParse([NotNullWhen(true)] string? text, IFormatProvider? provider, out Id<T> result)
    {
        result = new(ToNumber(text) ?? 0);
        return true;
    }

    /// <summary>The number in an id, or null where the text is not an id of this type.</summary>
    public static long? ToNumber(string? text)
    {
        if (text is null)
            return null;
        foreach (var prefix in (ReadOnlySpan<string>)[T.Prefix, .. T.OtherPrefixes])
            if (text.Length > prefix.Length + 1 && text[prefix.Length] == '_' && text.StartsWith(prefix, StringComparison.Ordinal) &&
                long.TryParse(text.AsSpan(prefix.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return number;
        return null;
    }

    public override string ToString() => $"{T.Prefix}_{Value}";

    public static implicit operator Id<T>(long value) => new(value);
}
