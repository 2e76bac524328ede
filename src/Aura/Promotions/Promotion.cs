using System.Text.Json;
using Aura.Persistence;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions;

/// <summary>Something that a store gives away: a discount, goods, shipping or credit, to whom and how often.</summary>
public sealed class Promotion : StoreEntity, IAudited, IPriced
{
    public static string Prefix => "promo";
    public static string[] OtherPrefixes => ["disc"];
    public static string Noun => "promotion";

    public const int MaxNameLength = 200;
    public const int MaxMetadataBytes = 16 * 1024;

    public Guid Uuid { get; private init; }
    public PromotionSource Source { get; private init; }
    public string Name { get; private set; } = "";
    public string? Description { get; private set; }
    public PromotionType Type { get; private set; }
    public DiscountType DiscountType { get; private set; }

    /// <summary>Percent or major units, as <see cref="DiscountType"/> says.</summary>
    public decimal DiscountValue { get; private set; }

    /// <summary>Of every amount here; carts in another currency get nothing.</summary>
    public Currency Currency { get; private set; }

    public PromotionStatus Status { get; private set; }

    /// <summary>From here on, until before <see cref="EndsAt"/>.</summary>
    public DateTime StartsAt { get; private set; }

    public DateTime EndsAt { get; private set; }
    public int? MaxUses { get; private set; }
    public int? MaxUsesPerCustomer { get; private set; }
    [MinorUnits] public long? Budget { get; private set; }
    [MinorUnits] public long? MinimumOrder { get; private set; }
    [MinorUnits] public long? MaximumDiscount { get; private set; }
    public int Priority { get; private set; }
    public bool CanStack { get; private set; }
    public bool? RequiresCoupon { get; private set; }
    public bool HasCoupons { get; private set; }
    public string[] Segments { get; private set; } = [];
    public long[] Categories { get; private set; } = [];
    public long[] Products { get; private set; } = [];
    public PromotionDetails Details { get; private set; } = new();
    public JsonDocument Metadata { get; private set; } = EmptyObject;
    public DateTime? ActivatedAt { get; private set; }
    public DateTime? PausedAt { get; private set; }
    public DateTime? EndedAt { get; private set; }

    /// <summary>Why it ended: <c>ended</c> by hand, <see cref="UsedUp"/>.</summary>
    public string? EndReason { get; private set; }

    /// <summary>When it was deleted, having been used before: it is kept for the books and shown nowhere.</summary>
    public DateTime? ArchivedAt { get; private set; }

    public IReadOnlyList<PromotionCounter> Counters { get; private init; } = [];
    public IReadOnlyList<PromotionTally> Tallies { get; private init; } = [];

    public const string UsedUp = "max_uses";

