using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Server.Http;

namespace Aura.Server.PromotionsV1;

/// <param name="CurrentUses">Uses by orders that are placed.</param>
/// <param name="Conversions">The same, and those that were tracked from elsewhere.</param>
/// <param name="ConversionRate">Conversions by impressions, in percent; null without impressions.</param>
/// <param name="RevenueGenerated">Of those orders after their discounts, without shipping and tax.</param>
public record PromotionResponse(
    Number<Promotion> Id, Guid Uuid, string Name, string? Description, PromotionType PromotionType, DiscountType DiscountType, decimal DiscountValue,
    Currency Currency, PromotionStatus Status, DateTime StartDate, DateTime EndDate, int? MaxUses, long CurrentUses, int? MaxUsesPerCustomer,
    decimal? Budget, decimal BudgetSpent, decimal? MinimumOrderAmount, decimal? MaximumDiscountAmount, int Priority, bool CanStack, bool RequiresCoupon,
    IReadOnlyList<string> TargetCustomerSegments, IReadOnlyList<long> ApplicableCategories, IReadOnlyList<long> ApplicableProducts,
    [property: JsonIgnore] PromotionDetails Details, long Impressions, long Clicks, long Conversions, decimal RevenueGenerated, JsonElement Metadata,
    DateTime? ActivatedAt, DateTime? PausedAt, DateTime? EndedAt, DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    public decimal? ConversionRate => Impressions == 0 ? null : Math.Round(100m * Conversions / Impressions, 2, MidpointRounding.AwayFromZero);
    public DiscountTarget Target => Details.Target;
    public DiscountBase DiscountBase => Details.DiscountBase;
    public bool RetestMinimum => Details.Retest;
    public int? MaxUnits => Details.MaxUnits;
    public bool FirstPurchaseOnly => Details.FirstPurchaseOnly;
    public int? BuyQuantity => Deal?.Buy;
    public int? GetQuantity => Deal?.Get;
    public decimal? GetDiscountPercent => Deal?.Percent;
    public ScopeBody? BuyScope => ScopeBody.Of(Deal?.BuyScope);
    public ScopeBody? GetScope => ScopeBody.Of(Deal?.GetScope);
    public UnitSelection? Selection => Deal?.Selection;
    public int? MaxApplications => Deal?.MaxApplications;
    public IReadOnlyList<TierBody> Tiers => [.. Details.Tiers.Select(tier => TierBody.Of(tier, Currency))];
    public TierMode TierMode => Details.TierMode;
    public TierBase TierBase => Details.TierBase;

    private BuyGet? Deal => PromotionType == PromotionType.BuyOneGetOne ? Details.BuyGet ?? new(1, 1) : null;

    public static readonly Expression<Func<Promotion, PromotionResponse>> From = p => new(
        p.Id, p.Uuid, p.Name, p.Description, p.Type, p.DiscountType, p.DiscountValue,
        p.Currency, p.Status, p.StartsAt, p.EndsAt, p.MaxUses, p.Counters.Sum(c => c.Used), p.MaxUsesPerCustomer,
        Major(p.Budget, p.Currency), Major(p.Counters.Sum(c => c.Spent), p.Currency)!.Value, Major(p.MinimumOrder, p.Currency), Major(p.MaximumDiscount, p.Currency), // a sum is a number
        p.Priority, p.CanStack, p.RequiresCoupon ?? p.HasCoupons, p.Segments, p.Categories, p.Products,
        p.Details, p.Tallies.Sum(t => t.Impressions), p.Tallies.Sum(t => t.Clicks), p.Counters.Sum(c => c.Used), Major(p.Counters.Sum(c => c.Revenue), p.Currency)!.Value,
        Element(p.Metadata), p.ActivatedAt, p.PausedAt, p.EndedAt, p.CreatedAt, p.UpdatedAt, p.Version);

    public static readonly Func<Promotion, PromotionResponse> Of = From.Compile();

    private static JsonElement Element(JsonDocument document) => document.RootElement;

    private static decimal? Major(long? minor, Currency currency) => minor is { } amount ? new Money(amount, currency).Amount : null;
}

public sealed record PromotionStep(bool Success, string Message, PromotionMoment Promotion);

/// <summary>A promotion right after a step of its life.</summary>
public sealed record PromotionMoment(Number<Promotion> Id, PromotionStatus Status)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTime? ActivatedAt { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTime? PausedAt { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTime? EndedAt { get; init; }

    public static PromotionMoment Of(Promotion promotion) => new(promotion.Id, promotion.Status)
    {
        ActivatedAt = promotion.Status == PromotionStatus.Active ? promotion.ActivatedAt : null,
        PausedAt = promotion.PausedAt,
        EndedAt = promotion.EndedAt,
    };
}
