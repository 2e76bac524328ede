using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Aura.Promotions;
using Aura.Promotions.Engine;

namespace Aura.Server.PromotionsV1;

/// <summary>What may be said of a promotion besides what must be.</summary>
public abstract record PromotionFields
{
    [StringLength(5000)] public Change<string?> Description { get; init; }

    /// <summary>Of every amount here; the store's own where it is left out.</summary>
    public Change<Currency> Currency { get; init; }

    /// <summary>At least 1; null: no limit.</summary>
    public Change<int?> MaxUses { get; init; }

    public Change<int?> MaxUsesPerCustomer { get; init; }

    /// <summary>What the promotion may cost in all.</summary>
    public Change<decimal?> Budget { get; init; }

    public Change<decimal?> MinimumOrderAmount { get; init; }
    public Change<decimal?> MaximumDiscountAmount { get; init; }

    /// <summary>Higher comes first.</summary>
    [Range(-1_000_000, 1_000_000)] public Change<int> Priority { get; init; }

    public Change<bool> CanStack { get; init; }

    /// <summary>Null: it needs a coupon from its first coupon on.</summary>
    public Change<bool?> RequiresCoupon { get; init; }

    [MaxLength(100)] public Change<IReadOnlyList<string>> TargetCustomerSegments { get; init; }
    [MaxLength(1000)] public Change<IReadOnlyList<long>> ApplicableCategories { get; init; }
    [MaxLength(1000)] public Change<IReadOnlyList<long>> ApplicableProducts { get; init; }

    /// <summary>Of buy_one_get_one; one, where it is left out.</summary>
    [Range(1, 1000)] public Change<int> BuyQuantity { get; init; }

    /// <inheritdoc cref="BuyQuantity"/>
    [Range(1, 1000)] public Change<int> GetQuantity { get; init; }

    /// <summary>Off what is got; 100 where neither this nor discount_value says otherwise.</summary>
    [Range(0, 100)] public Change<decimal?> GetDiscountPercent { get; init; }

    /// <summary>What has to be bought; null: what the promotion applies to.</summary>
    public Change<ScopeBody?> BuyScope { get; init; }

    /// <summary>What is got; null: the same.</summary>
    public Change<ScopeBody?> GetScope { get; init; }

    public Change<UnitSelection> Selection { get; init; }

    /// <summary>How often it applies to one order; null: as often as the cart allows.</summary>
    [Range(1, 1_000_000)] public Change<int?> MaxApplications { get; init; }

    /// <summary>Of tiered_discount, by ascending minimum.</summary>
    [MaxLength(50)] public Change<IReadOnlyList<TierBody>> Tiers { get; init; }

    public Change<TierMode> TierMode { get; init; }
    public Change<TierBase> TierBase { get; init; }

    /// <summary>Whether it lowers the order as a whole or its items.</summary>
    public Change<DiscountTarget> Target { get; init; }

    public Change<DiscountBase> DiscountBase { get; init; }

    /// <summary>Asks for the minimum again after each discount on the order.</summary>
    public Change<bool> RetestMinimum { get; init; }

    /// <summary>Units that it lowers at most in an order.</summary>
    [Range(1, 1_000_000)] public Change<int?> MaxUnits { get; init; }

    public Change<bool> FirstPurchaseOnly { get; init; }

    /// <summary>Any JSON object.</summary>
    public Change<JsonElement?> Metadata { get; init; }

    /// <summary>The terms with what is said here.</summary>
    protected PromotionTerms Over(PromotionTerms terms)
    {
        var currency = Currency.Or(terms.Currency);
        return terms with
        {
            Description = Description.Or(terms.Description),
            Currency = currency,
            MaxUses = MaxUses.Or(terms.MaxUses),
            MaxUsesPerCustomer = MaxUsesPerCustomer.Or(terms.MaxUsesPerCustomer),
            Budget = Budget.Or(terms.Budget),
            MinimumOrderAmount = MinimumOrderAmount.Or(terms.MinimumOrderAmount),
            MaximumDiscountAmount = MaximumDiscountAmount.Or(terms.MaximumDiscountAmount),
            Priority = Priority.Or(terms.Priority),
            CanStack = CanStack.Or(terms.CanStack),
            RequiresCoupon = RequiresCoupon.Or(terms.RequiresCoupon),
            Segments = TargetCustomerSegments.Or(terms.Segments),
            Categories = ApplicableCategories.Or(terms.Categories),
            Products = ApplicableProducts.Or(terms.Products),
            Details = Over(terms.Details, currency),
            Metadata = Metadata.Or(terms.Metadata),
        };
    }

