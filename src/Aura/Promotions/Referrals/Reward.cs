namespace Aura.Promotions.Referrals;

public enum RewardType
{
    /// <summary>Loyalty points.</summary>
    Points,
    /// <summary>Percent off an order.</summary>
    Discount,
    /// <summary>An amount off an order.</summary>
    FixedAmount,
    FreeShipping,
    /// <summary>Store credit.</summary>
    Cashback,
}

/// <summary>What one side of a referral gets.</summary>
/// <param name="Value">Points, percent, or major units, by the type; zero gives nothing, except for free shipping, where it means nothing.</param>
public sealed record Reward(RewardType Type, decimal Value)
{
    /// <summary>Whether it is a discount on another order, and so a personal coupon.</summary>
    public bool IsCoupon => Type is RewardType.Discount or RewardType.FixedAmount or RewardType.FreeShipping;

    public bool IsNothing => Value == 0 && Type != RewardType.FreeShipping;

    /// <exception cref="Refused">422 for a negative value, a fraction of a point or of a minor unit, or more than 100 percent.</exception>
    public Reward Checked(Currency currency, string field)
    {
        if (Value < 0 || Type == RewardType.Discount && Value > 100)
            throw Refused.Invalid(field, Type == RewardType.Discount ? "A percentage is 0 to 100." : "Zero or more.");
        if (Type == RewardType.Points && (Value != decimal.Truncate(Value) || Value > 1_000_000_000))
            throw Refused.Invalid(field, "Points are whole, a thousand million at most.");
        if (Type is RewardType.FixedAmount or RewardType.Cashback)
            Money.Of(Value, currency, field);
        return this;
    }
}

/// <summary>What one side of a referral got.</summary>
/// <param name="CouponId">The personal coupon, where it is one.</param>
public sealed record GivenReward(RewardType Type, decimal Value, long? CouponId = null, string? CouponCode = null, DateTime? AvailableAt = null);
