namespace Aura;

/// <summary>The free key-value pairs that any object may carry.</summary>
public static class Metadata
{
    public const int MaxKeys = 50;
    public const int MaxKeyLength = 40;
    public const int MaxValueLength = 500;

    /// <exception cref="Refused">422 with more than 50 keys, a key over 40 or a value over 500 characters.</exception>
    public static Dictionary<string, string> Checked(IReadOnlyDictionary<string, string>? pairs, string field = "Metadata")
    {
        if (pairs is null)
            return [];
        if (pairs.Count > MaxKeys)
            throw Refused.Invalid(field, $"At most {MaxKeys} keys.");
        foreach (var (key, value) in pairs)
        {
            if (key.Length is 0 or > MaxKeyLength)
                throw Refused.Invalid(field, $"A key has 1 to {MaxKeyLength} characters.");
            if (value is null || value.Length > MaxValueLength)
                throw Refused.Invalid($"{field}.{key}", $"A value is text of at most {MaxValueLength} characters.");
        }

        return new(pairs);
    }
}
