using Aura.Persistence;

namespace Aura.Monitoring;

/// <summary>A number that a merchant's program measured. Kept for thirty days.</summary>
public sealed class MetricPoint : StoreRow, IIdentified
{
    public static string Prefix => "metric";
    public static string Noun => "metric";

    public string Name { get; private init; } = "";
    public decimal Value { get; private init; }
    public Dictionary<string, string> Tags { get; private init; } = [];
    public DateTime CreatedAt { get; private init; }

    /// <exception cref="Refused">422 for a blank name, one that the server itself measures, or too many tags.</exception>
    public static MetricPoint Of(string name, decimal value, IReadOnlyDictionary<string, string>? tags, DateTime now) => new()
    {
        Name = name.Trim() is { Length: > 0 } some && !StoreMetrics.Own.Contains(some) ? some : throw Refused.Invalid(nameof(Name), "Must be a name of its own."),
        Value = value,
        Tags = Metadata.Checked(tags, nameof(Tags)),
        CreatedAt = now,
    };
}