    /// <summary>The end of those that nobody gave one.</summary>
    public static readonly DateTime NoEnd = new(9999, 12, 31, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Given only to who has a code.</summary>
    public bool IsForCoupons => RequiresCoupon ?? HasCoupons;

    /// <summary>Whether a limit of its own guards its counters, so that they are counted in one place.</summary>
    public bool IsLimited => MaxUses is not null || Budget is not null;

    private static JsonDocument EmptyObject => JsonDocument.Parse("{}");

    /// <summary>A draft.</summary>
    /// <exception cref="Refused">422 for terms that contradict each other or are out of range.</exception>
    public static Promotion Create(PromotionTerms terms, PromotionSource source = PromotionSource.Promotion)
    {
        var promotion = new Promotion { Uuid = Guid.CreateVersion7(), Source = source };
        promotion.Write(terms);
        return promotion;
    }

    /// <summary>What it says now, to be changed in part.</summary>
    public PromotionTerms Terms => new(Name, Type, DiscountType, DiscountValue, Currency, StartsAt, EndsAt)
    {
        Description = Description,
        MaxUses = MaxUses,
        MaxUsesPerCustomer = MaxUsesPerCustomer,
        Budget = Major(Budget),
        MinimumOrderAmount = Major(MinimumOrder),
        MaximumDiscountAmount = Major(MaximumDiscount),
        Priority = Priority,
        CanStack = CanStack,
        RequiresCoupon = RequiresCoupon,
        Segments = Segments,
        Categories = Categories,
        Products = Products,
        Details = Details,
        Metadata = Metadata.RootElement,
    };

    /// <summary>Changes the terms. One that had expired goes on if its end is moved into the future.</summary>
    /// <exception cref="Refused">409 once it has ended; 422 as for <see cref="Create"/>.</exception>
    public void Revise(PromotionTerms terms, DateTime now)
    {
        if (Status == PromotionStatus.Ended)
            throw Refused.Conflict("promotion_ended", "The promotion has ended. Make a new one.");
        Write(terms);
        if (Status == PromotionStatus.Expired && EndsAt > now)
            Status = PromotionStatus.Active;
    }

    /// <summary>What it is at a time: one that is active, paused or scheduled expires with its end.</summary>
    public PromotionStatus StatusAt(DateTime now) =>
        Status is PromotionStatus.Active or PromotionStatus.Paused or PromotionStatus.Scheduled && EndsAt <= now ? PromotionStatus.Expired : Status;

    /// <summary>Gives it out from its start on; a paused one goes on.</summary>
    /// <exception cref="Refused">409 from any other state, or after its end.</exception>
    public void Activate(DateTime now)
    {
        From(now, "activated", PromotionStatus.Draft, PromotionStatus.Scheduled, PromotionStatus.Paused);
        if (EndsAt <= now)
            throw Refused.Conflict("promotion_expired", "The end of the promotion has passed. Move its end_date first.");
        (Status, ActivatedAt, PausedAt) = (PromotionStatus.Active, now, null);
    }

    /// <exception cref="Refused">409 unless it is active.</exception>
    public void Pause(DateTime now)
    {
        From(now, "paused", PromotionStatus.Active);
        (Status, PausedAt) = (PromotionStatus.Paused, now);
    }

    /// <exception cref="Refused">409 unless it is paused.</exception>
    public void Resume(DateTime now)
    {
        From(now, "resumed", PromotionStatus.Paused);
        Activate(now);
    }

    /// <exception cref="Refused">409 for a draft, or when it is over already.</exception>
    public void End(DateTime now, string reason = "ended")
    {
        From(now, "ended", PromotionStatus.Active, PromotionStatus.Paused, PromotionStatus.Scheduled);
        (Status, EndedAt, EndReason) = (PromotionStatus.Ended, now, reason);
    }

    /// <summary>A use came back to one that had ended for want of uses.</summary>
    public void Reopen(DateTime now)
    {
        if (Status == PromotionStatus.Ended && EndReason == UsedUp && EndsAt > now)
            (Status, EndedAt, EndReason) = (PromotionStatus.Active, null, null);
    }

    /// <summary>The clock has passed its end.</summary>
    public void Expire() => Status = PromotionStatus.Expired;

    /// <summary>Waits for the clock: between the occurrences of a schedule.</summary>
    /// <exception cref="Refused">409 when it is over.</exception>
    public void Await(DateTime now)
    {
        From(now, "scheduled", PromotionStatus.Draft, PromotionStatus.Active, PromotionStatus.Paused, PromotionStatus.Scheduled);
        Status = PromotionStatus.Scheduled;
    }

    public void Archive(DateTime now) => ArchivedAt ??= now;

    internal void NeedsCoupon() => HasCoupons = true;

    /// <exception cref="Refused">422 for a limit below 1: null means no limit, and zero nothing.</exception>
    internal static int? Limit(int? most, string field) =>
        most is null or >= 1 ? most : throw Refused.Invalid(field, "At least 1; leave it out for no limit.");

    private void Write(PromotionTerms terms)
    {
        if (terms.Name.Trim() is not { Length: >= 1 and <= MaxNameLength } name)
            throw Refused.Invalid(nameof(Name), $"A name has 1 to {MaxNameLength} characters.");
        if (terms.EndsAt <= terms.StartsAt)
            throw Refused.Invalid("EndDate", "The end is after the start.");
        (Name, Description, Currency) = (name, terms.Description, terms.Currency);
        (StartsAt, EndsAt) = (terms.StartsAt, terms.EndsAt);
        (Priority, CanStack, RequiresCoupon) = (terms.Priority, terms.CanStack, terms.RequiresCoupon);
        (MaxUses, MaxUsesPerCustomer) = (Limit(terms.MaxUses, nameof(MaxUses)), Limit(terms.MaxUsesPerCustomer, nameof(MaxUsesPerCustomer)));
        (Budget, MaximumDiscount) = (Minor(terms.Budget, nameof(Budget), 1), Minor(terms.MaximumDiscountAmount, nameof(terms.MaximumDiscountAmount), 1));
        MinimumOrder = Minor(terms.MinimumOrderAmount, nameof(terms.MinimumOrderAmount), 0);
        Segments = [.. terms.Segments.Select(segment => segment.Trim().ToLowerInvariant()).Where(segment => segment != "").Distinct()];
        (Categories, Products) = ([.. terms.Categories.Distinct()], [.. terms.Products.Distinct()]);
        Metadata = Checked(terms.Metadata);
        Give(terms);
    }

    private void Give(PromotionTerms terms)
    {
        (Type, DiscountType, DiscountValue, Details) = (terms.Type, terms.DiscountType, terms.DiscountValue, terms.Details);
        var special = Type switch
        {
            PromotionType.BuyOneGetOne => DiscountType.Bogo,
            PromotionType.TieredDiscount => DiscountType.Tiered,
            PromotionType.FreeShipping => DiscountType.FreeShipping,
            PromotionType.Cashback => DiscountType.Cashback,
            PromotionType.PercentageDiscount => DiscountType.Percentage,
            _ => DiscountType.FixedAmount,
        };
        var isPlain = Type is PromotionType.PercentageDiscount or PromotionType.FixedAmountDiscount;
        if (DiscountType != special && (isPlain || DiscountType is not (DiscountType.Percentage or DiscountType.FixedAmount)))
            throw Refused.Invalid(nameof(DiscountType), $"A {Words<PromotionType>.Of(Type)} is given as {Words<DiscountType>.Of(special)}.");
        if (DiscountValue < 0)
            throw Refused.Invalid(nameof(DiscountValue), "Zero or more.");
        if (DiscountType == DiscountType.FixedAmount)
            Money.Of(DiscountValue, Currency, nameof(DiscountValue));
        else if (DiscountValue > 100)
            throw Refused.Invalid(nameof(DiscountValue), "At most 100 percent.");
        if (isPlain && DiscountValue == 0)
            throw Refused.Invalid(nameof(DiscountValue), "A discount is above zero.");
        this.ToRule().Check();
    }

    private long? Minor(decimal? major, string field, long least) => major is not { } amount ? null
        : Money.Of(amount, Currency, field).Minor is var minor && minor >= least ? minor
        : throw Refused.Invalid(field, least == 0 ? "Zero or more." : "Above zero; leave it out for no limit.");

    private decimal? Major(long? minor) => minor is { } amount ? new Money(amount, Currency).Amount : null;

    private static JsonDocument Checked(JsonElement? metadata)
    {
        if (metadata is not { ValueKind: not JsonValueKind.Null } given)
            return EmptyObject;
        if (given.ValueKind != JsonValueKind.Object)
            throw Refused.Invalid(nameof(Metadata), "Metadata is an object.");
        if (given.EnumerateObject().Count() > Aura.Metadata.MaxKeys || given.GetRawText().Length > MaxMetadataBytes)
            throw Refused.Invalid(nameof(Metadata), $"At most {Aura.Metadata.MaxKeys} keys and {MaxMetadataBytes / 1024} KB.");
        return JsonDocument.Parse(given.GetRawText());
    }

    private void From(DateTime now, string verb, params ReadOnlySpan<PromotionStatus> states)
    {
        var status = StatusAt(now);
        if (!states.Contains(status))
            throw Refused.Conflict("invalid_state", $"A promotion that is {Words<PromotionStatus>.Of(status)} cannot be {verb}.");
    }
}

internal sealed class PromotionMapping : IEntityTypeConfiguration<Promotion>
{
    public void Configure(EntityTypeBuilder<Promotion> promotion)
    {
        promotion.HasIndex(p => new { p.TenantId, p.Uuid }).IsUnique();
        promotion.Property(p => p.Details).Json();
        promotion.Ignore(p => p.Terms);
        promotion.HasMany(p => p.Counters).WithOne().HasForeignKey(c => new { c.TenantId, c.PromotionId });
        promotion.HasMany(p => p.Tallies).WithOne().HasForeignKey(t => new { t.TenantId, t.PromotionId });
    }
}
