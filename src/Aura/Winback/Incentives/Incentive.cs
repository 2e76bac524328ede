using Aura.Persistence;
using Aura.Statistics;
using Aura.Winback.Triggers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Incentives;

public enum IncentiveType
{
    Percentage,
    Fixed,
}

/// <summary>A discount that may be offered to win a cart back, at one of several levels of which nothing is always one: which, is learnt from what came of it.</summary>
public sealed class Incentive : StoreEntity, IApprovable
{
    public static string Prefix => "incentive";
    public static string Noun => "incentive rule";

    public const int MaxLevels = 8;
    public const int MaxConditions = 20;

    public string Name { get; private set; } = "";

    /// <summary>Conditions (<see cref="TriggerExpression"/>), of which all must hold; none: every cart.</summary>
    public string[] Conditions { get; private set; } = [];

    public IncentiveType Type { get; private set; }

    /// <summary>Percent, or major units of the store's currency, rising; 0 is always the first.</summary>
    public decimal[] Levels { get; private set; } = [0];

    /// <summary>For each level the promotion that its coupons are of; 0: none was needed yet.</summary>
    public long[] PromotionIds { get; private set; } = [0];

    /// <summary>The most that a percentage takes off, in major units of the store's currency; null: no limit.</summary>
    public decimal? MaxDiscount { get; private set; }

    /// <summary>What a sale earns before the discount, in percent of the price; null: not known, and the price itself is reckoned with.</summary>
    public decimal? MarginPercent { get; private set; }

    /// <summary>How many of a hundred customers are never offered anything, so that what it gains can be measured.</summary>
    public decimal HoldoutPercent { get; private set; } = 10;

    /// <summary>How many of a hundred of the others get each level at least, however it has done so far.</summary>
    public decimal ExplorationPercent { get; private set; } = 5;

    /// <summary>How long a customer who was offered something is offered nothing else.</summary>
    public int CooldownDays { get; private set; } = 60;

    public bool Enabled { get; private set; } = true;

    public object Content => new { Name, Conditions, Type, Levels, MaxDiscount, MarginPercent, HoldoutPercent, ExplorationPercent, CooldownDays };

    /// <summary>The largest level.</summary>
    public decimal Value => Levels[^1];

    public static Incentive Create(string name) => new() { Name = name };

    public void Rename(string name) => Name = name;

    public void Switch(bool enabled) => Enabled = enabled;

    /// <exception cref="Refused">422 for one that is no condition, with its column.</exception>
    public void Await(IReadOnlyList<string> conditions)
    {
        if (conditions.Count > MaxConditions)
            throw Refused.Invalid(nameof(Conditions), $"At most {MaxConditions} conditions.");
        foreach (var (index, condition) in conditions.Index())
            TriggerExpression.Parse(condition, $"{nameof(Conditions)}[{index}]");
        Conditions = [.. conditions];
    }

    /// <param name="levels">Besides nothing, which is always one.</param>
    /// <exception cref="Refused">422 for levels out of their range or more than seven.</exception>
    public void Offer(IncentiveType type, IReadOnlyList<decimal> levels, decimal? most)
    {
        decimal[] all = [.. levels.Append(0).Distinct().Order()];
        if (all.Length is < 2 or > MaxLevels || all[0] < 0 || all[^1] > (type == IncentiveType.Percentage ? 100 : 1_000_000))
            throw Refused.Invalid("DiscountValue", $"From 1 to {MaxLevels - 1} levels above 0; a percentage is at most 100.");
        if (most <= 0)
            throw Refused.Invalid(nameof(MaxDiscount), "Must be above 0.");
        if (type != Type || most != MaxDiscount || !all.SequenceEqual(Levels))
            (Type, Levels, MaxDiscount, PromotionIds) = (type, all, most, new long[all.Length]);
    }

