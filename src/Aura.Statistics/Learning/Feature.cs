namespace Aura.Statistics.Learning;

/// <summary>Whether a feature may only move a score one way.</summary>
public enum Direction
{
    Free,

    /// <summary>More of it never lowers the score.</summary>
    Rising,

    /// <summary>More of it never raises the score.</summary>
    Falling,
}

/// <summary>A column of what is learnt from. A value that is not known is no number (NaN).</summary>
public sealed record Feature(string Name, Direction Direction = Direction.Free);
