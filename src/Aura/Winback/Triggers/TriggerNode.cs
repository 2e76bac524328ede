namespace Aura.Winback.Triggers;

internal enum Comparing
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Contains,
}

/// <summary>A part of a condition.</summary>
/// <param name="At">Where it begins in the text, from 0.</param>
/// <param name="End">Where it ends, exclusive.</param>
internal abstract record TriggerNode(int At, int End)
{
    /// <summary>With which power of time it grows: 0 for what stands still, 1 for what moves evenly, more for what cannot be planned.</summary>
    public virtual int Degree => 0;
}

/// <param name="Value">A decimal, a text, a bool or null.</param>
internal sealed record Literal(int At, int End, object? Value) : TriggerNode(At, End);

internal sealed record Asked(int At, int End, TriggerVariable Variable) : TriggerNode(At, End)
{
    public override int Degree => Variable.Grows is null ? 0 : 1;
}

internal sealed record Several(int At, int End, IReadOnlyList<Literal> Items) : TriggerNode(At, End);

internal sealed record Arithmetic(int At, int End, char Sign, TriggerNode Left, TriggerNode Right) : TriggerNode(At, End)
{
    public override int Degree => Sign switch
    {
        '*' => Left.Degree + Right.Degree,
        '/' => Left.Degree + 2 * Right.Degree,
        _ => Math.Max(Left.Degree, Right.Degree),
    };
}

internal sealed record Comparison(int At, int End, Comparing Sign, TriggerNode Left, TriggerNode Right) : TriggerNode(At, End)
{
    public override int Degree => Math.Max(Left.Degree, Right.Degree);
}

internal sealed record Negation(int At, int End, TriggerNode Inner) : TriggerNode(At, End);

/// <param name="All">Whether all parts must hold, or one is enough.</param>
internal sealed record Joined(int At, int End, bool All, IReadOnlyList<TriggerNode> Parts) : TriggerNode(At, End);
