using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Automations;
using Aura.Promotions.Engine;
using Aura.Server.Http;
using Microsoft.EntityFrameworkCore;
using TriggerKind = Aura.Promotions.Automations.TriggerType;

namespace Aura.Server.PromotionsV1;

public sealed record CreateAutomation(
    [StringLength(200, MinimumLength = 1)] string Name, TriggerType TriggerType, TriggerConditionsBody TriggerConditions, PromotionConfig PromotionConfig,
    AutomationOptions? AutomationOptions = null, AutomationStatus Status = AutomationStatus.Active);

/// <summary>Changes what is given. Conditions, options and the promotion are said as a whole.</summary>
public sealed record UpdateAutomation
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<TriggerType> TriggerType { get; init; }
    public Change<TriggerConditionsBody> TriggerConditions { get; init; }
    public Change<PromotionConfig> PromotionConfig { get; init; }
    public Change<AutomationOptions> AutomationOptions { get; init; }
    public Change<AutomationStatus> Status { get; init; }

    internal void Apply(Automation rule)
    {
        Name.Apply(rule.Rename);
        TriggerConditions.Apply(conditions => rule.Await(conditions.ToOccasion(TriggerType.Or(rule.TriggerType)), conditions.ToConditions()));
        if (TriggerType.Or(rule.TriggerType) != rule.TriggerType)
            throw Refused.Invalid(nameof(TriggerConditions), "Another trigger_type needs its conditions.");
        AutomationOptions.Apply(options => rule.Limit(options.DurationHours, options.MaxTriggers, options.CooldownHours));
        Status.Apply(rule.Switch);
    }
}

public enum ConditionEvent
{
    Signup,
    Birthday,
    WinBack,
    BlackFriday,
    Christmas,
    NewYear,
}

public enum ConditionBehavior
{
    HighValuePurchase,
    CategoryPurchase,
}

public enum ConditionStock
{
    LowStock,
    Overstock,
}

/// <summary>What is given must hold, all of it.</summary>
/// <param name="EventType">Of customer_lifecycle and seasonal_event.</param>
/// <param name="BehaviorType">Of purchase_behavior.</param>
/// <param name="TriggerType">Of inventory_level.</param>
/// <param name="DaysBefore">Of a birthday or season: from so many days before.</param>
/// <param name="DaysInactive">Of win_back.</param>
/// <param name="OrderThreshold">In the promotion's currency; an equal amount is enough.</param>
/// <param name="CategoryIds">Any of them, or below them.</param>
/// <param name="ThresholdPercentage">Of the capacity. Fires when the stock comes to it, not while it is there.</param>
/// <param name="Capacity">Pieces; left out: the most that was ever seen.</param>
public sealed record TriggerConditionsBody(
    ConditionEvent? EventType = null, ConditionBehavior? BehaviorType = null, ConditionStock? TriggerType = null, int? DaysBefore = null, int? DaysInactive = null,
    decimal? OrderThreshold = null, [MaxLength(1000)] IReadOnlyList<long>? CategoryIds = null, decimal? ThresholdPercentage = null, long? Capacity = null)
{
    internal Occasion ToOccasion(TriggerType type)
    {
        var (word, field) = type switch
        {
            TriggerKind.PurchaseBehavior => (Word(BehaviorType), nameof(BehaviorType)),
            TriggerKind.InventoryLevel => (Word(TriggerType), nameof(TriggerType)),
            _ => (Word(EventType), nameof(EventType)),
        };
        return Words<Occasion>.TryParse(word, out var occasion) && Automation.TypeOf(occasion) == type
            ? occasion
            : throw Refused.Invalid($"{nameof(CreateAutomation.TriggerConditions)}.{field}",
                $"One of {string.Join(", ", Enum.GetValues<Occasion>().Where(one => Automation.TypeOf(one) == type).Select(Words<Occasion>.Of))}.");
    }

    internal TriggerConditions ToConditions() => new(DaysBefore, DaysInactive, OrderThreshold, CategoryIds, ThresholdPercentage, Capacity);

    private static string? Word<T>(T? value) where T : struct, Enum => value is { } one ? Words<T>.Of(one) : null;
}

