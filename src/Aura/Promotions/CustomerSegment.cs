using Aura.Orders;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions;

/// <summary>A group of customers, by what they bought. Who bears its name as a tag is in it too.</summary>
public sealed class CustomerSegment : StoreEntity, IAudited
{
    public static string Prefix => "seg";
    public static string Noun => "segment";

    public const int MaxNameLength = 50;

    /// <summary>Lower case, as tags are.</summary>
    public string Name { get; private set; } = "";

    public string? Description { get; private set; }
    public SegmentRule Rule { get; private set; } = new();

    /// <exception cref="Refused">422 for an empty name, or bounds that are out of range or contradict each other.</exception>
    public static CustomerSegment Create(string name, string? description, SegmentRule rule)
    {
        var segment = new CustomerSegment();
        segment.Rename(name);
        segment.Explain(description);
        segment.Choose(rule);
        return segment;
    }

    public void Rename(string name) => Name = name.Trim().ToLowerInvariant() is { Length: >= 1 and <= MaxNameLength } trimmed
        ? trimmed
        : throw Refused.Invalid(nameof(Name), $"A name has 1 to {MaxNameLength} characters.");

    public void Explain(string? description) => Description = description;

    public void Choose(SegmentRule rule)
    {
        rule.Check();
        Rule = rule;
    }
}

/// <summary>Who is in a segment: all of the bounds that are given must hold. A rule without any takes in only the tagged.</summary>
/// <param name="MinOrders">Orders that were placed and not cancelled.</param>
/// <param name="MinSpent">Paid less what was given back, in major units of the store's currency.</param>
/// <param name="OrderedWithinDays">The last order is at most so long ago.</param>
/// <param name="NotOrderedForDays">The last order is longer ago than that.</param>
public sealed record SegmentRule(
    int? MinOrders = null, int? MaxOrders = null, decimal? MinSpent = null, decimal? MaxSpent = null, int? OrderedWithinDays = null, int? NotOrderedForDays = null)
{
    public bool IsEmpty => this == new SegmentRule();

    public bool Takes(PurchaseHistory history, DateTime now)
    {
        var spent = history.InStoreCurrency.Amount;
        var days = (now - history.LastOrderAt)?.TotalDays;
        return !IsEmpty &&
            !(history.Orders < MinOrders) && !(history.Orders > MaxOrders) && !(spent < MinSpent) && !(spent > MaxSpent) &&
            (OrderedWithinDays is null || days <= OrderedWithinDays) && (NotOrderedForDays is null || days > NotOrderedForDays);
    }

    internal void Check()
    {
        if (MinOrders < 0 || MaxOrders < 0 || MinSpent < 0 || MaxSpent < 0 || OrderedWithinDays < 1 || NotOrderedForDays < 1)
            throw Refused.Invalid(nameof(CustomerSegment.Rule), "Bounds are zero or more, days at least 1.");
        if (MinOrders > MaxOrders || MinSpent > MaxSpent || NotOrderedForDays >= OrderedWithinDays)
            throw Refused.Invalid(nameof(CustomerSegment.Rule), "Nobody can be between these bounds.");
    }
}

public static class SegmentQueries
{
    /// <summary>The segments that a customer is in: tags, and the store's segments whose rule takes the customer. Lower case.</summary>
    /// <param name="segments">Those of the store. The purchase history is asked for only if one has a rule.</param>
    public static async Task<HashSet<string>> SegmentsOf(
        this AuraDb db, long customer, IReadOnlyCollection<CustomerSegment> segments, CancellationToken cancellation)
    {
        HashSet<string> names = [.. await db.Customers.Where(c => c.Id == customer).Select(c => c.Tags).FirstOrDefaultAsync(cancellation) ?? []];
        var ruled = segments.Where(segment => !segment.Rule.IsEmpty && !names.Contains(segment.Name)).ToList();
        if (ruled.Count == 0)
            return names;
        var history = await db.Bought(customer, cancellation);
        names.UnionWith(ruled.Where(segment => segment.Rule.Takes(history, db.Now)).Select(segment => segment.Name));
        return names;
    }
}

internal sealed class CustomerSegmentMapping : IEntityTypeConfiguration<CustomerSegment>
{
    public void Configure(EntityTypeBuilder<CustomerSegment> segment)
    {
        segment.HasIndex(s => new { s.TenantId, s.Name }).IsUnique();
        segment.Property(s => s.Rule).Json();
    }
}
