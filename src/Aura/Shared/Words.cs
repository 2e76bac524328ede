using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Aura;

/// <summary>An enum's values as the lower_snake_case words that the database and the APIs use.</summary>
/// <typeparam name="T">Of 32 bits, its values from 0 up.</typeparam>
/// <remarks>Nothing in it but itself is generic over the enum: for each of eighty enums a dictionary's code would be made anew when the server starts.</remarks>
public static class Words<T> where T : struct, Enum
{
    private static readonly string?[] ByValue = Spell();

    private static readonly Dictionary<string, int> ByWord = ByValue.Index().Where(word => word.Item is not null).ToDictionary(word => word.Item!, word => word.Index);

    public static IReadOnlyList<string> All { get; } = [.. ByValue.OfType<string>()];

    /// <exception cref="ArgumentOutOfRangeException">No value of the enum.</exception>
    public static string Of(T value) => (uint)Number(value) < ByValue.Length && ByValue[Number(value)] is { } word ? word
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"No {typeof(T).Name} has this value.");

    public static bool TryParse(string? word, out T value)
    {
        value = default;
        if (word is null || !ByWord.TryGetValue(word, out var number))
            return false;
        value = Unsafe.BitCast<int, T>(number);
        return true;
    }

    /// <exception cref="ArgumentException">The word is none of <see cref="All"/>.</exception>
    public static T Parse(string word) => TryParse(word, out var value) ? value : throw new ArgumentException($"No {typeof(T).Name} is called {word}.");

    private static int Number(T value) => Unsafe.BitCast<T, int>(value);

    private static string?[] Spell()
    {
        var (numbers, names) = ((int[])Enum.GetValuesAsUnderlyingType(typeof(T)), Enum.GetNames(typeof(T)));
        var words = new string?[numbers.Max() + 1];
        foreach (var (name, number) in names.Zip(numbers))
            words[number] ??= JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
        return words;
    }
}
