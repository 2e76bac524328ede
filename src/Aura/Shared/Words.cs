using System.Collections.Frozen;
using System.Text.Json;

namespace Aura;

/// <summary>An enum's values as the lower_snake_case words that the database and the APIs use.</summary>
public static class Words<T> where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> ByValue =
        Enum.GetValues<T>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));

    private static readonly FrozenDictionary<string, T> ByWord = ByValue.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<T>().Select(value => ByValue[value])];

    public static string Of(T value) => ByValue[value];

    public static bool TryParse(string? word, out T value)
    {
        value = default;
        return word is not null && ByWord.TryGetValue(word, out value);
    }

    /// <exception cref="ArgumentException">The word is none of <see cref="All"/>.</exception>
    public static T Parse(string word) => TryParse(word, out var value) ? value : throw new ArgumentException($"No {typeof(T).Name} is called {word}.");
}
