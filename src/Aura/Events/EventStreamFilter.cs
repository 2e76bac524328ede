using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Events;

/// <summary>What a store's event stream tells those who do not say what they want: one row per store.</summary>
public sealed class EventStreamFilter : StoreEntity, IAudited
{
    public static string Prefix => "stream";
    public static string Noun => "event stream";

    private const int MaxFields = 20;

    /// <summary>Types and patterns, see <see cref="EventTypes.Covers"/>; none: every event.</summary>
    public string[] Events { get; private set; } = [];

    /// <summary>Fields of the message's data with the values that they must have, as text.</summary>
    public Dictionary<string, string> Fields { get; private set; } = [];

    /// <exception cref="Refused">422 for an event that does not exist, or more than 20 fields.</exception>
    public void Set(IReadOnlyList<string> events, IReadOnlyDictionary<string, string> fields)
    {
        if (fields.Count > MaxFields)
            throw Refused.Invalid("Filters", $"At most {MaxFields} fields.");
        Events = [.. events.Select((pattern, index) => EventTypes.Known(pattern, $"{nameof(Events)}[{index}]")).Distinct()];
        Fields = new(fields);
    }

    /// <summary>Whether any pattern covers the type; without patterns all are wanted.</summary>
    public static bool Wants(IReadOnlyList<string> patterns, string type) => patterns.Count == 0 || patterns.Any(pattern => EventTypes.Covers(pattern, type));
}

internal sealed class EventStreamFilterMapping : IEntityTypeConfiguration<EventStreamFilter>
{
    public void Configure(EntityTypeBuilder<EventStreamFilter> filter) => filter.HasIndex(f => f.TenantId).IsUnique();
}
