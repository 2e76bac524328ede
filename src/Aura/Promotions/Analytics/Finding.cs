namespace Aura.Promotions.Analytics;

/// <summary>How sure a finding is, by the p value of its test after Holm's correction where several were made.</summary>
public enum Confidence
{
    /// <summary>Below 0.05.</summary>
    Low,
    /// <summary>Below 0.01.</summary>
    Medium,
    /// <summary>Below 0.001.</summary>
    High,
}

public enum FindingImpact
{
    Positive,
    Negative,
    Opportunity,
}

public enum FindingType
{
    Performance,
    Retention,
    Trend,
    Opportunity,
    Risk,
}

/// <summary>Something that the figures say, by one of the rules of <see cref="SummaryRules"/>.</summary>
/// <param name="Rule">The rule that found it.</param>
/// <param name="Evidence">The numbers behind it, by name in snake_case.</param>
public sealed record Insight(
    string Rule, FindingType Type, string Title, string Description, FindingImpact Impact, Confidence Confidence, IReadOnlyDictionary<string, object?> Evidence);

public enum Degree
{
    Low,
    Medium,
    High,
}

/// <summary>What could be done about an insight of the same rule.</summary>
/// <param name="ExpectedImpact">Worked out of the evidence, and says how; null where it cannot be.</param>
public sealed record Recommendation(
    string Rule, Degree Priority, string Category, string Title, string Description, string? ExpectedImpact, Degree Effort, Confidence Confidence,
    IReadOnlyDictionary<string, object?> Evidence);

internal static class Confidences
{
    /// <returns>Null where nothing is found at the level of 0.05.</returns>
    public static Confidence? Of(double p) => p switch { < 0.001 => Confidence.High, < 0.01 => Confidence.Medium, < 0.05 => Confidence.Low, _ => null };
}