/// <summary>What the rule gives. Without start and end it is given from now on, as long as the rule says.</summary>
/// <param name="StartDate">Bounds what has no duration.</param>
/// <param name="EndDate">Likewise; needed where neither duration_hours nor a season says when an offer ends.</param>
public sealed record PromotionConfig(
    PromotionType PromotionType, DiscountType DiscountType, decimal DiscountValue, [StringLength(Promotion.MaxNameLength)] string? Name = null, DateTime? StartDate = null, DateTime? EndDate = null)
    : PromotionFields
{
    internal PromotionTerms ToTerms(string rule, Occasion occasion, decimal? durationHours, AuraDb db)
    {
        var type = Automation.TypeOf(occasion);
        var isBounded = durationHours is null && type != TriggerType.SeasonalEvent;
        if (isBounded && !(EndDate > db.Now))
            throw Refused.Invalid($"{nameof(PromotionConfig)}.{nameof(EndDate)}", "Say how long an offer lasts: automation_options.duration_hours, or an end_date that has not passed.");
        var terms = Over(new(Name is { Length: > 0 } ? Name : rule, PromotionType, DiscountType, DiscountValue, db.Caller.Currency,
            StartDate is { } start && (isBounded || start < db.Now) ? start : db.Now, isBounded ? EndDate!.Value : db.Now.AddYears(100))); // it was just looked at
        return type is TriggerType.CustomerLifecycle or TriggerType.PurchaseBehavior ? terms with { RequiresCoupon = true } : terms;
    }
}

/// <param name="DurationHours">How long an offer lasts from its firing, in place of the promotion's dates.</param>
/// <param name="MaxTriggers">For one customer, or one product.</param>
/// <param name="CooldownHours">From one firing to the next for the same; with it, win_back is repeated.</param>
public sealed record AutomationOptions(
    [Range(0.01, 100_000)] decimal? DurationHours = null, [Range(1, 1_000_000)] int? MaxTriggers = null, [Range(0, 1_000_000)] decimal? CooldownHours = null);

/// <param name="PromotionId">What it gives: customers get coupons of it; for stock and seasons each firing makes a copy.</param>
public sealed record AutomationResponse(
    Number<Automation> Id, string Name, TriggerType TriggerType, [property: JsonIgnore] Occasion Occasion, [property: JsonIgnore] TriggerConditions Conditions,
    [property: JsonIgnore] decimal? DurationHours, [property: JsonIgnore] int? MaxTriggers, [property: JsonIgnore] decimal? CooldownHours, AutomationStatus Status,
    Number<Promotion> PromotionId, long TriggerCount, DateTime? LastTriggeredAt, DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    public TriggerConditionsBody TriggerConditions => new(
        Said<ConditionEvent>(TriggerType is TriggerType.CustomerLifecycle or TriggerType.SeasonalEvent), Said<ConditionBehavior>(TriggerType == TriggerType.PurchaseBehavior),
        Said<ConditionStock>(TriggerType == TriggerType.InventoryLevel), Conditions.DaysBefore, Conditions.DaysInactive, Conditions.OrderThreshold, Conditions.CategoryIds,
        Conditions.ThresholdPercentage, Conditions.Capacity);

    public AutomationOptions AutomationOptions => new(DurationHours, MaxTriggers, CooldownHours);

    /// <summary>The promotion as it is now.</summary>
    public PromotionResponse? PromotionConfig { get; init; }

    public static readonly Expression<Func<Automation, AutomationResponse>> From = a => new(
        a.Id, a.Name, a.TriggerType, a.Occasion, a.Conditions, a.DurationHours, a.MaxTriggers, a.CooldownHours, a.Status, a.PromotionId, a.TriggerCount, a.LastTriggeredAt,
        a.CreatedAt, a.UpdatedAt, a.Version);

    public static readonly Func<Automation, AutomationResponse> Of = From.Compile();

    internal static async Task<IReadOnlyList<AutomationResponse>> WithPromotions(IReadOnlyList<AutomationResponse> rules, AuraDb db, CancellationToken cancellation)
    {
        long[] ids = [.. rules.Select(rule => rule.PromotionId.Value)];
        var promotions = await db.Promotions.AsNoTracking().Where(p => ids.Contains(p.Id)).Select(PromotionResponse.From).ToDictionaryAsync(p => p.Id.Value, cancellation);
        return [.. rules.Select(rule => rule with { PromotionConfig = promotions.GetValueOrDefault(rule.PromotionId.Value) })];
    }

    private T? Said<T>(bool isIts) where T : struct, Enum => isIts ? Words<T>.Parse(Words<Occasion>.Of(Occasion)) : null;
}

/// <param name="Outcome">fired, or why not.</param>
/// <param name="OccurrenceKey">What it was fired for, once.</param>
public sealed record FiringResponse(
    Number<AutomationFiring> Id, Number<Automation> AutomationId, string Subject, string OccurrenceKey, FiringOutcome Outcome, long? CustomerId, long? PromotionId, string? Code,
    DateTime? ExpiresAt, DateTime CreatedAt)
{
    public static readonly Expression<Func<AutomationFiring, FiringResponse>> From = f => new(
        f.Id, f.AutomationId, f.Subject, f.OccurrenceKey, f.Outcome, f.CustomerId, f.PromotionId, f.Code, f.ExpiresAt, f.CreatedAt);
}
