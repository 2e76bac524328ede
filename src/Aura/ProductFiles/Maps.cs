namespace Aura.ProductFiles;

/// <summary>The database gives the keys of an object back in an order of its own, so order says nothing.</summary>
internal static class Maps
{
    public static bool Same<T>(IReadOnlyDictionary<string, T> a, IReadOnlyDictionary<string, T> b) =>
        a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var other) && EqualityComparer<T>.Default.Equals(pair.Value, other));
}

internal static class ItemText
{
    /// <summary>Enough of a text to find it, so that a message stays a sentence.</summary>
    public static string Short(string? text) => text is { Length: > 60 } ? text.Beginning(60) + "…" : text ?? "";
}
