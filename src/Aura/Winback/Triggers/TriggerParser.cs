using System.Globalization;

namespace Aura.Winback.Triggers;

/// <summary>Reads the grammar of conditions; what the values may be is asked afterwards (<see cref="TriggerTypes"/>).</summary>
/// <remarks>
/// or := and {("or" | "||") and}; and := not {("and" | "&amp;&amp;") not}; not := ("not" | "!") not | cmp; cmp := add [sign add];
/// add := mul {("+" | "-") mul}; mul := atom {("*" | "/") atom};
/// atom := number | "-" atom | text | true | false | null | name {"." name} | "[" literals "]" | "(" or ")".
/// </remarks>
internal sealed class TriggerParser
{
    private const int MaxDepth = 32;
    private const int MaxNodes = 64;

    private static readonly Dictionary<string, Comparing> Comparisons = new(StringComparer.OrdinalIgnoreCase)
    {
        ["=="] = Comparing.Equal, ["!="] = Comparing.NotEqual, ["<"] = Comparing.Less, ["<="] = Comparing.LessOrEqual,
        [">"] = Comparing.Greater, [">="] = Comparing.GreaterOrEqual, ["in"] = Comparing.In, ["contains"] = Comparing.Contains,
    };

    private readonly TriggerText text;
    private Token token;
    private int depth;
    private int nodes;
    private int behind;

    public TriggerParser(TriggerText text)
    {
        this.text = text;
        token = text.Next();
    }

    public TriggerNode Parse()
    {
        var node = Or();
        return token.Kind == TokenKind.End ? node : throw text.Wrong(token.At, $"'{token.Word}' is too much: the condition is complete before it.");
    }

    private TriggerNode Or() => Join(And, all: false, "or", "||");

    private TriggerNode And() => Join(Not, all: true, "and", "&&");

    private TriggerNode Join(Func<TriggerNode> part, bool all, string word, string sign)
    {
        var first = part();
        if (!Is(word) && !Is(sign))
            return first;
        List<TriggerNode> parts = [first];
        while (Take(word) || Take(sign))
            parts.Add(part());
        return Count(new Joined(first.At, behind, all, parts));
    }

    private TriggerNode Not()
    {
        var start = token.At;
        if (!Take("not") && !Take("!"))
            return Compare();
        var inner = Deeper(Not);
        return Count(new Negation(start, behind, inner));
    }

    private TriggerNode Compare()
    {
        var left = Add();
        if (token.Kind is not (TokenKind.Sign or TokenKind.Name) || !Comparisons.TryGetValue(token.Word, out var sign))
            return left;
        Advance();
        var right = Add();
        return Count(new Comparison(left.At, behind, sign, left, right));
    }

    private TriggerNode Add() => Chain(Multiply, '+', '-');

    private TriggerNode Multiply() => Chain(Atom, '*', '/');

    private TriggerNode Chain(Func<TriggerNode> part, char one, char other)
    {
        var left = part();
        while (token.Kind == TokenKind.Sign && token.Word.Length == 1 && (token.Word[0] == one || token.Word[0] == other))
        {
            var sign = token.Word[0];
            Advance();
            var right = part();
            left = Count(new Arithmetic(left.At, behind, sign, left, right));
        }

        return left;
    }

    private TriggerNode Atom()
    {
        var start = token.At;
        if (Take("("))
            return Deeper(() =>
            {
                var inner = Or();
                Demand(")");
                return inner;
            });
        if (Take("["))
            return List(start);
        return Negative(start) ?? (token.Kind switch
        {
            TokenKind.Number or TokenKind.Text => Constant(),
            TokenKind.Name => Named(),
            _ => throw text.Wrong(token.At, $"A value is missing before {(token.Kind == TokenKind.End ? "the end" : $"'{token.Word}'")}."),
        });
    }

    private Literal? Negative(int start)
    {
        if (!Take("-"))
            return null;
        return token.Kind == TokenKind.Number && Constant() is { Value: decimal number } literal
            ? literal with { At = start, Value = -number }
            : throw text.Wrong(start, "A minus in front stands before a number.");
    }

    private TriggerNode Named()
    {
        if (token.Word.ToLowerInvariant() is "true" or "false" or "null")
            return Constant();
        if (TriggerVariable.Find(token.Word) is not { } variable)
            throw text.Wrong(token.At, $"Nothing is called '{token.Word}'. There are: {string.Join(", ", TriggerVariable.All.Select(known => known.Name))}.");
        Advance();
        return Is("(") ? throw text.Wrong(token.At, "Nothing can be called like a function.") : Count(new Asked(behind - variable.Name.Length, behind, variable));
    }

    private Literal Constant()
    {
        var read = token;
        Advance();
        object? value = read.Kind switch
        {
            TokenKind.Number => decimal.Parse(read.Word, CultureInfo.InvariantCulture),
            TokenKind.Text => read.Word,
            _ when read.Word.Equals("null", StringComparison.OrdinalIgnoreCase) => null,
            _ => read.Word.Equals("true", StringComparison.OrdinalIgnoreCase),
        };
        return Count(new Literal(read.At, read.End, value));
    }

    private Several List(int start)
    {
        List<Literal> items = [];
        if (!Is("]"))
            do
                items.Add(Negative(token.At) ?? (token.Kind is TokenKind.Number or TokenKind.Text || token.Word is "true" or "false"
                    ? Constant()
                    : throw text.Wrong(token.At, "A list holds numbers, texts, true and false.")));
            while (Take(","));
        Demand("]");
        return Count(new Several(start, behind, items));
    }

    private T Deeper<T>(Func<T> inside)
    {
        if (++depth > MaxDepth)
            throw text.Wrong(token.At, $"More than {MaxDepth} levels of brackets and negations.");
        var node = inside();
        depth--;
        return node;
    }

    private T Count<T>(T node) where T : TriggerNode =>
        ++nodes <= MaxNodes ? node : throw text.Wrong(node.At, $"A condition has at most {MaxNodes} parts. Split it into several.");

    private bool Is(string word) => token.Kind is TokenKind.Sign or TokenKind.Name && string.Equals(token.Word, word, StringComparison.OrdinalIgnoreCase);

    private bool Take(string word)
    {
        if (!Is(word))
            return false;
        Advance();
        return true;
    }

    private void Demand(string sign)
    {
        if (!Take(sign))
            throw text.Wrong(token.At, $"'{sign}' is missing here.");
    }

    private void Advance() => (behind, token) = (token.End, text.Next());
}
