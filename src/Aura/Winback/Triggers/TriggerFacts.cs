namespace Aura.Winback.Triggers;

/// <summary>What conditions are asked about: one cart and whose it is, at one time.</summary>
/// <param name="Values">By the names of <see cref="TriggerVariable.All"/>: decimal, string, bool, or a set of strings; what is missing is not known.</param>
/// <param name="At">The time that is asked about, by the store's clock.</param>
public sealed record TriggerFacts(IReadOnlyDictionary<string, object?> Values, DateTime At)
{
    /// <summary>When the cart's owner last did something with it; null: the values say how long ago that is, or nobody knows.</summary>
    public DateTime? LastActivityAt { get; init; }

    /// <summary>Null where it is not known.</summary>
    public object? this[TriggerVariable variable] =>
        Values.TryGetValue(variable.Name, out var value) ? value
        : variable.Grows is { } unit && LastActivityAt is { } since ? (decimal)(At - since).Ticks / unit.Ticks
        : null;
}
