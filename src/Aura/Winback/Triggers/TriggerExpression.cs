namespace Aura.Winback.Triggers;

/// <summary>A condition as merchants write it: <c>cart_value > 100 and customer_segment == 'vip'</c>. Read and checked when it is made.</summary>
public sealed class TriggerExpression
{
    public const int MaxLength = 512;

    private TriggerExpression(string text, TriggerNode root) => (Text, Root) = (text, root);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    internal TriggerNode Root { get; }

    /// <summary>Whether it may come to hold by waiting alone.</summary>
    public bool DependsOnTime => Comparisons(Root).Any(comparison => comparison.Degree > 0);

    /// <param name="field">Path in C# spelling, for the refusal.</param>
    /// <exception cref="Refused">422 <c>trigger_invalid</c>, with the column from 1, for what is no condition, asks for something unknown, compares what
    /// cannot be compared, or is longer than 512 characters, deeper than 32 levels or larger than 64 parts.</exception>
    public static TriggerExpression Parse(string text, string field)
    {
        if (text.Length > MaxLength)
            throw Refused.Invalid(field, $"A condition has at most {MaxLength} characters.", "trigger_invalid");
        var source = new TriggerText(text, field);
        var root = new TriggerParser(source).Parse();
        new TriggerTypes(source).Demand(root);
        return new(text, root);
    }

    public bool Matches(TriggerFacts facts) => new TriggerEvaluation(Text, facts).Holds(Root);

    /// <summary>Says of each comparison how it came out, also of those that no longer matter.</summary>
    public TriggerOutcome Explain(TriggerFacts facts)
    {
        var evaluation = new TriggerEvaluation(Text, facts);
        var matched = evaluation.Holds(Root);
        return new(Text, matched, evaluation.Parts, evaluation.Problems);
    }

    internal static IEnumerable<Comparison> Comparisons(TriggerNode node) => node switch
    {
        Joined joined => joined.Parts.SelectMany(Comparisons),
        Negation negation => Comparisons(negation.Inner),
        Comparison comparison => [comparison, .. Comparisons(comparison.Left), .. Comparisons(comparison.Right)],
        _ => [],
    };
}
