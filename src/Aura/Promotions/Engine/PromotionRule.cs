using System.Text.Json.Serialization;
using Aura.Pricing;

namespace Aura.Promotions.Engine;

/// <summary>What the engine needs to know of a promotion. All money is in minor units of <see cref="Currency"/>.</summary>
/// <param name="Id">Unique in a set; of two promotions with the same priority the lower goes first.</param>
/// <param name="Name">For people; the label of its discounts.</param>
public sealed record PromotionRule(long Id, string Name, PromotionType Type)
{
    /// <summary>Of all its amounts; it applies to no cart in another currency. Null, for a promotion without any amount: any currency.</summary>
    public Currency? Currency { get; init; }

    /// <summary>0 to 100: off the goods, off the shipping price, or credited as cashback.</summary>
    public decimal? Percent { get; init; }

    /// <summary>Off the eligible lines together, off each unit with <see cref="DiscountTarget.Items"/>, off shipping, or credited.</summary>
    public long? Amount { get; init; }

    /// <summary>The first instant at which it applies; null: always has.</summary>
    public DateTime? StartsAt { get; init; }

    /// <summary>The first instant at which it no longer applies; null: never ends.</summary>
    public DateTime? EndsAt { get; init; }

    /// <summary>What the eligible lines must be worth at least, after the discounts on items.</summary>
    public long? MinimumOrder { get; init; }

    /// <summary>The most it takes off one order, all its benefits together.</summary>
    public long? MaximumDiscount { get; init; }

    /// <summary>Higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Whether it adds up with others that can. One that cannot competes alone against them; see <see cref="Exclusivity"/>.</summary>
    public bool CanStack { get; init; } = true;

    /// <summary>The customer is in any of them; none given: anyone.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary>The lines that it is about.</summary>
    public PromotionScope Scope { get; init; } = PromotionScope.Everything;

    public bool RequiresCoupon { get; init; }
    public bool FirstPurchaseOnly { get; init; }
    public DiscountTarget Target { get; init; }
    public DiscountBase DiscountBase { get; init; }

    /// <summary>Tests <see cref="MinimumOrder"/> against what is left when its turn comes, instead of what the item phase left.</summary>
    public bool Retest { get; init; }

    /// <summary>At most so many units are discounted, the cheapest first; null: all of them.</summary>
    public int? MaxUnits { get; init; }

    /// <summary>What is left of its spending budget; null: there is no budget.</summary>
    public long? BudgetLeft { get; init; }

    /// <summary>Of a <see cref="PromotionType.BuyOneGetOne"/>.</summary>
    public BuyGet? BuyGet { get; init; }

    /// <summary>Of a <see cref="PromotionType.TieredDiscount"/>: at least one, by strictly ascending minimum.</summary>
    public IReadOnlyList<Tier> Tiers { get; init; } = [];

    public TierMode TierMode { get; init; }
    public TierBase TierBase { get; init; }

    public PromotionPhase Phase => Type switch
    {
        PromotionType.FreeShipping => PromotionPhase.Shipping,
        PromotionType.Cashback => PromotionPhase.Cashback,
        PromotionType.BuyOneGetOne => PromotionPhase.Item,
        _ => Target == DiscountTarget.Items ? PromotionPhase.Item : PromotionPhase.Order,
    };

    /// <summary>What its discounts name as their source in totals and orders: <c>promo_12</c>.</summary>
    public string SourceId => $"promo_{Id}";

    /// <exception cref="Refused">422 naming the property that makes no sense.</exception>
    public void Check()
    {
        Require(Percent is null or (>= 0 and <= 100), nameof(Percent), "A percentage is between 0 and 100.");
        NotNegative(Amount, nameof(Amount));
        NotNegative(MinimumOrder, nameof(MinimumOrder));
        NotNegative(MaximumDiscount, nameof(MaximumDiscount));
        NotNegative(BudgetLeft, nameof(BudgetLeft));
        Require(MaxUnits is null or > 0, nameof(MaxUnits), "At least one unit is discounted.");
        Require(EndsAt is null || StartsAt is null || EndsAt > StartsAt, nameof(EndsAt), "A promotion ends after it starts.");
        Require(Percent is null || Amount is null, nameof(Amount), "Give a percentage or an amount, not both.");
        switch (Type)
        {
            case PromotionType.PercentageDiscount:
                Require(Percent is not null, nameof(Percent), "A percentage is needed.");
                break;
            case PromotionType.FixedAmountDiscount:
                Require(Amount is not null, nameof(Amount), "An amount is needed.");
                break;
            case PromotionType.Cashback:
                Require(Percent is not null || Amount is not null, nameof(Percent), "A percentage or an amount is needed.");
                break;
            case PromotionType.TieredDiscount:
                CheckTiers();
                break;
            case PromotionType.BuyOneGetOne:
                Require(BuyGet is not null, nameof(BuyGet), "What is bought and what is got is needed.");
                BuyGet?.Check();
                break;
        }

        Require(Currency is not null || !NamesMoney, nameof(Currency), "An amount needs a currency.");
    }

    private bool NamesMoney => (Amount ?? MinimumOrder ?? MaximumDiscount ?? BudgetLeft ?? BuyGet?.Amount ?? BuyGet?.Price) is not null || Tiers.Count > 0;

