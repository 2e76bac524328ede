using Aura.Persistence;

namespace Aura.Promotions.Automations;

public enum FactType
{
    Signup,
    /// <summary>The customer's birthday is on the day that it occurs.</summary>
    Birthday,
    Purchase,
    StockLevel,
}

/// <summary>Something that happened in a shop whose facts live elsewhere, told by it.</summary>
public sealed class AutomationFact : StoreRow, IIdentified
{
    public static string Prefix => "fact";
    public static string Noun => "automation event";

    public FactType EventType { get; init; }

    /// <summary>Of the store, or one that only the shop knows.</summary>
    public long? CustomerId { get; init; }

    /// <summary>The order's id there: one order is one purchase, however often it is told.</summary>
    public string? Reference { get; init; }

    /// <summary>Of the order, in major units of the rule's currency.</summary>
    public decimal? Total { get; init; }

    public long[] Categories { get; init; } = [];
    public long? ProductId { get; init; }

    /// <summary>Pieces.</summary>
    public long? Stock { get; init; }

    public long? Capacity { get; init; }
    public DateTime OccurredAt { get; init; }
    public DateTime CreatedAt { get; init; }

    /// <summary>When the rules were asked.</summary>
    public DateTime? TakenAt { get; private init; }
}
