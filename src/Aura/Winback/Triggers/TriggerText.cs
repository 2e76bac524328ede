using System.Globalization;

namespace Aura.Winback.Triggers;

internal enum TokenKind
{
    Number,
    Text,
    Name,
    Sign,
    End,
}

/// <param name="Word">The sign or the name; of a text what it says, of a number its digits.</param>
internal readonly record struct Token(TokenKind Kind, string Word, int At, int End);

/// <summary>The words and signs of a condition, one after the other.</summary>
internal sealed class TriggerText(string text, string field)
{
    private static readonly string[] Signs = ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ",", "+", "-", "*", "/"];

    /// <summary>A longer number is no amount and no time.</summary>
    private const int MostDigits = 15;

    private int at;

    public Token Next()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        if (at == text.Length)
            return new(TokenKind.End, "the end", at, at);
        var symbol = text[at];
        return symbol is '\'' or '"' ? Quoted(symbol)
            : char.IsAsciiDigit(symbol) ? Number()
            : IsName(symbol) ? Name()
            : Sign();
    }

    /// <summary>What is wrong, with its column from 1.</summary>
    public Refused Wrong(int where, string message) => Refused.Invalid(
        field, string.Create(CultureInfo.InvariantCulture, $"Column {where + 1}: {message}"), "trigger_invalid");

    public string Slice(int from, int to) => text[from..to];

    private Token Quoted(char quote)
    {
        var end = text.IndexOf(quote, at + 1);
        if (end < 0)
            throw Wrong(at, $"The text that begins here has no {quote} at its end.");
        var token = new Token(TokenKind.Text, text[(at + 1)..end], at, end + 1);
        at = end + 1;
        return token;
    }

    private Token Number()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
            at++;
        var word = text[start..at];
        if (word.Count(char.IsAsciiDigit) > MostDigits || word.Count(symbol => symbol == '.') > 1 || at < text.Length && IsName(text[at]))
            throw Wrong(start, $"A number is digits, perhaps with one dot between them, at most {MostDigits}.");
        return new(TokenKind.Number, word, start, at);
    }

    private Token Name()
    {
        var start = at;
        while (at < text.Length && (IsName(text[at]) || char.IsAsciiDigit(text[at]) || text[at] == '.' && at + 1 < text.Length && IsName(text[at + 1])))
            at++;
        return new(TokenKind.Name, text[start..at], start, at);
    }

    private Token Sign()
    {
        foreach (var sign in Signs)
            if (string.CompareOrdinal(text, at, sign, 0, sign.Length) == 0)
            {
                at += sign.Length;
                return new(TokenKind.Sign, sign, at - sign.Length, at);
            }

        throw Wrong(at, text[at] == '=' ? "Nothing is assigned here; to compare, write ==." : $"'{text[at]}' means nothing here.");
    }

    private static bool IsName(char symbol) => char.IsAsciiLetter(symbol) || symbol == '_';
}
