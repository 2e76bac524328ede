using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions.Automations;

/// <summary>What became of an occurrence.</summary>
public enum FiringOutcome
{
    Fired,
    /// <summary>It happened, and is not what the rule asks for.</summary>
    ConditionNotMet,
    /// <summary>Too soon after the last firing.</summary>
    Cooldown,
    MaxTriggers,
    /// <summary>What the rule gives has ended, expired or was deleted.</summary>
    PromotionOver,
}

/// <summary>That a rule fired for an occurrence, or why it did not. Appended.</summary>
public sealed class AutomationFiring : StoreRow, IIdentified
{
    public static string Prefix => "firing";
    public static string Noun => "firing";

    public long AutomationId { get; private init; }

    /// <summary><c>customer:12</c>, <c>variant:34</c>, <c>product:56</c> or <c>store</c>.</summary>
    public string Subject { get; private init; } = "";

    /// <summary><c>birthday:2026</c>, <c>order:78</c>, <c>crossing:3</c>: fired once.</summary>
    public string OccurrenceKey { get; private init; } = "";

    public FiringOutcome Outcome { get; private init; }

    /// <summary>Of the store, or of the shop that fed the fact.</summary>
    public long? CustomerId { get; private init; }

    public long? PromotionId { get; private init; }

    /// <summary>Of the personal coupon.</summary>
    public string? Code { get; private init; }

    /// <summary>When the offer ends.</summary>
    public DateTime? ExpiresAt { get; private init; }

    public DateTime CreatedAt { get; private init; }

    /// <summary>When process-triggers told of it.</summary>
    public DateTime? ReportedAt { get; private init; }

    internal static AutomationFiring Of(Automation rule, Happening happening, FiringOutcome outcome, Offer? offer, DateTime now) => new()
    {
        AutomationId = rule.Id,
        Subject = happening.Subject,
        OccurrenceKey = happening.Key,
        Outcome = outcome,
        CustomerId = happening.CustomerId,
        PromotionId = offer?.PromotionId,
        Code = offer?.Code,
        ExpiresAt = offer?.ExpiresAt,
        CreatedAt = now,
    };
}

/// <summary>Something that may fire a rule.</summary>
/// <param name="Subject">See <see cref="AutomationFiring.Subject"/>.</param>
/// <param name="Key">See <see cref="AutomationFiring.OccurrenceKey"/>.</param>
internal sealed record Happening(string Subject, string Key)
{
    public long? CustomerId { get; init; }

    /// <summary>What the offer is on, where the rule does not say.</summary>
    public long? ProductId { get; init; }

    /// <summary>Where the rule says no duration.</summary>
    public DateTime? EndsAt { get; init; }

    /// <summary>Whether a refusal settles it, as for a purchase; a birthday is asked for again the next day.</summary>
    public bool IsSettled { get; init; } = true;

    public static Happening Of(long customer, string key) => new(FormattableString.Invariant($"customer:{customer}"), key) { CustomerId = customer };
}

/// <summary>What a firing gave.</summary>
internal sealed record Offer(long PromotionId, string? Code, DateTime ExpiresAt);

internal sealed class AutomationFiringMapping : IEntityTypeConfiguration<AutomationFiring>
{
    public void Configure(EntityTypeBuilder<AutomationFiring> firing) =>
        firing.HasIndex(f => new { f.TenantId, f.AutomationId, f.Subject, f.OccurrenceKey, f.Outcome }).IsUnique();
}