    private PromotionDetails Over(PromotionDetails details, Currency currency) => details with
    {
        BuyGet = Over(details.BuyGet),
        Tiers = Tiers.IsGiven ? [.. Tiers.Or([]).Index().Select(tier => tier.Item.ToTier(currency, $"Tiers[{tier.Index}]"))] : details.Tiers,
        TierMode = TierMode.Or(details.TierMode),
        TierBase = TierBase.Or(details.TierBase),
        Target = Target.Or(details.Target),
        DiscountBase = DiscountBase.Or(details.DiscountBase),
        Retest = RetestMinimum.Or(details.Retest),
        MaxUnits = MaxUnits.Or(details.MaxUnits),
        FirstPurchaseOnly = FirstPurchaseOnly.Or(details.FirstPurchaseOnly),
    };

    private BuyGet? Over(BuyGet? deal)
    {
        if (!(BuyQuantity.IsGiven || GetQuantity.IsGiven || GetDiscountPercent.IsGiven || BuyScope.IsGiven || GetScope.IsGiven || Selection.IsGiven || MaxApplications.IsGiven))
            return deal;
        deal ??= new(1, 1);
        return new BuyGet(BuyQuantity.Or(deal.Buy), GetQuantity.Or(deal.Get))
        {
            Percent = GetDiscountPercent.Or(deal.Percent),
            BuyScope = BuyScope.IsGiven ? BuyScope.Or(null)?.ToScope() : deal.BuyScope,
            GetScope = GetScope.IsGiven ? GetScope.Or(null)?.ToScope() : deal.GetScope,
            Selection = Selection.Or(deal.Selection),
            MaxApplications = MaxApplications.Or(deal.MaxApplications),
        };
    }
}

/// <param name="DiscountValue">Percent or major units, as discount_type says.</param>
public record CreatePromotion(
    [StringLength(Promotion.MaxNameLength, MinimumLength = 1)] string Name, PromotionType PromotionType, DiscountType DiscountType, decimal DiscountValue,
    DateTime StartDate, DateTime EndDate) : PromotionFields
{
    public PromotionTerms ToTerms(Currency currency) => Over(new(Name, PromotionType, DiscountType, DiscountValue, currency, StartDate, EndDate));
}

/// <summary>Changes what is given and nothing else.</summary>
public sealed record UpdatePromotion : PromotionFields
{
    [StringLength(Promotion.MaxNameLength, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<PromotionType> PromotionType { get; init; }
    public Change<DiscountType> DiscountType { get; init; }
    public Change<decimal> DiscountValue { get; init; }
    public Change<DateTime> StartDate { get; init; }
    public Change<DateTime> EndDate { get; init; }

    public PromotionTerms ToTerms(PromotionTerms terms) => Over(terms) with
    {
        Name = Name.Or(terms.Name),
        Type = PromotionType.Or(terms.Type),
        DiscountType = DiscountType.Or(terms.DiscountType),
        DiscountValue = DiscountValue.Or(terms.DiscountValue),
        StartsAt = StartDate.Or(terms.StartsAt),
        EndsAt = EndDate.Or(terms.EndsAt),
    };
}

/// <summary>Some of the goods: those in any of the categories and those products.</summary>
public sealed record ScopeBody([MaxLength(1000)] IReadOnlyList<long>? Categories = null, [MaxLength(1000)] IReadOnlyList<long>? Products = null)
{
    public PromotionScope ToScope() => new(Categories, Products);

    public static ScopeBody? Of(PromotionScope? scope) => scope is null ? null : new(scope.Categories ?? [], scope.Products ?? []);
}

/// <param name="Min">From here on; an equal amount is enough.</param>
/// <param name="Type">percentage or fixed_amount.</param>
public sealed record TierBody(decimal Min, DiscountType Type, decimal Value)
{
    public Tier ToTier(Currency currency, string field)
    {
        var tier = new Tier(Money.Of(Min, currency, $"{field}.Min").Minor);
        return Type switch
        {
            DiscountType.Percentage => tier with { Percent = Value },
            DiscountType.FixedAmount => tier with { Amount = Money.Of(Value, currency, $"{field}.Value").Minor },
            _ => throw Refused.Invalid($"{field}.Type", "A tier is a percentage or a fixed_amount."),
        };
    }

    public static TierBody Of(Tier tier, Currency currency) => tier.Amount is { } amount
        ? new(new Money(tier.Min, currency).Amount, DiscountType.FixedAmount, new Money(amount, currency).Amount)
        : new(new Money(tier.Min, currency).Amount, DiscountType.Percentage, tier.Percent ?? 0);
}