    private void CheckTiers()
    {
        Require(Tiers.Count > 0, nameof(Tiers), "At least one tier is needed.");
        for (var i = 0; i < Tiers.Count; i++)
        {
            var tier = Tiers[i];
            NotNegative(tier.Min, $"Tiers[{i}].Min");
            NotNegative(tier.Amount, $"Tiers[{i}].Amount");
            Require(tier.Percent is null or (>= 0 and <= 100), $"Tiers[{i}].Percent", "A percentage is between 0 and 100.");
            Require(tier.Percent is null != tier.Amount is null, $"Tiers[{i}].Percent", "A tier gives a percentage or an amount.");
            Require(i == 0 || tier.Min > Tiers[i - 1].Min, $"Tiers[{i}].Min", "Each tier begins above the one before it.");
        }
    }

    private static void NotNegative(long? amount, string field) =>
        Require(amount is null or (>= 0 and <= PricedCart.MaxMinor), field, "An amount is zero or more, and no more than a cart can hold.");

    internal static void Require(bool right, string field, string message)
    {
        if (!right)
            throw Refused.Invalid(field, message);
    }
}

/// <summary>Which lines: those that match one of each kind that is given. With nothing given, all of them.</summary>
/// <param name="Categories">A line lists its categories with their ancestors, so naming a category includes what is below it.</param>
public sealed record PromotionScope(
    IReadOnlyList<long>? Categories = null, IReadOnlyList<long>? Products = null, IReadOnlyList<long>? Brands = null)
{
    public static readonly PromotionScope Everything = new();

    [JsonIgnore]
    public bool IsEverything => !(Categories is { Count: > 0 } || Products is { Count: > 0 } || Brands is { Count: > 0 });
}

/// <summary>Buy so many, get so many more at a reduced price; repeated as often as the units of the cart allow.</summary>
/// <remarks>Of <see cref="Percent"/>, <see cref="Amount"/> and <see cref="Price"/> one is given; with none, what is got is free.</remarks>
/// <param name="Buy">At least 1.</param>
/// <param name="Get">At least 1.</param>
public sealed record BuyGet(int Buy, int Get)
{
    /// <summary>Off the units that are got, 0 to 100.</summary>
    public decimal? Percent { get; init; }

    /// <summary>Off each unit that is got, in minor units.</summary>
    public long? Amount { get; init; }

    /// <summary>What each unit that is got costs instead, in minor units.</summary>
    public long? Price { get; init; }

    /// <summary>What has to be bought; null: the scope of the promotion.</summary>
    public PromotionScope? BuyScope { get; init; }

    /// <summary>What is got; null: the same as what is bought.</summary>
    public PromotionScope? GetScope { get; init; }

    public UnitSelection Selection { get; init; }

    /// <summary>How often at most; null: as often as the cart allows.</summary>
    public int? MaxApplications { get; init; }

    internal void Check()
    {
        PromotionRule.Require(Buy is >= 1 and <= MaxQuantity, "BuyGet.Buy", "Between 1 and 1,000 units are bought.");
        PromotionRule.Require(Get is >= 1 and <= MaxQuantity, "BuyGet.Get", "Between 1 and 1,000 units are got.");
        PromotionRule.Require(Percent is null or (>= 0 and <= 100), "BuyGet.Percent", "A percentage is between 0 and 100.");
        PromotionRule.Require(Amount is null or (>= 0 and <= PricedCart.MaxMinor), "BuyGet.Amount", "An amount is zero or more.");
        PromotionRule.Require(Price is null or (>= 0 and <= PricedCart.MaxMinor), "BuyGet.Price", "A price is zero or more.");
        PromotionRule.Require(Percent is null || Amount is null && Price is null, "BuyGet.Percent", "Give a percentage, an amount or a price.");
        PromotionRule.Require(Amount is null || Price is null, "BuyGet.Amount", "Give a percentage, an amount or a price.");
        PromotionRule.Require(MaxApplications is null or > 0, "BuyGet.MaxApplications", "It applies at least once.");
    }

    private const int MaxQuantity = 1000;
}

/// <param name="Min">From this amount on, in minor units; equal is enough.</param>
public sealed record Tier(long Min)
{
    /// <summary>0 to 100.</summary>
    public decimal? Percent { get; init; }

    /// <summary>Minor units off.</summary>
    public long? Amount { get; init; }
}

[JsonConverter(typeof(SnakeEnum<PromotionType>))]
public enum PromotionType
{
    PercentageDiscount,
    FixedAmountDiscount,
    BuyOneGetOne,
    TieredDiscount,
    FreeShipping,
    Cashback,
}

public enum DiscountTarget
{
    /// <summary>The eligible lines together, shared among them by their net amounts, after the discounts on items.</summary>
    Order,
    /// <summary>The eligible lines each, in proportion to their own amounts, before the discounts on the order.</summary>
    Items,
}

public enum DiscountBase
{
    /// <summary>What the discounts before it left.</summary>
    Remaining,
    /// <summary>Prices times quantities; what is left is only a limit.</summary>
    Original,
}

public enum UnitSelection
{
    Cheapest,
    MostExpensive,
}

public enum TierMode
{
    /// <summary>The highest tier that is reached holds for the whole amount.</summary>
    Whole,
    /// <summary>Each tier holds for the part of the amount between its minimum and the next one's; amounts of reached tiers add up.</summary>
    Marginal,
}

/// <summary>What decides which tier is reached.</summary>
public enum TierBase
{
    /// <summary>The eligible lines before any discount.</summary>
    Subtotal,
    /// <summary>The eligible lines after the discounts so far.</summary>
    Remaining,
}

/// <summary>In this order.</summary>
[JsonConverter(typeof(SnakeEnum<PromotionPhase>))]
public enum PromotionPhase
{
    Item,
    Order,
    Shipping,
    /// <summary>Credited after the purchase; the total of the order is unchanged.</summary>
    Cashback,
}