    /// <summary>Coupons of a level are of this promotion from now on.</summary>
    internal void Give(decimal level, long promotion) => PromotionIds = [.. PromotionIds.Zip(Levels, (known, one) => one == level ? promotion : known)];

    /// <exception cref="Refused">422 for what is out of its range.</exception>
    public void Learn(decimal? margin, decimal holdout, decimal exploration, int cooldownDays)
    {
        if (margin is <= 0 or > 100)
            throw Refused.Invalid(nameof(MarginPercent), "Above 0, at most 100.");
        if (holdout is < 0 or > 50)
            throw Refused.Invalid(nameof(HoldoutPercent), "From 0 to 50.");
        if (exploration < 0 || exploration * Levels.Length > 100)
            throw Refused.Invalid(nameof(ExplorationPercent), "From 0; for all levels together at most 100.");
        if (cooldownDays is < 0 or > 3650)
            throw Refused.Invalid(nameof(CooldownDays), "From 0 to 3650.");
        (MarginPercent, HoldoutPercent, ExplorationPercent, CooldownDays) = (margin, holdout, exploration, cooldownDays);
    }

    /// <summary>Whether it is for a cart of which this is known.</summary>
    public bool IsFor(TriggerFacts facts) => Conditions.All(condition => TriggerExpression.Parse(condition, nameof(Conditions)).Matches(facts));

    /// <summary>What a level takes off a cart, in major units of its currency.</summary>
    public decimal Costs(decimal level, decimal cartValue)
    {
        var off = Type == IncentiveType.Percentage ? Math.Round(cartValue * level / 100, 2, MidpointRounding.AwayFromZero) : level;
        return Math.Min(Math.Min(off, MaxDiscount ?? off), cartValue);
    }

    /// <summary>What a sale of this worth earns without any offer, in major units.</summary>
    public decimal Margin(decimal cartValue) => cartValue * (MarginPercent ?? 100) / 100;
}

/// <summary>What somebody was offered, or that they were offered nothing: what came of it is what is learnt from.</summary>
public sealed class IncentiveOffer : StoreRow, IPriced
{
    public long IncentiveId { get; private init; }
    public long JourneyId { get; private init; }
    public long CartId { get; private init; }
    public long? ShopperId { get; private init; }

    /// <summary>Of <see cref="Incentive.Levels"/>; 0: nothing.</summary>
    public decimal Level { get; private init; }

    public bool HeldOut { get; private init; }

    /// <summary>How likely it was that this level would be drawn, from 0 to 1.</summary>
    public double Weight { get; private init; }

    public Currency Currency { get; private init; }

    /// <summary>What the cart was worth.</summary>
    [MinorUnits] public long CartValue { get; private init; }

    public string? CouponCode { get; private set; }
    public DateTime CreatedAt { get; private init; }

    internal static IncentiveOffer Of(Incentive incentive, long journey, long cart, long? shopper, decimal level, bool heldOut, double weight, Money value, DateTime now) => new()
    {
        IncentiveId = incentive.Id, JourneyId = journey, CartId = cart, ShopperId = shopper, Level = level, HeldOut = heldOut, Weight = weight, Currency = value.Currency,
        CartValue = value.Minor, CreatedAt = now,
    };

    internal void Give(string code) => CouponCode = code;
}

internal sealed class IncentiveMapping : IEntityTypeConfiguration<Incentive>
{
    public void Configure(EntityTypeBuilder<Incentive> incentive) => incentive.Ignore(i => i.Value);
}

internal sealed class IncentiveOfferMapping : IEntityTypeConfiguration<IncentiveOffer>
{
    public void Configure(EntityTypeBuilder<IncentiveOffer> offer)
    {
        offer.HasIndex(o => new { o.TenantId, o.JourneyId }).IsUnique();
        offer.HasOne<Incentive>().WithMany().HasForeignKey(o => new { o.TenantId, o.IncentiveId }).OnDelete(DeleteBehavior.Cascade);
    }
}
