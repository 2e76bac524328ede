using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions.Automations;

public enum TriggerType
{
    CustomerLifecycle,
    PurchaseBehavior,
    InventoryLevel,
    SeasonalEvent,
}

/// <summary>What exactly fires a rule.</summary>
public enum Occasion
{
    Signup,
    Birthday,
    /// <summary>A customer has not bought for some days.</summary>
    WinBack,
    HighValuePurchase,
    CategoryPurchase,
    /// <summary>Stock falls to its threshold; not while it is there.</summary>
    LowStock,
    /// <summary>Stock rises to its threshold; not while it is there.</summary>
    Overstock,
    /// <summary>The day after the fourth Thursday of November.</summary>
    BlackFriday,
    Christmas,
    NewYear,
}

public enum AutomationStatus
{
    Active,
    Disabled,
}

/// <summary>The numbers of a trigger; each occasion has its own, and all that are given must hold. Kept whole as JSON.</summary>
/// <param name="DaysBefore">Of a birthday or season: from so many days before.</param>
/// <param name="OrderThreshold">In major units of the promotion's currency; an equal amount is enough.</param>
/// <param name="CategoryIds">Any of them, or below them.</param>
/// <param name="ThresholdPercentage">Of the capacity; an equal level is enough.</param>
/// <param name="Capacity">Pieces; null: the most that was ever seen.</param>
public sealed record TriggerConditions(
    int? DaysBefore = null, int? DaysInactive = null, decimal? OrderThreshold = null, IReadOnlyList<long>? CategoryIds = null, decimal? ThresholdPercentage = null, long? Capacity = null);

/// <summary>A rule that makes offers by itself: to one customer with a personal coupon, or to all for a time.</summary>
public sealed class Automation : StoreEntity, IAudited
{
    public static string Prefix => "auto";
    public static string Noun => "automation";

    private const string Body = "TriggerConditions.";

    /// <summary>What it gives. Customers get coupons of it; for stock and seasons each firing makes a copy.</summary>
    public long PromotionId { get; private init; }

    public Promotion Promotion { get; private init; } = null!; // loaded where it is needed
    public string Name { get; private set; } = "";
    public TriggerType TriggerType { get; private set; }
    public Occasion Occasion { get; private set; }
    public TriggerConditions Conditions { get; private set; } = new();

    /// <summary>How long an offer lasts; null: to the end of the promotion, of a season to the end of its day.</summary>
    public decimal? DurationHours { get; private set; }

    /// <summary>Of one customer, product or season; null: no limit.</summary>
    public int? MaxTriggers { get; private set; }

    /// <summary>Between two firings for the same.</summary>
    public decimal? CooldownHours { get; private set; }

    public AutomationStatus Status { get; private set; }

    /// <summary>Counted by the statement that fires.</summary>
    public long TriggerCount { get; private init; }

    public DateTime? LastTriggeredAt { get; private init; }

    /// <summary>When the calendar is looked at next; null for what events fire.</summary>
    public DateTime? NextSweepAt { get; internal set; }

    /// <summary>Fired by the calendar, not by something that happens.</summary>
    public bool IsSwept => Occasion is Occasion.Birthday or Occasion.WinBack || IsSeason;

    public bool IsSeason => TriggerType == TriggerType.SeasonalEvent;

    /// <summary>For one customer, with a coupon.</summary>
    public bool IsPersonal => TriggerType is TriggerType.CustomerLifecycle or TriggerType.PurchaseBehavior;

    public static TriggerType TypeOf(Occasion occasion) => occasion switch
    {
        Occasion.Signup or Occasion.Birthday or Occasion.WinBack => TriggerType.CustomerLifecycle,
        Occasion.HighValuePurchase or Occasion.CategoryPurchase => TriggerType.PurchaseBehavior,
        Occasion.LowStock or Occasion.Overstock => TriggerType.InventoryLevel,
        _ => TriggerType.SeasonalEvent,
    };

    /// <param name="promotion">What it gives; see <see cref="PromotionId"/>.</param>
    /// <exception cref="Refused">422 for conditions that are missing, out of range or another trigger's.</exception>
    public static Automation Create(Promotion promotion, string name, Occasion occasion, TriggerConditions conditions)
    {
        var automation = new Automation { PromotionId = promotion.Id, Promotion = promotion };
        automation.Rename(name);
        automation.Await(occasion, conditions);
        return automation;
    }

