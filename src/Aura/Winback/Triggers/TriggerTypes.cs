namespace Aura.Winback.Triggers;

/// <summary>Asks of each part of a condition whether its values can be had together.</summary>
internal sealed class TriggerTypes(TriggerText text)
{
    /// <exception cref="Refused">422 with the column.</exception>
    public void Demand(TriggerNode condition)
    {
        switch (condition)
        {
            case Joined joined:
                foreach (var part in joined.Parts)
                    Demand(part);
                break;
            case Negation negation:
                Demand(negation.Inner);
                break;
            case Comparison comparison:
                Compare(comparison);
                break;
            case var value when Of(value) != ValueKind.Truth:
                throw text.Wrong(value.At, "This is a value and not a condition: compare it with something.");
        }
    }

    private void Compare(Comparison comparison)
    {
        if (comparison.Left is Several)
            throw text.Wrong(comparison.Left.At, "A list stands on the right of in.");
        var (left, right) = (Of(comparison.Left), comparison.Right is Several ? ValueKind.Texts : Of(comparison.Right));
        var fits = comparison.Sign switch
        {
            Comparing.In => comparison.Right is Several list ? list.Items.All(item => left == Of(item)) && left != ValueKind.Nothing : (left, right) is (ValueKind.Text, ValueKind.Texts),
            _ when comparison.Right is Several => throw text.Wrong(comparison.Right.At, "A list stands on the right of in."),
            Comparing.Contains => (left, right) is (ValueKind.Texts, ValueKind.Text) or (ValueKind.Text, ValueKind.Text),
            Comparing.Equal or Comparing.NotEqual => left == right && left != ValueKind.Texts || left == ValueKind.Nothing || right == ValueKind.Nothing || (left, right) is (ValueKind.Texts, ValueKind.Text),
            _ => (left, right) is (ValueKind.Number, ValueKind.Number),
        };
        if (!fits)
            throw text.Wrong(comparison.At, $"'{text.Slice(comparison.At, comparison.End)}' compares {Called(left)} with {Called(right)}, which this sign cannot.");
        if (comparison.Degree > 1)
            throw text.Wrong(comparison.At, "Time may be added to, multiplied and divided by what does not change with time, not by itself: otherwise nobody could say when this will hold.");
    }

    private ValueKind Of(TriggerNode value) => value switch
    {
        Literal literal => literal.Value switch { decimal => ValueKind.Number, string => ValueKind.Text, bool => ValueKind.Truth, _ => ValueKind.Nothing },
        Asked asked => asked.Variable.Kind,
        Arithmetic arithmetic => Reckoned(arithmetic),
        Several => throw text.Wrong(value.At, "A list stands on the right of in."),
        _ => Condition(value),
    };

    private ValueKind Reckoned(Arithmetic arithmetic)
    {
        foreach (var side in (TriggerNode[])[arithmetic.Left, arithmetic.Right])
            if (Of(side) != ValueKind.Number)
                throw text.Wrong(side.At, $"Only numbers can be reckoned with, and this is {Called(Of(side))}.");
        return ValueKind.Number;
    }

    private ValueKind Condition(TriggerNode condition)
    {
        Demand(condition);
        return ValueKind.Truth;
    }

    private static string Called(ValueKind kind) => kind switch
    {
        ValueKind.Number => "a number",
        ValueKind.Text => "a text",
        ValueKind.Truth => "true or false",
        ValueKind.Texts => "several values",
        _ => "null",
    };
}
