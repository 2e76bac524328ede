using System.Globalization;

namespace Aura.Winback.Triggers;

/// <summary>One comparison of a condition, and how it came out.</summary>
/// <param name="Actual">What stood on its left; null where it was not known.</param>
public sealed record TriggerPart(string Expression, bool Matched, string? Actual);

/// <summary>How a condition came out.</summary>
/// <param name="Problems">What could not be reckoned, such as a division by zero.</param>
public sealed record TriggerOutcome(string Expression, bool Matched, IReadOnlyList<TriggerPart> Parts, IReadOnlyList<string> Problems);

/// <summary>Answers a condition. What is not known makes a comparison false, except that it equals null.</summary>
internal sealed class TriggerEvaluation(string text, TriggerFacts facts)
{
    public List<TriggerPart> Parts { get; } = [];

    public List<string> Problems { get; } = [];

    public bool Holds(TriggerNode condition) => condition switch
    {
        Joined { All: true } joined => joined.Parts.Count(Holds) == joined.Parts.Count, // all are asked, for the explanation
        Joined joined => joined.Parts.Count(Holds) > 0,
        Negation negation => !Holds(negation.Inner),
        Comparison comparison => Noted(comparison, Compares(comparison, out var actual), actual),
        _ => Noted(condition, Value(condition) is true, Value(condition)),
    };

    /// <summary>Null where it is not known.</summary>
    public object? Value(TriggerNode node) => node switch
    {
        Literal literal => literal.Value,
        Asked asked => facts[asked.Variable],
        Arithmetic arithmetic => Value(arithmetic.Left) is decimal left && Value(arithmetic.Right) is decimal right ? Reckoned(arithmetic, left, right) : null,
        _ => Holds(node),
    };

    private bool Compares(Comparison comparison, out object? left)
    {
        left = Value(comparison.Left);
        if (comparison.Right is Several list)
            return left is { } one && list.Items.Any(item => Same(one, item.Value));
        var right = Value(comparison.Right);
        if (comparison.Sign == Comparing.Equal && (left is null || right is null))
            return left is null && right is null && (IsNull(comparison.Left) || IsNull(comparison.Right));
        if (comparison.Sign == Comparing.NotEqual && IsNull(comparison.Right))
            return left is not null;
        return left is not null && right is not null && comparison.Sign switch
        {
            Comparing.Equal => Same(left, right),
            Comparing.NotEqual => !Same(left, right),
            Comparing.In => Same(right, left),
            Comparing.Contains => left is string all ? all.Contains((string)right, StringComparison.OrdinalIgnoreCase) : Same(left, right),
            Comparing.Less => (decimal)left < (decimal)right,
            Comparing.LessOrEqual => (decimal)left <= (decimal)right,
            Comparing.Greater => (decimal)left > (decimal)right,
            _ => (decimal)left >= (decimal)right,
        };
    }

    private object? Reckoned(Arithmetic arithmetic, decimal left, decimal right)
    {
        if (arithmetic.Sign == '/' && right == 0)
            return Problem(arithmetic, "divides by zero");
        try
        {
            return arithmetic.Sign switch { '+' => left + right, '-' => left - right, '*' => left * right, _ => left / right };
        }
        catch (OverflowException)
        {
            return Problem(arithmetic, "is more than can be reckoned with");
        }
    }

    private object? Problem(TriggerNode node, string what)
    {
        Problems.Add($"'{text[node.At..node.End]}' {what}.");
        return null;
    }

    private bool Noted(TriggerNode node, bool matched, object? actual)
    {
        Parts.Add(new(text[node.At..node.End], matched, actual switch
        {
            null => null,
            string word => word,
            bool truth => truth ? "true" : "false",
            IEnumerable<string> several => string.Join(", ", several),
            _ => Convert.ToString(actual, CultureInfo.InvariantCulture),
        }));
        return matched;
    }

    private static bool IsNull(TriggerNode node) => node is Literal { Value: null };

    /// <summary>Texts without regard to case; of several it is enough that one is the same.</summary>
    private static bool Same(object left, object? right) => (left, right) switch
    {
        (string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase),
        (IEnumerable<string> several, string one) => several.Contains(one, StringComparer.OrdinalIgnoreCase),
        _ => left.Equals(right),
    };
}
