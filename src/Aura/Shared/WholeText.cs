namespace Aura;

/// <summary>Text that is cut between its characters, never in one: what is half a character cannot be kept.</summary>
public static class WholeText
{
    /// <summary>The first so many UTF-16 units of a text, or one fewer where that many would end in the middle of a pair.</summary>
    /// <param name="most">At least 1.</param>
    public static string Beginning(this string text, int most) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