    public void Rename(string name) => Name = name.Trim() is { Length: >= 1 and <= 200 } trimmed ? trimmed : throw Refused.Invalid(nameof(Name), "A name has 1 to 200 characters.");

    /// <exception cref="Refused">409 where it would change from customers to all or back; 422 as for <see cref="Create"/>.</exception>
    public void Await(Occasion occasion, TriggerConditions conditions)
    {
        var type = TypeOf(occasion);
        if (Version > 0 && type is TriggerType.CustomerLifecycle or TriggerType.PurchaseBehavior != IsPersonal)
            throw Refused.Conflict("trigger_type_fixed", "What is given to customers cannot become what is given to all. Make a new automation.");
        Check(occasion, conditions);
        (TriggerType, Occasion, Conditions) = (type, occasion, conditions);
    }

    /// <exception cref="Refused">422 for what is not above zero.</exception>
    public void Limit(decimal? durationHours, int? maxTriggers, decimal? cooldownHours)
    {
        if (durationHours is <= 0 or > 100_000 || maxTriggers is < 1 || cooldownHours is < 0 or > 1_000_000)
            throw Refused.Invalid("AutomationOptions", "duration_hours is above 0, max_triggers at least 1, cooldown_hours not below 0.");
        (DurationHours, MaxTriggers, CooldownHours) = (durationHours, maxTriggers, cooldownHours);
    }

    public void Switch(AutomationStatus status) => Status = status;

    /// <summary>Why it does not fire for somebody again, as far as their earlier firings can say; null where nothing stands against it.</summary>
    public FiringOutcome? RefusalFor(int triggers, DateTime? lastFiredAt, DateTime now) =>
        Promotion.ArchivedAt is not null || Promotion.StatusAt(now) is PromotionStatus.Ended or PromotionStatus.Expired ? FiringOutcome.PromotionOver
        : triggers >= MaxTriggers ? FiringOutcome.MaxTriggers
        : lastFiredAt is { } last && CooldownHours is { } hours && last.AddHours((double)hours) > now ? FiringOutcome.Cooldown
        : null;

    private static void Check(Occasion occasion, TriggerConditions given)
    {
        var dated = occasion == Occasion.Birthday || TypeOf(occasion) == TriggerType.SeasonalEvent;
        Demand(dated, false, given.DaysBefore, given.DaysBefore is >= 0 and <= 60, nameof(given.DaysBefore), "From 0 to 60.");
        Demand(occasion == Occasion.WinBack, true, given.DaysInactive, given.DaysInactive is >= 1 and <= 3660, nameof(given.DaysInactive), "From 1 to 3660.");
        var purchase = TypeOf(occasion) == TriggerType.PurchaseBehavior;
        Demand(purchase, occasion == Occasion.HighValuePurchase, given.OrderThreshold, given.OrderThreshold > 0, nameof(given.OrderThreshold), "Above 0.");
        Demand(purchase, occasion == Occasion.CategoryPurchase, given.CategoryIds, given.CategoryIds?.Count is >= 1 and <= 1000, nameof(given.CategoryIds), "From 1 to 1000 categories.");
        var stock = TypeOf(occasion) == TriggerType.InventoryLevel;
        Demand(stock, true, given.ThresholdPercentage, given.ThresholdPercentage is > 0 and <= 1000, nameof(given.ThresholdPercentage), "Above 0, at most 1000.");
        Demand(stock, false, given.Capacity, given.Capacity > 0, nameof(given.Capacity), "Above 0.");
    }

    private static void Demand(bool belongs, bool isNeeded, object? given, bool isRight, string field, string rule)
    {
        if (given is null ? belongs && isNeeded : !isRight)
            throw Refused.Invalid(Body + field, rule);
        if (given is not null && !belongs)
            throw Refused.Invalid(Body + field, "This trigger has no such condition.");
    }
}

internal sealed class AutomationMapping : IEntityTypeConfiguration<Automation>
{
    public void Configure(EntityTypeBuilder<Automation> automation)
    {
        automation.HasOne(a => a.Promotion).WithMany().HasForeignKey(a => new { a.TenantId, a.PromotionId });
        automation.Property(a => a.Conditions).Json();
    }
}
